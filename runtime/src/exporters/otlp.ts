export { AccountingSpanProcessor, spanProcessor, type ProcessorStats } from '../span-processor.ts';
export { type BackoffOptions, type CircuitState } from '../circuit.ts';
export { type DropReason } from '../drop-ledger.ts';
export { otlpTraceExporter, type OtlpOptions } from '../otlp-exporter.ts';
export { ResilientExporter, resilientExporter } from '../resilient-exporter.ts';
export { type ExporterStats, type ResilientOptions } from '../resilient-options.ts';
export { type SpoolOptions } from '../span-spool.ts';
export { registerTracingMetrics, type MetricRegistryLike } from '../tracing-metrics.ts';
