export { DIAGNOSTICS, TelintError, diagnosticCounts, type DiagnosticCode } from './diagnostics.ts';
export { setSpanRedaction } from './span-errors.ts';
export { traced, withSpan, type WithSpanOptions } from './with-span.ts';
