import { SECRET_QUERY_PARAMETERS } from '../../eslint-plugin/src/knowledge/sensitive-patterns.ts';
import type { KeyRules } from './sanitize-keys.ts';
import type { SanitizeMode } from './sanitize-options.ts';
import { isReplacement } from './sanitize-replace.ts';
import { findUserInfo, startScan } from './sanitize-structures.ts';

const queryParameters = new Set(SECRET_QUERY_PARAMETERS);
/** Attributes of `Set-Cookie`. Source: RFC 6265bis, section 4.1.2; CHIPS. */
// prettier-ignore
const COOKIE_ATTRIBUTES = new Set([
  'path', 'domain', 'expires', 'max-age', 'samesite', 'httponly', 'secure', 'partitioned', 'priority',
]);

/** What taking texts apart needs from the sanitizer around it. */
export interface Parts {
  readonly keys: KeyRules;
  readonly mode: SanitizeMode;
  /** Replaces a whole value. */
  readonly replace: (value: string) => string;
  /** Replaces what is sensitive inside of a text. */
  readonly scan: (text: string) => string;
}

function decoded(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** The text when it is clean also after decoding, else what remains of the decoded text. */
function scanDecoded(text: string, { scan }: Parts): string {
  const plain = decoded(text);
  const clean = scan(plain);
  return clean === plain ? scan(text) : clean;
}

function cleanParameter(pair: string, parts: Parts): string {
  const equals = pair.indexOf('=');
  if (equals === -1) return scanDecoded(pair, parts);
  const name = pair.slice(0, equals);
  const value = pair.slice(equals + 1);
  const key = decoded(name);
  if (value === '' || isReplacement(value, parts.mode)) return pair;
  if (parts.keys.action(key) === 'replace' || queryParameters.has(key.toLowerCase()))
    return `${name}=${parts.replace(decoded(value))}`;
  return `${scanDecoded(name, parts)}=${scanDecoded(value, parts)}`;
}

/** Parameters of a query string or form body, `&` between them. */
export function cleanQuery(query: string, parts: Parts): string {
  return query
    .split('&')
    .map((pair) => cleanParameter(pair, parts))
    .join('&');
}

function cleanLocation(location: string, parts: Parts): string {
  const scheme = location.indexOf('://');
  const user = scheme === -1 ? undefined : findUserInfo(startScan(location), scheme);
  if (user === undefined || isReplacement(location.slice(user.start, user.end), parts.mode))
    return scanDecoded(location, parts);
  const info = parts.replace(location.slice(user.start, user.end));
  const host = location.slice(info === '' ? user.end + 1 : user.end);
  return location.slice(0, user.start) + info + scanDecoded(host, parts);
}

/** A URL, absolute or relative: user and password, sensitive parameters in query and fragment, secrets in the path. */
export function cleanUrl(text: string, parts: Parts): string {
  const hash = text.indexOf('#');
  const beforeHash = hash === -1 ? text : text.slice(0, hash);
  const fragment = hash === -1 ? '' : text.slice(hash + 1);
  const question = beforeHash.indexOf('?');
  const location = question === -1 ? beforeHash : beforeHash.slice(0, question);
  const query = question === -1 ? '' : `?${cleanQuery(beforeHash.slice(question + 1), parts)}`;
  const cleanFragment = fragment.includes('=') ? cleanQuery(fragment, parts) : scanDecoded(fragment, parts);
  return cleanLocation(location, parts) + query + (hash === -1 ? '' : `#${cleanFragment}`);
}

/** A `Cookie` or `Set-Cookie` value: names and attributes stay, every value goes unless its name is allowed. */
export function cleanCookie(text: string, parts: Parts, isAllowed: (name: string) => boolean): string {
  return text
    .split(';')
    .map((part, index) => {
      const equals = part.indexOf('=');
      if (equals === -1) return COOKIE_ATTRIBUTES.has(part.trim().toLowerCase()) ? part : parts.scan(part);
      const name = part.slice(0, equals).trim();
      const value = part.slice(equals + 1).trim();
      const isAttribute = index > 0 && COOKIE_ATTRIBUTES.has(name.toLowerCase());
      if (isAttribute || isAllowed(name)) return parts.scan(part);
      if (value === '' || isReplacement(value, parts.mode)) return part;
      return `${part.slice(0, equals)}=${parts.replace(value)}`;
    })
    .join(';');
}
