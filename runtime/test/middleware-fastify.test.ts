import Fastify, { type FastifyInstance } from 'fastify';
import { SpanStatusCode } from '@opentelemetry/api';
import { afterEach, describe, expect, test } from 'vitest';
import { correlation } from '../src/log.ts';
import { telemetry, type RequestTelemetryOptions } from '../src/middleware/fastify.ts';
import { middlewareFixture } from './support/middleware.ts';
import { counted, eventually, rawClient, underWay } from './support/served.ts';

const { collector, metrics, ended, idle } = middlewareFixture();
let app: FastifyInstance | undefined;
afterEach(async () => {
  app?.server.closeAllConnections();
  await app?.close();
  app = undefined;
});

/** An instance with telemetry, listening. */
async function serveApp(
  build: (instance: FastifyInstance) => void,
  options: RequestTelemetryOptions = {},
): Promise<string> {
  const instance = Fastify();
  app = instance;
  await instance.register(telemetry, { metrics: metrics(), ...options });
  build(instance);
  return instance.listen({ port: 0, host: '127.0.0.1' });
}

describe('fastify', () => {
  test('routes of all plugins, known before the handler runs; unknown ones are unmatched', async () => {
    let early: string | undefined;
    const url = await serveApp((instance) => {
      instance.get('/users/:id', () => 'ok');
      void instance.register(
        (plugin, _options, done) => {
          plugin.get('/orders/:order', () => 'ok');
          done();
        },
        { prefix: '/api/:tenant' },
      );
      instance.addHook('onRequest', (_request, _reply, done) => {
        early = collector().spans().at(-1)?.name;
        done();
      });
    });
    for (const path of ['/users/ada', '/api/acme/orders/1', '/none']) await fetch(url + path);
    await ended(3);
    expect(await counted(metrics())).toEqual({
      'GET /users/:id 200': 1,
      'GET /api/:tenant/orders/:order 200': 1,
      'GET __unmatched__ 404': 1,
    });
    expect(collector().one('GET /users/:id').attributes).toMatchObject({ 'http.route': '/users/:id' });
    expect(early).toBe('GET /api/:tenant/orders/:order');
  });

  test('errors of handlers are recorded on 5xx only', async () => {
    const url = await serveApp((instance) => {
      instance.get('/bad', async () => {
        await Promise.resolve();
        throw new TypeError('secret password=hunter2hunter2');
      });
      instance.get('/missing', () => {
        throw Object.assign(new Error('gone'), { statusCode: 404 });
      });
    });
    await fetch(`${url}/bad`);
    await fetch(`${url}/missing`);
    await ended(2);
    const bad = collector().one('GET /bad');
    expect(bad.status.code).toBe(SpanStatusCode.ERROR);
    expect(bad.events.map(({ attributes }) => attributes?.['exception.type'])).toEqual(['TypeError']);
    expect(JSON.stringify([bad.events, bad.status])).not.toContain('hunter2');
    const missing = collector().one('GET /missing');
    expect([missing.status.code, missing.events]).toEqual([SpanStatusCode.UNSET, []]);
  });

  test('context and request id reach a handler after a body in pieces', async () => {
    const url = await serveApp((instance) => {
      instance.post('/echo', () => correlation());
    });
    const { socket, received } = rawClient(
      Number(new URL(url).port),
      'POST /echo HTTP/1.1\r\nHost: a\r\nX-Request-Id: r9\r\nContent-Type: application/json\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{"a"',
    );
    await eventually(async () => (await underWay(metrics()))['POST'] === 1, 'under way');
    socket.write(':1}');
    await ended(1);
    await eventually(() => received().includes('request_id'), 'answered');
    const { spanId, traceId } = collector().one('POST /echo').spanContext();
    expect(JSON.parse(received().split('\r\n\r\n')[1] ?? '')).toMatchObject({
      request_id: 'r9',
      span_id: spanId,
      trace_id: traceId,
    });
  });

  test('hijacked replies and clients that go away end too', async () => {
    const url = await serveApp((instance) => {
      instance.get('/raw', (_request, reply) => {
        reply.hijack();
        reply.raw.writeHead(202).end();
      });
      instance.get('/hang', () => new Promise(() => undefined));
    });
    await fetch(`${url}/raw`);
    const aborted = new AbortController();
    const hanging = fetch(`${url}/hang`, { signal: aborted.signal }).catch(() => undefined);
    await eventually(async () => (await underWay(metrics()))['GET'] === 1, 'under way');
    aborted.abort();
    await hanging;
    await ended(2);
    expect(await counted(metrics())).toEqual({ 'GET /raw 202': 1, 'GET /hang 499': 1 });
    await idle();
  });

  test('inject, registered twice: one span, one count', async () => {
    const instance = Fastify();
    app = instance;
    await instance.register(telemetry, { metrics: metrics() });
    await instance.register(telemetry, { metrics: metrics() });
    instance.get('/i/:n', () => 'ok');
    const response = await instance.inject({ url: '/i/1', headers: { 'x-request-id': 'inj' } });
    expect(response.statusCode).toBe(200);
    await ended(1);
    expect(await counted(metrics())).toEqual({ 'GET /i/:n 200': 1 });
    await idle();
  });

  test('options that cannot work make register fail', async () => {
    const instance = Fastify();
    app = instance;
    await expect(async () => instance.register(telemetry, { sampler: 0.5 as never })).rejects.toThrow(/fixedSampler/);
  });
});
