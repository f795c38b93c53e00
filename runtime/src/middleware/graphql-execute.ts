import { context, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import { warn } from '../diagnostics.ts';
import { recordError } from '../span-errors.ts';
import {
  graphqlSettings,
  nameLabel,
  observed,
  type ExecuteLike,
  type GraphqlSettings,
  type GraphqlTelemetryOptions,
} from './graphql-options.ts';

interface DefinitionLike {
  readonly kind: string;
  readonly operation?: string;
  readonly name?: { readonly value: string } | undefined;
}

interface ArgumentsLike {
  readonly document?: { readonly definitions?: readonly DefinitionLike[] };
  readonly operationName?: string | null;
}

interface ErrorLike {
  readonly extensions?: { readonly code?: unknown };
  readonly originalError?: unknown;
}

interface ResultLike {
  readonly errors?: readonly ErrorLike[];
  /** Of incremental delivery: what comes first. */
  readonly initialResult?: { readonly errors?: readonly ErrorLike[] };
}

type OperationType = 'query' | 'mutation' | 'subscription';

interface Operation {
  readonly type: OperationType;
  /** Empty without a name. */
  readonly name: string;
}

/** Longest name that a span keeps; clients choose it. */
const MAX_NAME = 128;
/** Errors of one result that a span tells in full. */
const MAX_ERRORS = 5;

/** The operation that will be executed; one that cannot be found counts as a query, as which it fails. */
function operationOf({ document, operationName }: ArgumentsLike): Operation {
  const operations = document?.definitions?.filter(({ kind }) => kind === 'OperationDefinition') ?? [];
  const wanted = operationName == null ? operations[0] : operations.find(({ name }) => name?.value === operationName);
  const { operation = 'query', name } = wanted ?? {};
  return { type: operation as OperationType, name: name?.value.slice(0, MAX_NAME) ?? '' };
}

/** The code that the service gave an error; anything that is no code is not one. */
function codeOf(error: ErrorLike): string {
  const code = error.extensions?.code;
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : 'UNSPECIFIED';
}

function startSpan(settings: GraphqlSettings, operation: Operation): Span | undefined {
  try {
    // An unsampled request: not even the attributes are worth it.
    if (trace.getActiveSpan()?.isRecording() === false) return undefined;
    const attributes: Attributes = { 'graphql.operation.type': operation.type };
    if (operation.name !== '') attributes['graphql.operation.name'] = operation.name;
    const isKnown = settings.operations?.has(operation.name) === true;
    const name = isKnown ? `${operation.type} ${operation.name}` : operation.type;
    const span = settings.tracer.startSpan(name, { attributes }, context.active());
    return span.isRecording() ? span : undefined;
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    warn('TELINT_MIDDLEWARE_FAILED', `An operation has no span: ${kind}.`, 'graphql');
    return undefined;
  }
}

function errorsOf(result: unknown): readonly ErrorLike[] {
  if (typeof result !== 'object' || result === null) return [];
  const { errors, initialResult } = result as ResultLike;
  return errors ?? initialResult?.errors ?? [];
}

function tellErrors(
  settings: GraphqlSettings,
  span: Span | undefined,
  errors: readonly ErrorLike[],
  type: OperationType,
) {
  for (const error of errors) {
    settings.metrics?.errors.inc({ graphql_operation_type: type, error_code: codeOf(error) });
  }
  if (span === undefined || errors.length === 0) return;
  for (const error of errors.slice(0, MAX_ERRORS)) recordError(span, error.originalError ?? error, settings.redact);
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', codeOf(errors[0] as ErrorLike));
}

/**
 * Wraps `execute` or `subscribe`: one span per operation in sampled requests, its duration by type, name and outcome, and
 * errors by their code. For servers that take the function: `createHandler({ schema, execute: instrumentExecute(execute,
 * options) })`. Of incremental delivery the first part is measured, of a subscription its start.
 * @throws TelintError TELINT_OPTION_INVALID.
 */
export function instrumentExecute<Execute extends ExecuteLike>(
  execute: Execute,
  options: GraphqlTelemetryOptions = {},
): Execute {
  const settings = graphqlSettings(options);
  const run = execute as unknown as (args: ArgumentsLike) => unknown;
  const wrapper = (args: ArgumentsLike): unknown => {
    const operation = operationOf(args);
    const span = startSpan(settings, operation);
    const start = performance.now();
    const done = (result: unknown, failed: boolean): void => {
      try {
        const errors = errorsOf(result);
        tellErrors(settings, span, errors, operation.type);
        if (failed) settings.metrics?.errors.inc({ graphql_operation_type: operation.type, error_code: 'UNSPECIFIED' });
        settings.metrics?.duration.observe(
          {
            graphql_operation_type: operation.type,
            graphql_operation_name: nameLabel(settings, operation.name),
            outcome: failed || errors.length > 0 ? 'failure' : 'success',
          },
          (performance.now() - start) / 1000,
        );
      } catch (error) {
        const kind = error instanceof Error ? error.name : typeof error;
        warn('TELINT_MIDDLEWARE_FAILED', `The telemetry of an operation is incomplete: ${kind}.`, 'graphql');
      }
      span?.end();
    };
    return observed(span, settings.redact, () => run(args), done);
  };
  return wrapper as unknown as Execute;
}
