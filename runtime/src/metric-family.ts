/** What counters, gauges and histograms have in common. */
import { warn } from './diagnostics.ts';
import type { ExemplarSlot } from './exemplars.ts';
import { formatSeconds, formatValue, labelPairs, type FamilyHead } from './exposition.ts';
import type { LabelDomains } from './domains.ts';
import type { LabelRecord } from './label-values.ts';
import type { MetricType } from './naming.ts';
import type { ExpositionFormat } from './negotiate.ts';
import type { Series, SeriesStore } from './series-store.ts';

/** How the values of several processes become one: what prom-client calls `aggregator`. */
export type Aggregator = 'sum' | 'first' | 'min' | 'max' | 'average' | 'omit';

/** One sample as prom-client hands it over. */
export interface Sample {
  readonly labels: Record<string, string | number>;
  readonly value: number;
  readonly metricName?: string;
}

/** Labels of a call: none where the metric has none. */
export type LabelArguments<Labels> = keyof Labels extends never ? [] : [labels: Labels];

/** Settings that all types of metrics share. */
export interface MetricOptions<Domains extends LabelDomains> {
  /** Name with base unit, such as `http_request_duration_seconds`. */
  readonly name: string;
  /** One sentence about what is counted or measured. */
  readonly help: string;
  /** Base unit; the name must end with it. */
  readonly unit?: string;
  /** Label names with their domains; their order is the order in the output. */
  readonly labels?: Domains;
  /**
   * Milliseconds without a write after which a series goes. Counters and histograms also wait until two scrapes have
   * seen the last value. Default: series stay.
   */
  readonly ttl?: number;
  /** Most label sets of this metric, instead of `limits.seriesPerMetric`. */
  readonly maxSeries?: number;
  /** How several processes are put together. Default `sum`. */
  readonly aggregator?: Aggregator;
  /** Called before each scrape, to set values that are only read then. */
  readonly collect?: () => void | Promise<void>;
}

/** A metric as the registry renders it. */
export interface Family extends FamilyHead {
  readonly type: MetricType;
  readonly aggregator: Aggregator;
  readonly store: SeriesStore<Series>;
  readonly collect: (() => void | Promise<void>) | undefined;
  /** Lines of one series, each with its line feed. */
  lines(series: Series, format: ExpositionFormat): string;
  /** The samples of one series as plain data. */
  samples(series: Series): Sample[];
  /** Sets every series back to its start. */
  reset(): void;
}

/** Settings of a metric after the checks. */
export interface FamilySettings<S extends Series> {
  readonly name: string;
  readonly help: string;
  readonly unit: string | undefined;
  readonly aggregator: Aggregator;
  readonly collect: (() => void | Promise<void>) | undefined;
  readonly store: SeriesStore<S>;
}

/** What every type of metric is and does. */
export class MetricFamily<S extends Series> {
  readonly name: string;
  readonly help: string;
  readonly unit: string | undefined;
  readonly aggregator: Aggregator;
  readonly collect: (() => void | Promise<void>) | undefined;
  readonly store: SeriesStore<S>;

  constructor(settings: FamilySettings<S>) {
    this.name = settings.name;
    this.help = settings.help;
    this.unit = settings.unit;
    this.aggregator = settings.aggregator;
    this.collect = settings.collect;
    this.store = settings.store;
  }

  remove(labels: LabelRecord): boolean {
    return this.store.remove(labels);
  }

  reset(): void {
    this.store.clear();
  }

  /** The series of a write; undefined, and told, where the metric has labels and the call has none. */
  protected seriesOf(labels: unknown): S | undefined {
    const { store } = this;
    if (store.names.length > 0 && !isLabels(labels)) {
      misused(this.name, 'the labels are missing');
      return undefined;
    }
    const series = store.find(labels as LabelRecord);
    series.seen = store.epoch;
    return series;
  }
}

/** The text of a series that does not change between scrapes, made once. */
export function seriesText(store: SeriesStore<Series>, series: Series, before: string, after: string): string {
  const text = series.text;
  if (text !== undefined) return text;
  const pairs = withDefaults(labelPairs(store.names, series.values), store.defaults);
  return (series.text = [before, pairs === '' ? '' : `{${pairs}}`, after].join(''));
}

/** Label pairs with the default labels of the registry, which never hide a label of the series. */
export function withDefaults(pairs: string, defaults: string): string {
  if (defaults === '') return pairs;
  return pairs === '' ? defaults : `${pairs},${defaults}`;
}

/** ` # {trace_id="…"} 0.43 1700000000.123`, or nothing. */
export function exemplarText(slot: ExemplarSlot | undefined): string {
  return slot === undefined ? '' : ` # {${slot.text}} ${formatValue(slot.value)} ${formatSeconds(slot.at)}`;
}

/** Label values by name, for prom-client. */
export function labelObject(names: readonly string[], values: readonly string[]): Record<string, string | number> {
  const labels: Record<string, string | number> = {};
  for (const [index, name] of names.entries()) {
    const value = values[index] ?? '';
    if (value !== '') labels[name] = value;
  }
  return labels;
}

/** Whether a counter or a histogram can take a value: it would never get rid of NaN or an infinity again. */
export function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && value - value === 0;
}

/** Tells a write that cannot be, once per metric. */
export function misused(name: string, what: string): void {
  warn('TELINT_METRIC_MISUSED', `\`${name}\`: ${what}; the write was ignored.`, name);
}

/** Whether an argument can be a label object. */
function isLabels(value: unknown): value is LabelRecord {
  return typeof value === 'object' && value !== null;
}

/** A handle on one series: the labels were looked up before, a write only adds. */
export class BoundSeries<S extends Series> {
  protected readonly store: SeriesStore<S>;
  protected series: S;
  readonly #labels: LabelRecord;

  constructor(store: SeriesStore<S>, labels: LabelRecord) {
    this.store = store;
    // A copy: the caller may change the object later.
    this.#labels = { ...labels };
    this.series = store.placeholder();
  }

  /**
   * With the first write and once per interval: the series may have expired, or the label may have room for it by now.
   * What is dropped is asked for again with every write.
   */
  protected refresh(): S {
    const series = this.store.find(this.#labels);
    if (this.store.isSink(series)) return series;
    series.seen = this.store.epoch;
    this.series = series;
    return series;
  }
}
