import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach } from 'vitest';
import type { Metrics } from '../../src/metrics.ts';
import { instrument, type HttpTelemetryOptions } from '../../src/middleware/http.ts';
import { eventually, listen, plainMetrics, underWay, type Running } from './served.ts';
import { collectSpans, type SpanCollector } from './spans.ts';

/** A handler of `node:http`. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** What tests of middleware share: spans and metrics of their own for every test, and servers that end with it. */
export interface MiddlewareFixture {
  readonly collector: () => SpanCollector;
  readonly metrics: () => Metrics;
  /** Serves a handler with telemetry. */
  readonly serve: (handler: Handler, options?: HttpTelemetryOptions) => Promise<Running>;
  /** Serves a handler as it is. */
  readonly serveBare: (handler: Handler) => Promise<Running>;
  /** Waits for a number of ended spans. */
  readonly ended: (count: number) => Promise<void>;
  /** Waits until no request is under way. */
  readonly idle: () => Promise<void>;
}

/** Registers the set-up of each test of a file. */
export function middlewareFixture(): MiddlewareFixture {
  let collector: SpanCollector;
  let metrics: Metrics;
  let running: Running[] = [];
  beforeEach(() => {
    collector = collectSpans();
    metrics = plainMetrics();
  });
  afterEach(async () => {
    await Promise.all(running.map((server) => server.close()));
    running = [];
    await collector.shutdown();
  });
  const serveBare = async (handler: Handler): Promise<Running> => {
    const server = await listen(handler);
    running.push(server);
    return server;
  };
  return {
    collector: () => collector,
    metrics: () => metrics,
    serveBare,
    serve: (handler, options = {}) => serveBare(instrument(handler, { metrics, ...options })),
    ended: (count) => collector.until((spans) => spans.length === count, `${count} spans`),
    idle: () => eventually(async () => Object.values(await underWay(metrics)).every((n) => n === 0), 'idle'),
  };
}
