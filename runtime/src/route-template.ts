/** Turns a raw path into a route template, where a service has no router that knows it. */

/** Segments that identify one thing: numbers, UUIDs, ULIDs, hex and long mixed tokens. */
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const HEX = /^(?=.*\d)[0-9a-f]{8,}$/i;
const DIGITS = /\d/;

/** A version such as `v2` is part of the route. */
const VERSION = /^v\d{1,3}(?:\.\d{1,3})?$/i;

/** Share of digits from which a short segment counts as an identifier (`order-12345`, `a1b2c3`). */
const DIGIT_SHARE = 0.3;
const LONG_SEGMENT = 40;

function isIdentifier(segment: string): boolean {
  if (segment.length > LONG_SEGMENT) return true;
  if (!DIGITS.test(segment) || VERSION.test(segment)) return false;
  if (UUID.test(segment) || HEX.test(segment)) return true;
  let digits = 0;
  for (let index = 0; index < segment.length; index++) {
    const unit = segment.charCodeAt(index);
    if (unit >= 48 && unit <= 57) digits++;
  }
  return digits >= 4 || digits / segment.length >= DIGIT_SHARE;
}

function isParameter(segment: string): boolean {
  const first = segment.charAt(0);
  return first === ':' || first === '*' || first === '{' || first === '[' || first === '(';
}

/**
 * The template of a path: without query, fragment and host; identifiers become `:id`. A template (`/users/:id`,
 * `/users/{id}`) comes back as it is.
 */
export function routeTemplate(path: string): string {
  if (!DIGITS.test(path) && path.length <= LONG_SEGMENT && !/[?#]|:\/\//.test(path)) return path;
  const withoutOrigin = path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const end = withoutOrigin.search(/\?(?![)/]|$)|#/);
  const plain = end < 0 ? withoutOrigin : withoutOrigin.slice(0, end);
  if (plain === '') return '/';
  return plain
    .split('/')
    .map((segment) => (!isParameter(segment) && isIdentifier(segment) ? ':id' : segment))
    .join('/');
}
