import { context, trace, type Span, type Tracer } from '@opentelemetry/api';
import { graphql, type CoreSet } from '../core-metrics.ts';
import { TelintError } from '../diagnostics.ts';
import { oneOf } from '../domains.ts';
import { OTHER } from '../label-values.ts';
import type { Metrics } from '../metrics.ts';
import { recordError } from '../span-errors.ts';
import type { Sanitizer } from '../sanitize.ts';

/** A `GraphQLSchema`, as far as its resolvers are wrapped. */
export interface SchemaLike {
  getTypeMap(): Readonly<Record<string, unknown>>;
}

/** `execute` or `subscribe` of graphql-js, which take one object since version 16. */
export type ExecuteLike = (args: never) => unknown;

/** Options of `instrumentSchema` and `instrumentExecute`; pass the same object to both. */
export interface GraphqlTelemetryOptions {
  /** Where the metrics are registered, or the set that `graphql` of the core metrics made. Without it: no metrics. */
  readonly metrics?: Metrics | CoreSet<'graphql'> | undefined;
  /** Names of the operations that metrics and span names tell apart; without it the 50 most frequent ones, in metrics only. */
  readonly operations?: readonly string[] | undefined;
  /** Fields (`Type.field`) whose resolvers are measured. Without it: none, because there are as many as the schema has. */
  readonly fields?: readonly string[] | undefined;
  /** Fields with a resolver whose calls become spans in sampled requests; default all of them. */
  readonly spans?: boolean | ((field: string) => boolean) | undefined;
  /** Resolver spans of one operation at most: a list of 1,000 items would make a trace that nobody can read. Default 100. */
  readonly maxSpans?: number | undefined;
  /** Tracer of the spans; the global one without it. */
  readonly tracer?: Tracer | undefined;
  /** Cleans the texts of errors; without it the function of `setSpanRedaction`. */
  readonly sanitizer?: Pick<Sanitizer, 'value'> | undefined;
}

/** What both wrappers work with. */
export interface GraphqlSettings {
  readonly metrics: CoreSet<'graphql'> | undefined;
  readonly operations: ReadonlySet<string> | undefined;
  readonly maxSpans: number;
  readonly tracer: Tracer;
  readonly redact: ((text: string) => string) | undefined;
}

const sets = new WeakMap<Metrics, CoreSet<'graphql'>>();

function setOf({ metrics, operations }: GraphqlTelemetryOptions): CoreSet<'graphql'> | undefined {
  if (metrics === undefined || 'duration' in metrics) return metrics;
  const known = sets.get(metrics);
  if (known !== undefined) return known;
  const domains = operations === undefined ? {} : { graphql_operation_name: oneOf('', ...operations) };
  const made = graphql(metrics, { domains });
  sets.set(metrics, made);
  return made;
}

/**
 * Checks options and fills in defaults.
 * @throws TelintError TELINT_OPTION_INVALID.
 */
export function graphqlSettings(options: GraphqlTelemetryOptions): GraphqlSettings {
  const { maxSpans = 100, operations, sanitizer } = options;
  if (!(Number.isInteger(maxSpans) && maxSpans >= 0)) {
    throw new TelintError('TELINT_OPTION_INVALID', '`maxSpans` must be a whole number from 0.');
  }
  return {
    metrics: setOf(options),
    operations: operations && new Set(operations),
    maxSpans,
    tracer: options.tracer ?? trace.getTracer('@telint/runtime'),
    redact: sanitizer && ((text) => sanitizer.value(text)),
  };
}

/** The name of an operation as a label: clients choose names. */
export function nameLabel(settings: GraphqlSettings, name: string): string {
  return name === '' || settings.operations === undefined || settings.operations.has(name) ? name : OTHER;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** Calls a function in a span and tells its end, whether it comes at once or later; result and error go on unchanged. */
export function observed<T>(
  span: Span | undefined,
  redact: GraphqlSettings['redact'],
  call: () => T,
  done: (result: Awaited<T> | undefined, failed: boolean) => void,
): T {
  const fail = (error: unknown): never => {
    if (span !== undefined) recordError(span, error, redact);
    done(undefined, true);
    throw error;
  };
  let result: T;
  try {
    result = span === undefined ? call() : context.with(trace.setSpan(context.active(), span), call);
  } catch (error) {
    return fail(error);
  }
  if (!isThenable(result)) {
    done(result as Awaited<T>, false);
    return result;
  }
  return result.then((value) => {
    done(value as Awaited<T>, false);
    return value;
  }, fail) as T;
}
