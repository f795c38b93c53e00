import { createContextKey, SpanKind, trace, type Context, type Span } from '@opentelemetry/api';

/** Where instrumentation-http keeps the span of the request that it serves; `route` goes back to it through this. */
interface RpcMetadata {
  route?: string;
  readonly span: Span;
}

/** The key of `setRPCMetadata` in @opentelemetry/core; keys of the API are equal when their descriptions are. */
const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA');

/** The span that another instrumentation has made for the request at hand. */
export interface ExistingSpan {
  readonly span: Span;
  readonly rpc: RpcMetadata | undefined;
}

/**
 * The SERVER span that is active where a handler is called, if any. Other active spans do not count: a server that was
 * started inside of a span hands that span's context to every connection.
 */
export function existingServerSpan(active: Context): ExistingSpan | undefined {
  const span = trace.getSpan(active);
  if (span === undefined) return undefined;
  const rpc = active.getValue(RPC_METADATA) as RpcMetadata | undefined;
  // Not recording, it has no kind: then only the metadata tells that somebody was here and did not sample.
  if (rpc?.span === span) return { span, rpc };
  const { kind } = span as { kind?: unknown };
  return kind === SpanKind.SERVER && span.isRecording() ? { span, rpc: undefined } : undefined;
}
