export { DIAGNOSTICS, TelintError, diagnosticCounts, type DiagnosticCode } from './diagnostics.ts';
export { setSpanRedaction } from './span-errors.ts';
export { traced, withSpan, type WithSpanOptions } from './with-span.ts';
export { logFields, startTelemetry } from './start-telemetry.ts';
export type { InstrumentationLike, LogFields, Telemetry, TelemetryOptions } from './telemetry-options.ts';
