/**
 * `@telint/runtime` without any effect: what the example imports when its overhead is measured. What wraps gives back what it
 * was given, what runs a function runs it, and everything else does nothing.
 */
type Any = (...args: readonly never[]) => unknown;

/** Whatever is read from it or called on it is itself. */
const nothing: unknown = new Proxy(() => undefined, {
  get: (_target, key) => (key === 'then' ? undefined : key === Symbol.toPrimitive ? () => '' : nothing),
  apply: () => nothing,
});
const none = (): unknown => nothing;
const first = <T>(value: T): T => value;
const call = (run: Any): unknown => run();

const [adaptiveSampler, createMetrics, oneOf, free, bucketed, topK] = [none, none, none, none, none, none];
const [business, cache, circuitBreaker, database, graphql, httpClient] = [none, none, none, none, none, none];
const [httpServer, job, processMetrics, queue, createSanitizer] = [none, none, none, none, none];
const [startTelemetry, traceHttpClients, traceRedisCommands] = [none, none, none];
const [countSanitized, pinoOptions, instrumentExecute, instrumentSchema] = [first, first, first, first];
const [traceProcessor, traceQueue, traceQueries, traceRedisPubSub] = [first, first, first, first];

function withSpan(_name: string, ...rest: readonly Any[]): unknown {
  return rest.at(-1)?.(nothing as never);
}

function telemetry(): (request: unknown, response: unknown, next: () => void) => void {
  return (_request, _response, next) => {
    next();
  };
}

function createMetricsHandler(): (request: unknown, response: { end(): void }) => void {
  return (_request, response) => {
    response.end();
  };
}

function postMessageWithContext(target: { postMessage(message: unknown): void }, message: unknown): void {
  target.postMessage(message);
}

function onMessageWithContext(source: { on(event: 'message', handler: unknown): void }, handler: unknown): void {
  source.on('message', handler);
}

export {
  adaptiveSampler,
  bucketed,
  business,
  cache,
  call as withoutContext,
  circuitBreaker,
  countSanitized,
  createMetrics,
  createMetricsHandler,
  createSanitizer,
  database,
  free,
  graphql,
  httpClient,
  httpServer,
  instrumentExecute,
  instrumentSchema,
  job,
  onMessageWithContext,
  oneOf,
  pinoOptions,
  postMessageWithContext,
  processMetrics,
  queue,
  startTelemetry,
  telemetry,
  topK,
  traceHttpClients,
  traceProcessor,
  traceQueries,
  traceQueue,
  traceRedisCommands,
  traceRedisPubSub,
  withSpan,
};
