export { DIAGNOSTICS, TelintError, diagnosticCounts, type DiagnosticCode } from './diagnostics.ts';
