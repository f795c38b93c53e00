import { tracingChannel } from 'node:diagnostics_channel';
import { context, SpanKind, trace, type Attributes, type Span, type Tracer } from '@opentelemetry/api';
import { warn } from './diagnostics.ts';
import { recordError } from './span-errors.ts';
import { isTracingSuppressed } from './suppressed.ts';

/** What ioredis and redis publish with a command, a batch or a connection. */
interface Published {
  readonly command?: string;
  readonly args?: readonly string[];
  readonly batchMode?: string;
  readonly batchSize?: number;
  readonly database?: number;
  readonly serverAddress?: string;
  readonly serverPort?: number | undefined;
  readonly error?: unknown;
}

/** Options of `traceRedisCommands`. */
export interface RedisCommandOptions {
  readonly tracer?: Tracer | undefined;
  readonly attributes?: Attributes | undefined;
  /** Spans for commands outside of every span too (polling of queues and locks); default false. */
  readonly withoutParent?: boolean | undefined;
  /**
   * Makes `db.query.text` from a command and its arguments. Without it only the name of the command is kept, because keys
   * and values carry data; one that throws leaves the text out.
   */
  readonly statement?: ((command: string, args: readonly string[]) => string) | undefined;
}

const CHANNELS = [
  ...(['ioredis:command', 'ioredis:batch', 'ioredis:connect'] as const),
  ...(['node-redis:command', 'node-redis:batch', 'node-redis:connect'] as const),
];

/** Two subscriptions would make each span twice. */
let subscribed = false;

function statementOf(event: Published, options: RedisCommandOptions): string | undefined {
  if (event.command === undefined || options.statement === undefined) return undefined;
  try {
    return options.statement(event.command, event.args ?? []);
  } catch {
    return undefined;
  }
}

function attributesOf(event: Published, options: RedisCommandOptions): Attributes {
  const operation = event.command?.toUpperCase() ?? event.batchMode;
  const statement = statementOf(event, options);
  return {
    'db.system.name': 'redis',
    ...(operation === undefined ? {} : { 'db.operation.name': operation }),
    // A batch of one is no batch, in the words of the conventions.
    ...(event.batchSize === undefined || event.batchSize < 2 ? {} : { 'db.operation.batch.size': event.batchSize }),
    ...(event.database === undefined ? {} : { 'db.namespace': String(event.database) }),
    ...(event.serverAddress === undefined ? {} : { 'server.address': event.serverAddress }),
    ...(event.serverPort === undefined ? {} : { 'server.port': event.serverPort }),
    ...(statement === undefined ? {} : { 'db.query.text': statement }),
    ...options.attributes,
  };
}

/**
 * Makes CLIENT spans from what ioredis (6) and redis (6) publish on `diagnostics_channel`: commands, batches and
 * connections, on every client of the process, without touching the libraries. Returns the function that ends it.
 */
export function traceRedisCommands(options: RedisCommandOptions = {}): () => void {
  if (subscribed) {
    warn('TELINT_ALREADY_TRACED', 'traceRedisCommands was called again before its first subscription ended.', 'redis');
    return () => undefined;
  }
  subscribed = true;
  const spans = new WeakMap<object, Span>();
  const begin = (kind: string) => (message: unknown) => {
    try {
      const active = context.active();
      if (isTracingSuppressed(active)) return;
      if (options.withoutParent !== true && trace.getSpan(active) === undefined) return;
      const event = message as Published;
      const attributes = attributesOf(event, options);
      const tracer = options.tracer ?? trace.getTracer('@telint/runtime');
      const name = event.command?.toUpperCase() ?? event.batchMode ?? kind;
      spans.set(event, tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }));
    } catch (error) {
      warn('TELINT_CHANNEL_FAILED', `A Redis command could not be traced: ${String(error)}.`, 'redis');
    }
  };
  const finish = (message: object): void => {
    spans.get(message)?.end();
    spans.delete(message);
  };
  const subscriptions = CHANNELS.map((name) => {
    const channel = tracingChannel<object>(name);
    const subscribers = {
      start: begin(name.slice(name.indexOf(':') + 1)),
      // Both libraries call `tracePromise`: an `end` with an error is a call that threw before there was a promise.
      end(message: object) {
        if ('error' in message) finish(message);
      },
      asyncStart: () => undefined,
      asyncEnd: finish,
      error(message: object) {
        const span = spans.get(message);
        if (span !== undefined) recordError(span, (message as Published).error);
      },
    };
    channel.subscribe(subscribers);
    return () => {
      channel.unsubscribe(subscribers);
    };
  });
  return () => {
    subscribed = false;
    for (const unsubscribe of subscriptions) unsubscribe();
  };
}
