import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { SpanKind, SpanStatusCode, propagation } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { httpServer } from '../src/core-metrics.ts';
import { diagnosticCounts } from '../src/diagnostics.ts';
import { correlation } from '../src/log.ts';
import { instrument, type HttpTelemetryOptions } from '../src/middleware/http.ts';
import { inject } from '../src/propagation.ts';
import { middlewareFixture } from './support/middleware.ts';
import { counted, eventually, plainMetrics, rawClient, underWay } from './support/served.ts';

const { collector, metrics, serve, ended, idle } = middlewareFixture();

describe('node:http', () => {
  test('one request: metrics, a SERVER span with the attributes of the conventions, and the context below', async () => {
    let seen: unknown;
    const { url } = await serve((_request, response) => {
      seen = correlation();
      response.writeHead(201).end('ok');
    });
    await fetch(`${url}/users/42/orders?token=abc`);
    await ended(1);
    const span = collector().one('GET');
    expect(span.kind).toBe(SpanKind.SERVER);
    expect(span.attributes).toEqual({
      'http.request.method': 'GET',
      'url.path': '/users/42/orders',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'http.response.status_code': 201,
    });
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(await counted(metrics())).toEqual({ 'GET /users/:id/orders 201': 1 });
    expect(await underWay(metrics())).toEqual({ GET: 0 });
    expect(seen).toMatchObject({
      trace_id: span.spanContext().traceId,
      span_id: span.spanContext().spanId,
      request_id: expect.stringMatching(/^[\da-f]{32}$/) as string,
    });
  });

  test('a route function names span and series; where it has none, the request is unmatched', async () => {
    const { url } = await serve((_request, response) => response.end(), {
      route: (request) => (request.url?.startsWith('/users/') ? '/users/:name' : undefined),
    });
    await fetch(`${url}/users/ada`);
    await fetch(`${url}/else`);
    await ended(2);
    expect(collector().one('GET /users/:name').attributes['http.route']).toBe('/users/:name');
    expect(collector().one('GET').attributes).not.toHaveProperty('http.route');
    expect(await counted(metrics())).toEqual({ 'GET /users/:name 200': 1, 'GET __unmatched__ 200': 1 });
  });

  test('paths that nothing answers do not fill the series, whatever scanners ask for', async () => {
    const { url } = await serve((_request, response) => response.writeHead(404).end());
    for (const path of ['/wp-login.php', '/.env', '/a/b/c']) await fetch(url + path);
    expect(await counted(metrics())).toEqual({ 'GET __unmatched__ 404': 3 });
  });

  test('guessed routes are bounded: what is too much is folded and nothing is lost', async () => {
    const { port } = await serve((_request, response) => response.end());
    const word = (n: number) => `r${String.fromCharCode(97 + (n % 26), 97 + (Math.floor(n / 26) % 26))}`;
    const heads = Array.from({ length: 520 }, (_, n) => `GET /${word(n)} HTTP/1.1\r\nHost: a\r\n\r\n`).join('');
    const { socket } = rawClient(port, heads);
    await eventually(
      async () => Object.values(await counted(metrics())).reduce((sum, n) => sum + n, 0) === 520,
      'all counted',
    );
    socket.destroy();
    const counts = await counted(metrics());
    expect(Object.keys(counts).length).toBeLessThanOrEqual(501);
    expect(counts['GET __other__ 200']).toBeGreaterThanOrEqual(20);
  });

  test('unknown methods are one value', async () => {
    const { port } = await serve((_request, response) => response.end());
    rawClient(port, 'PROPFIND /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await ended(1);
    expect(collector().one('HTTP').attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PROPFIND',
    });
    expect(await counted(metrics())).toEqual({ '_OTHER /a 200': 1 });
  });

  test('the trace of the caller goes on, and with it its decision', async () => {
    const { url } = await serve((_request, response) => response.end(JSON.stringify(inject())));
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const ask = async (flags: string): Promise<Record<string, string>> => {
      const response = await fetch(url, { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-${flags}` } });
      return (await response.json()) as Record<string, string>;
    };
    expect((await ask('00'))['traceparent']).toMatch(new RegExp(`^00-${traceId}-[\\da-f]{16}-00$`));
    expect((await ask('01'))['traceparent']).toMatch(new RegExp(`^00-${traceId}-[\\da-f]{16}-01$`));
    await ended(1);
    expect(collector().one('GET').parentSpanContext).toMatchObject({
      traceId,
      spanId: 'b7ad6b7169203331',
      isRemote: true,
    });
  });

  test('a public endpoint starts its own trace and links the caller; baggage can be left out', async () => {
    let baggage: unknown;
    const { url } = await serve(
      (_request, response) => {
        baggage = propagation.getActiveBaggage()?.getAllEntries();
        response.end();
      },
      { publicEndpoint: true, baggage: false },
    );
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'vendor=x', baggage: 'tenant=a' };
    await fetch(url, { headers });
    await ended(1);
    const span = collector().one('GET');
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.links[0]?.context.traceState).toBeUndefined();
    expect(span.spanContext().traceId).not.toBe(traceId);
    expect(span.links.map(({ context }) => context.traceId)).toEqual([traceId]);
    expect(baggage).toBeUndefined();
  });

  test('request ids: taken over when harmless, made otherwise, sent back when wanted', async () => {
    const { url } = await serve((_request, response) => response.end(correlation().request_id), {
      requestId: { response: true },
    });
    const ask = async (id?: string): Promise<string> => {
      const response = await fetch(url, id === undefined ? {} : { headers: { 'X-Request-Id': id } });
      const body = await response.text();
      expect(response.headers.get('x-request-id')).toBe(body);
      return body;
    };
    expect(await ask('order-17/a:b.c')).toBe('order-17/a:b.c');
    expect(await ask()).toMatch(/^[\da-f]{32}$/);
    expect(await ask('a b')).toMatch(/^[\da-f]{32}$/);
    expect(await ask('ada@example.com')).toMatch(/^[\da-f]{32}$/);
    expect(await ask('x'.repeat(129))).toMatch(/^[\da-f]{32}$/);
    expect(await ask('x'.repeat(128))).toBe('x'.repeat(128));
  });

  test('ids from another header or none, made by another function', async () => {
    const { url } = await serve((_request, response) => response.end(correlation().request_id), {
      requestId: { header: false, generate: () => 'own', response: 'x-trace' },
    });
    const response = await fetch(url, { headers: { 'x-request-id': 'client' } });
    expect([await response.text(), response.headers.get('x-trace')]).toEqual(['own', 'own']);
  });

  test('listeners of a body that comes in pieces run in the context of the request', async () => {
    const seen: unknown[] = [];
    const { port } = await serve((request, response) => {
      request.on('data', () => seen.push(correlation().request_id));
      request.on('end', () => {
        seen.push(correlation().request_id);
        setTimeout(() => response.end(), 1);
      });
      response.on('finish', () => seen.push(correlation().request_id));
    });
    const { socket } = rawClient(
      port,
      'POST / HTTP/1.1\r\nHost: a\r\nX-Request-Id: r1\r\nContent-Length: 2\r\nConnection: close\r\n\r\na',
    );
    await eventually(() => seen.length === 1, 'first chunk');
    socket.write('b');
    await ended(1);
    expect(seen).toEqual(['r1', 'r1', 'r1', 'r1']);
  });

  test('5xx is an error of the span, 4xx is none', async () => {
    const { url } = await serve((request, response) => response.writeHead(Number(request.url?.slice(1))).end());
    await fetch(`${url}/503`);
    await fetch(`${url}/404`);
    await ended(2);
    const [failed, missing] = collector().spans();
    expect(failed?.status.code).toBe(SpanStatusCode.ERROR);
    expect(failed?.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' });
    expect(missing?.status.code).toBe(SpanStatusCode.UNSET);
    expect(missing?.attributes).not.toHaveProperty('error.type');
  });

  test('a rejected handler: recorded sanitized, and still an unhandled rejection', async () => {
    const rejections: unknown[] = [];
    const error = new Error('no access with password=hunter2hunter2');
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => rejections.push(reason));
    try {
      const { url } = await serve(async (_request, response) => {
        await Promise.resolve();
        response.on('newListener', () => undefined);
        setTimeout(() => response.writeHead(500).end(), 1);
        throw error;
      });
      await fetch(url);
      await ended(1);
      expect(rejections).toEqual([error]);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
    const span = collector().one('GET');
    expect(span.events.map(({ name }) => name)).toEqual(['exception']);
    expect(JSON.stringify([span.events, span.status])).not.toContain('hunter2');
  });

  test('what a handler throws is thrown on unchanged', () => {
    const error = new Error('sync');
    const handler = instrument(
      () => {
        throw error;
      },
      { metrics: metrics() },
    ) as unknown as (...args: unknown[]) => void;
    const listeners: (() => void)[] = [];
    const response = { on: (_event: string, listener: () => void) => listeners.push(listener), statusCode: 200 };
    expect(() => handler({ method: 'GET', url: '/', headers: {} }, response)).toThrow(error);
  });

  test('wrapped twice: one span, one count', async () => {
    const inner = instrument((_request: IncomingMessage, response: ServerResponse) => void response.end(), {
      metrics: metrics(),
      route: () => '/inner',
    });
    const { url } = await serve(inner);
    await fetch(`${url}/x`);
    await ended(1);
    expect(await counted(metrics())).toEqual({ 'GET /inner 200': 1 });
  });

  test('ignored requests leave nothing', async () => {
    const { url } = await serve((_request, response) => response.end(), {
      ignore: ({ url: path }) => path === '/healthz',
    });
    await fetch(`${url}/healthz`);
    await fetch(`${url}/real`);
    await ended(1);
    expect(await counted(metrics())).toEqual({ 'GET /real 200': 1 });
  });

  test('functions of the options that throw cost telemetry and never the request', async () => {
    const boom = (): never => {
      throw new Error('boom');
    };
    for (const [options, spans] of [
      [{ ignore: boom }, 0],
      [{ route: boom }, 1],
      [{ describe: boom }, 1],
      // The 500 is told as that of an unsampled request is.
      [{ sampler: { decide: boom } }, 1],
      [{ sanitizer: { url: boom, value: boom } }, 1],
      [{ requestId: { generate: boom, response: true } }, 1],
    ] as const) {
      const before = diagnosticCounts().get('TELINT_MIDDLEWARE_FAILED') ?? 0;
      collector().reset();
      const { url } = await serve((_request, response) => response.writeHead(500).end('fine'), options);
      expect(await (await fetch(url)).text()).toBe('fine');
      await idle();
      expect(collector().spans().length).toBe(spans);
      if (!('sanitizer' in options)) {
        expect(diagnosticCounts().get('TELINT_MIDDLEWARE_FAILED') ?? 0).toBeGreaterThan(before);
      }
      await idle();
    }
  });

  test('a request made outside of HTTP clients: URL in absolute form, headers that repeat', async () => {
    const { port } = await serve((_request, response) => response.end());
    httpRequest({
      port,
      host: '127.0.0.1',
      path: 'http://shop.example/users/7?x=1',
      headers: { 'x-request-id': ['a', 'b'] },
    })
      .on('error', () => undefined)
      .end();
    await ended(1);
    expect(collector().one('GET').attributes['url.path']).toBe('/users/7');
    expect(await counted(metrics())).toEqual({ 'GET /users/:id 200': 1 });
  });

  test('mistakes of the set-up tell what to write', () => {
    const make = (options: unknown) => () => instrument(() => undefined, options as HttpTelemetryOptions);
    expect(() => instrument(undefined as never)).toThrow(/createServer\(instrument\(handler/);
    expect(make({ sampler: 0.1 })).toThrow(/fixedSampler\(0\.1\)/);
    expect(make({ ignore: '/healthz' })).toThrow(/`ignore` must be a function/);
    expect(make({ requestId: { header: 'x request id' } })).toThrow(/`requestId\.header`/);
    expect(make({ errorSpansPerSecond: -1 })).toThrow(/`errorSpansPerSecond`/);
    const set = httpServer(plainMetrics());
    expect(make({ metrics: set })).not.toThrow();
  });
});
