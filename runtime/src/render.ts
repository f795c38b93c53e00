/** Renders a set of metrics in pieces, and lets the event loop run in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { headLines } from './exposition.ts';
import type { Family } from './metric-family.ts';
import { snapshotSample, type MetricSnapshot } from './metric-snapshots.ts';
import { negotiateFormat } from './negotiate.ts';
import {
  collectFailed,
  foreignMetrics,
  reasonOf,
  type PendingMetric,
  type PromClientRegistry,
  type RegisteredMetric,
  type SampledMetric,
} from './prom-registry.ts';
import { defaultPairs, sampledLines } from './sampled-lines.ts';

/** Settings of one rendering. */
export interface RenderOptions {
  /** Milliseconds that `collect` functions may take. Default 10,000, the default scrape_timeout of Prometheus. */
  readonly deadlineMs?: number;
}

/** What is rendered. */
export interface RenderSource {
  readonly families: ReadonlyMap<string, Family>;
  readonly registry: PromClientRegistry | undefined;
  readonly registered: ReadonlyMap<string, RegisteredMetric>;
  readonly self: readonly RegisteredMetric[];
}

const DEFAULT_DEADLINE_MS = 10_000;

/** Length of a piece in characters. */
const PIECE_LENGTH = 64 * 1024;

/** Longest work without letting the loop run; the clock is read every few series. */
const SLICE_MS = 4;
const SERIES_PER_CHECK = 16;

/** Runs the `collect` function of a metric; what it throws is told, and the metric keeps its values. */
export async function collectFamily({ name, collect }: Family): Promise<void> {
  if (collect === undefined) return;
  try {
    await collect();
  } catch (error) {
    collectFailed(name, reasonOf(error));
  }
}

const LATE = Symbol('late');

/** Waits for metrics that are being read, until the deadline; who is late is told and left out. */
class Deadline {
  readonly #late: Promise<typeof LATE>;
  readonly #timer: NodeJS.Timeout;

  constructor(milliseconds: number) {
    const { promise, resolve } = Promise.withResolvers<typeof LATE>();
    this.#late = promise;
    this.#timer = setTimeout(resolve, Math.max(1, milliseconds), LATE);
  }

  async wait<T>(name: string, pending: Promise<T>): Promise<T | undefined> {
    const result = await Promise.race([pending, this.#late]);
    if (result !== LATE) return result;
    collectFailed(name, 'it did not answer in time');
    return undefined;
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

interface Collected {
  readonly defaults: ReadonlyMap<string, string>;
  readonly others: readonly SampledMetric[];
}

/** Runs all `collect` functions at once and reads the metrics of others. */
async function collect(source: RenderSource, deadlineMs: number): Promise<Collected> {
  const { registry, registered, self, families } = source;
  const own = new Set<unknown>(registered.values());
  const pending: PendingMetric[] = self.map((metric) => ({ name: metric.name, metric: metric.get() }));
  if (registry !== undefined) pending.push(...foreignMetrics(registry, own));
  const collecting = [...families.values()]
    .filter((family) => family.collect !== undefined)
    .map((family) => ({ name: family.name, done: collectFamily(family) }));
  const deadline = new Deadline(deadlineMs);
  try {
    for (const { name, done } of collecting) await deadline.wait(name, done);
    const others: SampledMetric[] = [];
    for (const { name, metric } of pending) {
      const sampled = await deadline.wait(name, metric);
      if (sampled !== undefined) others.push(sampled);
    }
    return { defaults: await defaultLabels(source), others };
  } finally {
    deadline.clear();
  }
}

async function defaultLabels({ registry, registered }: RenderSource): Promise<ReadonlyMap<string, string>> {
  if (registry === undefined) return new Map();
  for (const metric of registered.values()) {
    if (registry.getSingleMetric(metric.name) === metric) return await metric.defaultLabels(registry);
  }
  return new Map();
}

/** The exposition in pieces; `accept` is an `Accept` header or a content type. */
export async function* render(
  source: RenderSource,
  accept: string | undefined,
  { deadlineMs = DEFAULT_DEADLINE_MS }: RenderOptions,
): AsyncGenerator<string, void, undefined> {
  const format = negotiateFormat(accept);
  const { defaults, others } = await collect(source, deadlineMs);
  let sliceStart = performance.now();
  let piece = '';
  for (const text of allLines()) {
    piece += text;
    if (piece.length >= PIECE_LENGTH) {
      yield piece;
      piece = '';
    }
    if (performance.now() - sliceStart >= SLICE_MS) {
      await nextTurn();
      sliceStart = performance.now();
    }
  }
  if (format === 'openmetrics') piece += '# EOF\n';
  if (piece !== '') yield piece;

  /** Texts of a few series each. */
  function* allLines(): Generator<string> {
    for (const family of [...source.families.values()]) {
      const { store } = family;
      store.scraped();
      const { series } = store;
      const { length } = series;
      if (length === 0) continue;
      store.defaults = defaultsFor(family);
      let text = headLines(family, format);
      for (let index = 0; index < length; index++) {
        const one = series[index];
        if (one !== undefined) text += family.lines(one, format);
        if (index % SERIES_PER_CHECK === 0) {
          yield text;
          text = '';
        }
      }
      yield text;
    }
    for (const metric of others) yield* readableLines(metric);
  }

  /** What others hand over may be anything: it costs its own lines at most. */
  function* readableLines(metric: SampledMetric): Generator<string> {
    try {
      yield* sampledLines(metric, format, defaults);
    } catch (error) {
      collectFailed(metric.name, reasonOf(error));
    }
  }

  function defaultsFor({ store }: Family): string {
    if (defaults.size === 0) return '';
    return defaultPairs(new Map([...defaults].filter(([name]) => !store.names.includes(name))));
  }
}

/** All samples as plain data. */
export async function snapshot(
  source: RenderSource,
  { deadlineMs = DEFAULT_DEADLINE_MS }: RenderOptions,
): Promise<MetricSnapshot[]> {
  const { others } = await collect(source, deadlineMs);
  const own = [...source.families.values()].map((family): MetricSnapshot => {
    family.store.scraped();
    const { name, help, type, unit, aggregator } = family;
    const samples = family.store.series.flatMap((series) => family.samples(series).map(snapshotSample));
    return { name, help, type, ...(unit !== undefined && { unit }), aggregator, samples };
  });
  const foreign = others.map(({ name, help, type, aggregator = 'sum', values }): MetricSnapshot => {
    return { name, help, type, aggregator, samples: values.map(snapshotSample) };
  });
  return [...own, ...foreign];
}
