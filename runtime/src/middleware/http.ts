/** `@telint/runtime/http`: telemetry of `node:http`, `node:https` and the compatibility layer of `node:http2`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TelintError, warn } from '../diagnostics.ts';
import type { RequestTelemetryOptions } from './request-options.ts';
import { RequestTelemetry, type RequestSource } from './request.ts';
import type { ServedRequest } from './served-request.ts';

export type { ServerRequest } from './request-options.ts';
export type { RequestIdOptions, RequestTelemetryOptions } from './request-options.ts';

/** Options of `instrument`. */
export interface HttpTelemetryOptions extends RequestTelemetryOptions {
  /**
   * The template of the route of a request, such as `/users/:id`; undefined where none fits. Without this function metrics
   * have the path with `:id` for identifiers (at most 500 different ones), and `__unmatched__` for the status 404.
   */
  readonly route?: ((request: IncomingMessage) => string | undefined) | undefined;
}

/** A handler as `createServer` takes it. */
export type RequestHandler<Request = IncomingMessage, Response = ServerResponse> = (
  request: Request,
  response: Response,
  ...rest: never[]
) => unknown;

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** The error goes on as it would have gone: a rejection that nobody handles is still one. */
function watched(result: PromiseLike<unknown>, served: ServedRequest): PromiseLike<unknown> {
  return result.then(undefined, (error: unknown) => {
    served.fail(error);
    throw error;
  });
}

function routeBy(route: HttpTelemetryOptions['route'], request: IncomingMessage): string | undefined {
  try {
    const template: unknown = route?.(request);
    return typeof template === 'string' ? template : undefined;
  } catch (error) {
    warn(
      'TELINT_MIDDLEWARE_FAILED',
      `\`route\` threw a ${error instanceof Error ? error.name : typeof error}.`,
      'route',
    );
    return undefined;
  }
}

/**
 * Wraps a handler: `createServer(instrument(handler, { metrics, sampler }))`. Every request gets duration and in-flight
 * metrics, a SERVER span if it is sampled, and its context and request id for everything that it calls. What the handler
 * throws or rejects with goes on unchanged.
 * @throws TelintError TELINT_OPTION_INVALID.
 */
export function instrument(handler: RequestHandler, options?: HttpTelemetryOptions): RequestHandler;
export function instrument<Handler extends RequestHandler<never, never>>(
  handler: Handler,
  options?: HttpTelemetryOptions,
): Handler;
export function instrument<Handler extends RequestHandler<never, never>>(
  handler: Handler,
  options: HttpTelemetryOptions = {},
): Handler {
  if (typeof handler !== 'function') {
    throw new TelintError(
      'TELINT_OPTION_INVALID',
      'Pass the handler first: `createServer(instrument(handler, options))`.',
    );
  }
  const { route } = options;
  const telemetry = new RequestTelemetry(options);
  const source: RequestSource = { isGuessed: route === undefined };
  const handle = handler as unknown as (...args: unknown[]) => unknown;
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    const request = args[0] as IncomingMessage;
    const template = route === undefined ? undefined : routeBy(route, request);
    const served = telemetry.begin(request, args[1] as ServerResponse, source, template);
    if (served === undefined) return handle.apply(this, args);
    let result: unknown;
    try {
      result = served.run(() => handle.apply(this, args));
    } catch (error) {
      served.fail(error);
      throw error;
    }
    return isThenable(result) ? watched(result, served) : result;
  };
  Object.defineProperty(wrapper, 'name', { value: handler.name, configurable: true });
  return wrapper as unknown as Handler;
}
