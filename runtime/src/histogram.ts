/** Histograms: observations counted into buckets, with their sum. */
import type { CumulativeSettings } from './counter.ts';
import type { ExemplarLabels, ExemplarSlot, ExemplarSource } from './exemplars.ts';
import { formatBound, formatSeconds, formatValue } from './exposition.ts';
import type { LabelRecord } from './label-values.ts';
import {
  BoundSeries,
  exemplarText,
  isFiniteNumber,
  labelObject,
  misused,
  seriesText,
  MetricFamily,
  type Family,
  type FamilySettings,
  type LabelArguments,
  type Sample,
} from './metric-family.ts';
import type { ExpositionFormat } from './negotiate.ts';
import { Series } from './series-store.ts';

/** A histogram; `Labels` are the values that its domains take. */
export interface Histogram<Labels> {
  readonly name: string;
  /** Counts an observation, in the unit of the metric. Never throws: what is no finite number is ignored and told once. */
  observe(...args: [...LabelArguments<Labels>, value: number, exemplar?: ExemplarLabels]): void;
  /**
   * Starts a clock; the function it returns observes the seconds since then and returns them. Labels that are known only
   * at the end are given there.
   */
  startTimer(labels?: Partial<Labels>): (labels?: Partial<Labels>) => number;
  /** A handle for one label set. */
  bind(...args: LabelArguments<Labels>): BoundHistogram;
  /** Removes the series of a label set; false where there was none. */
  remove(labels: Labels): boolean;
  /** Removes all series; without labels: starts at 0. */
  reset(): void;
}

/** A histogram with its labels looked up. */
export interface BoundHistogram {
  observe(value: number, exemplar?: ExemplarLabels): void;
  /** Starts a clock; the function it returns observes the seconds since then and returns them. */
  startTimer(): () => number;
}

/** Counts per bucket, not cumulative, then the count above all bounds, then the sum. */
export class HistogramSeries extends Series {
  readonly data: number[];
  exemplars: (ExemplarSlot | undefined)[] | undefined = undefined;

  constructor(values: readonly string[], now: number, bounds: number) {
    super(values, now);
    // Filled with a fraction first: V8 then keeps the array as plain doubles, and adding makes no objects.
    this.data = new Array<number>(bounds + 2).fill(0.5);
    this.data.fill(0);
  }
}

/** Settings of a histogram after the checks. */
export interface HistogramSettings extends FamilySettings<HistogramSeries>, CumulativeSettings {
  readonly bounds: readonly number[];
}

/** Up to this many bounds a search from the start is faster than a binary one. */
const LINEAR_SEARCH = 24;

const NOT_FINITE = 'a histogram takes finite numbers';

/** The histogram behind the interface. */
export class HistogramFamily extends MetricFamily<HistogramSeries> implements Family {
  readonly type = 'histogram';
  readonly bounds: readonly number[];
  readonly #exemplars: ExemplarSource | undefined;
  readonly #hasCreated: boolean;
  /** Text between the labels and the value of each bucket line, by format. */
  readonly #tails: Record<ExpositionFormat, readonly string[]>;

  constructor(settings: HistogramSettings) {
    super(settings);
    this.bounds = settings.bounds;
    this.#exemplars = settings.exemplars;
    this.#hasCreated = settings.hasCreated;
    const tails = (format: ExpositionFormat): string[] =>
      [...this.bounds, Infinity].map((bound) => `le="${formatBound(bound, format)}"} `);
    this.#tails = { text: tails('text'), openmetrics: tails('openmetrics') };
  }

  #bucketOf(value: number): number {
    const { bounds } = this;
    const { length } = bounds;
    if (length <= LINEAR_SEARCH) {
      let index = 0;
      while (index < length && value > (bounds[index] as number)) index++;
      return index;
    }
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value > (bounds[middle] as number)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Counts an observation into a series. */
  add(series: HistogramSeries, value: number, exemplar: ExemplarLabels | undefined): void {
    const { data } = series;
    const bucket = this.#bucketOf(value);
    const sum = data.length - 1;
    data[bucket] = (data[bucket] as number) + 1;
    data[sum] = (data[sum] as number) + value;
    if (this.#exemplars === undefined) return;
    series.exemplars ??= new Array<ExemplarSlot | undefined>(this.bounds.length + 1).fill(undefined);
    series.exemplars[bucket] = this.#exemplars.offer(series.exemplars[bucket], this.store.epoch, value, exemplar);
  }

  observe(first?: unknown, second?: unknown, third?: unknown): void {
    const hasLabels = this.store.names.length > 0;
    const value = hasLabels ? second : first;
    if (!isFiniteNumber(value)) {
      misused(this.name, NOT_FINITE);
      return;
    }
    const series = this.seriesOf(first);
    if (series === undefined) return;
    this.add(series, value, (hasLabels ? third : second) as ExemplarLabels | undefined);
  }

  startTimer(labels?: LabelRecord): (late?: LabelRecord) => number {
    const start = performance.now();
    const early = { ...labels };
    return (late) => {
      const seconds = (performance.now() - start) / 1000;
      if (this.store.names.length === 0) this.observe(seconds);
      else this.observe({ ...early, ...late }, seconds);
      return seconds;
    };
  }

  bind(labels: LabelRecord = {}): BoundHistogram {
    return new HistogramHandle(this, labels);
  }

  lines(series: HistogramSeries, format: ExpositionFormat): string {
    const { data, exemplars } = series;
    const labels = seriesText(this.store, series, '', '');
    const start = `${this.name}_bucket${labels === '' ? '{' : `${labels.slice(0, -1)},`}`;
    const tails = this.#tails[format];
    const withExemplars = format === 'openmetrics' && exemplars !== undefined;
    let text = '';
    let count = 0;
    for (let index = 0; index < tails.length; index++) {
      count += data[index] as number;
      const exemplar = withExemplars ? exemplarText(exemplars[index]) : '';
      text += start + (tails[index] as string) + String(count) + exemplar + '\n';
    }
    text += `${this.name}_sum${labels} ${formatValue(data[tails.length] as number)}\n${this.name}_count${labels} ${count}\n`;
    if (format === 'text' || !this.#hasCreated) return text;
    return `${text}${this.name}_created${labels} ${formatSeconds(series.createdAt)}\n`;
  }

  samples(series: HistogramSeries): Sample[] {
    const { data } = series;
    const labels = labelObject(this.store.names, series.values);
    const samples: Sample[] = [];
    let count = 0;
    for (const [index, bound] of [...this.bounds, Infinity].entries()) {
      count += data[index] as number;
      const le = bound === Infinity ? '+Inf' : bound;
      samples.push({ metricName: `${this.name}_bucket`, labels: { ...labels, le }, value: count });
    }
    samples.push({ metricName: `${this.name}_sum`, labels, value: data[this.bounds.length + 1] as number });
    samples.push({ metricName: `${this.name}_count`, labels: { ...labels }, value: count });
    return samples;
  }
}

class HistogramHandle extends BoundSeries<HistogramSeries> implements BoundHistogram {
  readonly #family: HistogramFamily;

  constructor(family: HistogramFamily, labels: LabelRecord) {
    super(family.store, labels);
    this.#family = family;
  }

  observe(value: number, exemplar?: ExemplarLabels): void {
    if (!isFiniteNumber(value)) {
      misused(this.#family.name, NOT_FINITE);
      return;
    }
    let { series } = this;
    if (series.seen !== this.store.epoch) series = this.refresh();
    this.#family.add(series, value, exemplar);
  }

  startTimer(): () => number {
    const start = performance.now();
    return () => {
      const seconds = (performance.now() - start) / 1000;
      this.observe(seconds);
      return seconds;
    };
  }
}
