import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Attributes, Tracer } from '@opentelemetry/api';
import type { CarrierOptions } from '../carriers.ts';
import type { CoreSet } from '../core-metrics.ts';
import { TelintError } from '../diagnostics.ts';
import type { Metrics } from '../metrics.ts';
import type { TelintSampler } from '../sampling.ts';
import { createSanitizer, type Sanitizer } from '../sanitize.ts';
import { newTraceId } from '../trace-ids.ts';

/** A request as `node:http`, `node:https` and the compatibility layer of `node:http2` hand it over. */
export type ServerRequest = IncomingMessage;
/** Its response. */
export type Response = ServerResponse;

/** Where the id of a request comes from and goes to. */
export interface RequestIdOptions {
  /** Header of the request that is taken over when it is 1 to 128 of `A–Z a–z 0–9 . _ : / + = -`; default `x-request-id`. */
  readonly header?: string | false | undefined;
  /** Sends the id back in this header of the response (`true`: the same header); default false. */
  readonly response?: string | boolean | undefined;
  /** Makes the id of a request that brings none; default: 32 random hexadecimal digits. Called when the id is first asked for. */
  readonly generate?: (() => string) | undefined;
}

/** Options that the middleware of all servers share. */
export interface RequestTelemetryOptions {
  /** Where duration and requests under way are registered, or the set that `httpServer` made. Without it: no metrics. */
  readonly metrics?: Metrics | CoreSet<'httpServer'> | undefined;
  /** Decides before a span is made; without it the sampler of the SDK decides at the price of a span that is dropped. */
  readonly sampler?: Pick<TelintSampler, 'decide' | 'usesRoute'> | undefined;
  /** Tracer of the spans; the global one without it; `false`: no spans, the caller's context is passed on. */
  readonly tracer?: Tracer | false | undefined;
  /** Cleans `url.path` and the texts of errors; without it a sanitizer with its defaults. */
  readonly sanitizer?: Pick<Sanitizer, 'url' | 'value'> | undefined;
  readonly requestId?: RequestIdOptions | undefined;
  /** `server.address` and `server.port`; the `Host` header is the client's to choose and is not used. */
  readonly serverAddress?: string | undefined;
  readonly serverPort?: number | undefined;
  /** Requests without any telemetry, such as health checks. */
  readonly ignore?: ((request: ServerRequest) => boolean) | undefined;
  /** Further attributes of a span, asked of sampled requests only. */
  readonly describe?: ((request: ServerRequest) => Attributes) | undefined;
  /** Filter for baggage that comes from outside; `false` leaves all of it out. */
  readonly baggage?: CarrierOptions['baggage'];
  /** For endpoints that strangers call: a trace of its own, linked to the caller's; default false. */
  readonly publicEndpoint?: boolean | undefined;
  /** Error spans of unsampled requests per second in this process; default 10, 0 for none. */
  readonly errorSpansPerSecond?: number | undefined;
}

/** Options after the checks, with their defaults. */
export interface RequestSettings extends Omit<RequestTelemetryOptions, 'requestId' | 'sanitizer'> {
  readonly sanitizer: Pick<Sanitizer, 'url' | 'value'>;
  /** Lower-cased; empty: ids are not taken over. */
  readonly requestIdHeader: string;
  readonly responseHeader: string | undefined;
  readonly generateId: () => string;
}

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function headerName(option: string, name: string): string {
  if (HEADER_NAME.test(name)) return name;
  throw new TelintError('TELINT_OPTION_INVALID', `\`${option}\` must be the name of a header, such as x-request-id.`);
}

let defaultSanitizer: Sanitizer | undefined;

/**
 * Checks options and fills in defaults.
 * @throws TelintError TELINT_OPTION_INVALID.
 */
export function requestSettings(options: RequestTelemetryOptions): RequestSettings {
  const { requestId = {}, sanitizer, ...rest } = options;
  for (const name of ['ignore', 'describe'] as const) {
    const option: unknown = options[name];
    if (option !== undefined && typeof option !== 'function') {
      throw new TelintError('TELINT_OPTION_INVALID', `\`${name}\` must be a function of the request.`);
    }
  }
  if (options.sampler !== undefined && typeof (options.sampler as { decide?: unknown }).decide !== 'function') {
    throw new TelintError(
      'TELINT_OPTION_INVALID',
      '`sampler` must be one of @telint/runtime/sampling, such as fixedSampler(0.1); leave it out to let the SDK decide.',
    );
  }
  const { errorSpansPerSecond = 10 } = options;
  if (!(errorSpansPerSecond >= 0)) {
    throw new TelintError('TELINT_OPTION_INVALID', '`errorSpansPerSecond` must be a number from 0.');
  }
  const { header = 'x-request-id', response = false, generate = newTraceId } = requestId;
  const responseHeader = response === true ? header || 'x-request-id' : response;
  return {
    ...rest,
    errorSpansPerSecond,
    sanitizer: sanitizer ?? (defaultSanitizer ??= createSanitizer()),
    requestIdHeader: header === false ? '' : headerName('requestId.header', header).toLowerCase(),
    responseHeader: responseHeader === false ? undefined : headerName('requestId.response', responseHeader),
    generateId: generate,
  };
}
