import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createMetrics, database, httpServer, type MetricSnapshot } from '../../runtime/src/metrics.ts';
import { PROCESS_METRICS } from '../../runtime/src/process-metrics-table.ts';

/** Seconds between two scrapes. */
export const INTERVAL = 60;
const INSTANCES = ['shop-1:9464', 'shop-2:9464'] as const;
const LIMIT = 512 * 2 ** 20;

const ROUTES = [
  { method: 'GET', route: '/products/:id', weight: 9, seconds: 0.018 },
  { method: 'GET', route: '/search', weight: 5, seconds: 0.06 },
  { method: 'POST', route: '/cart/items', weight: 3, seconds: 0.03 },
  { method: 'POST', route: '/orders', weight: 2, seconds: 0.16 },
  { method: 'GET', route: '/orders/:id', weight: 2, seconds: 0.022 },
] as const;

/** The same numbers in every run (Park and Miller, 1988). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** How bad it is, from 0 to 1: half an hour in which payments time out. */
function incident(share: number): number {
  return share > 0.62 && share < 0.71 ? Math.sin(((share - 0.62) / 0.09) * Math.PI) : 0;
}

/** One instance of a shop over some hours: a rising evening, and an incident. */
function createInstance(seed: number) {
  const random = numbers(seed);
  let now = 0;
  const metrics = createMetrics({ clock: { now: () => now * 1000 } });
  const http = httpServer(metrics);
  const db = database(metrics);
  const gauges = Object.fromEntries(
    (['eventLoopUtilization', 'residentMemory', 'memoryLimit'] as const).map((key) => {
      const { name } = PROCESS_METRICS[key];
      return [key, metrics.gauge({ name, help: 'As the service would tell it.' })];
    }),
  );
  const normal = (): number => (random() + random() + random() + random() - 2) * 1.7;

  return {
    metrics,
    live(time: number, share: number): void {
      now = time;
      const load = 0.55 + 0.45 * Math.sin((share - 0.15) * Math.PI) + normal() * 0.03;
      const trouble = incident(share);
      for (const { method, route, weight, seconds } of ROUTES) {
        const isHit = route === '/orders';
        const count = Math.round(weight * 20 * load * (1 + normal() * 0.06));
        for (let i = 0; i < count; i++) {
          const failed = random() < (isHit ? 0.0003 + trouble * 0.09 : 0.0001 + trouble * 0.0005);
          const missing = !failed && random() < 0.015;
          const status = failed ? (random() < 0.7 ? 503 : 500) : missing ? 404 : method === 'POST' ? 201 : 200;
          const slow = 1 + (isHit ? trouble * 9 : trouble * 1.4);
          http.duration.observe(
            { http_request_method: method, http_route: route, http_response_status_code: status },
            seconds * slow * Math.exp(normal() * 0.7),
          );
        }
      }
      const pool = { db_client_connection_pool_name: 'main' };
      const used = Math.min(20, 5 + load * 4 + trouble * 12 + normal());
      db.connections.set({ ...pool, db_client_connection_state: 'used' }, Math.max(0, Math.round(used)));
      db.maxConnections.set(pool, 20);
      for (const method of ['GET', 'POST'] as const) {
        const base = method === 'GET' ? 6 : 3;
        http.active.set(
          { http_request_method: method },
          Math.max(0, Math.round(base * load * (1 + trouble * 4) + normal())),
        );
      }
      gauges['eventLoopUtilization']?.set(Math.min(0.98, 0.28 * load + trouble * 0.3 + Math.abs(normal()) * 0.02));
      const sawtooth = ((time / 60 + seed) % 37) / 37;
      gauges['residentMemory']?.set(LIMIT * (0.34 + 0.1 * load + 0.08 * sawtooth + trouble * 0.12));
      gauges['memoryLimit']?.set(LIMIT);
    },
  };
}

const escaped = (value: string): string => value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));

function linesOf(snapshot: readonly MetricSnapshot[], instance: string, time: number): string {
  return snapshot
    .flatMap(({ name, samples }) =>
      samples.map(({ metricName, labels, value }) => {
        const all: Readonly<Record<string, string | number>> = { job: 'shop', instance, ...labels };
        const pairs = Object.entries(all).map(([key, one]) => `${key}="${escaped(String(one))}"`);
        return `${metricName ?? name}{${pairs.join(',')}} ${value} ${time}\n`;
      }),
    )
    .join('');
}

/** Writes what Prometheus would have scraped of two instances from `start` to `end` (seconds since 1970). */
export async function writeDay(path: string, start: number, end: number): Promise<void> {
  const instances = INSTANCES.map((name, index) => ({ name, service: createInstance(1000 + index * 77) }));
  const out = createWriteStream(path);
  for (let time = start; time <= end; time += INTERVAL) {
    for (const { name, service } of instances) {
      service.live(time, (time - start) / (end - start));
      out.write(linesOf(await service.metrics.snapshot(), name, time));
    }
  }
  out.end('# EOF\n');
  await finished(out);
}
