/** Turns a raw path into a route template, where a service has no router that knows it. One pass, no regular expression. */

/** Segments that are longer identify one thing: a token, a slug with a title. */
const LONG_SEGMENT = 40;

/** From so many digits, or from this share of them, a segment is an identifier (`order-12345`, `a1b2c3`). */
const MANY_DIGITS = 4;
const DIGIT_SHARE = 0.3;

const SLASH = 47;
const QUESTION_MARK = 63;
const HASH = 35;
const COLON = 58;
const STAR = 42;
const BRACE = 123;
const BRACKET = 91;
const PARENTHESIS = 40;

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

/** A version such as `v2` or `v1.1` is part of the route. */
function isVersion(path: string, start: number, end: number): boolean {
  if (end - start > 5 || (path.charCodeAt(start) | 32) !== 118) return false;
  for (let index = start + 1; index < end; index++) {
    const unit = path.charCodeAt(index);
    if (!isDigit(unit) && unit !== 46) return false;
  }
  return end - start > 1;
}

/** Hexadecimal digits and dashes, at least eight of them and one decimal digit: UUIDs, object ids, hashes. */
function isHex(path: string, start: number, end: number): boolean {
  if (end - start < 8) return false;
  for (let index = start; index < end; index++) {
    const unit = path.charCodeAt(index);
    const letter = unit | 32;
    if (!isDigit(unit) && !(letter >= 97 && letter <= 102) && unit !== 45) return false;
  }
  return true;
}

function isIdentifier(path: string, start: number, end: number, digits: number): boolean {
  const length = end - start;
  const first = path.charCodeAt(start);
  // A parameter of a template: `:id`, `*`, `{id}`, `[id]`, `(group)`.
  if (first === COLON || first === STAR || first === BRACE || first === BRACKET || first === PARENTHESIS) return false;
  if (length > LONG_SEGMENT) return true;
  if (digits === 0 || isVersion(path, start, end)) return false;
  return digits >= MANY_DIGITS || digits / length >= DIGIT_SHARE || isHex(path, start, end);
}

/** Where the path starts in a URL; 0 where there is no scheme before the first slash. */
function pathStart(path: string): number {
  if (path.charCodeAt(0) === SLASH) return 0;
  const scheme = path.indexOf('://');
  if (scheme < 1 || path.indexOf('/') < scheme) return 0;
  let index = scheme + 3;
  while (index < path.length) {
    const unit = path.charCodeAt(index);
    if (unit === SLASH || unit === QUESTION_MARK || unit === HASH) break;
    index++;
  }
  return index;
}

/** A `?` that marks a parameter as optional (`:id?`, `(a|b)?`) is no query. */
function isOptionalMark(path: string, at: number): boolean {
  const next = path.charCodeAt(at + 1);
  return at + 1 === path.length || next === SLASH || next === 41;
}

/**
 * The template of a path: without query, fragment and host; identifiers become `:id`. A template (`/users/:id`,
 * `/users/{id}`) comes back as it is.
 */
export function routeTemplate(path: string): string {
  const start = pathStart(path);
  let template = '';
  /** What is before this is in `template` already. */
  let copied = start;
  let segment = start;
  let digits = 0;
  let end = path.length;
  for (let index = start; index <= end; index++) {
    const unit = index < end ? path.charCodeAt(index) : SLASH;
    if (isDigit(unit)) {
      digits++;
      continue;
    }
    const isEnd = unit === HASH || (unit === QUESTION_MARK && !isOptionalMark(path, index));
    if (unit !== SLASH && !isEnd) continue;
    if (isEnd) end = index;
    if (index > segment && isIdentifier(path, segment, index, digits)) {
      template += `${path.slice(copied, segment)}:id`;
      copied = index;
    }
    segment = index + 1;
    digits = 0;
  }
  if (start === 0 && copied === 0 && end === path.length) return path;
  template += path.slice(copied, end);
  return template === '' ? '/' : template;
}
