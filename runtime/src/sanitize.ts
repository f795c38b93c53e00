import { warn } from './diagnostics.ts';
import { makeJudge } from './sanitize-assignments.ts';
import type { KeyNode } from './sanitize-keys.ts';
import { makeKeyRules } from './sanitize-keys.ts';
import { resolveOptions, type Category, type SanitizerOptions } from './sanitize-options.ts';
import { cleanCookie, cleanUrl, type Parts } from './sanitize-parts.ts';
import { isReplacement, makeReplacer, REDACTED } from './sanitize-replace.ts';
import { isHarmless, LONGEST_QUICK, makeScanner } from './sanitize-scan.ts';
import { sanitizeStatement } from './sanitize-statement.ts';
import { truncate } from './sanitize-truncate.ts';
import { DROPPED, makeWalker, plainError } from './sanitize-walk.ts';

export { pii, secret, type Pii, type Secret } from './sanitize-brands.ts';
export type { Category, SanitizeMode, SanitizerOptions } from './sanitize-options.ts';
export {
  createRedisSanitizer,
  sanitizeRedis,
  type RedisCommand,
  type RedisOptions,
  type RedisSanitizer,
} from './sanitize-redis.ts';
export {
  filterBaggage,
  labelGuard,
  recordSafeException,
  safeBaggagePropagator,
  sanitizeAttributes,
  sanitizeSpan,
  sanitizeStatement,
  sanitizingExporter,
  sanitizingProcessor,
} from './sanitize-hooks.ts';
export {
  createSqlSanitizer,
  sanitizeSql,
  type SqlDialect,
  type SqlOptions,
  type SqlSanitizer,
} from './sanitize-sql.ts';

/** What is left of an error: its fields without what is sensitive. */
export interface SanitizedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: unknown;
  readonly [field: string]: unknown;
}

/** Removes credentials and personal data from what telemetry writes down. No method throws. */
export interface Sanitizer {
  /** Why the values under a key go, in the words of the linter; `undefined` where they are only searched. */
  key(name: string): Category | undefined;
  /** A text without the secrets and personal data in it. */
  value(text: string): string;
  /** The value of an attribute, log field or header by its key: replaced, taken apart or searched; `undefined` if dropped. */
  attribute(key: string, value: unknown): unknown;
  /** A copy of any value without what is sensitive; parts without a change are shared with the original. */
  object(value: unknown): unknown;
  /** JSON text without what is sensitive; text that is no JSON is searched. */
  json(text: string): string;
  /** A URL without user, password, sensitive parameters and secrets in its path. */
  url(text: string): string;
  /** Headers: only harmless ones keep their value. */
  headers(headers: object): Record<string, unknown>;
  /** A `Cookie` or `Set-Cookie` value: names stay, values go. */
  cookie(text: string): string;
  /** The fields of an error without what is sensitive, causes included. */
  error(error: unknown): SanitizedError;
  /** The value of a metric label. What is sensitive becomes one constant in every mode: a hash would be a series each. */
  label(key: string, value: string): string;
}

const SHORTEST_TEXT = 5;
/** JSON inside of JSON strings is taken apart this many times, then only searched. */
const JSON_LEVELS = 4;

function looksLikeJson(text: string): boolean {
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  return (first === 123 && last === 125) || (first === 91 && last === 93);
}

function failed<T>(error: unknown, fallback: T): T {
  const kind = error instanceof Error ? error.name : typeof error;
  warn('TELINT_SANITIZE_FAILED', `The sanitizer failed with ${kind} and replaced the value.`, kind);
  return fallback;
}

/** Runs `work`; whatever goes wrong inside, the value does not get through. */
function closed<T>(work: () => T, fallback: T): T {
  try {
    return work();
  } catch (error) {
    return failed(error, fallback);
  }
}

/** Makes a sanitizer; options that cannot work throw a `TelintError`. */
export function createSanitizer(options: SanitizerOptions = {}): Sanitizer {
  const settings = resolveOptions(options);
  const { mode, maxStringLength } = settings;
  const replace = makeReplacer(settings);
  const keys = makeKeyRules(settings, (key) => (key.length < SHORTEST_TEXT ? key : closed(() => scan(key), REDACTED)));
  const scan = makeScanner(
    settings,
    makeJudge((name) => keys.match(name)),
    replace,
  );
  let jsonLevel = 0;

  const throughJson = (text: string): string => {
    if (jsonLevel >= JSON_LEVELS) return scan(text);
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return scan(text);
    }
    jsonLevel++;
    try {
      const clean = walk(parsed);
      return scan(clean === parsed ? text : JSON.stringify(clean));
    } finally {
      jsonLevel--;
    }
  };

  const clean = (text: string): string => {
    if (text.length < SHORTEST_TEXT || (text.length <= LONGEST_QUICK && !settings.addresses && isHarmless(text)))
      return text;
    const short = text.length > maxStringLength ? truncate(text, maxStringLength) : text;
    const out = looksLikeJson(short) ? throughJson(short) : scan(short);
    return out.length > maxStringLength ? truncate(out, maxStringLength) : out;
  };
  const value = (text: string): string => closed(() => clean(text), REDACTED);

  const wholeText = (text: string): string => {
    if (text === '' || isReplacement(text, mode)) return text;
    if (mode !== 'mask') return replace(text);
    const masked = value(text);
    return masked !== text && isReplacement(masked, mode) ? masked : REDACTED;
  };

  const whole = (old: unknown): unknown => {
    if (old === undefined || old === null || typeof old === 'boolean' || old === '') return old;
    if (mode === 'drop') return DROPPED;
    if (typeof old === 'string') return wholeText(old);
    return typeof old === 'number' || typeof old === 'bigint' ? wholeText(String(old)) : REDACTED;
  };

  const parts: Parts = { keys, mode, replace: wholeText, scan: value };
  const url = (text: string): string =>
    closed(() => truncate(cleanUrl(truncate(text, maxStringLength), parts), maxStringLength), REDACTED);
  const statement = (text: string): string =>
    closed(() => value((settings.statement ?? sanitizeStatement)(truncate(text, maxStringLength))), REDACTED);
  const headerNode = (name: string): KeyNode => {
    const node = keys.below(keys.root, `http.request.header.${name.toLowerCase()}`);
    return { ...node, action: node.action === 'scan' ? 'scan' : 'replace', name: value(name) };
  };
  const walk = makeWalker({ keys, settings, text: clean, whole, url, statement, headerNode });

  // Builds the tables now, tens of milliseconds, and not in the first request.
  walk({ password: 'x', other: 'a=b' });

  const attribute = (key: string, old: unknown): unknown =>
    closed(() => {
      const out = walk({ [key]: old }) as Record<string, unknown>;
      return Object.hasOwn(out, key) ? out[key] : Object.values(out)[0];
    }, REDACTED);

  return {
    key: (name) => closed(() => keys.category(name), 'credential'),
    value,
    attribute,
    object(old) {
      try {
        const out = walk(old);
        return out === DROPPED ? undefined : out;
      } catch (error) {
        return failed(error, REDACTED);
      }
    },
    json: value,
    url,
    headers: (headers) =>
      closed(() => walk({ headers: plainHeaders(headers) }) as { headers: Record<string, unknown> }, { headers: {} })
        .headers,
    cookie: (text) =>
      closed(
        () => cleanCookie(truncate(text, maxStringLength), parts, (name) => settings.allowKeys.includes(name)),
        REDACTED,
      ),
    error: (error) =>
      closed(() => walk(plainError(asError(error))) as SanitizedError, { name: 'Error', message: REDACTED }),
    label: (key, old) =>
      closed(() => {
        const out = attribute(key, old);
        return out === old ? old : REDACTED;
      }, REDACTED),
  };
}

function asError(error: unknown): Error {
  return error instanceof Error
    ? error
    : new Error(typeof error === 'string' ? error : 'Not an Error', { cause: error });
}

function plainHeaders(headers: object): Record<string, unknown> {
  const entries = (headers as { entries?: unknown }).entries;
  return typeof entries === 'function'
    ? Object.fromEntries(headers as Iterable<[string, unknown]>)
    : (headers as Record<string, unknown>);
}
