/** `@telint/runtime/express`: telemetry of Express 5 (and 4, which has the same properties). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { warn } from '../diagnostics.ts';
import { matchedRoute, watchRoute } from './express-route.ts';
import type { RequestTelemetryOptions } from './request-options.ts';
import { RequestTelemetry, type RequestSource } from './request.ts';
import { servedBy } from './served-request.ts';

export type { RequestIdOptions, RequestTelemetryOptions } from './request-options.ts';

/** A middleware as `app.use` takes it. */
export type ExpressMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** An error-handling middleware as `app.use` takes it. */
export type ExpressErrorMiddleware = (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Where `router` from 2.3 keeps the errors that went through `next`, under a registered symbol. */
const PASSED_ERRORS = Symbol.for('router.tracing.publishedErrors');

function lastError(request: IncomingMessage): unknown {
  const errors: unknown = (request as unknown as Record<symbol, unknown>)[PASSED_ERRORS];
  return errors instanceof Set ? [...errors].at(-1) : undefined;
}

const SOURCE: RequestSource = { route: matchedRoute, error: lastError };

/**
 * The middleware for `app.use(telemetry({ metrics, sampler }))`, before all others. Every request gets duration and in-flight
 * metrics, a SERVER span if it is sampled, and its context and request id for everything after it. The route is the template
 * of the router, with those of mounted routers before it.
 * @throws TelintError TELINT_OPTION_INVALID.
 */
export function telemetry(options: RequestTelemetryOptions = {}): ExpressMiddleware {
  const requests = new RequestTelemetry(options);
  return function telemetryMiddleware(request, response, next) {
    try {
      watchRoute(request);
    } catch (error) {
      warn(
        'TELINT_MIDDLEWARE_FAILED',
        `Routes cannot be told: ${error instanceof Error ? error.message : ''}.`,
        'route',
      );
    }
    const served = requests.begin(request, response, SOURCE);
    if (served === undefined) next();
    else served.run(next);
  };
}

/**
 * For Express before 5.3, where errors cannot be seen otherwise: `app.use(recordErrors())` after the routes and before the
 * error handlers puts the error of a 5xx on its span. It handles nothing and passes every error on.
 */
export function recordErrors(): ExpressErrorMiddleware {
  // Express tells error handlers by their four parameters.
  return function recordErrorsMiddleware(error, _request, response, next) {
    servedBy(response)?.fail(error);
    next(error);
  };
}
