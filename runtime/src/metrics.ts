/** `@telint/runtime/metrics`: bounded metrics in the registry of the service. */
export {
  DEFAULT_BUCKETS,
  exponentialBuckets,
  linearBuckets,
  type ExponentialBuckets,
  type LinearBuckets,
} from './buckets.ts';
export {
  CORE_METRICS,
  business,
  cache,
  circuitBreaker,
  database,
  eventBus,
  graphql,
  httpClient,
  httpServer,
  job,
  queue,
  type CoreMetric,
  type CoreSet,
  type CoreSetName,
  type CoreSetOptions,
  type LabelSpec,
} from './core-metrics.ts';
export { type BoundCounter, type Counter } from './counter.ts';
export {
  bucketed,
  free,
  oneOf,
  statusClass,
  template,
  topK,
  type Domain,
  type LabelDomains,
  type LabelsOf,
  type StatusClass,
  type Normaliser,
} from './domains.ts';
export { type ActiveSpan, type ExemplarLabels, type SpanIdentity } from './exemplars.ts';
export { type BoundGauge, type Gauge } from './gauge.ts';
export { type BoundHistogram, type Histogram } from './histogram.ts';
export { type LabelValue } from './label-values.ts';
export { DEFAULT_LIMITS, type Limits, type OnLimit } from './limits.ts';
export { type Aggregator, type LabelArguments, type MetricOptions, type Sample } from './metric-family.ts';
export { aggregateSnapshots, renderSnapshot, type MetricSnapshot, type SnapshotSample } from './metric-snapshots.ts';
export { type LabelStats, type MetricStats, type MetricsStats } from './metrics-stats.ts';
export { type MetricType, type NamingMode } from './naming.ts';
export { type PromClientRegistry } from './prom-registry.ts';
export {
  createMetrics,
  type CounterOptions,
  type HistogramOptions,
  type Metrics,
  type MetricsOptions,
  type NoLabels,
} from './registry.ts';
export { type RenderOptions } from './render.ts';
export { processMetrics, type ProcessMetrics, type ProcessMetricsOptions } from './process-metrics.ts';
export { PROCESS_METRICS, type ProcessMetricName } from './process-metrics-table.ts';
export { countSanitized } from './sanitize-metrics.ts';
export { TELEMETRY_METRICS } from './telemetry-metrics-table.ts';
