import express, { type ErrorRequestHandler, type Express } from 'express';
import { SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { correlation } from '../src/log.ts';
import { recordErrors, telemetry, type RequestTelemetryOptions } from '../src/middleware/express.ts';
import { instrument } from '../src/middleware/http.ts';
import { fixedSampler } from '../src/sampling.ts';
import { middlewareFixture, type Handler } from './support/middleware.ts';
import { counted } from './support/served.ts';

const { collector, metrics, serveBare, ended, idle } = middlewareFixture();

/** An application with telemetry, served. */
async function serveApp(build: (app: Express) => void, options: RequestTelemetryOptions = {}): Promise<string> {
  const app = express();
  app.set('env', 'test');
  app.use(telemetry({ metrics: metrics(), ...options }));
  build(app);
  const { url } = await serveBare(app as Handler);
  return url;
}

const answer: Handler = (_request, response) => void response.end('ok');

describe('express', () => {
  test('the route is the template, with the templates of mounted routers before it, from the first request on', async () => {
    const url = await serveApp((app) => {
      const orders = express.Router();
      orders.get('/:order', answer);
      orders.get('/', answer);
      const tenants = express.Router({ mergeParams: true });
      tenants.use('/orders', orders);
      app.use('/tenants/:tenant', tenants);
      app.get('/users/:id', answer);
      app.get(/^\/v\d+\/status$/, answer);
      app.get(['/a', '/b'], answer);
      const files = express.Router();
      files.get('/meta', answer);
      app.use('/files/*path/in', files);
      const sub = express();
      sub.get('/deep/:x', answer);
      app.use('/sub/:region', sub);
    });
    const paths = ['/tenants/acme/orders/17', '/tenants/acme/orders', '/tenants/b%20c/orders/1', '/users/ada'];
    for (const path of [...paths, '/v2/status', '/b', '/files/x/y/in/meta', '/sub/eu/deep/1', '/nothing/here']) {
      await fetch(url + path).then((response) => response.text());
    }
    await ended(9);
    expect(await counted(metrics())).toEqual({
      'GET /tenants/:tenant/orders/:order 200': 2,
      'GET /tenants/:tenant/orders 200': 1,
      'GET /users/:id 200': 1,
      [String.raw`GET /^\\/v\\d+\\/status$/ 200`]: 1,
      'GET /a|/b 200': 1,
      'GET /files/*path/in/meta 200': 1,
      'GET /sub/:region/deep/:x 200': 1,
      'GET __unmatched__ 404': 1,
    });
    const named = collector().named('GET /tenants/:tenant/orders/:order');
    expect(named[0]?.attributes).toMatchObject({
      'http.route': '/tenants/:tenant/orders/:order',
      'url.path': '/tenants/acme/orders/17',
    });
  });

  test('the error of a 5xx is on the span, sanitized, with the route of the router that failed', async () => {
    const url = await serveApp((app) => {
      const api = express.Router();
      api.get('/sync', () => {
        throw new Error('password=hunter2hunter2');
      });
      api.get('/async', async () => {
        await Promise.resolve();
        throw new TypeError('late');
      });
      api.get('/refused', (_request, _response, next) => next(Object.assign(new Error('no'), { status: 403 })));
      app.use('/api/:version', api);
      // Express tells error handlers by their four parameters.
      const handler: ErrorRequestHandler = (error: { status?: number }, _request, response, next) => {
        if (response.headersSent) next(error);
        else response.status(error.status ?? 500).end();
      };
      app.use(handler);
    });
    for (const path of ['sync', 'async', 'refused']) await fetch(`${url}/api/v1/${path}`);
    await ended(3);
    const sync = collector().one('GET /api/:version/sync');
    expect(sync.status.code).toBe(SpanStatusCode.ERROR);
    expect(sync.events.map(({ attributes }) => attributes?.['exception.type'])).toEqual(['Error']);
    expect(JSON.stringify([sync.events, sync.status])).not.toContain('hunter2');
    expect(collector().one('GET /api/:version/async').attributes['error.type']).toBe('TypeError');
    const refused = collector().one('GET /api/:version/refused');
    expect([refused.status.code, refused.events]).toEqual([SpanStatusCode.UNSET, []]);
    expect(await counted(metrics())).toEqual({
      'GET /api/:version/sync 500': 1,
      'GET /api/:version/async 500': 1,
      'GET /api/:version/refused 403': 1,
    });
  });

  test('recordErrors sees errors where Express does not tell them, and passes them on', async () => {
    const url = await serveApp((app) => {
      app.get('/x', (request, _response, next) => {
        // As in versions before 5.3: nothing keeps the errors.
        Object.defineProperty(request, Symbol.for('router.tracing.publishedErrors'), {
          get: () => undefined,
          set: () => undefined,
        });
        next(new RangeError('far'));
      });
      app.use(recordErrors());
    });
    const response = await fetch(`${url}/x`);
    expect(response.status).toBe(500);
    await ended(1);
    expect(collector().one('GET /x').attributes['error.type']).toBe('RangeError');
  });

  test('context and request id reach handlers behind a body parser', async () => {
    const url = await serveApp(
      (app) => {
        app.use(express.json());
        app.post('/echo', (_request, response) => void response.json(correlation()));
      },
      { requestId: { response: true } },
    );
    const response = await fetch(`${url}/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'r-7' },
      body: JSON.stringify({ text: 'x'.repeat(70_000) }),
    });
    const seen = (await response.json()) as Record<string, string>;
    await ended(1);
    expect(response.headers.get('x-request-id')).toBe('r-7');
    expect(seen).toMatchObject({
      request_id: 'r-7',
      span_id: collector().one('POST /echo').spanContext().spanId,
    });
  });

  test('used twice, and inside of an instrumented server: one span, one count, the route of Express', async () => {
    const app = express();
    app.use(telemetry({ metrics: metrics() }), telemetry({ metrics: metrics() }));
    app.get('/users/:name', answer);
    const { url } = await serveBare(instrument(app as Handler, { metrics: metrics() }));
    await fetch(`${url}/users/ada`);
    await ended(1);
    expect(
      collector()
        .spans()
        .map(({ name }) => name),
    ).toEqual(['GET /users/:name']);
    expect(await counted(metrics())).toEqual({ 'GET /users/:name 200': 1 });
    await idle();
  });

  test('mounted below a path, and with the router alone', async () => {
    const app = express();
    app.use('/shop/:lang', telemetry({ metrics: metrics() }));
    app.get('/shop/:lang/cart', answer);
    const { url } = await serveBare(app as Handler);
    await fetch(`${url}/shop/de/cart`);
    const router = express.Router();
    router.use(telemetry({ metrics: metrics() }));
    router.get('/bare/:x', answer as never);
    const bare = await serveBare((request, response) =>
      router(request as never, response as never, () => response.writeHead(404).end()),
    );
    await fetch(`${bare.url}/bare/1`);
    await ended(2);
    expect(await counted(metrics())).toEqual({ 'GET /shop/:lang/cart 200': 1, 'GET /bare/:x 200': 1 });
    expect(collector().one('GET /shop/:lang/cart').attributes['url.path']).toBe('/shop/de/cart');
  });

  test('unsampled requests make no span but for errors, and are counted', async () => {
    const url = await serveApp(
      (app) => {
        app.get('/ok', answer);
        app.get('/bad', () => {
          throw new Error('bad');
        });
      },
      { sampler: fixedSampler(0) },
    );
    await fetch(`${url}/ok`);
    await fetch(`${url}/bad`);
    expect(await counted(metrics())).toEqual({ 'GET /ok 200': 1, 'GET /bad 500': 1 });
  });
});
