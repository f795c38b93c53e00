/** A service with all metrics of the runtime, hours of its life in seconds, as a text for `promtool tsdb create-blocks-from`. */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { collectDefaultMetrics, Registry } from 'prom-client';
import {
  business,
  cache,
  circuitBreaker,
  countSanitized,
  createMetrics,
  database,
  eventBus,
  graphql,
  httpClient,
  httpServer,
  job,
  processMetrics,
  queue,
  type MetricSnapshot,
} from '../../../runtime/src/metrics.ts';
import { createSanitizer } from '../../../runtime/src/sanitize.ts';
import { registerTracingMetrics } from '../../../runtime/src/tracing-metrics.ts';

/** The service that is simulated. */
export const TARGET = { job: 'shop', instance: 'shop-1:9464' } as const;

/** Seconds between two scrapes. */
export const INTERVAL = 30;

/** Real milliseconds between two scrapes: twice the resolution at which prom-client looks at the event loop. */
const OBSERVED_MS = 21;

/** Numbers from 0 to 1, the same in every run (Park and Miller). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Young garbage is collected between any two scrapes of a service; here the hours are too short for it. */
function garbageCollector(): (options: { readonly type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;
}

/** Everything that the service does between two scrapes. */
function createService() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  let now = 0;
  const metrics = createMetrics({ registry, clock: { now: () => now * 1000 } });
  const observed = processMetrics(metrics);
  const spans = { accepted: 0, exported: 0, dropped: 0, failures: 0 };
  const reasons = { queue_full: 0, rejected: 0, failed: 0, shutdown: 0, spool_corrupt: 0 };
  const state = { recovered: 0, queued: 3, inFlight: 1, spooled: 0, circuit: 'closed' } as const;
  registerTracingMetrics(registry, { stats: () => ({ ...spans, ...state, droppedByReason: reasons }) });
  const sets = {
    ...{ http: httpServer(metrics), client: httpClient(metrics), gql: graphql(metrics), db: database(metrics) },
    ...{ caches: cache(metrics), queues: queue(metrics), breaker: circuitBreaker(metrics), bus: eventBus(metrics) },
    ...{ jobs: job(metrics), shop: business(metrics) },
    sanitizer: countSanitized(createSanitizer(), metrics),
  };
  const random = numbers(42);
  const collectGarbage = garbageCollector();
  const pick = <const T>(...values: readonly [T, ...T[]]): T =>
    values[Math.floor(random() * values.length)] ?? values[0];
  const seconds = (typical: number): number => typical * (0.2 + random() * random() * 12);

  const answer = (): void => {
    const method = pick('GET', 'POST');
    const route = pick('/orders/:id', '/cart', '/search');
    const status = random() < 0.02 ? 500 : pick(200, 200, 201, 404);
    sets.http.duration.observe(
      { http_request_method: method, http_route: route, http_response_status_code: status },
      seconds(0.04),
    );
    const failed = random() < 0.05;
    const outgoing = { http_request_method: method, server_address: pick('payments.internal', 'search.internal') };
    const answered = { http_response_status_code: failed ? '' : 200, error_type: failed ? 'ECONNRESET' : '' };
    sets.client.duration.observe({ ...outgoing, ...answered }, seconds(0.02));
    const operation = {
      graphql_operation_type: pick('query', 'mutation'),
      graphql_operation_name: pick('Cart', 'Search'),
    };
    sets.gql.duration.observe({ ...operation, outcome: pick('success', 'success', 'failure') }, seconds(0.03));
    sets.gql.errors.inc({ graphql_operation_type: operation.graphql_operation_type, error_code: 'NOT_FOUND' });
    sets.gql.resolverDuration.observe({ graphql_field: pick('Cart.items', 'Item.price') }, seconds(0.005));
    const table = { db_operation_name: pick('SELECT', 'INSERT'), db_collection_name: pick('orders', 'items') };
    const error_type = random() < 0.05 ? 'TimeoutError' : '';
    sets.db.duration.observe({ db_system_name: 'postgresql', ...table, error_type }, seconds(0.004));
    sets.caches.requests.inc({ cache_name: 'prices', outcome: pick('hit', 'hit', 'miss') });
    sets.caches.duration.observe({ cache_name: 'prices', operation: pick('get', 'set') }, seconds(0.0004));
    const event = { event_name: pick('order.placed', 'cart.changed') };
    sets.bus.published.inc(event);
    sets.bus.handleDuration.observe({ ...event, handler: 'mail', outcome: pick('success', 'failure') }, seconds(0.02));
    sets.shop.events.inc({
      event_name: 'order',
      tenant_tier: pick('free', 'pro'),
      outcome: pick('success', 'success', 'failure'),
    });
    sets.shop.amount.inc({ event_name: 'order', currency: 'EUR' }, 20 + random());
    sets.shop.usage.inc({ resource: 'api_calls', tenant_tier: pick('free', 'pro') });
    sets.shop.requestsByTenant.inc({ tenant: `t${Math.floor(random() * random() * 40)}`, tenant_tier: 'pro' });
    sets.breaker.calls.inc({ circuit_breaker_name: 'payments', outcome: pick('success', 'failure') });
  };

  const work = (): void => {
    const mails = { messaging_system: 'bullmq', messaging_destination_name: 'mails' } as const;
    const error_type = pick('', '', 'ECONNRESET');
    sets.queues.sent.inc({ ...mails, error_type });
    sets.queues.consumed.inc({ ...mails, error_type });
    sets.queues.processDuration.observe({ ...mails, error_type }, seconds(0.3));
    sets.queues.redelivered.inc(mails);
    sets.queues.deadLettered.inc(mails);
    for (const one of ['waiting', 'active', 'delayed', 'failed'] as const)
      sets.queues.depth.set({ ...mails, state: one }, 3 + random());
    sets.queues.oldestAge.set(mails, seconds(2));
    const nightly = { job_name: 'invoices' };
    sets.jobs.duration.observe({ ...nightly, outcome: pick('success', 'failure') }, seconds(20));
    sets.jobs.startDelay.observe(nightly, seconds(0.5));
    sets.jobs.retries.inc(nightly);
    sets.jobs.active.set(nightly, 1);
    sets.jobs.lastSuccess.set(nightly, now - 10);
    for (const one of ['closed', 'open', 'half-open'] as const) {
      sets.breaker.state.set({ circuit_breaker_name: 'payments', state: one }, one === 'closed' ? 1 : 0);
      sets.breaker.transitions.inc({ circuit_breaker_name: 'payments', state: one });
    }
    sets.caches.evictions.inc({ cache_name: 'prices', reason: 'expired' });
    sets.caches.entries.set({ cache_name: 'prices' }, 900 + random());
    sets.caches.size.set({ cache_name: 'prices' }, 9e6);
    sets.bus.pending.set({ event_name: 'order.placed' }, 2);
    sets.http.active.set({ http_request_method: 'GET' }, 4);
    sets.client.active.set({ http_request_method: 'GET', server_address: 'payments.internal' }, 2);
    const pool = { db_client_connection_pool_name: 'main' };
    sets.db.connections.set({ ...pool, db_client_connection_state: 'used' }, 3 + random() * 3);
    sets.db.connections.set({ ...pool, db_client_connection_state: 'idle' }, 4);
    sets.db.maxConnections.set(pool, 10);
    sets.db.waiting.set(pool, 0);
    sets.db.waitTime.observe(pool, seconds(0.002));
    sets.db.timeouts.inc(pool);
    sets.shop.activeTenants.set({ tenant_tier: 'pro' }, 30);
    sets.sanitizer.attribute('user.email', 'someone@example.com');
    spans.accepted += 100;
    spans.exported += 98;
    reasons.queue_full += 2;
    spans.failures += 1;
    collectGarbage({ type: 'minor' });
  };

  return {
    metrics,
    stop: () => observed.stop(),
    live(time: number): void {
      now = time;
      for (let i = 0; i < 40; i++) answer();
      work();
    },
  };
}

const escaped = (value: string): string => value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));

function line(
  name: string,
  labels: Readonly<Record<string, string | number>>,
  value: number | string,
  time: number,
): string {
  const all: Readonly<Record<string, string | number>> = { ...TARGET, ...labels };
  const pairs = Object.entries(all).map(([key, one]) => `${key}="${escaped(String(one))}"`);
  return `${name}{${pairs.join(',')}} ${value} ${time}\n`;
}

function linesOf(snapshot: readonly MetricSnapshot[], time: number): string[] {
  return snapshot.flatMap(({ name, samples }) =>
    samples.map((sample) => line(sample.metricName ?? name, sample.labels, sample.value, time)),
  );
}

/**
 * Writes what Prometheus would have scraped from `start` to `end` (seconds since 1970), with the series that it adds itself.
 * Samples are untyped: create-blocks-from stores types nowhere.
 */
export async function simulate(path: string, start: number, end: number): Promise<{ readonly samples: number }> {
  const service = createService();
  const out = createWriteStream(path);
  let samples = 0;
  try {
    for (let time = start; time <= end; time += INTERVAL) {
      service.live(time);
      // Delays of the loop and collections of garbage are observed in real time, between two turns of the loop.
      await sleep(OBSERVED_MS);
      const lines = linesOf(await service.metrics.snapshot(), time);
      const scrape = {
        up: 1,
        scrape_duration_seconds: 0.012,
        scrape_samples_scraped: lines.length,
        scrape_series_added: 0,
      };
      for (const [name, value] of Object.entries(scrape)) lines.push(line(name, {}, value, time));
      samples += lines.length;
      out.write(lines.join(''));
    }
  } finally {
    service.stop();
    out.end('# EOF\n');
    await finished(out);
  }
  return { samples };
}
