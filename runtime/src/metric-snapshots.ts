/** Metrics of several threads or processes as one: snapshots are plain data, sent with `postMessage` or `process.send`. */
import { negotiateFormat } from './negotiate.ts';
import type { Aggregator } from './metric-family.ts';
import type { ForeignSample } from './prom-registry.ts';
import { sampledLines } from './sampled-lines.ts';
import { formatValue } from './exposition.ts';

/** A metric with its samples; survives both JSON and structured cloning. */
export interface MetricSnapshot {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly unit?: string;
  readonly aggregator: Aggregator;
  readonly samples: readonly SnapshotSample[];
}

/** A sample; values that JSON cannot hold (`NaN`, `+Inf`, `-Inf`) are texts. */
export interface SnapshotSample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number | string;
}

/** Makes a sample fit for JSON. */
export function snapshotSample({ metricName, labels = {}, value }: ForeignSample): SnapshotSample {
  return {
    ...(metricName !== undefined && { metricName }),
    labels,
    value: Number.isFinite(value) ? value : formatValue(value),
  };
}

function numberOf(value: number | string): number {
  if (typeof value === 'number') return value;
  if (value === '+Inf') return Infinity;
  return value === '-Inf' ? -Infinity : Number.NaN;
}

const COMBINE: Record<Exclude<Aggregator, 'omit'>, (values: readonly number[]) => number> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  first: ([value = 0]) => value,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
};

/** An unmistakable key: names and values are quoted, so no separator inside a value can make two samples one. */
function keyOf({ metricName = '', labels }: SnapshotSample): string {
  const sorted = Object.entries(labels).map(([name, value]) => [name, String(value)]);
  return JSON.stringify([metricName, ...sorted.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))]);
}

/**
 * Puts snapshots together: counters and histograms are summed, gauges follow the `aggregator` of their metric.
 * The result is a snapshot again.
 */
export function aggregateSnapshots(snapshots: Iterable<readonly MetricSnapshot[]>): MetricSnapshot[] {
  const metrics = new Map<
    string,
    { head: MetricSnapshot; samples: Map<string, { sample: SnapshotSample; values: number[] }> }
  >();
  for (const snapshot of snapshots) {
    for (const head of snapshot) {
      if (head.aggregator === 'omit') continue;
      let metric = metrics.get(head.name);
      if (metric === undefined) metrics.set(head.name, (metric = { head, samples: new Map() }));
      for (const sample of head.samples) {
        const key = keyOf(sample);
        const known = metric.samples.get(key);
        if (known === undefined) metric.samples.set(key, { sample, values: [numberOf(sample.value)] });
        else known.values.push(numberOf(sample.value));
      }
    }
  }
  return [...metrics.values()].map(({ head, samples }) => ({
    ...head,
    samples: [...samples.values()].map(({ sample, values }) =>
      snapshotSample({ ...sample, value: COMBINE[head.aggregator as Exclude<Aggregator, 'omit'>](values) }),
    ),
  }));
}

/** The text of a snapshot in the format that an `Accept` header prefers. */
export function renderSnapshot(snapshot: readonly MetricSnapshot[], accept?: string): string {
  const format = negotiateFormat(accept);
  let text = '';
  for (const { samples, unit, ...head } of snapshot) {
    const values = samples.map((sample) => ({ ...sample, value: numberOf(sample.value) }));
    for (const line of sampledLines({ ...head, values }, format, new Map(), unit)) text += line;
  }
  return format === 'openmetrics' ? `${text}# EOF\n` : text;
}
