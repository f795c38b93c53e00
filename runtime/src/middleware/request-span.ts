import type { Attributes } from '@opentelemetry/api';
import { warn } from '../diagnostics.ts';
import { routeTemplate } from '../route-template.ts';
import { OTHER_METHOD } from './request-metrics.ts';
import type { RequestSettings, ServerRequest } from './request-options.ts';

/** `GET /users/:id`; without a route the method alone, because paths have no bound (semantic conventions for HTTP spans). */
export function spanNameOf(method: string, route: string | undefined): string {
  const verb = method === OTHER_METHOD ? 'HTTP' : method;
  return route === undefined ? verb : `${verb} ${route}`;
}

/** Longest path that is looked through and kept. */
const MAX_PATH = 2048;

/** The path as it was sent, without query and fragment; of the absolute form without scheme and host. */
export function pathOf(request: ServerRequest): string {
  let url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '/';
  if (url.charCodeAt(0) !== 47 && url !== '*') {
    const host = url.indexOf('://');
    const slash = host < 0 ? -1 : url.indexOf('/', host + 3);
    url = slash < 0 ? '/' : url.slice(slash);
  }
  const end = url.search(/[?#]/);
  return url.slice(0, end < 0 ? MAX_PATH : Math.min(end, MAX_PATH));
}

/** Fails closed: a sanitizer that throws lets nothing through. */
function cleanPath(settings: RequestSettings, request: ServerRequest): string {
  try {
    return settings.sanitizer.url(pathOf(request));
  } catch {
    return '[REDACTED]';
  }
}

function schemeOf(request: ServerRequest): string {
  const { socket } = request as { socket?: { encrypted?: boolean } | null };
  return socket?.encrypted === true ? 'https' : 'http';
}

/** The attributes that a span of a request starts with. */
export function startAttributes(
  settings: RequestSettings,
  request: ServerRequest,
  method: string,
  route: string | undefined,
): Attributes {
  const attributes: Attributes = {
    'http.request.method': method,
    'url.path': cleanPath(settings, request),
    'url.scheme': schemeOf(request),
  };
  if (method === OTHER_METHOD) attributes['http.request.method_original'] = String(request.method).slice(0, 32);
  if (route !== undefined) attributes['http.route'] = route;
  attributes['network.protocol.version'] = request.httpVersion === '2.0' ? '2' : request.httpVersion;
  if (settings.serverAddress !== undefined) attributes['server.address'] = settings.serverAddress;
  if (settings.serverPort !== undefined) attributes['server.port'] = settings.serverPort;
  if (settings.describe === undefined) return attributes;
  try {
    return { ...attributes, ...settings.describe(request) };
  } catch (error) {
    warn(
      'TELINT_MIDDLEWARE_FAILED',
      `\`describe\` threw a ${error instanceof Error ? error.name : typeof error}.`,
      'describe',
    );
    return attributes;
  }
}

/** The path of a request with `:id` for identifiers. */
export function guessRoute(request: ServerRequest): string {
  // Express takes the mount path off `url`.
  return routeTemplate((request as { originalUrl?: string }).originalUrl ?? request.url ?? '/');
}
