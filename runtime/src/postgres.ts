import { SpanKind, type Attributes, type Tracer } from '@opentelemetry/api';
import { bindContext, untilDone } from './messaging.ts';
import { overrideMethods } from './method-overrides.ts';
import { withSpan, type WithSpanOptions } from './with-span.ts';

/** Options of `traceQueries`. */
export interface QueryTracingOptions {
  /** `db.system.name`; default `postgresql`. */
  readonly system?: string | undefined;
  /** `db.namespace`: the name of the database. */
  readonly namespace?: string | undefined;
  readonly tracer?: Tracer | undefined;
  readonly attributes?: Attributes | undefined;
  /**
   * Makes a statement harmless for `db.query.text`. Without it the text stays out of the span, because statements
   * carry literals; a sanitizer that throws leaves it out too.
   */
  readonly statement?: ((text: string) => string) | undefined;
}

/** A pool or client of `pg`, or of any library with the same `query` and `connect`. */
export interface Queryable {
  query(...args: never[]): unknown;
}

type Callback = (error: unknown, ...rest: unknown[]) => unknown;

const isCallback = (value: unknown): value is Callback => typeof value === 'function';

/** A query object that runs itself (a cursor, a stream): it tells its end by events and not by a promise. */
const isSubmittable = (query: unknown): boolean =>
  typeof query === 'object' && query !== null && typeof (query as { submit?: unknown }).submit === 'function';

function statementOf(query: unknown): string {
  const text = typeof query === 'object' && query !== null ? (query as { text?: unknown }).text : query;
  return typeof text === 'string' ? text : '';
}

/** First word of a statement, when it is one of SQL's: `SELECT`, `INSERT`, `WITH` … */
function operationOf(statement: string): string | undefined {
  return /^[\s(]{0,64}([a-z]{2,16})\b/i.exec(statement)?.[1]?.toUpperCase();
}

function spanOptions(query: unknown, options: QueryTracingOptions): { name: string; span: WithSpanOptions } {
  const statement = statementOf(query);
  const operation = operationOf(statement);
  let text: string | undefined;
  try {
    text = options.statement?.(statement);
  } catch {
    text = undefined;
  }
  const { system = 'postgresql', namespace, tracer, attributes } = options;
  return {
    name: [operation ?? system, namespace].filter((part) => part !== undefined).join(' '),
    span: {
      kind: SpanKind.CLIENT,
      ...(tracer === undefined ? {} : { tracer }),
      attributes: {
        'db.system.name': system,
        ...(operation === undefined ? {} : { 'db.operation.name': operation }),
        ...(namespace === undefined ? {} : { 'db.namespace': namespace }),
        ...(typeof text === 'string' ? { 'db.query.text': text } : {}),
        ...attributes,
      },
    },
  };
}

/**
 * A view of a `pg` pool or client whose `query` makes CLIENT spans under the active one; clients from `connect` are
 * traced too, and callbacks run in the context of their caller and not in that of whoever freed the connection.
 */
export function traceQueries<Q extends Queryable>(queryable: Q, options: QueryTracingOptions = {}): Q {
  const raw = queryable as unknown as Record<'query' | 'connect', (...args: unknown[]) => unknown>;
  const query = (...args: unknown[]): unknown => {
    const { name, span } = spanOptions(args[0], options);
    const last = args.at(-1);
    if (isSubmittable(args[0])) {
      // Rows come later and elsewhere: the span tells of the hand-over, its end is not the end of the cursor.
      return withSpan(name, span, () => raw.query(...args));
    }
    if (!isCallback(last)) return withSpan(name, span, () => raw.query(...args));
    const answer = bindContext(last);
    return untilDone<[], unknown>(
      (body) => withSpan(name, span, () => body()),
      (done) =>
        raw.query(...args.slice(0, -1), (error: unknown, ...rest: unknown[]) => {
          done(error);
          answer(error, ...rest);
        }),
    );
  };
  const trace = (client: unknown): unknown =>
    typeof client === 'object' && client !== null && client !== queryable
      ? traceQueries(client as Queryable, options)
      : client;
  const connect = (...args: unknown[]): unknown => {
    const last = args.at(-1);
    if (isCallback(last)) {
      const answer = bindContext(last);
      return raw.connect(...args.slice(0, -1), (error: unknown, client: unknown, ...rest: unknown[]) =>
        answer(error, trace(client), ...rest),
      );
    }
    const result = raw.connect(...args);
    return result instanceof Promise ? result.then(trace) : result;
  };
  return overrideMethods(queryable, { query, ...(typeof raw.connect === 'function' ? { connect } : {}) });
}
