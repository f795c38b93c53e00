/** Samples of Prometheus as data points of OpenTelemetry. */
import { setImmediate } from 'node:timers/promises';
import type { HrTime } from '@opentelemetry/api';
import type { SeriesStarts } from './bridge-starts.ts';
import type {
  BridgeExemplar,
  BridgeHistogram,
  BridgePoint,
  PromExemplar,
  PromMetricJson,
  PromSample,
} from './bridge-types.ts';

/** What the points of one collection share. */
export interface Points {
  readonly starts: SeriesStarts;
  readonly now: HrTime;
}

/** Samples that are translated at once, about a millisecond; then the service has its turn. */
const SAMPLES_PER_TURN = 500;

/** Calls `translate` for every item, in turns with the service's own work. */
async function inTurns<T>(items: Iterable<T>, translate: (item: T) => void): Promise<void> {
  let done = 0;
  for (const item of items) {
    translate(item);
    if (++done % SAMPLES_PER_TURN === 0) await setImmediate();
  }
}

/** Labels as attributes, in the order of their names, without the ones that a point expresses otherwise. */
function attributesOf({ labels = {} }: PromSample, without?: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of Object.keys(labels).sort()) {
    const value = labels[name];
    // An empty label is no label, in Prometheus.
    if (name !== without && value !== undefined && value !== '') attributes[name] = String(value);
  }
  return attributes;
}

function exemplarOf(exemplar: PromExemplar | null | undefined): BridgeExemplar | undefined {
  if (exemplar == null || typeof exemplar.value !== 'number') return undefined;
  const { trace_id: traceId, span_id: spanId, ...rest } = exemplar.labelSet ?? {};
  const filteredAttributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) filteredAttributes[name] = String(value);
  const seconds = exemplar.timestamp ?? 0;
  const whole = Math.floor(seconds);
  return {
    value: exemplar.value,
    timestamp: [whole, Math.round((seconds - whole) * 1e9)],
    filteredAttributes,
    ...(traceId === undefined ? {} : { traceId: String(traceId) }),
    ...(spanId === undefined ? {} : { spanId: String(spanId) }),
  };
}

function withExemplars(exemplars: readonly (BridgeExemplar | undefined)[]): { exemplars?: BridgeExemplar[] } {
  const present = exemplars.filter((exemplar) => exemplar !== undefined);
  return present.length > 0 ? { exemplars: present } : {};
}

/** How the values of a metric move: only up since a start, up and down since a start, or without one. */
export type NumberKind = 'counter' | 'sum' | 'gauge';

/** Points of counters and gauges. Values that are not finite have no meaning in OTLP and are left out. */
export async function numberPoints(
  samples: readonly PromSample[],
  name: string,
  { starts, now }: Points,
  kind: NumberKind,
): Promise<BridgePoint<number>[]> {
  const points: BridgePoint<number>[] = [];
  const startOf = (attributes: Record<string, string>, value: number): HrTime => {
    if (kind === 'counter') return starts.of(`${name} ${JSON.stringify(attributes)}`, value);
    // A gauge has no start, but the field has no absence: equal times say that it means nothing.
    return kind === 'gauge' ? now : starts.processStart;
  };
  await inTurns(samples, (sample) => {
    if (!Number.isFinite(sample.value)) return;
    const attributes = attributesOf(sample);
    const startTime = startOf(attributes, sample.value);
    const exemplars = withExemplars([exemplarOf(sample.exemplar)]);
    points.push({ startTime, endTime: now, attributes, value: sample.value, ...exemplars });
  });
  return points;
}

interface HistogramSeries {
  readonly attributes: Record<string, string>;
  /** Upper bound and cumulative count. */
  readonly buckets: [bound: number, count: number][];
  readonly exemplars: (BridgeExemplar | undefined)[];
  sum?: number;
  count?: number;
}

function boundOf(le: string | number | undefined): number {
  return le === '+Inf' || le === undefined ? Infinity : Number(le);
}

function toHistogram({ buckets, sum, count }: HistogramSeries): BridgeHistogram | undefined {
  buckets.sort(([left], [right]) => left - right);
  const total = count ?? buckets.at(-1)?.[1];
  if (total === undefined || !Number.isFinite(total)) return undefined;
  const boundaries: number[] = [];
  const counts: number[] = [];
  let below = 0;
  for (const [bound, cumulative] of buckets) {
    if (bound === Infinity || Number.isNaN(bound)) continue;
    boundaries.push(bound);
    counts.push(Math.max(0, cumulative - below));
    below = Math.max(below, cumulative);
  }
  counts.push(Math.max(0, total - below));
  const known = sum !== undefined && Number.isFinite(sum) ? { sum } : {};
  return { buckets: { boundaries, counts }, count: total, ...known };
}

/** Points of a histogram: samples of one label set together, cumulative buckets as counts per bucket. */
export async function histogramPoints(
  metric: PromMetricJson,
  { starts, now }: Points,
): Promise<BridgePoint<BridgeHistogram>[]> {
  const series = new Map<string, HistogramSeries>();
  await inTurns(metric.values ?? [], (sample) => {
    const attributes = attributesOf(sample, 'le');
    const key = JSON.stringify(attributes);
    const one = series.get(key) ?? { attributes, buckets: [], exemplars: [] };
    series.set(key, one);
    const suffix = (sample.metricName ?? metric.name).slice(metric.name.length);
    if (suffix === '_sum') one.sum = sample.value;
    else if (suffix === '_count') one.count = sample.value;
    else if (suffix === '_bucket') {
      one.buckets.push([boundOf(sample.labels?.['le']), sample.value]);
      one.exemplars.push(exemplarOf(sample.exemplar));
    }
  });
  const points: BridgePoint<BridgeHistogram>[] = [];
  await inTurns(series, ([key, one]) => {
    const value = toHistogram(one);
    if (value === undefined) return;
    const startTime = starts.of(`${metric.name} ${key}`, value.count);
    points.push({ startTime, endTime: now, attributes: one.attributes, value, ...withExemplars(one.exemplars) });
  });
  return points;
}
