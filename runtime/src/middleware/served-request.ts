import { context, SpanStatusCode, TraceFlags, type Context, type Span } from '@opentelemetry/api';
import { warn } from '../diagnostics.ts';
import type { ExemplarLabels } from '../exemplars.ts';
import { OverlayContext } from '../overlay-context.ts';
import {
  hasStoredRequest,
  REQUEST_KEY,
  requestContext,
  withRequestContext,
  type RequestContext,
} from '../request-context.ts';
import { errorSpan } from '../sampling.ts';
import { recordError } from '../span-errors.ts';
import { hasContextManager } from './context-manager.ts';
import type { ExistingSpan } from './existing-span.ts';
import type { RequestTelemetry, RequestSource } from './request.ts';
import { UNMATCHED } from './request-metrics.ts';
import type { Response, ServerRequest } from './request-options.ts';
import { guessRoute, spanNameOf, startAttributes } from './request-span.ts';

/** Marks a response as taken care of; registered, so that the ESM and the CJS copy of the package see each other. */
export const SERVED: unique symbol = Symbol.for('telint.served-request') as never;

/** nginx's code for a client that went away before it had the response. */
const CLIENT_CLOSED = 499;

/** What log lines of a request find; holds nothing of the request itself, because timers and pools keep it alive. */
export class RequestIdentity implements RequestContext {
  #id: string | undefined;
  readonly #generate: () => string;

  constructor(id: string | undefined, generate: () => string) {
    this.#id = id;
    this.#generate = generate;
  }

  get requestId(): string {
    return (this.#id ??= this.#generate());
  }
}

/** Whether the response was handed over as a whole. HTTP/2 says `finish` for aborted streams too. */
function isComplete(request: ServerRequest, response: Response): boolean {
  if (!(request.httpVersionMajor > 1)) {
    // What `inject` of Fastify makes says `finish` without being finished.
    return response.writableFinished || (response.writableEnded && '_lightMyRequest' in response);
  }
  const { stream } = request as { stream?: { aborted?: boolean; rstCode?: number } };
  return stream?.aborted !== true && (stream?.rstCode ?? 0) === 0;
}

/** The connection broke: Node destroys responses that wait for their turn with this code. */
function isDisconnect(error: unknown): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === 'ECONNRESET';
}

/** One request from its arrival to the end of its response. */
export class ServedRequest {
  readonly method: string;
  readonly startedAt: number;
  readonly identity: RequestIdentity;
  /** The context to serve the request in; undefined: the one that is active anyway. */
  context: Context | undefined = undefined;
  /** Template of the route, as soon as it is known. */
  route: string | undefined = undefined;
  /** Requests of the connection that wait for their turn. */
  waiting: Set<ServedRequest> | undefined = undefined;
  readonly #telemetry: RequestTelemetry;
  readonly #request: ServerRequest;
  readonly #response: Response;
  #source: RequestSource;
  /** `context` with the identity of the request. */
  #scope: Context | undefined = undefined;
  #span: Span | undefined = undefined;
  /** The route that the span started with. */
  #spanRoute: string | undefined = undefined;
  #existing: ExistingSpan | undefined = undefined;
  #canLeaveErrorSpan = true;
  #guess: string | undefined = undefined;
  #error: unknown = undefined;
  #isEntered = false;
  #isClosed = false;

  constructor(
    telemetry: RequestTelemetry,
    request: ServerRequest,
    response: Response,
    source: RequestSource,
    method: string,
    startedAt: number,
    identity: RequestIdentity,
  ) {
    this.#telemetry = telemetry;
    this.#request = request;
    this.#response = response;
    this.#source = source;
    this.method = method;
    this.startedAt = startedAt;
    this.identity = identity;
  }

  /** Another middleware further inside may know the route better. */
  adopt(source: RequestSource, route: string | undefined): void {
    if (this.#isClosed) return;
    this.route ??= route;
    if (this.#source.route === undefined) this.#source = source;
  }

  /** Counts the request as under way. */
  enter(): void {
    this.#telemetry.metrics?.active(this.method).inc();
    this.#isEntered = true;
  }

  /** Serves the request in a context that is there already, with the span of another instrumentation if it has one. */
  join(active: Context, existing: ExistingSpan | undefined): void {
    this.#existing = existing;
    // Under `suppressTracing` nothing may make a span.
    this.#canLeaveErrorSpan = existing !== undefined;
    if (existing?.span.isRecording() === true) this.#span = existing.span;
    if (existing !== undefined) this.context = active;
  }

  /** Serves the request in the context of a span of its own; one that does not record counts as unsampled. */
  own(active: Context, span: Span): void {
    this.context = active;
    this.#spanRoute = this.route;
    if (span.isRecording()) this.#span = span;
  }

  /** The path with identifiers replaced: a key for samplers, and the route where no router is there. */
  guess(): string {
    return (this.#guess ??= guessRoute(this.#request));
  }

  /** The error that the handler ended with; the first one counts. */
  fail(error: unknown): void {
    this.#error ??= error ?? new Error('The handler failed without an error.');
  }

  /** Runs a function in the context of the request. */
  run<T>(fn: () => T): T {
    if (this.#scope === undefined) this.#enterScope();
    const scope = this.#scope;
    return scope === undefined ? this.#runStored(fn) : context.with(scope, fn);
  }

  /** One storage for both contexts halves the price; where OpenTelemetry has none, the one for requests is used. */
  #enterScope(): void {
    if (!hasContextManager(this.startedAt) || hasStoredRequest()) return;
    this.#scope = new OverlayContext(this.context ?? context.active(), REQUEST_KEY, this.identity);
  }

  #runStored<T>(fn: () => T): T {
    const ctx = this.context;
    return withRequestContext(this.identity, ctx === undefined ? fn : () => context.with(ctx, fn));
  }

  /** Listeners of a body run in the context of the request: chunks that come later come in the context of the connection. */
  bindEvents(request: ServerRequest): void {
    const emit = request.emit.bind(request) as (...args: unknown[]) => boolean;
    request.emit = (...args: unknown[]): boolean =>
      requestContext() === this.identity ? emit(...args) : this.run(() => emit(...args));
  }

  /** Ends the telemetry once, whatever ended the response. Never throws. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.waiting?.delete(this);
      if (this.#isEntered) this.#telemetry.metrics?.active(this.method).dec();
      this.#finish();
    } catch (error) {
      const kind = error instanceof Error ? error.message : typeof error;
      warn(
        'TELINT_MIDDLEWARE_FAILED',
        `The telemetry of a request is incomplete, because its end failed: ${kind}.`,
        'end',
      );
      if (this.#existing === undefined) this.#span?.end();
    }
  }

  #finish(): void {
    const seconds = (performance.now() - this.startedAt) / 1000;
    const request = this.#request;
    const response = this.#response;
    const hasStatus = isComplete(request, response);
    const { errored } = response;
    const isBroken = !hasStatus && (this.#error !== undefined || (errored != null && !isDisconnect(errored)));
    const status = hasStatus ? response.statusCode : isBroken ? 500 : CLIENT_CLOSED;
    const route = (this.route ??= this.#source.route?.(request));
    const { metrics } = this.#telemetry;
    if (metrics !== undefined) {
      const known = route ?? (this.#source.isGuessed === true && status !== 404 ? this.guess() : UNMATCHED);
      metrics.ended(this.method, known, status, seconds, this.#exemplar());
    }
    if (status >= 500) this.#error ??= errored ?? this.#source.error?.(request);
    if (this.#span !== undefined) this.#endSpan(this.#span, status, hasStatus);
    else if (status >= 500) this.#leaveErrorSpan(status, seconds);
  }

  #exemplar(): ExemplarLabels | undefined {
    if (this.#span === undefined) return undefined;
    const { traceId, spanId, traceFlags } = this.#span.spanContext();
    return (traceFlags & TraceFlags.SAMPLED) === 0 ? undefined : { trace_id: traceId, span_id: spanId };
  }

  #endSpan(span: Span, status: number, isAnswered: boolean): void {
    const { route } = this;
    if (route !== this.#spanRoute && route !== undefined) {
      span.setAttribute('http.route', route);
      span.updateName(spanNameOf(this.method, route));
      if (this.#existing?.rpc !== undefined) this.#existing.rpc.route = route;
    }
    if (status >= 500) this.#recordFailure(span, status);
    if (this.#existing !== undefined) return;
    if (isAnswered || this.#response.headersSent) {
      span.setAttribute('http.response.status_code', this.#response.statusCode);
    }
    if (!isAnswered && status < 500) span.setAttribute('error.type', 'aborted');
    span.end();
  }

  #recordFailure(span: Span, status: number): void {
    const error = this.#error;
    if (error !== undefined && error !== null) recordError(span, error, this.#telemetry.redact);
    else if (this.#existing === undefined) {
      span.setAttribute('error.type', String(status));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
  }

  #leaveErrorSpan(status: number, seconds: number): void {
    const { settings, tracer } = this.#telemetry;
    const perSecond = settings.errorSpansPerSecond ?? 0;
    if (tracer === undefined || perSecond === 0 || !this.#canLeaveErrorSpan) return;
    const error = this.#error ?? undefined;
    errorSpan({
      name: spanNameOf(this.method, this.route),
      ...(error === undefined ? {} : { error }),
      startTime: Date.now() - seconds * 1000,
      attributes: {
        ...startAttributes(settings, this.#request, this.method, this.route),
        'http.response.status_code': status,
      },
      tracer,
      ...(this.context === undefined ? {} : { context: this.context }),
      redact: this.#telemetry.redact,
      perSecond,
    });
  }
}

/** The telemetry of the request that a response belongs to. */
export function servedBy(response: object): ServedRequest | undefined {
  return (response as { [SERVED]?: ServedRequest })[SERVED];
}
