import { setTimeout as sleep } from 'node:timers/promises';
import { parseExposition, sumOf } from '../../runtime/test/support/exposition-parser.ts';
import { startCollector, type Collector } from '../lib/otlp-collector.ts';
import { startProvider, type PaymentProvider } from '../lib/payment-provider.ts';
import { startShop, type Shop } from '../lib/shop.ts';
import { until } from '../lib/until.ts';
import type { FiredAlert, Target, Watcher } from './prometheus.ts';
import { gapsOf, tracesOf, type Trace } from './trace-tree.ts';
import { Customers, type Answers } from './traffic.ts';

/** Alerts that the traffic must make fire; others may. */
export const EXPECTED_ALERTS = [
  'CardinalityLimitReached',
  'ExporterFailing',
  'SlowP95',
  'CircuitBreakerOpen',
  'HighErrorRate',
  'ErrorBudgetBurn1h',
] as const;

/** Versions of the client that the flood sends. */
const FLOOD = 120;
/** So long that scrapes see the count of folded values rise: one that is there at once has not increased. */
const FLOOD_MINUTES = 3;
/** Requests of the flood that are under way together. */
const AT_ONCE = 4;
/** Fastest first. */
const SPEEDS = [60, 30, 15] as const;
const SCRAPES_TO_TIME = 4;
const SCRAPE_MARGIN = 4;
const REQUESTS_PER_SECOND = 6;
const WARM_UP_MS = 3_000;
const DRAIN_MS = 60_000;
const LOOK_MS = 500;
/** A queue so small that the outage overflows it onto the disk. */
const QUEUE_SIZE = 512;
/** The slowest alert needs fifteen minutes of the rules; then the demo goes on without it. */
const PATIENCE_MINUTES = 20;
const MIN_PATIENCE_MS = 10_000;
/** Length of a phase that waits for alerts where there are none. */
const BLIND_PHASE_MS = 12_000;

/** What became of the label that clients choose. */
export interface FloodResult {
  readonly sent: number;
  readonly series: number;
  readonly folded: number;
  /** Requests by the metric with the flooded label, and by the one of the middleware. */
  readonly counted: number;
  readonly requests: number;
}

/** Where the spans of the outage went. */
export interface OutageResult {
  readonly seconds: number;
  readonly accepted: number;
  readonly exported: number;
  readonly dropped: number;
  readonly mostQueued: number;
  readonly mostSpooled: number;
  /** Spans of the main thread that reached the collector. */
  readonly received: number;
}

/** What the run showed. */
export interface LoopResult {
  readonly watcher: string;
  /** Whether rules were evaluated at all. */
  readonly evaluates: boolean;
  /** How many times as fast as in the rules time ran. */
  readonly speed: number;
  readonly fired: readonly FiredAlert[];
  readonly missing: readonly string[];
  readonly trace: Trace | undefined;
  readonly gaps: readonly string[];
  readonly flood: FloodResult;
  readonly outage: OutageResult;
  readonly answers: Answers;
}

/** What the run is made of. */
export interface LoopOptions {
  /** Starts whatever scrapes the service and evaluates the rules. */
  readonly watch: (target: Target) => Promise<Watcher>;
  /** Told what happens, with the seconds since the start. */
  readonly say: (seconds: number, what: string) => void;
}

/** The account of spans, from the text of a scrape: cheap, because it is looked at all the time. */
async function spansOf(
  shop: Shop,
): Promise<Record<'accepted' | 'exported' | 'dropped' | 'queued' | 'spooled', number>> {
  const text = await shop.scrape();
  const sum = (name: string): number =>
    [...text.matchAll(new RegExp(`^telemetry_spans_${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  return {
    accepted: sum('accepted_total'),
    exported: sum('exported_total'),
    dropped: sum('dropped_total'),
    queued: sum('queued'),
    spooled: sum('spooled'),
  };
}

/**
 * How fast time may run: at 60 Prometheus scrapes every second. Where the machine is busy with other things a scrape takes
 * so long that it must be given more time, or the service looks as if it were down.
 */
async function speedFor(shop: Shop): Promise<number> {
  let slowest = 0;
  for (let count = 0; count < SCRAPES_TO_TIME; count++) {
    const started = performance.now();
    await shop.scrape();
    slowest = Math.max(slowest, performance.now() - started);
  }
  return SPEEDS.find((speed) => slowest * SCRAPE_MARGIN < 60_000 / speed) ?? SPEEDS[SPEEDS.length - 1] ?? 1;
}

/** What the run works with. */
interface Parts {
  readonly shop: Shop;
  readonly collector: Collector;
  readonly provider: PaymentProvider;
  readonly customers: Customers;
  readonly say: LoopOptions['say'];
}

/** The run as a sequence of phases; each lasts until the alerts that belong to it have fired. */
class Loop {
  readonly #shop: Shop;
  readonly #collector: Collector;
  readonly #provider: PaymentProvider;
  readonly #customers: Customers;
  readonly #say: LoopOptions['say'];
  readonly #startedAt = performance.now();
  #mostQueued = 0;
  #mostSpooled = 0;
  #outageMs = 0;

  constructor({ shop, collector, provider, customers, say }: Parts) {
    this.#shop = shop;
    this.#collector = collector;
    this.#provider = provider;
    this.#customers = customers;
    this.#say = say;
  }

  #tell(what: string): void {
    this.#say((performance.now() - this.#startedAt) / 1000, what);
  }

  /** Normal traffic until all of these have fired. */
  async #shopUntil(watcher: Watcher, ...alerts: readonly string[]): Promise<void> {
    const startedAt = performance.now();
    await this.#customers.shop(
      REQUESTS_PER_SECOND,
      until(
        async () => {
          const { queued, spooled } = await spansOf(this.#shop);
          this.#mostQueued = Math.max(this.#mostQueued, queued);
          this.#mostSpooled = Math.max(this.#mostSpooled, spooled);
          await watcher.look();
          if (!watcher.evaluates) return performance.now() - startedAt > BLIND_PHASE_MS;
          return alerts.every((name) => watcher.fired.has(name));
        },
        MIN_PATIENCE_MS + (PATIENCE_MINUTES * 60_000) / watcher.speed,
        LOOK_MS,
      ),
    );
  }

  /** Normal traffic, and how fast time may run on this machine. */
  async warmUp(): Promise<number> {
    this.#tell('Customers sign in, buy, look at orders and ask for pages that do not exist.');
    await this.#customers.signIn();
    await this.#customers.shop(REQUESTS_PER_SECOND, sleep(WARM_UP_MS));
    return this.#customers.shop(REQUESTS_PER_SECOND, speedFor(this.#shop));
  }

  async run(watcher: Watcher): Promise<void> {
    this.#tell(`${watcher.kind} watches; a minute of the rules is ${60 / watcher.speed} s here.`);
    await this.#customers.shop(REQUESTS_PER_SECOND, sleep(WARM_UP_MS));

    this.#tell(`A client sends ${FLOOD} different versions of itself in a header that is a label.`);
    await this.#flood(watcher.speed);

    this.#tell('The collector goes away, and the payment provider takes 1.3 s for each answer.');
    const goneAt = performance.now();
    await this.#collector.goAway();
    this.#provider.mood = 'slow';
    await this.#shopUntil(watcher, 'CardinalityLimitReached', 'ExporterFailing', 'SlowP95');

    this.#tell('The collector comes back. The payment provider answers nothing but errors.');
    await this.#collector.comeBack();
    this.#outageMs = performance.now() - goneAt;
    this.#provider.mood = 'down';
    await this.#shopUntil(watcher, 'CircuitBreakerOpen', 'HighErrorRate', 'ErrorBudgetBurn1h');

    this.#tell('The provider is well again; what waited in memory and on disk is sent.');
    this.#provider.mood = 'well';
    await this.#customers.shop(REQUESTS_PER_SECOND, sleep(WARM_UP_MS));
    const isSent = async (): Promise<boolean> => {
      const { accepted, exported, dropped, spooled } = await spansOf(this.#shop);
      return spooled === 0 && accepted === exported + dropped;
    };
    await until(isSent, DRAIN_MS, LOOK_MS);
  }

  async #flood(speed: number): Promise<void> {
    const pauseMs = (FLOOD_MINUTES * 60_000) / speed / FLOOD;
    const flooding = async (): Promise<void> => {
      for (let version = 0; version < FLOOD; version += AT_ONCE) {
        const batch = Array.from({ length: AT_ONCE }, (_, index) => this.#customers.flood(version + index));
        await Promise.all([...batch, sleep(pauseMs * AT_ONCE)]);
      }
    };
    await this.#customers.shop(REQUESTS_PER_SECOND, flooding());
  }

  async result(watcher: Watcher): Promise<LoopResult> {
    const families = parseExposition(await this.#shop.scrape(), 'text');
    const spans = [...this.#collector.spans.values()];
    const server = spans.find(({ kind }) => kind === 2)?.resource['service.instance.id'];
    const orders = tracesOf(spans).filter(({ root }) => root?.name === 'POST /customers/:customerId/orders');
    const trace = orders.findLast((one) => gapsOf(one).length === 0) ?? orders.at(-1);
    const sum = (name: string, labels?: Readonly<Record<string, string>>): number => sumOf(families, name, labels);
    return {
      watcher: watcher.kind,
      evaluates: watcher.evaluates,
      speed: watcher.speed,
      fired: [...watcher.fired.values()],
      missing: EXPECTED_ALERTS.filter((name) => !watcher.fired.has(name)),
      trace,
      gaps: trace === undefined ? ['a trace of an order'] : gapsOf(trace),
      flood: {
        sent: FLOOD,
        series: sum('telemetry_series', { metric: 'shop_client_requests_total' }),
        folded: sum('telemetry_folded_total', { metric: 'shop_client_requests_total', label: 'version' }),
        counted: sum('shop_client_requests_total'),
        requests: sum('http_server_request_duration_seconds_count'),
      },
      outage: {
        seconds: this.#outageMs / 1000,
        accepted: sum('telemetry_spans_accepted_total'),
        exported: sum('telemetry_spans_exported_total'),
        dropped: sum('telemetry_spans_dropped_total'),
        mostQueued: this.#mostQueued,
        mostSpooled: this.#mostSpooled,
        received: spans.filter(({ resource }) => resource['service.instance.id'] === server).length,
      },
      answers: this.#customers.answers,
    };
  }
}

/** Starts the fixed shop with everything around it, drives it through the phases, and ends all of it again. */
export async function runLoop({ watch, say }: LoopOptions): Promise<LoopResult> {
  const running: { stop(): Promise<void> }[] = [];
  const keep = <T>(one: T, stop: (started: T) => Promise<void>): T => {
    running.push({ stop: () => stop(one) });
    return one;
  };
  try {
    const collector = keep(await startCollector(), (started) => started.close());
    const provider = keep(await startProvider(), (started) => started.close());
    const shop = keep(
      await startShop({
        SHOP_PAYMENTS_URL: provider.url,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
        OTEL_BSP_SCHEDULE_DELAY: '500',
        OTEL_BSP_MAX_QUEUE_SIZE: String(QUEUE_SIZE),
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: String(QUEUE_SIZE / 8),
      }),
      (started) => started.stop(),
    );
    const loop = new Loop({ shop, collector, provider, customers: new Customers(shop.url), say });
    const speed = await loop.warmUp();
    const target = { address: shop.adminAddress, token: shop.metricsToken, speed };
    const watcher = keep(await watch(target), (started) => started.stop());
    await loop.run(watcher);
    return await loop.result(watcher);
  } finally {
    for (const one of running.reverse()) await one.stop();
  }
}
