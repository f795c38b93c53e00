import { warn } from './diagnostics.ts';
import { startTelemetry } from './start-telemetry.ts';

/**
 * `node --import @telint/runtime/register app.js` (or `--require`): starts tracing from the environment alone, and ends it
 * with the process. A service must start without its telemetry: what goes wrong becomes a warning.
 */
try {
  startTelemetry({ handleSignals: true });
} catch (error) {
  warn(
    'TELINT_START_FAILED',
    `The service runs without tracing: ${error instanceof Error ? error.message : String(error)}`,
  );
}
