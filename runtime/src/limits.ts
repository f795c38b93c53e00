/**
 * The bounds of a metric: values per label, label sets per metric, label sets per process. What does not fit loses only the
 * value of one label (`__other__`), so that sums over every other label stay complete.
 */
import { DistinctEstimator } from './demand.ts';
import { TelintError, warn } from './diagnostics.ts';
import type { Domain, Normaliser } from './domains.ts';
import { OTHER, labelText, ownCopy, shapeOf } from './label-values.ts';

/** What happens to a value that does not fit: `fold` keeps the count under `__other__`; `throw` is for tests. */
export type OnLimit = 'fold' | 'drop' | 'throw';

/** Limits of a process; all of them count label sets (a histogram writes buckets + 3 lines for each). */
export interface Limits {
  /** Different values of a label without a `max` of its own. Default 100. */
  readonly valuesPerLabel: number;
  /** Label sets of a metric. Default 1,000. */
  readonly seriesPerMetric: number;
  /** Label sets of all metrics together. Default 10,000. */
  readonly totalSeries: number;
}

/** The defaults of `limits`. */
export const DEFAULT_LIMITS: Limits = { valuesPerLabel: 100, seriesPerMetric: 1000, totalSeries: 10_000 };

/**
 * The limits with defaults.
 * @throws TelintError TELINT_OPTION_INVALID when one is no whole number above 0.
 */
export function checkedLimits(limits: Partial<Limits> = {}): Limits {
  const checked = { ...DEFAULT_LIMITS, ...limits };
  for (const [name, limit] of Object.entries(checked)) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new TelintError('TELINT_OPTION_INVALID', `\`limits.${name}\` must be a whole number above 0.`);
    }
  }
  return checked;
}

/** Which stage folded a value; used in messages. */
type Stage = 'domain' | 'valuesPerLabel' | 'seriesPerMetric' | 'totalSeries';

const ADVICE: Record<Stage, string> = {
  domain: 'the value is outside of the domain of the label: correct the value or extend the domain',
  valuesPerLabel:
    'the label has more values than it may: bound it (a route template, a class, `bucketed`) or raise its `max`',
  seriesPerMetric: 'the metric has more label sets than it may: remove a label or raise `seriesPerMetric`',
  totalSeries: 'the process has more label sets than it may: remove labels or raise `limits.totalSeries`',
};

interface StoredValue {
  readonly text: string;
  series: number;
}

/** One label of a metric: its domain, the values that have series, and what was asked of it beyond them. */
export class LabelState {
  readonly metric: string;
  readonly name: string;
  readonly domain: Domain;
  /** Most different values; the domain's own size where it has one. */
  readonly max: number;
  readonly isClosed: boolean;
  /** Events whose value became `__other__`, or was dropped. */
  folded = 0;
  readonly #normaliser: Normaliser;
  readonly #onLimit: OnLimit;
  /** Values with series, each with the copy that the series share. */
  readonly #values = new Map<string, StoredValue>();
  #size = 0;
  #estimator: DistinctEstimator | undefined;
  #isTold = false;

  constructor(metric: string, name: string, domain: Domain, limit: number, onLimit: OnLimit) {
    this.metric = metric;
    this.name = name;
    this.domain = domain;
    this.isClosed = domain.size !== undefined;
    this.max = domain.size ?? domain.max ?? limit;
    this.#normaliser = domain.create();
    this.#onLimit = onLimit;
  }

  /** Number of different values with series; `__other__` is not counted. */
  get size(): number {
    return this.#size;
  }

  /** Different values that the label was asked to hold since the start: exact up to its limit, then an estimate. */
  get demand(): number {
    return Math.max(this.size, this.#estimator?.estimate() ?? 0);
  }

  /** The value to store for a raw one, or `undefined` where it is dropped. */
  normalise(raw: unknown): string | undefined {
    const text = labelText(raw);
    const value = this.#normaliser.normalise(text);
    if (value !== OTHER || raw === OTHER) return value;
    return this.fold(text, 'domain');
  }

  /** The stored form of a raw value without counting anything. */
  peek(raw: unknown): string {
    const text = labelText(raw);
    return this.canRetire ? text : this.#normaliser.normalise(text);
  }

  /** Whether the label has room for a value, or has it already. */
  admits(value: string): boolean {
    return this.#size < this.max || this.isClosed || value === OTHER || this.#values.has(value);
  }

  /** Gives up a value: counted, told once, and `__other__` from here on; `undefined` where it is dropped. */
  fold(value: string, stage: Stage): typeof OTHER | undefined {
    this.folded++;
    this.#estimate(value);
    if (this.#onLimit === 'throw') throw new TelintError('TELINT_LABEL_LIMIT', this.#message(value, stage));
    if (!this.#isTold) {
      this.#isTold = true;
      warn('TELINT_LABEL_LIMIT', this.#message(value, stage), `${this.metric} ${this.name}`);
    }
    return this.#onLimit === 'drop' ? undefined : OTHER;
  }

  /** Whether series with this value shall go, although they did not expire. */
  isRetired(value: string): boolean {
    return this.#normaliser.holds?.(value) === false;
  }

  /** Whether values of this label can retire. */
  get canRetire(): boolean {
    return this.#normaliser.holds !== undefined;
  }

  /** Counts a series in and gives the copy of the value to store. */
  retain(value: string): string {
    let stored = this.#values.get(value);
    if (stored === undefined) {
      stored = { text: ownCopy(value), series: 0 };
      this.#values.set(stored.text, stored);
      if (value !== OTHER) this.#size++;
    }
    stored.series++;
    return stored.text;
  }

  /** Counts a series out. */
  release(value: string): void {
    const stored = this.#values.get(value);
    if (stored === undefined) return;
    stored.series--;
    if (stored.series > 0) return;
    this.#values.delete(value);
    if (value !== OTHER) this.#size--;
  }

  #estimate(value: string): void {
    if (this.#estimator === undefined) {
      this.#estimator = new DistinctEstimator();
      for (const known of this.#values.keys()) if (known !== OTHER) this.#estimator.add(known);
    }
    this.#estimator.add(value);
  }

  #message(value: string, stage: Stage): string {
    const action = this.#onLimit === 'drop' ? 'is dropped' : 'becomes `__other__`';
    return `A value of the label \`${this.name}\` of \`${this.metric}\` ${action} (shape ${shapeOf(value)}); ${ADVICE[stage]}.`;
  }
}

/** Label sets of all metrics of one `createMetrics` against their common limit. */
export class SeriesBudget {
  readonly limit: number;
  used = 0;
  /** Above this only label sets with `__other__` in every open label are made. */
  readonly #openLimit: number;

  constructor(limit: number) {
    this.limit = limit;
    this.#openLimit = Math.max(1, limit - Math.ceil(limit / 10));
  }

  /** Whether a label set may be made; `isFolded` says that all its open labels are folded. */
  admits(isFolded: boolean): boolean {
    return this.used < (isFolded ? this.limit : this.#openLimit);
  }
}

/**
 * How many label sets a metric may have when 0, 1, 2 … of its open labels are folded, and at last all labels. Room is
 * held back for what folding needs: without it the first flood would also take the place of the folded series.
 */
export function admissionSteps(labels: readonly LabelState[], limit: number): number[] {
  const open = labels.filter((label) => !label.isClosed);
  const most = labels.reduce((product, label) => product * (label.max + 1), 1);
  const steps = open.length + 1;
  if (most <= limit) return Array.from({ length: steps }, () => limit);
  const closed = labels.reduce((product, label) => product * (label.isClosed ? label.max + 1 : 1), 1);
  const held = Math.min(closed, Math.floor(limit / 2));
  const partial = Math.min(Math.floor(limit / 10), limit - held);
  return Array.from({ length: steps }, (_, folded) => {
    if (folded === open.length) return limit - 1;
    return Math.min(limit - 1, Math.floor(limit - held - partial + (partial * folded) / open.length));
  });
}
