/**
 * The series of one metric in a trie of Maps, one level per label in the order of the declaration. No text is built to find
 * a series, so no separator can make two of them one. Raw values that are no strings get edges of their own.
 */
import { LabelState, admissionSteps, type Limits, type OnLimit, type SeriesBudget } from './limits.ts';
import { isSpelling, prune, type Node } from './trie-edges.ts';
import { OTHER, type LabelRecord } from './label-values.ts';
import type { LabelDomains } from './domains.ts';

/** `seen` of a series that is no longer in the trie. */
const DETACHED = -1;

/** What every series has, whatever it measures. */
export class Series {
  /** Stored label values in the order of the declaration; `undefined` where this swallows what is dropped. */
  readonly values: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Epoch of the store in which the series was last written. */
  seen = 0;
  /** Since when nothing was written, as far as scrapes can tell, in milliseconds since the epoch. */
  idleSince: number;
  /** Scrapes in a row that found nothing new. */
  idleScrapes = 0;
  /** What every scrape prints for the series before the value, made at the first one. */
  text: string | undefined = undefined;

  constructor(values: readonly string[], now: number) {
    this.values = values;
    this.createdAt = now;
    this.idleSince = now;
  }
}

/** When a series without writes may go. */
export interface Expiry {
  /** Milliseconds without a write; `undefined` keeps series for good. */
  readonly ttlMs: number | undefined;
  /** Scrapes that must have seen the last state: 0 for gauges, at least 2 for what is summed up. */
  readonly scrapes: number;
}

/** What a store is made from. */
export interface StoreOptions<S extends Series> {
  readonly metric: string;
  readonly labels: LabelDomains;
  readonly limits: Limits;
  readonly onLimit: OnLimit;
  readonly budget: SeriesBudget;
  readonly expiry: Expiry;
  readonly now: () => number;
  readonly create: (values: readonly string[], now: number) => S;
}

/** The series of one metric: lookup, limits and expiry. */
export class SeriesStore<S extends Series> {
  readonly names: readonly string[];
  readonly states: readonly LabelState[];
  /** Number of the current interval between two scrapes. */
  epoch = 1;
  /** The series in the order of their making; replaced, never changed in the middle, so that a scrape can walk it in pieces. */
  series: S[] = [];
  /** The series of a label object, made if need be; never fails. */
  readonly find: (labels: LabelRecord) => S;
  readonly #options: StoreOptions<S>;
  readonly #root: Node<S> = new Map();
  readonly #steps: readonly number[];
  readonly #canRetire: boolean;
  /** Takes what `onLimit: 'drop'` drops; in no output. */
  #sink: S | undefined;
  #placeholder: S | undefined;
  #lastSweep: number;
  #defaults = '';
  #isDisposed = false;

  constructor(options: StoreOptions<S>) {
    const { metric, labels, limits, onLimit, now } = options;
    this.#options = options;
    this.names = Object.keys(labels);
    this.states = Object.entries(labels).map(
      ([name, domain]) => new LabelState(metric, name, domain, limits.valuesPerLabel, onLimit),
    );
    this.#steps = admissionSteps(this.states, limits.seriesPerMetric);
    this.#canRetire = this.states.some((state) => state.canRetire);
    this.#lastSweep = now();
    if (this.names.length === 0) this.#make([]);
    this.find = this.states.some(({ domain }) => domain.isEager) ? (labels) => this.#findEager(labels) : this.#finder();
  }

  /** The lookup for the number of labels: one Map per label, no array and no key. */
  #finder(): (labels: LabelRecord) => S {
    const root = this.#root;
    const [a = '', b = '', c = '', d = ''] = this.names;
    const { names } = this;
    const miss = (labels: LabelRecord): S => {
      const raws: unknown[] = [];
      for (let index = 0; index < names.length; index++) raws.push(labels[names[index] as string]);
      return this.#resolve(raws);
    };
    // Casts: the depth of a node says whether its children are nodes or series.
    switch (this.names.length) {
      case 0:
        return () => this.series[0] ?? this.#admit([]);
      case 1:
        return (labels) => (root.get(labels[a]) as S | undefined) ?? miss(labels);
      case 2:
        return (labels) => {
          const first = root.get(labels[a]) as Node<S> | undefined;
          return (first?.get(labels[b]) as S | undefined) ?? miss(labels);
        };
      case 3:
        return (labels) => {
          const first = root.get(labels[a]) as Node<S> | undefined;
          const second = first?.get(labels[b]) as Node<S> | undefined;
          return (second?.get(labels[c]) as S | undefined) ?? miss(labels);
        };
      case 4:
        return (labels) => {
          const first = root.get(labels[a]) as Node<S> | undefined;
          const second = first?.get(labels[b]) as Node<S> | undefined;
          const third = second?.get(labels[c]) as Node<S> | undefined;
          return (third?.get(labels[d]) as S | undefined) ?? miss(labels);
        };
      default:
        return (labels) => {
          let node: Node<S> | S | undefined = root;
          for (const name of this.names) {
            node = (node as Node<S>).get(labels[name]);
            if (node === undefined) return miss(labels);
          }
          return node as S;
        };
    }
  }

  /** Labels whose domain counts or hashes every value. */
  #findEager(labels: LabelRecord): S {
    const raws = new Array<unknown>(this.names.length);
    let node: Node<S> | S | undefined = this.#root;
    for (let index = 0; index < this.names.length; index++) {
      let raw = labels[this.names[index] ?? ''];
      const state = this.states[index];
      if (state?.domain.isEager) {
        raw = state.normalise(raw);
        if (raw === undefined) return this.#dropped();
      }
      raws[index] = raw;
      node = (node as Node<S> | undefined)?.get(raw);
    }
    return (node as S | undefined) ?? this.#resolve(raws);
  }

  #resolve(raws: readonly unknown[]): S {
    const { states } = this;
    const values: string[] = [];
    let hasOther = false;
    let hasSpelling = false;
    for (let index = 0; index < states.length; index++) {
      const state = states[index] as LabelState;
      const raw = raws[index];
      let value = state.domain.isEager ? (raw as string) : state.normalise(raw);
      if (value !== undefined && !this.#hasRoom(state, value)) value = state.fold(value, 'valuesPerLabel');
      if (value === undefined) return this.#dropped();
      if (value === OTHER) hasOther = true;
      else if (raw !== value && isSpelling(raw, state)) hasSpelling = true;
      values.push(value);
    }
    const series = this.#lookup(values) ?? this.#admit(values);
    // With `__other__` in it, the same raw values may be let through later.
    if (hasSpelling && !hasOther && !values.includes(OTHER)) this.#addSpellings(raws, values);
    return series;
  }

  /** Whether a label has room for a value, if need be after what expired has gone. */
  #hasRoom(state: LabelState, value: string): boolean {
    if (state.admits(value)) return true;
    this.#sweepInTime();
    return state.admits(value);
  }

  /** Edges for raw values, so that `200` finds `2xx` without being normalised again. Their number is bounded by the domain. */
  #addSpellings(raws: readonly unknown[], values: readonly string[]): void {
    let node: Node<S> | S | undefined = this.#root;
    for (const [index, value] of values.entries()) {
      const parent = node as Node<S>;
      node = parent.get(value);
      const state = this.states[index];
      if (node === undefined || state === undefined) return;
      const raw = raws[index];
      if (!parent.has(raw) && isSpelling(raw, state)) parent.set(raw, node);
    }
  }

  #lookup(values: readonly string[]): S | undefined {
    let node: Node<S> | S | undefined = this.#root;
    for (const value of values) {
      node = (node as Node<S>).get(value);
      if (node === undefined) return undefined;
    }
    return node as S;
  }

  /** A new series if the limits allow it; else one label after the other becomes `__other__`, the one in most demand first. */
  #admit(values: string[]): S {
    if (this.#isDisposed) return this.#dropped();
    this.#sweepInTime();
    for (;;) {
      const stage = this.#refusal(values);
      if (stage === undefined) return this.#make(values);
      const index = this.#nextToFold(values);
      const state = this.states[index];
      if (state === undefined) return this.#make(values);
      const folded = state.fold(values[index] ?? '', stage);
      if (folded === undefined) return this.#dropped();
      values[index] = folded;
      const series = this.#lookup(values);
      if (series !== undefined) return series;
    }
  }

  #refusal(values: readonly string[]): 'seriesPerMetric' | 'totalSeries' | undefined {
    let folded = 0;
    let open = 0;
    for (const [index, state] of this.states.entries()) {
      if (state.isClosed) continue;
      open++;
      if (values[index] === OTHER) folded++;
    }
    if (this.series.length >= (this.#steps[folded] ?? 0)) return 'seriesPerMetric';
    return this.#options.budget.admits(folded === open) ? undefined : 'totalSeries';
  }

  /** Open labels first, then those with more values; -1 when every label is folded. */
  #nextToFold(values: readonly string[]): number {
    let best = -1;
    let bestDemand = -1;
    for (const [index, state] of this.states.entries()) {
      if (values[index] === OTHER) continue;
      const demand = state.isClosed ? state.size / (state.max + 1) : 1 + state.demand;
      if (demand <= bestDemand) continue;
      best = index;
      bestDemand = demand;
    }
    return best;
  }

  #make(values: readonly string[]): S {
    const stored = values.map((value, index) => this.states[index]?.retain(value) ?? value);
    const series = this.#options.create(stored, this.#options.now());
    series.seen = this.epoch;
    let node = this.#root;
    for (const [index, value] of stored.entries()) {
      if (index === stored.length - 1) {
        node.set(value, series);
        break;
      }
      let child = node.get(value) as Node<S> | undefined;
      if (child === undefined) {
        child = new Map();
        node.set(value, child);
      }
      node = child;
    }
    this.series.push(series);
    this.#options.budget.used++;
    return series;
  }

  #detached(): S {
    const series = this.#options.create(
      this.names.map(() => OTHER),
      this.#options.now(),
    );
    series.seen = DETACHED;
    return series;
  }

  #dropped(): S {
    return (this.#sink ??= this.#detached());
  }

  /** Whether a series is the one that swallows what is dropped. */
  isSink(series: S): boolean {
    return series === this.#sink;
  }

  /** A series outside of the trie, for handles that have not written yet. */
  placeholder(): S {
    return (this.#placeholder ??= this.#detached());
  }

  /** Ends an interval: a scrape saw every series. Removes what has expired. */
  scraped(): void {
    this.#sweep(true);
  }

  /** Expiry where nobody scrapes: when a new series is wanted and half of the time to live has passed. */
  #sweepInTime(): void {
    const { ttlMs } = this.#options.expiry;
    if (ttlMs !== undefined && this.#options.now() - this.#lastSweep >= ttlMs / 2) this.#sweep(false);
  }

  #sweep(isScrape: boolean): void {
    const now = this.#options.now();
    const ended = this.epoch;
    this.epoch++;
    this.#lastSweep = now;
    const { expiry, labels } = this.#options;
    if ((expiry.ttlMs === undefined && !this.#canRetire) || Object.keys(labels).length === 0) return;
    const gone = new Set<S>();
    for (const series of this.series) {
      if (series.seen === ended) {
        // The write may have come at any time of the interval: count from its end.
        series.idleSince = now;
        series.idleScrapes = 0;
      } else if (isScrape) {
        series.idleScrapes++;
      }
      if (this.#isOver(series, now)) gone.add(series);
    }
    this.#detach(gone);
  }

  #isOver(series: S, now: number): boolean {
    const { ttlMs, scrapes } = this.#options.expiry;
    if (ttlMs !== undefined && now - series.idleSince >= ttlMs && series.idleScrapes >= scrapes) return true;
    return (
      series.idleScrapes >= Math.max(2, scrapes) &&
      series.values.some((value, index) => this.states[index]?.isRetired(value) === true)
    );
  }

  #detach(gone: ReadonlySet<S>): void {
    if (gone.size === 0) return;
    this.series = this.series.filter((series) => !gone.has(series));
    for (const series of gone) {
      series.seen = DETACHED;
      this.#options.budget.used--;
      for (const [index, value] of series.values.entries()) this.states[index]?.release(value);
    }
    prune(this.#root, gone, this.names.length);
  }

  /** Removes one series by its labels; false where there is none. */
  remove(labels: LabelRecord): boolean {
    const values = this.names.map((name, index) => {
      const raw = labels[name];
      return this.states[index]?.peek(raw) ?? '';
    });
    const series = this.names.length === 0 ? undefined : this.#lookup(values);
    if (series === undefined) return false;
    this.#detach(new Set([series]));
    return true;
  }

  /** Label pairs that the registry adds to every series. */
  get defaults(): string {
    return this.#defaults;
  }

  set defaults(pairs: string) {
    if (pairs === this.#defaults) return;
    this.#defaults = pairs;
    for (const series of this.series) series.text = undefined;
  }

  /** Most label sets of the metric. */
  get limit(): number {
    return this.#options.limits.seriesPerMetric;
  }

  /** Removes all series for good; what is written from here on goes nowhere. */
  dispose(): void {
    this.#isDisposed = true;
    this.#detach(new Set(this.series));
  }

  /** Removes all series; a metric without labels starts anew at 0. */
  clear(): void {
    this.#detach(new Set(this.series));
    this.epoch++;
    if (this.names.length === 0 && !this.#isDisposed) this.#make([]);
  }
}
