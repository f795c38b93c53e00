/** Gauges: values that rise and fall. */
import type { ScalarSeries } from './counter.ts';
import { formatValue } from './exposition.ts';
import type { LabelRecord } from './label-values.ts';
import {
  BoundSeries,
  labelObject,
  misused,
  seriesText,
  MetricFamily,
  type Family,
  type FamilySettings,
  type LabelArguments,
  type Sample,
} from './metric-family.ts';

/** A gauge; `Labels` are the values that its domains take. NaN and the infinities are values like others. */
export interface Gauge<Labels> {
  readonly name: string;
  /** Sets the value. */
  set(...args: [...LabelArguments<Labels>, value: number]): void;
  /** Adds `value` (default 1). */
  inc(...args: [...LabelArguments<Labels>, value?: number]): void;
  /** Subtracts `value` (default 1). */
  dec(...args: [...LabelArguments<Labels>, value?: number]): void;
  /** Sets the value to the Unix time in seconds. */
  setToCurrentTime(...args: LabelArguments<Labels>): void;
  /** Starts a clock; the function it returns sets the gauge to the seconds since then, and returns them. */
  startTimer(...args: LabelArguments<Labels>): () => number;
  /** A handle for one label set. */
  bind(...args: LabelArguments<Labels>): BoundGauge;
  /** Removes the series of a label set; false where there was none. */
  remove(labels: Labels): boolean;
  /** Removes all series; without labels: starts at 0. */
  reset(): void;
}

/** A gauge with its labels looked up. */
export interface BoundGauge {
  set(value: number): void;
  inc(value?: number): void;
  dec(value?: number): void;
}

const NOT_A_NUMBER = 'a gauge takes numbers';

/** The gauge behind the interface. */
export class GaugeFamily extends MetricFamily<ScalarSeries> implements Family {
  readonly type = 'gauge';
  readonly #now: () => number;

  constructor(settings: FamilySettings<ScalarSeries>, now: () => number) {
    super(settings);
    this.#now = now;
  }

  #write(first: unknown, second: unknown, fallback: number | undefined, sign: 0 | 1 | -1): void {
    const value = (this.store.names.length > 0 ? second : first) ?? fallback;
    if (typeof value !== 'number') {
      misused(this.name, NOT_A_NUMBER);
      return;
    }
    const series = this.seriesOf(first);
    if (series === undefined) return;
    series.value = sign === 0 ? value : series.value + sign * value;
  }

  set(first?: unknown, second?: unknown): void {
    this.#write(first, second, undefined, 0);
  }

  inc(first?: unknown, second?: unknown): void {
    this.#write(first, second, 1, 1);
  }

  dec(first?: unknown, second?: unknown): void {
    this.#write(first, second, 1, -1);
  }

  setToCurrentTime(labels?: LabelRecord): void {
    const seconds = this.#now() / 1000;
    if (labels === undefined) this.set(seconds);
    else this.set(labels, seconds);
  }

  startTimer(labels?: LabelRecord): () => number {
    const start = performance.now();
    const copy = labels && { ...labels };
    return () => {
      const seconds = (performance.now() - start) / 1000;
      if (copy === undefined) this.set(seconds);
      else this.set(copy, seconds);
      return seconds;
    };
  }

  bind(labels: LabelRecord = {}): BoundGauge {
    return new GaugeHandle(this, labels);
  }

  lines(series: ScalarSeries): string {
    return seriesText(this.store, series, this.name, ' ') + formatValue(series.value) + '\n';
  }

  samples(series: ScalarSeries): Sample[] {
    return [{ labels: labelObject(this.store.names, series.values), value: series.value }];
  }
}

class GaugeHandle extends BoundSeries<ScalarSeries> implements BoundGauge {
  readonly #name: string;

  constructor(family: GaugeFamily, labels: LabelRecord) {
    super(family.store, labels);
    this.#name = family.name;
  }

  set(value: number): void {
    this.#write(value, 0);
  }

  inc(value = 1): void {
    this.#write(value, 1);
  }

  dec(value = 1): void {
    this.#write(value, -1);
  }

  #write(value: unknown, sign: 0 | 1 | -1): void {
    if (typeof value !== 'number') {
      misused(this.#name, NOT_A_NUMBER);
      return;
    }
    let { series } = this;
    if (series.seen !== this.store.epoch) series = this.refresh();
    series.value = sign === 0 ? value : series.value + sign * value;
  }
}
