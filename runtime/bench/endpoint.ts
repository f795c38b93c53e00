/** A scrape over HTTP from end to end: ours with gzip against prom-client's `register.metrics()` behind node:http. */
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as promClient from 'prom-client';
import { createMetricsHandler } from '../src/exporters/prometheus.ts';
import { createMetrics, free, oneOf } from '../src/metrics.ts';
import { median, type BenchRow } from './rows.ts';

/** Label sets of the counter; a large service. */
const ROUTES = 5000;
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
const ROUNDS = 7;

interface Scrape {
  readonly ms: number;
  readonly blockMs: number;
  readonly bytes: number;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** One scrape from this process; the longest block of the loop is the service's, because reading is cheap. */
async function scrape(port: number): Promise<Scrape> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.reset();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const start = performance.now();
  const bytes = await new Promise<number>((resolve, reject) => {
    const headers = { 'accept-encoding': 'gzip' };
    get({ port, host: '127.0.0.1', headers, agent: false }, (response) => {
      let size = 0;
      response.on('data', (chunk: Buffer) => (size += chunk.length));
      response.once('end', () => {
        resolve(size);
      });
    }).once('error', reject);
  });
  const ms = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  return { ms, blockMs: delay.max / 1e6, bytes };
}

/** Time, longest block and size of a scrape of 20,000 series. */
export async function bench(): Promise<BenchRow[]> {
  const metrics = createMetrics({ limits: { valuesPerLabel: 10_000, seriesPerMetric: 100_000, totalSeries: 100_000 } });
  const labels = { method: oneOf(...METHODS), route: free({ max: 10_000 }), status: oneOf('200') };
  const own = metrics.counter({ name: 'bench_requests_total', help: 'Requests.', labels });
  const registry = new promClient.Registry();
  const labelNames = ['method', 'route', 'status'] as const;
  const theirs = new promClient.Counter({
    name: 'bench_requests_total',
    help: 'Requests.',
    labelNames,
    registers: [registry],
  });
  for (let n = 0; n < ROUTES; n++) {
    for (const method of METHODS) {
      const series = { method, route: `/api/v1/resource-${n}/:id`, status: '200' } as const;
      own.inc(series, n);
      theirs.inc(series, n);
    }
  }
  const handle = createMetricsHandler({ metrics, allowUnauthenticated: true });
  const ours = createServer((request, response) => void handle(request, response));
  const plain = createServer((_, response) => {
    void registry.metrics().then((text) => response.end(text));
  });
  const ports = [await listen(ours), await listen(plain)] as const;
  const taken: [Scrape[], Scrape[]] = [[], []];
  for (let round = -2; round < ROUNDS; round++) {
    for (const side of [0, 1] as const) {
      const one = await scrape(ports[side]);
      if (round >= 0) taken[side].push(one);
    }
  }
  ours.close();
  plain.close();
  const of = (side: 0 | 1, key: keyof Scrape) => median(taken[side].map((one) => one[key]));
  const ratio = (key: keyof Scrape) => of(0, key) / of(1, key);
  const note = (key: keyof Scrape, unit: string) => `${of(0, key).toFixed(1)} against ${of(1, key).toFixed(1)} ${unit}`;
  return [
    {
      id: 'endpoint scrape time / prom-client',
      ratio: ratio('ms'),
      target: 0.4,
      direction: 'max',
      note: note('ms', 'ms, with gzip against without'),
    },
    {
      id: 'endpoint scrape longest block / prom-client',
      ratio: ratio('blockMs'),
      target: 0.25,
      direction: 'max',
      note: note('blockMs', 'ms'),
    },
    {
      id: 'endpoint scrape bytes / prom-client',
      ratio: ratio('bytes'),
      target: 0.15,
      direction: 'max',
      note: note('bytes', 'bytes'),
    },
  ];
}
