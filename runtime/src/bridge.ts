/**
 * Metrics of a Prometheus registry for OpenTelemetry: hand `prometheusProducer(metrics)` to a metric reader as one of its
 * `metricProducers`, and it exports them beside the metrics of the SDK. Names, types and units follow the
 * OpenTelemetry specification "Prometheus and OpenMetrics compatibility".
 */
import type { HrTime } from '@opentelemetry/api';
import { SeriesStarts } from './bridge-starts.ts';
import { histogramPoints, numberPoints, type Points } from './bridge-points.ts';
import {
  CUMULATIVE,
  DOUBLE,
  POINT_TYPE,
  type BridgeCollection,
  type BridgeMetric,
  type BridgeProducer,
  type BridgeSource,
  type EmptyResource,
  type JsonRegistry,
  type PromMetricJson,
} from './bridge-types.ts';
import { splitMetricName } from './bridge-units.ts';
import { TelintError, warn } from './diagnostics.ts';

export type {
  BridgeCollection,
  BridgeExemplar,
  BridgeHistogram,
  BridgeMetric,
  BridgePoint,
  BridgeProducer,
  BridgeSource,
  EmptyResource,
  JsonRegistry,
  PromExemplar,
  PromMetricJson,
  PromSample,
  SnapshotMetrics,
} from './bridge-types.ts';

/** How metrics are translated. */
export interface BridgeOptions {
  /**
   * `unaltered` (default) keeps names as they are, so that queries find them again behind an OpenTelemetry collector.
   * `without-suffixes` drops `_total` and the unit, which the descriptor carries anyway; where two metrics would then
   * have one name, the later one keeps its own.
   */
  readonly names?: 'unaltered' | 'without-suffixes';
  /**
   * The SDK for JavaScript has no summaries. `points` (default) exports the quantiles as a gauge with the attribute
   * `quantile`, `…_count` as a monotonic sum and `…_sum` as a sum; `drop` leaves them out.
   */
  readonly summaries?: 'points' | 'drop';
  /** Leaves out a metric for which this is false: what the SDK measures itself should not arrive twice. */
  readonly include?: (name: string) => boolean;
  /** Instrumentation scope. Default: `@telint/runtime/bridge`. */
  readonly scope?: { readonly name: string; readonly version?: string };
}

const DEFAULT_SCOPE = { name: '@telint/runtime/bridge' };

/** A reader waits for all its producers: one that never answers would keep back the SDK's own metrics too. */
const MAX_WAIT_MS = 10_000;

/** Share of the time that the `collect` functions of a set of metrics have. */
const SNAPSHOT_SHARE = 0.75;

const RESOURCE: EmptyResource = {
  attributes: {},
  merge: <T>(other: T | null) => other ?? (RESOURCE as T),
  getRawAttributes: () => [],
};

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

/** Rejects after the given time; the registry cannot be stopped, but nobody waits for it any more. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The registry did not answer within ${ms} ms.`));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the metrics of one collection share. */
interface Context {
  readonly points: Points;
  readonly summaries: 'points' | 'drop';
  readonly nameOf: (name: string) => string;
}

function descriptor(metric: PromMetricJson, { nameOf }: Context, suffix = '') {
  return {
    descriptor: {
      name: suffix === '' ? nameOf(metric.name) : metric.name + suffix,
      description: metric.help,
      unit: suffix === '_count' ? '' : splitMetricName(metric.name).unit,
      valueType: DOUBLE,
    },
    aggregationTemporality: CUMULATIVE,
  } as const;
}

async function summary(metric: PromMetricJson, context: Context): Promise<BridgeMetric[]> {
  const named = (suffix: string) =>
    (metric.values ?? []).filter(({ metricName = metric.name }) => metricName === metric.name + suffix);
  const { points } = context;
  return [
    {
      ...descriptor(metric, context),
      dataPointType: POINT_TYPE.GAUGE,
      dataPoints: await numberPoints(named(''), metric.name, points, 'gauge'),
    },
    {
      ...descriptor(metric, context, '_count'),
      dataPointType: POINT_TYPE.SUM,
      isMonotonic: true,
      dataPoints: await numberPoints(named('_count'), `${metric.name}_count`, points, 'counter'),
    },
    {
      ...descriptor(metric, context, '_sum'),
      dataPointType: POINT_TYPE.SUM,
      isMonotonic: false,
      dataPoints: await numberPoints(named('_sum'), `${metric.name}_sum`, points, 'sum'),
    },
  ];
}

async function translate(metric: PromMetricJson, context: Context): Promise<BridgeMetric[]> {
  const { points } = context;
  const values = metric.values ?? [];
  switch (metric.type) {
    case 'counter':
      return [
        {
          ...descriptor(metric, context),
          dataPointType: POINT_TYPE.SUM,
          isMonotonic: true,
          dataPoints: await numberPoints(values, metric.name, points, 'counter'),
        },
      ];
    case 'histogram':
      return [
        {
          ...descriptor(metric, context),
          dataPointType: POINT_TYPE.HISTOGRAM,
          dataPoints: await histogramPoints(metric, points),
        },
      ];
    case 'summary':
      return context.summaries === 'drop' ? [] : await summary(metric, context);
    default:
      // The specification makes gauges of what has no type.
      return [
        {
          ...descriptor(metric, context),
          dataPointType: POINT_TYPE.GAUGE,
          dataPoints: await numberPoints(values, metric.name, points, 'gauge'),
        },
      ];
  }
}

/** Rendering a registry as OpenMetrics takes `_total` off the names of its counters, for good. */
function restoreTotal(registry: JsonRegistry, metric: PromMetricJson): PromMetricJson {
  const isRenamed =
    metric.type === 'counter' &&
    !metric.name.endsWith('_total') &&
    registry.contentType?.startsWith('application/openmetrics-text') === true;
  return isRenamed ? { ...metric, name: `${metric.name}_total` } : metric;
}

/** Metrics of a source as prom-client writes them. */
async function read(source: BridgeSource, timeoutMs: number): Promise<PromMetricJson[]> {
  if (!('snapshot' in source)) {
    return (await source.getMetricsAsJSON()).map((metric) => restoreTotal(source, metric));
  }
  // Its own deadline comes first, so that one metric that does not answer leaves the others.
  const metrics = await source.snapshot({ deadlineMs: timeoutMs * SNAPSHOT_SHARE });
  return metrics.map(({ name, help, type, samples }) => ({
    name,
    help,
    type,
    values: samples.map((sample) => ({ ...sample, value: Number(sample.value) })),
  }));
}

function isSource(value: unknown): value is BridgeSource {
  if (typeof value !== 'object' || value === null) return false;
  const { getMetricsAsJSON, snapshot } = value as Record<string, unknown>;
  return typeof getMetricsAsJSON === 'function' || typeof snapshot === 'function';
}

/**
 * A metric producer over one or more sets of metrics or registries. `collect` never rejects: what a registry failed with is among the
 * `errors` of the result. Values are cumulative since the start of the process; where a counter falls (the registry
 * was reset), its start time moves to the collection before.
 * @throws TelintError TELINT_OPTION_INVALID when something is neither.
 */
export function prometheusProducer(
  sources: BridgeSource | readonly BridgeSource[],
  options: BridgeOptions = {},
): BridgeProducer {
  const { names = 'unaltered', summaries = 'points', include = () => true, scope = DEFAULT_SCOPE } = options;
  const all = (Array.isArray(sources) ? sources : [sources]) as readonly BridgeSource[];
  if (!all.every(isSource)) {
    throw new TelintError(
      'TELINT_OPTION_INVALID',
      'prometheusProducer takes what createMetrics returned, or a registry of prom-client or @prometheus-io/client.',
    );
  }
  const starts = new SeriesStarts(hrTime(performance.timeOrigin));

  async function collectFrom(source: BridgeSource, timeoutMs: number): Promise<PromMetricJson[]> {
    const metrics = await within(read(source, timeoutMs), timeoutMs);
    return metrics.filter(({ name }) => include(name));
  }

  /** Names of one collection: the first metric of a name has it. */
  function namer(collected: readonly PromMetricJson[]): (name: string) => string {
    if (names === 'unaltered') return (name) => name;
    const taken = new Set(collected.map(({ name }) => name));
    return (name) => {
      const { base } = splitMetricName(name);
      if (base === name || taken.has(base)) return name;
      taken.add(base);
      return base;
    };
  }

  async function collect(timeoutMs: number): Promise<BridgeCollection> {
    const settled = await Promise.allSettled(all.map((source) => collectFrom(source, timeoutMs)));
    const errors: unknown[] = [];
    const found = new Map<string, PromMetricJson>();
    for (const result of settled) {
      if (result.status === 'rejected') errors.push(result.reason);
      else for (const metric of result.value) if (!found.has(metric.name)) found.set(metric.name, metric);
    }
    const unique = [...found.values()];
    const points: Points = { starts, now: hrTime(Date.now()) };
    const context: Context = { points, summaries, nameOf: namer(unique) };
    const metrics: BridgeMetric[] = [];
    for (const metric of unique) {
      try {
        metrics.push(...(await translate(metric, context)).filter(({ dataPoints }) => dataPoints.length > 0));
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 0) starts.endCollection(points.now);
    else warn('TELINT_BRIDGE_FAILED', `Metrics were left out of a collection: ${String(errors[0])}`);
    return { resourceMetrics: { resource: RESOURCE, scopeMetrics: [{ scope: { ...scope }, metrics }] }, errors };
  }

  let running: Promise<BridgeCollection> | undefined;
  return {
    collect: ({ timeoutMillis = MAX_WAIT_MS } = {}) => {
      // Several readers may share the producer; start times are kept per collection, so collections do not overlap.
      const timeoutMs = Math.min(timeoutMillis, MAX_WAIT_MS);
      const next = (running ?? Promise.resolve()).then(() => collect(timeoutMs));
      running = next;
      return next;
    },
  };
}
