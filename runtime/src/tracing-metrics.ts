import { DROP_REASONS } from './drop-ledger.ts';
import type { ExporterStats } from './resilient-options.ts';
import { TELEMETRY_METRICS } from './telemetry-metrics-table.ts';

/** A Prometheus registry, as far as metrics are registered: that of `prom-client` and that of `@prometheus-io/client`. */
export interface MetricRegistryLike {
  registerMetric(metric: never): void;
}

interface PromValue {
  readonly value: number;
  readonly labels: Record<string, string>;
}

type Read = (stats: ExporterStats) => readonly PromValue[];

const single =
  (read: (stats: ExporterStats) => number): Read =>
  (stats) => [{ value: read(stats), labels: {} }];

const METRICS: readonly (readonly [name: string, type: 'counter' | 'gauge', help: string, read: Read])[] = [
  [
    TELEMETRY_METRICS.spansDropped.name,
    'counter',
    'Spans that were lost, by reason.',
    (stats) => DROP_REASONS.map((reason) => ({ value: stats.droppedByReason[reason], labels: { reason } })),
  ],
  [
    TELEMETRY_METRICS.spansExported.name,
    'counter',
    'Spans that the collector took.',
    single((stats) => stats.exported),
  ],
  [TELEMETRY_METRICS.spansAccepted.name, 'counter', 'Spans handed to the exporter.', single((stats) => stats.accepted)],
  [
    TELEMETRY_METRICS.exportFailures.name,
    'counter',
    'Exports of spans that failed, retried ones included.',
    single((stats) => stats.failures),
  ],
  [
    TELEMETRY_METRICS.spansQueued.name,
    'gauge',
    'Spans in memory that the collector has not taken yet.',
    single((stats) => stats.queued + stats.inFlight),
  ],
  [
    TELEMETRY_METRICS.spansSpooled.name,
    'gauge',
    'Spans on disk that the collector has not taken yet.',
    single((s) => s.spooled),
  ],
  [
    TELEMETRY_METRICS.exportCircuitOpen.name,
    'gauge',
    'Whether exporting spans is paused after failures, 1 or 0.',
    single((stats) => (stats.circuit === 'open' ? 1 : 0)),
  ],
];

/** Registers the account of an exporter or processor with a Prometheus registry; throws when it is registered already. */
export function registerTracingMetrics(registry: MetricRegistryLike, source: { stats(): ExporterStats }): void {
  for (const [name, type, help, read] of METRICS) {
    const get = (): object => ({ name, help, type, aggregator: 'sum', values: read(source.stats()) });
    const metric = { name, help, type, aggregator: 'sum', collect: undefined, get, reset: () => undefined };
    registry.registerMetric(metric as never);
  }
}
