import { createContextKey, type Context } from '@opentelemetry/api';

/** The key of `suppressTracing` in @opentelemetry/core; keys of the API are equal when their descriptions are. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** True inside of `suppressTracing`, where exporters send: their requests must not make spans that are exported again. */
export function isTracingSuppressed(ctx: Context): boolean {
  return ctx.getValue(SUPPRESS_TRACING) === true;
}
