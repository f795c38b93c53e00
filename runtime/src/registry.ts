/** A set of metrics with common limits: creates them, keeps them in the registry of the service, renders them. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  checkedBuckets,
  DEFAULT_BUCKETS,
  exponentialBuckets,
  linearBuckets,
  type ExponentialBuckets,
  type LinearBuckets,
} from './buckets.ts';
import { systemClock, type Clock } from './clock.ts';
import { CounterFamily, ScalarSeries, type Counter } from './counter.ts';
import { TelintError } from './diagnostics.ts';
import type { Domain, LabelDomains, LabelsOf } from './domains.ts';
import { ExemplarSource, type ActiveSpan } from './exemplars.ts';
import { GaugeFamily, type Gauge } from './gauge.ts';
import { HistogramFamily, HistogramSeries, type Histogram } from './histogram.ts';
import { checkedLimits, SeriesBudget, type Limits, type OnLimit } from './limits.ts';
import type { Family, MetricOptions } from './metric-family.ts';
import type { MetricSnapshot } from './metric-snapshots.ts';
import { checkNaming, type MetricType, type NamingMode } from './naming.ts';
import { RegisteredMetric, type PromClientRegistry } from './prom-registry.ts';
import { collectFamily, render, snapshot, type RenderOptions, type RenderSource } from './render.ts';
import { reportIn, selfMetrics } from './self-metrics.ts';
import { SeriesStore, type Series } from './series-store.ts';
import { statsOf, type MetricsStats } from './metrics-stats.ts';

/** Settings of a set of metrics. */
export interface MetricsOptions {
  /** A registry of prom-client or @prometheus-io/client: the metrics are registered there, and its others are rendered too. */
  readonly registry?: PromClientRegistry;
  /** Bounds of series; see `Limits` for the defaults. */
  readonly limits?: Partial<Limits>;
  /** What happens to a value that does not fit. Default `fold`. */
  readonly onLimit?: OnLimit;
  /** `warn` lets names pass that are against the conventions. Default `strict`. */
  readonly naming?: NamingMode;
  /** Exemplars of the active span for counters and histograms. Default false. */
  readonly exemplars?: boolean;
  /** The active span, where it is not to be asked of @opentelemetry/api. */
  readonly activeSpan?: ActiveSpan;
  /**
   * `_created` lines in OpenMetrics. Default false: a server that does not use them as start times stores one more series
   * for each label set.
   */
  readonly created?: boolean;
  /** Metrics about the metrics (`telemetry_series` …). Default true. */
  readonly selfMetrics?: boolean;
  /** Time source; for tests. */
  readonly clock?: Pick<Clock, 'now'>;
}

/** Settings of a counter. */
export interface CounterOptions<Domains extends LabelDomains> extends MetricOptions<Domains> {
  /** Instead of the setting of the set. */
  readonly exemplars?: boolean;
}

/** Settings of a histogram; at most one of `buckets`, `exponential` and `linear`. Default: 5 ms to 10 s. */
export interface HistogramOptions<Domains extends LabelDomains> extends CounterOptions<Domains> {
  /** Upper bounds in the unit of the metric, rising, without `+Inf`. */
  readonly buckets?: readonly number[];
  readonly exponential?: ExponentialBuckets;
  readonly linear?: LinearBuckets;
}

/** No labels: the type of metrics that declare none. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- no property at all is what is meant
export type NoLabels = Readonly<Record<never, Domain>>;

/** A set of metrics. */
export interface Metrics {
  /** Creates a counter. @throws TelintError when the name, a label, the help or the unit is wrong. */
  counter<const Domains extends LabelDomains = NoLabels>(options: CounterOptions<Domains>): Counter<LabelsOf<Domains>>;
  /** Creates a gauge. @throws TelintError when the name, a label, the help or the unit is wrong. */
  gauge<const Domains extends LabelDomains = NoLabels>(options: MetricOptions<Domains>): Gauge<LabelsOf<Domains>>;
  /** Creates a histogram. @throws TelintError when the name, a label, the help, the unit or the buckets are wrong. */
  histogram<const Domains extends LabelDomains = NoLabels>(
    options: HistogramOptions<Domains>,
  ): Histogram<LabelsOf<Domains>>;
  /**
   * The exposition in pieces of about 64 kB, in the format that an `Accept` header prefers; yields to the event loop.
   * What does not answer within `deadlineMs` milliseconds (default 10,000) is left out and told.
   */
  render(accept?: string, options?: RenderOptions): AsyncGenerator<string, void, undefined>;
  /** The whole exposition as one text. */
  text(accept?: string, options?: RenderOptions): Promise<string>;
  /** All samples as plain data, to put together with those of other threads and processes. */
  snapshot(options?: RenderOptions): Promise<MetricSnapshot[]>;
  /** Series, limits and demand of every metric. */
  stats(): MetricsStats;
  /** Removes a metric from here and from the registry; false where there is none. */
  remove(name: string): boolean;
  /** Removes all metrics. */
  clear(): void;
}

class MetricSet implements Metrics, RenderSource {
  readonly families = new Map<string, Family>();
  readonly budget: SeriesBudget;
  readonly registry: PromClientRegistry | undefined;
  readonly registered = new Map<string, RegisteredMetric>();
  readonly self: readonly RegisteredMetric[];
  readonly #options: MetricsOptions;
  readonly #limits: Limits;
  readonly #now: () => number;
  #exemplars: ExemplarSource | undefined;

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#limits = checkedLimits(options.limits);
    this.budget = new SeriesBudget(this.#limits.totalSeries);
    this.registry = options.registry;
    const clock = options.clock ?? systemClock;
    this.#now = () => clock.now();
    this.self = options.selfMetrics === false ? [] : this.#selfMetrics();
  }

  #selfMetrics(): RegisteredMetric[] {
    const { registry } = this;
    if (registry === undefined) return selfMetrics(new Set([this])).map((source) => new RegisteredMetric(source));
    const { all, isFirst } = reportIn(registry, this);
    if (isFirst) for (const source of selfMetrics(all)) registry.registerMetric(new RegisteredMetric(source) as never);
    return [];
  }

  counter<const Domains extends LabelDomains = NoLabels>(options: CounterOptions<Domains>): Counter<LabelsOf<Domains>> {
    const store = this.#store(options, 'counter', 2, (values, now) => new ScalarSeries(values, now));
    const family = new CounterFamily({ ...this.#settings(options), ...this.#cumulative(options.exemplars), store });
    // The domains of the labels are known to the compiler only.
    return this.#add(family) as unknown as Counter<LabelsOf<Domains>>;
  }

  gauge<const Domains extends LabelDomains = NoLabels>(options: MetricOptions<Domains>): Gauge<LabelsOf<Domains>> {
    const store = this.#store(options, 'gauge', 0, (values, now) => new ScalarSeries(values, now));
    return this.#add(new GaugeFamily({ ...this.#settings(options), store }, this.#now)) as unknown as Gauge<
      LabelsOf<Domains>
    >;
  }

  histogram<const Domains extends LabelDomains = NoLabels>(
    options: HistogramOptions<Domains>,
  ): Histogram<LabelsOf<Domains>> {
    const bounds = boundsOf(options);
    const store = this.#store(
      options,
      'histogram',
      2,
      (values, now) => new HistogramSeries(values, now, bounds.length),
    );
    const cumulative = this.#cumulative(options.exemplars);
    const family = new HistogramFamily({ ...this.#settings(options), ...cumulative, store, bounds });
    return this.#add(family) as unknown as Histogram<LabelsOf<Domains>>;
  }

  #settings({ name, help, unit, aggregator = 'sum', collect }: MetricOptions<LabelDomains>) {
    return { name, help, unit, aggregator, collect };
  }

  #cumulative(wanted: boolean | undefined) {
    const exemplars =
      (wanted ?? this.#options.exemplars)
        ? (this.#exemplars ??= new ExemplarSource(this.#options.activeSpan, this.#now))
        : undefined;
    return { exemplars, hasCreated: this.#options.created === true };
  }

  #store<S extends Series>(
    options: MetricOptions<LabelDomains>,
    type: MetricType,
    scrapes: number,
    create: (values: readonly string[], now: number) => S,
  ): SeriesStore<S> {
    const { name, help, unit, labels = {}, ttl } = options;
    checkNaming({ name, help, type, unit, labelNames: Object.keys(labels) }, this.#options.naming ?? 'strict');
    if (ttl !== undefined && !(ttl > 0)) {
      throw new TelintError('TELINT_OPTION_INVALID', `\`ttl\` of \`${name}\` is a number of milliseconds above 0.`);
    }
    if (this.families.has(name) || this.registry?.getSingleMetric(name) !== undefined) {
      throw new TelintError(
        'TELINT_METRIC_DUPLICATE',
        `\`${name}\` exists: share the metric, or give this one another name.`,
      );
    }
    return new SeriesStore({
      metric: name,
      labels,
      limits: checkedLimits({
        ...this.#limits,
        ...(options.maxSeries !== undefined && { seriesPerMetric: options.maxSeries }),
      }),
      onLimit: this.#options.onLimit ?? 'fold',
      budget: this.budget,
      expiry: { ttlMs: ttl, scrapes },
      now: this.#now,
      create,
    });
  }

  #add<F extends Family>(family: F): F {
    if (this.registry !== undefined) this.#register(this.registry, family);
    this.families.set(family.name, family);
    return family;
  }

  #register(registry: PromClientRegistry, family: Family): void {
    const metric = new RegisteredMetric({
      name: family.name,
      help: family.help,
      type: family.type,
      aggregator: family.aggregator,
      samples: async () => {
        await collectFamily(family);
        family.store.scraped();
        return family.store.series.flatMap((series) => family.samples(series));
      },
      reset: () => {
        family.reset();
      },
    });
    try {
      registry.registerMetric(metric as never);
    } catch (cause) {
      family.store.dispose();
      const message = `The registry refuses \`${family.name}\`: give the metric another name.`;
      throw new TelintError('TELINT_METRIC_DUPLICATE', message, { cause });
    }
    this.registered.set(family.name, metric);
  }

  render(accept?: string, options: RenderOptions = {}): AsyncGenerator<string, void, undefined> {
    return render(this, accept, options);
  }

  async text(accept?: string, options: RenderOptions = {}): Promise<string> {
    const pieces: Buffer[] = [];
    // Each piece is encoded in its turn: joining the texts at the end would do the work of all of them at once.
    for await (const piece of this.render(accept, options)) pieces.push(Buffer.from(piece));
    await nextTurn();
    const whole = Buffer.concat(pieces);
    await nextTurn();
    return whole.toString('utf8');
  }

  snapshot(options: RenderOptions = {}): Promise<MetricSnapshot[]> {
    return snapshot(this, options);
  }

  stats(): MetricsStats {
    return statsOf(this);
  }

  remove(name: string): boolean {
    const family = this.families.get(name);
    if (family === undefined) return false;
    this.families.delete(name);
    family.store.dispose();
    const metric = this.registered.get(name);
    this.registered.delete(name);
    if (metric !== undefined && this.registry?.getSingleMetric(name) === metric) this.registry.removeSingleMetric(name);
    return true;
  }

  clear(): void {
    for (const name of [...this.families.keys()]) this.remove(name);
  }
}

function boundsOf({ name, buckets, exponential, linear }: HistogramOptions<LabelDomains>): number[] {
  if ([buckets, exponential, linear].filter((setting) => setting !== undefined).length > 1) {
    throw new TelintError(
      'TELINT_BUCKETS_INVALID',
      `\`${name}\`: write one of \`buckets\`, \`exponential\` and \`linear\`.`,
    );
  }
  if (exponential !== undefined) return exponentialBuckets(exponential);
  if (linear !== undefined) return linearBuckets(linear);
  return checkedBuckets(buckets ?? DEFAULT_BUCKETS);
}

/**
 * Creates a set of metrics with common limits.
 * @throws TelintError TELINT_OPTION_INVALID when a limit is no whole number above 0.
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  return new MetricSet(options);
}
