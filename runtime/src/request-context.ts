import { AsyncLocalStorage } from 'node:async_hooks';
import { context, createContextKey, isSpanContextValid, trace } from '@opentelemetry/api';

/** What is known of the request that is being served. */
export interface RequestContext {
  readonly requestId: string;
}

/** Fields by which log lines, traces and requests find each other; hexadecimal ids of W3C Trace Context. */
export interface CorrelationFields {
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly trace_flags?: string;
  readonly request_id?: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Where a context of OpenTelemetry carries its request, so that one storage serves both; `withRequestContext` wins. */
export const REQUEST_KEY = createContextKey('telint request');

/** Runs a function, and everything asynchronous that it starts, inside the context of a request. */
export function withRequestContext<T>(request: RequestContext, run: () => T): T {
  return storage.run(request, run);
}

/** The context of the request that is being served, if any. */
export function requestContext(): RequestContext | undefined {
  return storage.getStore() ?? (context.active().getValue(REQUEST_KEY) as RequestContext | undefined);
}

/** Whether `withRequestContext` is at work here. */
export function hasStoredRequest(): boolean {
  return storage.getStore() !== undefined;
}

/** The ids of the active span and request, for a log line. Empty outside of both. */
export function correlation(): CorrelationFields {
  const active = context.active();
  const request = storage.getStore() ?? (active.getValue(REQUEST_KEY) as RequestContext | undefined);
  const span = trace.getSpanContext(active);
  const ids =
    span === undefined || !isSpanContextValid(span)
      ? undefined
      : {
          trace_id: span.traceId,
          span_id: span.spanId,
          trace_flags: span.traceFlags < 16 ? `0${span.traceFlags.toString(16)}` : span.traceFlags.toString(16),
        };
  if (request === undefined) return ids ?? {};
  return { ...ids, request_id: request.requestId };
}
