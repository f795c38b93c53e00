import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import express from 'express';
import fastify from 'fastify';
import * as promClient from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMetricsHandler, metricsPlugin, type RenderedMetrics } from '../src/exporters/prometheus.ts';
import { scrapeDeadlineMs } from '../src/scrape-handler.ts';
import { scrape, until } from './support/scrape.ts';

const open: Server[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.closeAllConnections();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function listen(server: Server): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

type Options = Omit<Parameters<typeof createMetricsHandler>[0], 'metrics'>;

function serve(render: RenderedMetrics['render'], options: Options = {}): Promise<string> {
  const handle = createMetricsHandler({ metrics: { render }, ...options });
  return listen(createServer((request, response) => void handle(request, response)));
}

async function* hello(accept: string) {
  await Promise.resolve();
  yield `# ${accept}\n`;
  yield 'up 1\n';
}

/** Pieces without end, as long as somebody takes them. */
function endless() {
  const state = { started: 0, stopped: 0, pieces: 0 };
  async function* render() {
    state.started += 1;
    try {
      for (;;) {
        state.pieces += 1;
        yield 'x'.repeat(1000);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    } finally {
      state.stopped += 1;
    }
  }
  return { state, render };
}

function silence() {
  return vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
}

describe('answers', () => {
  it('negotiates the format and says which it is', async () => {
    const url = await serve(hello);
    const text = await scrape(url);
    expect(text.status).toBe(200);
    expect(text.headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'Accept, Accept-Encoding',
      'content-length': String(text.body.length),
    });
    expect(text.body.toString()).toBe('# text/plain; version=0.0.4; charset=utf-8\nup 1\n');
    const open = await scrape(url, { headers: { accept: 'application/openmetrics-text;version=1.0.0' } });
    expect(open.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(open.body.toString()).toContain('# application/openmetrics-text');
  });

  it('compresses only for those who ask', async () => {
    const url = await serve(hello);
    const plain = await scrape(url, { headers: { 'accept-encoding': 'gzip;q=0' } });
    const packed = await scrape(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.headers['content-length']).toBe(String(packed.body.length));
    expect(gunzipSync(packed.body).toString()).toBe(plain.body.toString());
    const never = await serve(hello, { gzip: false });
    expect(
      (await scrape(never, { headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding'],
    ).toBeUndefined();
  });

  it('carries a large body of many characters intact, plain and compressed', async () => {
    const lines = Array.from({ length: 40_000 }, (_, n) => `m{l="größe ${n} 🎛"} ${n}\n`);
    async function* render() {
      await Promise.resolve();
      yield* lines;
    }
    const url = await serve(render);
    expect((await scrape(url)).body.toString()).toBe(lines.join(''));
    const packed = await scrape(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(gunzipSync(packed.body).toString()).toBe(lines.join(''));
  });

  it('answers HEAD without rendering', async () => {
    const render = vi.fn(hello);
    const { status, headers, body } = await scrape(await serve(render), { method: 'HEAD' });
    expect([status, body.length]).toEqual([200, 0]);
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(render).not.toHaveBeenCalled();
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s and says what is allowed', async (method) => {
    const { status, headers } = await scrape(await serve(hello), { method });
    expect([status, headers.allow, headers['cache-control']]).toEqual([405, 'GET, HEAD', 'no-store']);
  });

  it('keeps what a rendering failed with from the scraper and tells it to the service', async () => {
    const warned = silence();
    const url = await serve(() => {
      throw new Error('secret detail 1');
    });
    const { status, body } = await scrape(url);
    expect(status).toBe(500);
    expect(body.toString()).not.toContain('secret');
    expect(warned).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('secret detail 1'), {
      type: 'TelintWarning',
      code: 'TELINT_SCRAPE_FAILED',
    });
  });

  it('answers 500 when a rendering fails halfway, not half the metrics', async () => {
    silence();
    async function* render() {
      await Promise.resolve();
      yield 'half 1\n'.repeat(20_000);
      throw new Error('halfway');
    }
    const url = await serve(render);
    expect((await scrape(url)).status).toBe(500);
    expect((await scrape(url, { headers: { 'accept-encoding': 'gzip' } })).status).toBe(500);
  });
});

describe('deadlines', () => {
  it.each([
    [undefined, 10_000],
    ['', 10_000],
    ['abc', 10_000],
    ['-1', 10_000],
    ['0', 10_000],
    ['Infinity', 10_000],
    ['10', 9500],
    ['2.5', 2000],
    ['1', 800],
    ['0.1', 80],
    ['1e9', 120_000],
    [['5', '6'], 10_000],
  ])('a scrape timeout of %s s is a deadline of %d ms', (header, ms) => {
    expect(scrapeDeadlineMs(header, 10_000)).toBeCloseTo(ms, 6);
  });

  it.each(['identity', 'gzip'])('answers 503 in time and stops the rendering (%s)', async (encoding) => {
    silence();
    const { state, render } = endless();
    const url = await serve(render);
    const { status, headers } = await scrape(url, {
      headers: { 'x-prometheus-scrape-timeout-seconds': '0.2', 'accept-encoding': encoding },
    });
    expect([status, headers['cache-control']]).toEqual([503, 'no-store']);
    await until(() => state.stopped === 1);
  });

  it('answers 503 although a collector never answers, every time anew', async () => {
    silence();
    let asked = 0;
    async function* render() {
      asked += 1;
      await new Promise(() => undefined);
      yield '';
    }
    const url = await serve(render, { timeoutMs: 50 });
    expect((await scrape(url)).status).toBe(503);
    expect((await scrape(url, { headers: { 'accept-encoding': 'gzip' } })).status).toBe(503);
    expect((await scrape(url)).status).toBe(503);
    expect(asked).toBe(3);
  });

  it('counts the time of authorisation', async () => {
    silence();
    const url = await serve(hello, { timeoutMs: 50, auth: { authorize: () => new Promise(() => undefined) } });
    expect((await scrape(url)).status).toBe(503);
  });

  it('hands the time that is left to the rendering', async () => {
    const seen: (number | undefined)[] = [];
    async function* render(_: string, options?: { readonly deadlineMs?: number }) {
      seen.push(options?.deadlineMs);
      await Promise.resolve();
      yield '';
    }
    await scrape(await serve(render), { headers: { 'x-prometheus-scrape-timeout-seconds': '5' } });
    expect(seen[0]).toBeGreaterThan(3000);
    expect(seen[0]).toBeLessThanOrEqual(4500);
  });

  it.each([0, -1, NaN, Infinity, 1e9])('refuses a default of %d ms', (timeoutMs) => {
    expect(() => createMetricsHandler({ metrics: { render: hello }, timeoutMs })).toThrow(/TELINT_OPTION_INVALID/);
  });
});

describe('concurrent scrapes', () => {
  it('render once per format and encoding', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const rendered: string[] = [];
    async function* render(accept: string) {
      rendered.push(accept);
      await gate;
      yield `${accept} ${rendered.length}\n`;
    }
    const authorize = vi.fn(() => true);
    const url = await serve(render, { auth: { authorize } });
    const accept = 'application/openmetrics-text';
    const scrapes = [
      ...Array.from({ length: 10 }, () => scrape(url)),
      ...Array.from({ length: 10 }, () => scrape(url, { headers: { accept } })),
      ...Array.from({ length: 10 }, () => scrape(url, { headers: { accept, 'accept-encoding': 'gzip' } })),
    ];
    await until(() => authorize.mock.calls.length === 30);
    await new Promise((resolve) => setImmediate(resolve));
    go();
    const answers = await Promise.all(scrapes);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
    expect(rendered).toHaveLength(3);
    await scrape(url);
    expect(rendered).toHaveLength(4);
  });

  it('keep the rendering alive while one of them still waits', async () => {
    silence();
    let asked = 0;
    async function* render() {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 400));
      yield 'late 1\n';
    }
    const url = await serve(render);
    const hasty = scrape(url, { headers: { 'x-prometheus-scrape-timeout-seconds': '0.1' } });
    const patient = scrape(url, { headers: { 'x-prometheus-scrape-timeout-seconds': '10' } });
    expect((await hasty).status).toBe(503);
    expect((await patient).body.toString()).toBe('late 1\n');
    expect(asked).toBe(1);
  });
});

describe('scrapers that go away', () => {
  it.each(['identity', 'gzip'])('stop the rendering (%s)', async (encoding) => {
    const { state, render } = endless();
    const url = new URL(await serve(render));
    const socket = connect(Number(url.port), '127.0.0.1');
    socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\n\r\n`);
    await until(() => state.pieces > 3);
    socket.destroy();
    await until(() => state.stopped === 1);
    const { pieces } = state;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(state.pieces).toBe(pieces);
  });

  it('are noticed while they do not read, and cut off at the deadline', async () => {
    let bodies = 0;
    const closed: string[] = [];
    async function* render() {
      bodies += 1;
      await Promise.resolve();
      for (let n = 0; n < 400; n++) yield 'x'.repeat(100_000);
    }
    const handle = createMetricsHandler({ metrics: { render }, timeoutMs: 1500 });
    const url = new URL(
      await listen(
        createServer((request, response) => {
          response.once('close', () => closed.push(response.writableFinished ? 'complete' : 'cut off'));
          void handle(request, response);
        }),
      ),
    );
    const socket = connect(Number(url.port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => bodies === 1);
    // A reader that stands still holds up nobody else.
    expect((await scrape(url.href)).body).toHaveLength(40_000_000);
    await until(() => closed.includes('cut off'));
    expect(closed.sort()).toEqual(['complete', 'cut off']);
    socket.destroy();
  });
});

describe('frameworks', () => {
  it('is an express handler', async () => {
    const app = express();
    app.all('/metrics', createMetricsHandler({ metrics: { render: hello }, auth: { bearer: 'token' } }));
    const url = await listen(createServer((request, response) => void app(request, response)));
    expect((await scrape(url)).status).toBe(401);
    const { status, body } = await scrape(url, { headers: { authorization: 'Bearer token' } });
    expect([status, body.toString().split('\n')[1]]).toEqual([200, 'up 1']);
    expect((await scrape(url, { method: 'POST' })).status).toBe(405);
  });

  it('is a fastify plugin', async () => {
    const app = fastify();
    await app.register(metricsPlugin, {
      metrics: { render: hello },
      auth: { bearer: 'token' },
      path: '/internal/metrics',
    });
    const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/internal/metrics`;
    const headers = { authorization: 'Bearer token' };
    expect((await scrape(url)).status).toBe(401);
    expect((await scrape(url, { headers })).body.toString()).toContain('up 1');
    expect((await scrape(url, { headers, method: 'HEAD' })).status).toBe(200);
    await app.close();
  });
});

describe('registries of prom-client', () => {
  it('are served in the one format that they have, without renaming their counters', async () => {
    const registry = new promClient.Registry();
    new promClient.Counter({ name: 'jobs_total', help: 'Jobs.', registers: [registry] }).inc();
    const handle = createMetricsHandler({ metrics: registry });
    const url = await listen(createServer((request, response) => void handle(request, response)));
    const { headers, body } = await scrape(url, { headers: { accept: 'application/openmetrics-text;version=1.0.0' } });
    expect(headers['content-type']).toBe(registry.contentType);
    expect(body.toString()).toBe(await registry.metrics());
    expect(registry.getSingleMetric('jobs_total')).toBeDefined();
  });
});
