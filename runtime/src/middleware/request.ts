import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Attributes,
  type Context,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import { extract } from '../carriers.ts';
import { warn } from '../diagnostics.ts';
import { isTracingSuppressed } from '../suppressed.ts';
import { existingServerSpan } from './existing-span.ts';
import { HeadReader } from './request-headers.ts';
import { knownMethod, RequestMetrics } from './request-metrics.ts';
import {
  requestSettings,
  type RequestSettings,
  type RequestTelemetryOptions,
  type Response,
  type ServerRequest,
} from './request-options.ts';
import { RequestIdentity, servedBy, ServedRequest, SERVED } from './served-request.ts';
import { spanNameOf, startAttributes } from './request-span.ts';
import { endWithSocket } from './pipelined.ts';

/** What a server tells only when the response has ended. */
export interface RequestSource {
  /** The template of the route, where only the router knows it. */
  readonly route?: ((request: ServerRequest) => string | undefined) | undefined;
  /** What the router knows of an error that led to a 5xx. */
  readonly error?: ((request: ServerRequest) => unknown) | undefined;
  /** No router is there to ask: the path with `:id` for identifiers stands for the route in metrics. */
  readonly isGuessed?: boolean | undefined;
}

interface Marked {
  [SERVED]?: ServedRequest | undefined;
}

function onClose(this: Response): void {
  servedBy(this)?.close();
}

const describeError = (error: unknown): string => (error instanceof Error ? error.message : typeof error);

/** A stranger's trace state may hold anything: a link needs the ids only. */
const idsOf = ({ traceId, spanId, traceFlags }: SpanContext): SpanContext => ({
  traceId,
  spanId,
  traceFlags,
  isRemote: true,
});

/** Metrics, span and correlation of requests: what all middleware share. */
export class RequestTelemetry {
  readonly settings: RequestSettings;
  readonly metrics: RequestMetrics | undefined;
  readonly #head: HeadReader;
  readonly #tracer: Tracer | undefined;

  constructor(options: RequestTelemetryOptions) {
    this.settings = requestSettings(options);
    this.metrics = options.metrics === undefined ? undefined : new RequestMetrics(options.metrics);
    this.#head = new HeadReader(this.settings.requestIdHeader);
    this.#tracer = options.tracer === false ? undefined : (options.tracer ?? trace.getTracer('@telint/runtime'));
  }

  /** Cleans the texts of errors. */
  readonly redact = (text: string): string => this.settings.sanitizer.value(text);

  get tracer(): Tracer | undefined {
    return this.#tracer;
  }

  /**
   * Starts the telemetry of a request; it ends with the response by itself. Undefined when there is nothing to do: the
   * request is ignored, another middleware has it already, or something failed, which is told and never thrown.
   */
  begin(request: ServerRequest, response: Response, source: RequestSource, route?: string): ServedRequest | undefined {
    try {
      const known = servedBy(response);
      if (known !== undefined) {
        known.adopt(source, route);
        return undefined;
      }
      if (this.settings.ignore?.(request) === true) return undefined;
      return this.#serve(request, response, source, route);
    } catch (error) {
      warn(
        'TELINT_MIDDLEWARE_FAILED',
        `A request is served without telemetry, because its start failed: ${describeError(error)}.`,
        'begin',
      );
      return undefined;
    }
  }

  #serve(request: ServerRequest, response: Response, source: RequestSource, route: string | undefined): ServedRequest {
    const { responseHeader, generateId } = this.settings;
    const startedAt = performance.now();
    const head = this.#head;
    head.read(request, startedAt);
    const { hasBody } = head;
    const identity = new RequestIdentity(head.requestId, generateId);
    const served = new ServedRequest(this, request, response, source, knownMethod(request.method), startedAt, identity);
    served.route = route;
    try {
      this.#trace(served, request, head.hasContext);
      if (responseHeader !== undefined && !response.headersSent) {
        response.setHeader(responseHeader, identity.requestId);
      }
    } catch (error) {
      warn('TELINT_MIDDLEWARE_FAILED', `A request has no span or no id: ${describeError(error)}.`, 'trace');
    }
    if (hasBody) served.bindEvents(request);
    (response as Marked)[SERVED] = served;
    // From here on the end is certain: with the response or, where it may never get a socket, with the connection.
    response.on('close', onClose);
    if (response.socket === null) endWithSocket(request, served);
    served.enter();
    return served;
  }

  /** Finds the span that is there already, or decides and starts one. */
  #trace(served: ServedRequest, request: ServerRequest, hasContext: boolean): void {
    const active = context.active();
    let base = active;
    if (active !== ROOT_CONTEXT) {
      const existing = existingServerSpan(active);
      if (existing !== undefined || isTracingSuppressed(active)) {
        served.join(active, existing);
        return;
      }
      // A span that happens to be active is not the parent: its context came with the listening socket.
      base = trace.deleteSpan(active);
    }
    const { sampler, baggage, publicEndpoint } = this.settings;
    let parent = hasContext ? extract(request.headers, { context: base, baggage }) : base;
    const caller = hasContext ? trace.getSpanContext(parent) : undefined;
    const isLinked = publicEndpoint === true && caller !== undefined;
    if (isLinked) parent = trace.deleteSpan(parent);
    if (this.#tracer === undefined) {
      served.context = parent;
      return;
    }
    if (sampler !== undefined) {
      const decision = sampler.decide({
        method: served.method,
        route: served.route ?? (sampler.usesRoute === false ? undefined : served.guess()),
        parent: isLinked ? undefined : caller,
      });
      parent = decision.activate(parent);
      if (!decision.sampled) {
        served.context = parent;
        return;
      }
    }
    this.#start(this.#tracer, served, request, parent, isLinked ? [{ context: idsOf(caller) }] : undefined);
  }

  #start(
    tracer: Tracer,
    served: ServedRequest,
    request: ServerRequest,
    parent: Context,
    links: { context: SpanContext }[] | undefined,
  ): void {
    const attributes: Attributes = startAttributes(this.settings, request, served.method, served.route);
    const span = tracer.startSpan(
      spanNameOf(served.method, served.route),
      { kind: SpanKind.SERVER, attributes, ...(links && { links }) },
      parent,
    );
    served.own(trace.setSpan(parent, span), span);
  }
}
