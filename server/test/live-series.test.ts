import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startPrometheus, available } from '../../runtime/test/services/prometheus.ts';
import type { DefinedMetric } from '../../eslint-plugin/src/analysis/collect-inventory.ts';
import { LivePrometheus } from '../src/live-series.ts';
import { readServerSettings } from '../src/settings.ts';
import { defineTest } from './support/define-test.ts';
import { METRIC_SERVICE } from './support/sources.ts';
import { until } from './support/until.ts';

const servers: Server[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Answer of a server on loopback to each request. */
type Answer = (body: string, request: IncomingMessage) => { status?: number; headers?: object; body: string };

async function serve(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { status = 200, headers = {}, body: content } = answer(body, request);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(content);
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers like Prometheus: so many series of a name, and so many on one target. */
function vector(
  series: Readonly<Record<string, readonly [total: number, perTarget: number]>>,
  asked: string[],
): Answer {
  return (body) => {
    const query = new URLSearchParams(body).get('query') ?? '';
    asked.push(query);
    const names = /=~"([^"]*)"/.exec(query)?.[1]?.split('|') ?? [];
    const result = Object.entries(series)
      .filter(([name]) => names.includes(name))
      .map(([name, counts]) => ({
        metric: { __name__: name },
        value: [1, String(counts[query.startsWith('max') ? 1 : 0])],
      }));
    return { body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }) };
  };
}

const metric = (name: string, rest: Partial<DefinedMetric> = {}): DefinedMetric =>
  ({ name, instrument: 'counter', library: 'prom', ...rest }) as DefinedMetric;

describe('series that Prometheus has now', () => {
  it('are those of all names of a metric, in one question for all of them', async () => {
    const asked: string[] = [];
    const url = await serve(
      vector({ a_total: [6, 3], b_bucket: [8, 8], b_sum: [2, 2], b_count: [2, 2], http_requests_total: [4, 4] }, asked),
    );
    const live = new LivePrometheus(() => url, expect.unreachable);
    const metrics = [
      metric('a_total'),
      metric('b', { instrument: 'histogram' }),
      metric('http.requests', { library: 'otel', unit: '{request}' }),
      metric('never_total'),
    ];
    const found = await live.series(metrics);
    expect(metrics.map((m) => found.get(m))).toEqual([
      { total: 6, perTarget: 3 },
      { total: 12, perTarget: 12 },
      { total: 4, perTarget: 4 },
      { total: 0, perTarget: 0 },
    ]);
    expect(asked).toHaveLength(2);
    await live.series(metrics);
    expect(asked).toHaveLength(2);
  });

  it('are asked for again after a while', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const asked: string[] = [];
    const url = await serve(vector({ a_total: [1, 1] }, asked));
    const live = new LivePrometheus(() => url, expect.unreachable);
    await live.series([metric('a_total')]);
    vi.advanceTimersByTime(16_000);
    await live.series([metric('a_total')]);
    expect(asked).toHaveLength(4);
  });

  it('are asked of nobody unless somebody is named', async () => {
    const live = new LivePrometheus(() => '', expect.unreachable);
    expect(await live.series([metric('a_total')])).toEqual(new Map());
  });

  it('that cannot be asked for are said once, until the server has answered again', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const said: string[] = [];
    let isUp = false;
    const answer = vector({ a_total: [1, 1] }, []);
    const url = await serve((body, request) => (isUp ? answer(body, request) : { status: 503, body: 'starting' }));
    const live = new LivePrometheus(
      () => url,
      (message) => said.push(message),
    );
    for (let i = 0; i < 3; i++) {
      expect(await live.series([metric('a_total'), metric('b_total')])).toEqual(new Map());
      vi.advanceTimersByTime(31_000);
    }
    expect(said).toEqual([`Prometheus at ${url} cannot be asked, estimates stand alone: status 503`]);
    isUp = true;
    expect((await live.series([metric('a_total')])).size).toBe(1);
    isUp = false;
    vi.advanceTimersByTime(31_000);
    await live.series([metric('a_total')]);
    expect(said).toHaveLength(2);
  });

  it.each<[string, Answer]>([
    ['a page', () => ({ body: '<html>', headers: { 'content-type': 'text/html' } })],
    ['JSON of something else', () => ({ body: '{"data":{}}' })],
    ['null', () => ({ body: 'null' })],
  ])('are none where %s is the answer', async (_, answer) => {
    const said: string[] = [];
    const url = await serve(answer);
    const live = new LivePrometheus(
      () => url,
      (message) => said.push(message),
    );
    expect(await live.series([metric('a_total')])).toEqual(new Map());
    expect(said).toHaveLength(1);
  });

  it('are asked of no other host: a redirect is not followed', async () => {
    const elsewhere: string[] = [];
    const other = await serve(vector({ a_total: [1, 1] }, elsewhere));
    const url = await serve(() => ({ status: 307, headers: { location: `${other}/api/v1/query` }, body: '' }));
    const said: string[] = [];
    const live = new LivePrometheus(
      () => url,
      (message) => said.push(message),
    );
    expect(await live.series([metric('a_total')])).toEqual(new Map());
    expect(elsewhere).toEqual([]);
    expect(said).toHaveLength(1);
  });

  it.skipIf(!available() && process.env['TELINT_REQUIRE_SERVICES'] === undefined)(
    'are those of a real Prometheus, on two targets',
    async () => {
      const page = (extra: string): Answer => {
        const body = `# TYPE shop_orders_total counter\nshop_orders_total{outcome="paid"} 1\nshop_orders_total{outcome="open"} 2\n${extra}`;
        return () => ({ body, headers: { 'content-type': 'text/plain; version=0.0.4' } });
      };
      const targets = await Promise.all([serve(page('')), serve(page('shop_orders_total{outcome="lost"} 1\n'))]);
      const prometheus = await startPrometheus({
        configuration: {
          global: { scrape_interval: '1s', scrape_timeout: '1s' },
          scrape_configs: [
            { job_name: 'shop', static_configs: [{ targets: targets.map((target) => new URL(target).host) }] },
          ],
        },
      });
      try {
        const live = new LivePrometheus(() => prometheus.url, expect.unreachable);
        const orders = metric('shop_orders_total');
        await until(
          async () => (await prometheus.query('up == 1')).length === 2,
          () => 'both targets',
        );
        expect((await live.series([orders])).get(orders)).toEqual({ total: 5, perTarget: 3 });
      } finally {
        await prometheus.stop();
      }
    },
    60_000,
  );
});

describe('the address of Prometheus', () => {
  it.each(['http://127.0.0.1:9090', 'https://metrics.example/prometheus', ''])('can be %o', (prometheusUrl) => {
    expect(readServerSettings({ prometheusUrl })).toMatchObject({ settings: { prometheusUrl }, mistakes: [] });
  });

  it.each(['localhost:9090', 'file:///etc/passwd', 'http://name:word@127.0.0.1', 9090])(
    'cannot be %o',
    (prometheusUrl) => {
      const { settings, mistakes } = readServerSettings({ prometheusUrl });
      expect(settings.prometheusUrl).toBe('');
      expect(mistakes).toEqual([expect.stringContaining('telint.prometheusUrl')]);
    },
  );
});

defineTest('hover and inventory tell the series of Prometheus beside the estimate', {
  fs: METRIC_SERVICE,
  async prepare(world) {
    const asked: string[] = [];
    const prometheusUrl = await serve(vector({ app_duration_seconds_bucket: [40, 20] }, asked));
    world.client.settings = { prometheusUrl };
    await world.client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await world.open('src/metrics.ts');
    return asked;
  },
  async handle(world, asked) {
    const hover = async (): Promise<string> => {
      const at = world.at('src/metrics.ts', 'app_duration_seconds', 1);
      const answer = await world.client.request<{ contents: { value: string } } | null>('textDocument/hover', at);
      return answer?.contents.value ?? '';
    };
    await until(
      async () => (await hover()).includes('Prometheus: 40 series now, at most 20 on one target.'),
      () => 'the number in the hover',
    );
    expect(await hover()).toContain('Estimate: 12 series');
    expect(await world.client.request('telint/liveSeries', {})).toEqual({
      app_duration_seconds: { total: 40, perTarget: 20 },
      app_requests_total: { total: 0, perTarget: 0 },
    });
    expect(asked.length).toBeGreaterThan(0);
    world.client.settings = {};
    await world.client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await until(
      async () => JSON.stringify(await world.client.request('telint/liveSeries', {})) === '{}',
      () => 'an empty list',
    );
    expect(await hover()).not.toContain('Prometheus');
  },
});
