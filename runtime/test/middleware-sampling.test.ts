import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { context, createContextKey, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { correlation, requestContext, withRequestContext } from '../src/log.ts';
import { instrument, type HttpTelemetryOptions } from '../src/middleware/http.ts';
import { inject } from '../src/propagation.ts';
import { fixedSampler, type DecideInput, type TelintSampler } from '../src/sampling.ts';
import { middlewareFixture, type Handler } from './support/middleware.ts';
import { counted, eventually, listen, plainMetrics, type Running } from './support/served.ts';

describe('a sampler that decides before the span', () => {
  const { metrics, serve } = middlewareFixture();
  const exporter = new InMemorySpanExporter();
  let started = 0;

  /** The sampler has to be that of the SDK too, as in a service. */
  const useSampler = (sampler: TelintSampler): void => {
    trace.disable();
    exporter.reset();
    started = 0;
    const onStart = () => {
      started++;
    };
    const counting = { onStart, onEnd: () => undefined, forceFlush: done, shutdown: done };
    trace.setGlobalTracerProvider(
      new TracerProvider({ sampler, spanProcessors: [counting, new SimpleSpanProcessor({ exporter })] }),
    );
  };
  const done = (): Promise<void> => Promise.resolve();

  test('an unsampled request has no span, and its context goes on as unsampled', async () => {
    const sampler = fixedSampler(0);
    useSampler(sampler);
    const { url } = await serve(
      (_request, response) => {
        const fields = inject();
        trace.getTracer('below').startSpan('below').end();
        response.end(JSON.stringify({ ...fields, ...correlation() }));
      },
      { sampler },
    );
    const seen = (await (await fetch(`${url}/users/1`)).json()) as Record<string, string>;
    expect(seen['traceparent']).toMatch(/^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-00$/);
    expect(seen['traceparent']).toBe(`00-${seen['trace_id'] ?? ''}-${seen['span_id'] ?? ''}-00`);
    expect(seen['request_id']).toMatch(/^[\da-f]{32}$/);
    expect(started).toBe(0);
    expect(await counted(metrics())).toEqual({ 'GET /users/:id 200': 1 });
  });

  test('the decision comes with method, route and parent', async () => {
    const inputs: DecideInput[] = [];
    const inner = fixedSampler(1);
    const sampler: TelintSampler = Object.assign(Object.create(inner) as TelintSampler, {
      usesRoute: true,
      decide: (input: DecideInput) => {
        inputs.push(input);
        return inner.decide(input);
      },
    });
    const { url } = await serve((_request, response) => response.end(), { sampler });
    await fetch(`${url}/users/1`);
    await fetch(url, { method: 'POST', headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } });
    expect(inputs).toMatchObject([
      { method: 'GET', route: '/users/:id', parent: undefined },
      { method: 'POST', route: '/', parent: { traceId: 'a'.repeat(32) } },
    ]);
  });

  test('the error of an unsampled request leaves one span in its trace', async () => {
    const sampler = fixedSampler(0);
    useSampler(sampler);
    let traceId: string | undefined;
    const { url } = await serve(
      (_request, response) => {
        traceId = correlation().trace_id;
        response.writeHead(500).end();
      },
      { sampler, route: () => '/orders/:id' },
    );
    const before = Date.now();
    await fetch(`${url}/orders/5`);
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['GET /orders/:id']);
    const [span] = exporter.getFinishedSpans();
    expect(span?.spanContext().traceId).toBe(traceId);
    expect(span?.kind).toBe(SpanKind.SERVER);
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
    expect(span?.attributes).toMatchObject({ 'http.route': '/orders/:id', 'http.response.status_code': 500 });
    expect((span?.startTime[0] ?? 0) * 1000).toBeGreaterThan(before - 2000);
  });

  test('error spans can be switched off', async () => {
    const sampler = fixedSampler(0);
    useSampler(sampler);
    const { url } = await serve((_request, response) => response.writeHead(500).end(), {
      sampler,
      errorSpansPerSecond: 0,
    });
    await fetch(url);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  test('tracer: false makes no span and passes the trace of the caller on', async () => {
    const { url } = await serve((_request, response) => response.end(JSON.stringify(inject())), { tracer: false });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const fields = (await (await fetch(url, { headers: { traceparent } })).json()) as Record<string, string>;
    expect(fields['traceparent']).toBe(traceparent);
  });
});

describe('beside other instrumentations', () => {
  const { collector, metrics, serve, serveBare, ended } = middlewareFixture();
  const RPC = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA');
  const inner = (handler: Handler, options: HttpTelemetryOptions = {}) =>
    instrument(handler, { metrics: metrics(), route: () => '/users/:id', ...options });

  test('the SERVER span of instrumentation-http is enriched, not doubled, and gets the route back', async () => {
    const rpc: { route?: string; span: unknown; type: string } = { type: 'http', span: undefined };
    const handler = inner((_request, response) => response.end(correlation().span_id));
    const { url } = await serveBare((request, response) => {
      const span = trace.getTracer('official').startSpan('GET', { kind: SpanKind.SERVER });
      rpc.span = span;
      context.with(trace.setSpan(context.active(), span).setValue(RPC, rpc), () => handler(request, response));
      response.on('close', () => span.end());
    });
    const spanId = await (await fetch(`${url}/users/1`)).text();
    await ended(1);
    const span = collector().one('GET /users/:id');
    expect(span.spanContext().spanId).toBe(spanId);
    expect(span.attributes).toEqual({ 'http.route': '/users/:id' });
    expect(rpc.route).toBe('/users/:id');
    expect(await counted(metrics())).toEqual({ 'GET /users/:id 200': 1 });
  });

  test('where it did not sample, no span is made either', async () => {
    const handler = inner((_request, response) => response.end(correlation().trace_id));
    const traceId = 'c'.repeat(32);
    const { url } = await serveBare((request, response) => {
      const ctx = trace.setSpanContext(context.active(), { traceId, spanId: 'd'.repeat(16), traceFlags: 0 });
      const span = trace.getSpan(ctx);
      context.with(ctx.setValue(RPC, { type: 'http', span }), () => handler(request, response));
    });
    expect(await (await fetch(url)).text()).toBe(traceId);
    expect(collector().spans()).toEqual([]);
  });

  test('a span that was active when the server started is no parent', async () => {
    const { running, boot } = await trace.getTracer('boot').startActiveSpan('boot', async (span) => ({
      running: await serve((_request, response) => response.end()),
      boot: span,
    }));
    await fetch(running.url);
    boot.end();
    await ended(2);
    expect(collector().one('GET').parentSpanContext).toBeUndefined();
  });

  test('a request context that is there already gives way to that of the request', async () => {
    const handler = inner((_request, response) => response.end(requestContext()?.requestId));
    const { url } = await serveBare((request, response) =>
      withRequestContext({ requestId: 'outer' }, () => handler(request, response)),
    );
    expect(await (await fetch(url, { headers: { 'x-request-id': 'own' } })).text()).toBe('own');
  });
});

describe('without an SDK', () => {
  let running: Running | undefined;
  const metrics = plainMetrics();
  beforeEach(() => {
    trace.disable();
    context.disable();
  });
  afterEach(() => running?.close());

  test('metrics and request ids work, in asynchronous code too; a set-up that comes later is noticed', async () => {
    const handler = async (_request: unknown, response: { end(text: string): void }): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      response.end(JSON.stringify(correlation()));
    };
    running = await listen(instrument(handler as never, { metrics, sampler: fixedSampler(1) }));
    const ask = async () =>
      (await (await fetch(running?.url ?? '', { headers: { 'x-request-id': 'r' } })).json()) as object;
    // Whether there is a context manager is looked up once per second; those of the tests before are gone by now.
    await eventually(async () => 'request_id' in (await ask()), 'request ids');
    expect(await ask()).toEqual({ request_id: 'r' });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new TracerProvider({}));
    expect(await ask()).toMatchObject({ request_id: 'r', trace_flags: '01' });
    expect(Object.keys(await counted(metrics))).toEqual(['GET / 200']);
    trace.disable();
    context.disable();
  });
});

test('what outlives a request and keeps its context does not keep request and response', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const kept: (() => void)[] = [];
  const refs: WeakRef<object>[] = [];
  const handler: Handler = (request, response) => {
    refs.push(new WeakRef(request), new WeakRef(response));
    // As a pool does that opens a connection inside of a request.
    kept.push(context.bind(context.active(), () => undefined));
    response.end();
  };
  const server = await listen(instrument(handler, { metrics: plainMetrics() }));
  for (let n = 0; n < 20; n++) await (await fetch(server.url)).text();
  await server.close();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Node itself keeps the last of each connection for a while.
  await eventually(() => {
    collect();
    return refs.filter((ref) => ref.deref() === undefined).length >= 36;
  }, 'requests and responses are collected');
  expect(kept).toHaveLength(20);
  context.disable();
});

test('on the older line of OpenTelemetry (api 1.9, SDK 2)', async () => {
  const file = fileURLToPath(new URL('./support/middleware-otel-2.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  expect(JSON.parse(stdout)).toEqual({
    version: expect.stringMatching(/^1\.9\./) as string,
    spans: ['GET /users/:id 200', 'POST /users/:id 500 error'],
    parents: ['b7ad6b7169203331', ''],
    logs: [true, true],
    counts: { 'GET /users/:id 200': 2, 'POST /users/:id 500': 1 },
    unsampled: true,
  });
});
