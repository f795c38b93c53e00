import type { ServerRequest } from './request-options.ts';

/**
 * The template of the route that Express took. `req.baseUrl` holds the mount path as the client sent it (`/tenants/acme` for
 * `/tenants/:tenant`), and is reset before an error handler of the application runs. So two accessors on `app.request`,
 * which Express offers for extensions, note the template while the router sets both properties.
 */

const BASE = Symbol('telint base url');
const ROUTE = Symbol('telint route');
/** Templates of mount paths that have parameters, by the text that the client sent. */
const MOUNTS = Symbol('telint mounts');
const MATCHED = Symbol('telint matched');
const HAS_ACCESSORS: unique symbol = Symbol.for('telint.express-accessors') as never;

type Params = Readonly<Record<string, unknown>>;

interface RouteLike {
  readonly path?: unknown;
}

interface Tracked {
  readonly app?: { readonly request?: object };
  readonly params?: Params;
  baseUrl?: string;
  route?: RouteLike;
  [BASE]?: string;
  [ROUTE]?: RouteLike;
  [MOUNTS]?: Map<string, string>;
  [MATCHED]?: string;
  readonly [HAS_ACCESSORS]?: true;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Puts the names of parameters in the places of their values. */
function mountTemplate(path: string, params: Params): string {
  const named = Object.entries(params);
  if (named.length === 0) return path;
  const segments = path.split('/').map(decoded);
  for (const [name, value] of named) {
    if (Array.isArray(value)) {
      // A wildcard took several segments.
      const at = segments.indexOf(String(value[0]));
      if (at >= 0) segments.splice(at, value.length, `*${name}`);
      continue;
    }
    if (typeof value !== 'string' || value === '') continue;
    const whole = segments.indexOf(value);
    const at = whole >= 0 ? whole : segments.findIndex((segment) => segment.includes(value));
    if (at >= 0) segments[at] = (segments[at] as string).replace(value, () => `:${name}`);
  }
  return segments.join('/');
}

/** Routes are strings, regular expressions and lists of them, all from the code of the service. */
function pathText(path: unknown): string {
  if (typeof path === 'string') return path;
  if (Array.isArray(path)) return path.map(pathText).join('|');
  return path instanceof RegExp ? String(path) : '';
}

function baseTemplate(request: Tracked, base: string): string {
  return request[MOUNTS]?.get(base) ?? base;
}

function setBase(this: Tracked, value: string): void {
  const parent = this[BASE] ?? '';
  this[BASE] = value;
  if (typeof value !== 'string' || value.length <= parent.length || !value.startsWith(parent)) return;
  const suffix = value.slice(parent.length);
  const template = baseTemplate(this, parent) + mountTemplate(suffix, this.params ?? {});
  if (template === value) return;
  const mounts = this[MOUNTS] ?? new Map<string, string>();
  this[MOUNTS] = mounts.set(value, template);
}

function setRoute(this: Tracked, route: RouteLike): void {
  this[ROUTE] = route;
  const path = pathText((route as RouteLike | undefined)?.path);
  const base = baseTemplate(this, this[BASE] ?? '');
  this[MATCHED] = base !== '' && path === '/' ? base : base + path;
}

function addAccessors(prototype: object): void {
  Object.defineProperties(prototype, {
    baseUrl: {
      get(this: Tracked) {
        return this[BASE];
      },
      set: setBase,
      configurable: true,
      enumerable: true,
    },
    route: {
      get(this: Tracked) {
        return this[ROUTE];
      },
      set: setRoute,
      configurable: true,
      enumerable: true,
    },
    [HAS_ACCESSORS]: { value: true, configurable: true },
  });
}

/** Makes sure that the route of this request will be noted; called before the router looks for it. */
export function watchRoute(request: ServerRequest): void {
  const tracked = request as Tracked;
  if (tracked[BASE] !== undefined) return;
  const prototype = tracked.app?.request;
  if (prototype === undefined) return;
  if (tracked[HAS_ACCESSORS] !== true) addAccessors(prototype);
  if (!Object.hasOwn(tracked, 'baseUrl')) return;
  // The router of this request set its own property before the accessor was there.
  const base = tracked.baseUrl ?? '';
  delete tracked.baseUrl;
  tracked[BASE] = base;
  if (Object.hasOwn(tracked, 'route')) {
    const { route } = tracked;
    delete tracked.route;
    if (route !== undefined) tracked[ROUTE] = route;
  }
}

/** The template of the route that was taken, or undefined. */
export function matchedRoute(request: ServerRequest): string | undefined {
  const tracked = request as Tracked;
  const template = tracked[MATCHED];
  if (template !== undefined) return template;
  // No application: the `router` package alone.
  const { route } = tracked;
  return route === undefined ? undefined : (tracked.baseUrl ?? '') + pathText(route.path);
}
