/** Counters: values that only rise, until the process starts again. */
import type { ExemplarLabels, ExemplarSlot, ExemplarSource } from './exemplars.ts';
import { familyName, formatSeconds, formatValue } from './exposition.ts';
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

/** A counter; `Labels` are the values that its domains take. */
export interface Counter<Labels> {
  readonly name: string;
  /** Adds `value` (default 1). Never throws: a value that is negative or no finite number is ignored and told once. */
  inc(...args: [...LabelArguments<Labels>, value?: number, exemplar?: ExemplarLabels]): void;
  /** A handle for one label set, for code that runs often with the same labels. */
  bind(...args: LabelArguments<Labels>): BoundCounter;
  /** Removes the series of a label set; false where there was none. */
  remove(labels: Labels): boolean;
  /** Removes all series; without labels: starts at 0. */
  reset(): void;
}

/** A counter with its labels looked up. */
export interface BoundCounter {
  /** Adds `value` (default 1). */
  inc(value?: number, exemplar?: ExemplarLabels): void;
}

/** A series with one number: of a counter or a gauge. */
export class ScalarSeries extends Series {
  value = 0;
  exemplar: ExemplarSlot | undefined = undefined;
}

/** Settings of what can have exemplars and creation times. */
export interface CumulativeSettings {
  readonly exemplars: ExemplarSource | undefined;
  readonly hasCreated: boolean;
}

const NOT_AN_AMOUNT = 'a counter takes finite numbers from 0';

/** The counter behind the interface; its types are loose, because label domains are known to the compiler only. */
export class CounterFamily extends MetricFamily<ScalarSeries> implements Family {
  readonly type = 'counter';
  readonly exemplars: ExemplarSource | undefined;
  readonly #hasCreated: boolean;
  readonly #textName: string;

  constructor(settings: FamilySettings<ScalarSeries> & CumulativeSettings) {
    super(settings);
    this.exemplars = settings.exemplars;
    this.#hasCreated = settings.hasCreated;
    this.#textName = settings.name.endsWith('_total') ? settings.name : '';
  }

  inc(first?: unknown, second?: unknown, third?: unknown): void {
    const hasLabels = this.store.names.length > 0;
    const amount = (hasLabels ? second : first) ?? 1;
    if (!isFiniteNumber(amount) || amount < 0) {
      misused(this.name, NOT_AN_AMOUNT);
      return;
    }
    const series = this.seriesOf(first);
    if (series === undefined) return;
    series.value += amount;
    if (this.exemplars !== undefined) this.#offer(series, amount, hasLabels ? third : second);
  }

  #offer(series: ScalarSeries, amount: number, labels: unknown): void {
    series.exemplar = this.exemplars?.offer(
      series.exemplar,
      this.store.epoch,
      amount,
      labels as ExemplarLabels | undefined,
    );
  }

  bind(labels: LabelRecord = {}): BoundCounter {
    return new CounterHandle(this, labels);
  }

  lines(series: ScalarSeries, format: ExpositionFormat): string {
    const text = seriesText(this.store, series, this.#textName, ' ');
    // Only a name against the conventions differs between the formats, and is not part of the stored text.
    const name = this.#textName === '' ? this.#sampleName(format) : '';
    if (format === 'text') return name + text + formatValue(series.value) + '\n';
    const line = name + text + formatValue(series.value) + exemplarText(series.exemplar) + '\n';
    if (!this.#hasCreated) return line;
    const labels = text.slice(this.#textName.length);
    return `${line}${familyName(this.name, 'counter', format)}_created${labels}${formatSeconds(series.createdAt)}\n`;
  }

  #sampleName(format: ExpositionFormat): string {
    return format === 'text' ? this.name : `${familyName(this.name, 'counter', format)}_total`;
  }

  samples(series: ScalarSeries): Sample[] {
    return [{ labels: labelObject(this.store.names, series.values), value: series.value }];
  }
}

class CounterHandle extends BoundSeries<ScalarSeries> implements BoundCounter {
  readonly #family: CounterFamily;

  constructor(family: CounterFamily, labels: LabelRecord) {
    super(family.store, labels);
    this.#family = family;
  }

  inc(value?: number, exemplar?: ExemplarLabels): void {
    const amount = value ?? 1;
    if (!isFiniteNumber(amount) || amount < 0) {
      misused(this.#family.name, NOT_AN_AMOUNT);
      return;
    }
    let { series } = this;
    if (series.seen !== this.store.epoch) series = this.refresh();
    series.value += amount;
    const { exemplars } = this.#family;
    if (exemplars !== undefined) {
      series.exemplar = exemplars.offer(series.exemplar, this.store.epoch, amount, exemplar);
    }
  }
}
