import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Span, type Tracer } from '@opentelemetry/api';
import { inject, type CarrierOptions } from './carriers.ts';
import { warn } from './diagnostics.ts';
import { recordError } from './span-errors.ts';
import { isTracingSuppressed } from './suppressed.ts';

/** A request about to be sent. */
export interface OutgoingRequest {
  readonly method: string;
  /** Scheme, host and port: `https://api.example.com`. */
  readonly origin: string;
  /** Path without the query. */
  readonly path: string;
}

/** Options of `traceHttpClients`. */
export interface HttpClientOptions {
  readonly tracer?: Tracer | undefined;
  readonly attributes?: Attributes | undefined;
  readonly baggage?: CarrierOptions['baggage'];
  /** Requests that get neither a span nor headers, such as those to services of others. */
  readonly ignore?: ((request: OutgoingRequest) => boolean) | undefined;
  /** Spans for requests outside of every span too; default false. */
  readonly withoutParent?: boolean | undefined;
  /** Further attributes of a request, such as a sanitized `url.full`: a span has no path of itself, because paths carry ids. */
  readonly describe?: ((request: OutgoingRequest) => Attributes) | undefined;
}

/** A request of undici, which is the one behind `fetch` too. */
interface UndiciRequest {
  readonly origin?: string | URL;
  readonly path: string;
  readonly method: string;
  readonly headers?: unknown;
  addHeader(name: string, value: string): unknown;
}

const pathOnly = (path: string): string => path.split(/[?#]/, 1)[0] ?? '';

function describeNode(request: ClientRequest): OutgoingRequest {
  const host = String(request.getHeader('host') ?? request.host);
  return { method: request.method, origin: `${request.protocol}//${host}`, path: pathOnly(request.path) };
}

function describeUndici(request: UndiciRequest): OutgoingRequest {
  return { method: request.method, origin: String(request.origin ?? ''), path: pathOnly(request.path) };
}

function attributesOf(request: OutgoingRequest, options: HttpClientOptions): Attributes {
  const attributes: Attributes = { 'http.request.method': request.method };
  if (URL.canParse(request.origin)) {
    const { protocol, hostname, port } = new URL(request.origin);
    attributes['url.scheme'] = protocol.slice(0, -1);
    attributes['server.address'] = hostname;
    attributes['server.port'] = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  }
  return { ...attributes, ...options.attributes, ...options.describe?.(request) };
}

/** A service (or another instrumentation) that set the header itself keeps it. */
function hasTraceparent(headers: unknown): boolean {
  if (typeof headers === 'string') return /^traceparent:/im.test(headers);
  return Array.isArray(headers) && headers.some((item) => typeof item === 'string' && /^traceparent$/i.test(item));
}

let subscribed = false;

/**
 * Makes CLIENT spans for `node:http`, `node:https`, `fetch` and undici from what they publish on `diagnostics_channel`, and
 * puts the context into the headers. A span ends with the head of the response. Returns the function that ends it.
 */
export function traceHttpClients(options: HttpClientOptions = {}): () => void {
  if (subscribed) {
    warn('TELINT_ALREADY_TRACED', 'traceHttpClients was called again before its first subscription ended.', 'http');
    return () => undefined;
  }
  subscribed = true;
  const spans = new WeakMap<object, Span>();

  const begin = (
    key: object,
    request: OutgoingRequest,
    setHeader: ((name: string, value: string) => void) | undefined,
  ) => {
    const active = context.active();
    if (isTracingSuppressed(active) || options.ignore?.(request) === true) return;
    if (options.withoutParent !== true && trace.getSpan(active) === undefined) return;
    const tracer = options.tracer ?? trace.getTracer('@telint/runtime');
    const span = tracer.startSpan(request.method, {
      kind: SpanKind.CLIENT,
      attributes: attributesOf(request, options),
    });
    spans.set(key, span);
    if (setHeader === undefined) return;
    const fields = inject(undefined, { context: trace.setSpan(active, span), baggage: options.baggage });
    for (const [name, value] of Object.entries(fields)) setHeader(name, value);
  };
  const answered = (key: object, status: number | undefined): void => {
    const span = spans.get(key);
    if (span === undefined || status === undefined) return;
    span.setAttribute('http.response.status_code', status);
    if (status >= 400) {
      span.setAttribute('error.type', String(status));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    end(key);
  };
  const failed = (key: object, error: unknown): void => {
    const span = spans.get(key);
    if (span === undefined) return;
    recordError(span, error);
    end(key);
  };
  const end = (key: object): void => {
    spans.get(key)?.end();
    spans.delete(key);
  };

  const handlers: Readonly<Record<string, (message: never) => void>> = {
    'http.client.request.created': ({ request }: { request: ClientRequest }) => {
      const open = !request.headersSent && !request.hasHeader('traceparent');
      begin(request, describeNode(request), open ? (name, value) => request.setHeader(name, value) : undefined);
      // An aborted request publishes neither an answer nor an error.
      if (spans.has(request)) request.once('close', () => end(request));
    },
    'http.client.response.finish': ({ request, response }: { request: ClientRequest; response: IncomingMessage }) =>
      answered(request, response.statusCode),
    'http.client.request.error': ({ request, error }: { request: ClientRequest; error: unknown }) =>
      failed(request, error),
    'undici:request:create': ({ request }: { request: UndiciRequest }) =>
      begin(
        request,
        describeUndici(request),
        hasTraceparent(request.headers) ? undefined : (name, value) => void request.addHeader(name, value),
      ),
    'undici:request:headers': ({ request, response }: { request: object; response: { statusCode?: number } }) =>
      answered(request, response.statusCode),
    'undici:request:error': ({ request, error }: { request: object; error: unknown }) => failed(request, error),
  };
  const listeners = Object.entries(handlers).map(([name, handler]) => {
    const listener = (message: unknown): void => {
      try {
        handler(message as never);
      } catch (error) {
        warn('TELINT_CHANNEL_FAILED', `A request could not be traced (${name}): ${String(error)}.`, 'http');
      }
    };
    subscribe(name, listener);
    return () => unsubscribe(name, listener);
  });
  return () => {
    subscribed = false;
    for (const stop of listeners) stop();
  };
}
