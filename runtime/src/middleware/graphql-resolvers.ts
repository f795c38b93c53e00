import { context, trace, type Span } from '@opentelemetry/api';
import { TelintError, warn } from '../diagnostics.ts';
import type { BoundHistogram } from '../metrics.ts';
import {
  graphqlSettings,
  observed,
  type GraphqlSettings,
  type GraphqlTelemetryOptions,
  type SchemaLike,
} from './graphql-options.ts';

interface PathLike {
  readonly prev: PathLike | undefined;
  readonly key: string | number;
}

interface InfoLike {
  readonly path: PathLike;
  readonly variableValues: object;
}

type Resolver = (this: unknown, source: unknown, args: unknown, context: unknown, info: InfoLike) => unknown;

interface FieldLike {
  resolve?: Resolver | null | undefined;
}

interface TypeLike {
  getFields?(): Readonly<Record<string, FieldLike>>;
}

const wrapped = new WeakSet<Resolver>();
/** Resolver spans that an execution may still make; variables are one object per execution, in version 16 and in 17. */
const budgets = new WeakMap<object, { left: number }>();
/** The span of a resolver by its path: fields below are resolved after it has returned, outside of its context. */
const spans = new WeakMap<PathLike, Span>();

function takeSpan(settings: GraphqlSettings, info: InfoLike): boolean {
  let budget = budgets.get(info.variableValues);
  if (budget === undefined) {
    budget = { left: settings.maxSpans };
    budgets.set(info.variableValues, budget);
  }
  return budget.left-- > 0;
}

function parentSpan(path: PathLike): Span | undefined {
  for (let above = path.prev; above !== undefined; above = above.prev) {
    const span = spans.get(above);
    if (span !== undefined) return span;
  }
  return undefined;
}

/** `users.*.name`: the place in the operation without the index of the item. */
function pathText(path: PathLike): string {
  const keys: string[] = [];
  for (let at: PathLike | undefined = path; at !== undefined; at = at.prev) {
    keys.push(typeof at.key === 'number' ? '*' : at.key);
  }
  return keys.reverse().join('.');
}

function resolverSpan(settings: GraphqlSettings, type: string, field: string, info: InfoLike): Span | undefined {
  try {
    // The span of a resolver above has ended by now: whether the request is sampled, the active one tells.
    const active = trace.getActiveSpan();
    if (active?.isRecording() !== true || !takeSpan(settings, info)) return undefined;
    const attributes = {
      'graphql.field.name': field,
      'graphql.field.type': type,
      'graphql.field.path': pathText(info.path),
    };
    const parent = trace.setSpan(context.active(), parentSpan(info.path) ?? active);
    const span = settings.tracer.startSpan(`${type}.${field}`, { attributes }, parent);
    spans.set(info.path, span);
    return span;
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    warn('TELINT_MIDDLEWARE_FAILED', `A resolver has no span: ${kind}.`, 'graphql');
    return undefined;
  }
}

function wrap(
  settings: GraphqlSettings,
  type: string,
  field: string,
  resolve: Resolver,
  isSpanned: boolean,
  duration: BoundHistogram | undefined,
): Resolver {
  const wrapper: Resolver = function (source, args, contextValue, info) {
    const span = isSpanned ? resolverSpan(settings, type, field, info) : undefined;
    if (span === undefined && duration === undefined) return resolve.call(this, source, args, contextValue, info);
    const start = performance.now();
    return observed(
      span,
      settings.redact,
      () => resolve.call(this, source, args, contextValue, info),
      () => {
        duration?.observe((performance.now() - start) / 1000);
        span?.end();
      },
    );
  };
  wrapped.add(wrapper);
  return wrapper;
}

/**
 * Wraps the resolvers of a schema, in place, and returns it: spans in sampled requests for fields with a resolver of their
 * own, durations for the fields that `fields` names. Wrapping a schema twice changes nothing.
 * @throws TelintError TELINT_OPTION_INVALID when `fields` names a field that is not there or has no resolver.
 */
export function instrumentSchema<Schema extends SchemaLike>(
  schema: Schema,
  options: GraphqlTelemetryOptions = {},
): Schema {
  const settings = graphqlSettings(options);
  const { spans: isSpanned = true } = options;
  const measured = new Set(options.fields);
  for (const [typeName, type] of Object.entries(schema.getTypeMap()) as [string, TypeLike][]) {
    // Introspection is not worth a span; input types have fields without resolvers.
    if (typeName.startsWith('__') || typeof type.getFields !== 'function') continue;
    for (const [fieldName, field] of Object.entries(type.getFields())) {
      const name = `${typeName}.${fieldName}`;
      const { resolve } = field;
      if (typeof resolve !== 'function') continue;
      const duration = measured.delete(name)
        ? settings.metrics?.resolverDuration.bind({ graphql_field: name })
        : undefined;
      if (wrapped.has(resolve)) continue;
      const hasSpan = typeof isSpanned === 'function' ? isSpanned(name) : isSpanned;
      if (hasSpan || duration !== undefined) {
        field.resolve = wrap(settings, typeName, fieldName, resolve, hasSpan, duration);
      }
    }
  }
  const [unknown] = measured;
  if (unknown === undefined) return schema;
  throw new TelintError(
    'TELINT_OPTION_INVALID',
    `\`fields\` names ${unknown}, which the schema does not have or which has no resolver of its own; write Type.field.`,
  );
}
