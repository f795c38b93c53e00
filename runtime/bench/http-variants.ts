/** The servers of the HTTP bench: bare, with the middleware, and with what services write by hand. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { context, propagation, ROOT_CONTEXT, SpanKind, trace, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  CompositePropagator,
  ExportResultCode,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import express from 'express';
import { Gauge, Histogram, Registry } from 'prom-client';
import { createMetrics } from '../src/metrics.ts';
import { telemetry } from '../src/middleware/express.ts';
import { instrument } from '../src/middleware/http.ts';
import { fixedSampler } from '../src/sampling.ts';

/** Name of a variant. */
export type Variant = 'bare' | 'telint' | 'byHand';
/** Name of a framework. */
export type Framework = 'node' | 'express';

const RATE = 0.1;

const exporter: SpanExporter = {
  export: (_spans, done) => done({ code: ExportResultCode.SUCCESS }),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

let sink = 0;
/** Fixed work, so that a busy machine cannot hide what the middleware costs. */
function work(rounds: number): void {
  let sum = 0;
  for (let round = 0; round < rounds; round++) sum += Math.sqrt(round ^ sink);
  sink = sum & 0xff;
}

/** Rounds of `work` that take so many microseconds here. */
export function calibrate(micros: number): number {
  const rounds = 20_000;
  for (let n = 0; n < 50; n++) work(rounds);
  let best = Infinity;
  for (let n = 0; n < 50; n++) {
    const start = performance.now();
    work(rounds);
    best = Math.min(best, performance.now() - start);
  }
  return Math.round((rounds * micros) / (best * 1000));
}

type Next = () => void;

/** Duration, in-flight, span with the sampler of the SDK, request id: as the documentation of both libraries shows it. */
function byHand(
  tracer: Tracer,
): (request: IncomingMessage, response: ServerResponse, route: () => string, next: Next) => void {
  const registers = [new Registry()];
  const labelNames = ['method', 'route', 'status'];
  const duration = new Histogram({ name: 'http_seconds', help: 'Duration.', labelNames, registers });
  const active = new Gauge({ name: 'http_active', help: 'Under way.', labelNames: ['method'], registers });
  const requests = new AsyncLocalStorage<{ id: string }>();
  return (request, response, route, next) => {
    const method = request.method ?? 'GET';
    const end = duration.startTimer({ method });
    active.inc({ method });
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = tracer.startSpan(
      method,

      {
        kind: SpanKind.SERVER,
        // eslint-disable-next-line telint/no-pii-in-span-attributes -- this is what services do
        attributes: { 'http.request.method': method, 'url.path': request.url ?? '', 'url.scheme': 'http' },
      },
      parent,
    );
    const id = request.headers['x-request-id'];
    response.once('close', () => {
      active.dec({ method });
      end({ route: route(), status: String(response.statusCode) });
      span.setAttribute('http.route', route());
      span.setAttribute('http.response.status_code', response.statusCode);
      span.updateName(`${method} ${route()}`);
      span.end();
    });
    requests.run({ id: typeof id === 'string' ? id : randomUUID() }, () =>
      context.with(trace.setSpan(parent, span), next),
    );
  };
}

/** Sets OpenTelemetry up and makes all handlers, each of which works for `rounds`. */
export function makeVariants(rounds: number): Record<Framework, Record<Variant, RequestListener>> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  const sampler = fixedSampler(RATE);
  const provider = (own: ConstructorParameters<typeof TracerProvider>[0]): TracerProvider =>
    new TracerProvider({ ...own, spanProcessors: [new BatchSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider({ sampler }));
  const ratio = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(RATE) });
  const tracer = provider({ sampler: ratio }).getTracer('by-hand');
  const metrics = createMetrics();

  const handler: RequestListener = (_request, response) => {
    work(rounds);
    response.end('done!');
  };
  const application = (middleware?: (request: IncomingMessage, response: ServerResponse, next: Next) => void) => {
    const app = express().disable('x-powered-by').disable('etag');
    if (middleware !== undefined) app.use(middleware);
    app.get('/users/:id', handler as express.RequestHandler);
    return app as RequestListener;
  };
  const observeNode = byHand(tracer);
  const observeExpress = byHand(tracer);
  return {
    node: {
      bare: handler,
      telint: instrument(handler, { metrics, sampler, route: () => '/users/:id' }),
      byHand: (request, response) =>
        observeNode(
          request,
          response,
          () => '/users/:id',
          () => handler(request, response),
        ),
    },
    express: {
      bare: application(),
      telint: application(telemetry({ metrics, sampler })),
      byHand: application((request, response, next) => {
        const routed = request as IncomingMessage & { baseUrl: string; route?: { path: string } };
        observeExpress(request, response, () => routed.baseUrl + (routed.route?.path ?? ''), next);
      }),
    },
  };
}
