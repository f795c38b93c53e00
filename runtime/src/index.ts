export { DIAGNOSTICS, TelintError, diagnosticCounts, type DiagnosticCode } from './diagnostics.ts';
export { setSpanRedaction } from './span-errors.ts';
export { traced, withSpan, type WithSpanOptions } from './with-span.ts';
export { logFields, startTelemetry } from './start-telemetry.ts';
export type { InstrumentationLike, LogFields, Telemetry, TelemetryOptions } from './telemetry-options.ts';
export type { Clock } from './clock.ts';
export type {
  EnvironmentSource,
  ExporterName,
  OtlpProtocol,
  PropagatorName,
  SamplerName,
  SpanLimitsLike,
  TlsMaterial,
} from './environment.ts';
export type {
  ExportResultLike,
  InstrumentationScopeLike,
  ReadableSpanLike,
  ResourceLike,
  SamplerLike,
  SamplingResultLike,
  SpanExporterLike,
  SpanProcessorLike,
  TimedEventLike,
} from './span-types.ts';
