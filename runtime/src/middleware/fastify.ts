/** `@telint/runtime/fastify`: telemetry of Fastify 4 and 5. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestTelemetryOptions } from './request-options.ts';
import { RequestTelemetry, type RequestSource } from './request.ts';
import { servedBy } from './served-request.ts';

export type { RequestIdOptions, RequestTelemetryOptions } from './request-options.ts';

/** What the plugin needs of a Fastify instance; `FastifyInstance` fits. */
export interface FastifyLike {
  readonly addHook: unknown;
}

interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly routeOptions?: { readonly url?: string | undefined } | undefined;
}

interface FastifyReplyLike {
  readonly raw: ServerResponse;
}

type Next = () => void;
type AddHook = (name: string, hook: (...args: never[]) => void) => void;

const SOURCE: RequestSource = {};

function plugin(fastify: FastifyLike, options: RequestTelemetryOptions, done: (error?: Error) => void): void {
  let requests: RequestTelemetry;
  try {
    requests = new RequestTelemetry(options);
  } catch (error) {
    done(error as Error);
    return;
  }
  const addHook = (fastify.addHook as AddHook).bind(fastify);
  addHook('onRequest', (request: FastifyRequestLike, reply: FastifyReplyLike, next: Next) => {
    const served = requests.begin(request.raw, reply.raw, SOURCE, request.routeOptions?.url);
    if (served === undefined) next();
    else served.run(next);
  });
  addHook('onError', (_request: FastifyRequestLike, reply: FastifyReplyLike, error: unknown, next: Next) => {
    servedBy(reply.raw)?.fail(error);
    next();
  });
  done();
}

/**
 * The plugin for `await fastify.register(telemetry, { metrics, sampler })`. Every request gets duration and in-flight
 * metrics, a SERVER span if it is sampled, and its context and request id for hooks, handlers and parsers. The route is
 * `request.routeOptions.url`. Options that cannot work make `register` fail with a TelintError.
 */
export const telemetry: typeof plugin = Object.assign(plugin, {
  // What fastify-plugin sets: hooks are for the whole instance and not for an encapsulated part of it.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@telint/runtime',
  [Symbol.for('plugin-meta')]: { name: '@telint/runtime', fastify: '>=4' },
});
