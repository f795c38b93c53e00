import { SECRET_QUERY_PARAMETERS } from '../../eslint-plugin/src/knowledge/sensitive-patterns.ts';
import type { SensitiveMatch } from '../../eslint-plugin/src/knowledge/sensitive-types.ts';
import { isReplacement, type Find } from './sanitize-replace.ts';
import type { SanitizeMode } from './sanitize-options.ts';
import { isDigitCode, isSpaceCode, isWordCode, looksRandom } from './sanitize-text.ts';

const LONGEST_NAME = 64;
const QUOTES = '"\'`';
/** Words after `password: ` that speak about the field. */
// prettier-ignore
const PROSE = new Set([
  'required', 'invalid', 'missing', 'must', 'is', 'are', 'was', 'has', 'not', 'cannot', 'should', 'may', 'will', 'too',
  'expired', 'wrong', 'incorrect', 'empty', 'null', 'undefined', 'true', 'false', 'none', 'string', 'number', 'boolean',
  'object', 'unknown', 'no', 'yes', 'ok', 'please', 'expected', 'failed', 'changed', 'updated', 'reset', 'the', 'a',
  'an', 'this', 'field', 'validation', 'error', 'does', 'do',
]);
const LITERALS = new Set(['null', 'undefined', 'true', 'false', 'none', 'nil', 'nan']);
const SCHEMES = /^(?:bearer|basic|digest|token|apikey|negotiate|hmac|aws4-hmac-sha256|dpop|signature)(?= |$)/i;
const queryParameters = new Set(SECRET_QUERY_PARAMETERS);

/** The last words of names that are written apart in prose: `api key: …`, `card number: …`. */
const LAST_WORDS =
  /^(?:key|number|no|num|code|name|address|date|phrase|pin|holder|id|account|card|token|security|license|licence)$/i;

/** What is known about a name that stands in texts. */
interface KnownName {
  readonly name: string;
  readonly match: SensitiveMatch | undefined;
  /** The answer where the name is a parameter: `sig=…`. */
  readonly parameter: SensitiveMatch | undefined;
  /** True for the last words of names that are written apart in prose. */
  readonly endsPhrase: boolean;
  /** True for a type between a name and its value: `var token string = …`. */
  readonly isType: boolean;
  /**
   * True for names of which only values count that look like a secret: names in `auth`, where the linter does the same,
   * and `list.token`.
   */
  readonly isSuspect: boolean;
}

/** Where a name in a text stands and whether it is quoted. */
interface Name {
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/** A value in a text; `end` is the first character after it. */
interface Value {
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/** Asks the vocabulary about the name between two places of a text. */
export type Judge = (text: string, start: number, end: number) => KnownName;

const SLOTS = 1024;

/** Remembers the answers by place in a table, so that a name that was seen before costs no copy of it. */
export function makeJudge(classify: (name: string) => SensitiveMatch | undefined): Judge {
  const slots: (KnownName | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);
  const isCredentialInside = (name: string): boolean => {
    const dot = name.lastIndexOf('.');
    return dot !== -1 && classify(name.slice(dot + 1))?.category === 'credential';
  };
  return (text, start, end) => {
    const length = end - start;
    const code = text.charCodeAt(start) * 31 + text.charCodeAt(start + (length >> 1)) * 7 + text.charCodeAt(end - 1);
    const slot = (code * 17 + length) & (SLOTS - 1);
    const known = slots[slot];
    if (known?.name.length === length && text.startsWith(known.name, start)) return known;
    const name = text.slice(start, end);
    const match = classify(name);
    const parameter = match ?? (queryParameters.has(name.toLowerCase()) ? signature(name) : undefined);
    const answer = {
      name,
      match,
      parameter,
      endsPhrase: LAST_WORDS.test(name),
      isType: /^string$/i.test(name),
      isSuspect: match === undefined && (/(?:^|[^a-z]|[a-z](?=A))auth$/i.test(name) || isCredentialInside(name)),
    };
    slots[slot] = answer;
    return answer;
  };
}

function signature(word: string): SensitiveMatch {
  return { category: 'credential', severity: 'critical', strength: 'strong', word };
}

function isNameCode(code: number): boolean {
  return isWordCode(code) || code === 45 || code === 46 || code === 36 || code > 127;
}

function backOverName(text: string, end: number): number {
  const limit = Math.max(0, end - LONGEST_NAME);
  let start = end;
  while (start > limit && isNameCode(text.charCodeAt(start - 1))) start--;
  return start;
}

/** The name before an operator at `at`: `password=`, `"password":`, `\"password\":`, `['password'] =`, `<password>`. */
function nameBefore(text: string, at: number): Name | undefined {
  const last = text.charCodeAt(at - 1);
  if (isNameCode(last) && last !== 46) return { start: backOverName(text, at), end: at, quoted: false };
  let end = at;
  // `?=`, `.=`, `+=`, `::=`
  while (end > 0 && at - end < 3 && '?.+:'.includes(text.charAt(end - 1))) end--;
  while (end > 0 && at - end < 16 && ' \t]'.includes(text.charAt(end - 1))) end--;
  const quoted = end > 0 && QUOTES.includes(text.charAt(end - 1));
  if (quoted) {
    end--;
    while (end > 0 && at - end < 24 && text[end - 1] === '\\') end--;
  }
  const start = backOverName(text, end);
  if (start === end) return undefined;
  return { start, end, quoted };
}

/** Start of the name with the word before it, or -1 where there is none. */
function phraseStart(text: string, start: number): number {
  if (text[start - 1] !== ' ') return -1;
  const before = backOverName(text, start - 1);
  return before < start - 1 ? before : -1;
}

/** End of a quoted value whose quote has `slashes` backslashes before it; an open quote takes the rest. */
function quotedEnd(text: string, from: number, quote: string, slashes: number): number {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    let count = 0;
    while (at - count > from && text[at - count - 1] === '\\') count++;
    if (count <= slashes && (slashes > 0 || count % 2 === 0)) return at - count;
    if (slashes === 0 && count % 2 === 0) return at;
  }
  return text.length;
}

/** End of the object or array that begins at `from`; without its end the rest belongs to it. */
function nestedEnd(text: string, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at++;
    else if (char === '"') inString = !inString;
    else if (inString) continue;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    if (depth === 0 && !inString) return at + 1;
  }
  return text.length;
}

const BARE_ENDS = new Set(Array.from(',;&|<>)]}"\'`', (char) => char.charCodeAt(0)));

function isBareEnd(code: number): boolean {
  return isSpaceCode(code) || BARE_ENDS.has(code);
}

function bareEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isBareEnd(text.charCodeAt(at))) at++;
  return at;
}

function lineEnd(text: string, from: number): number {
  const end = text.slice(from, from + 4096).search(/[\r\n"'`]|\\[nr]/);
  return end === -1 ? Math.min(text.length, from + 4096) : from + end;
}

/** The value after the operator; `toLineEnd` for headers whose value has blanks and semicolons. */
function valueAfter(text: string, from: number, toLineEnd: boolean): Value | undefined {
  let start = from;
  const blanks = text[from - 1] === '>' ? ' \t\r\n' : ' \t';
  while (start < text.length && start - from < 32 && blanks.includes(text.charAt(start))) start++;
  let slashes = 0;
  while (text[start + slashes] === '\\' && slashes < 9) slashes++;
  const quote = text.charAt(start + slashes);
  if (quote !== '' && QUOTES.includes(quote)) {
    const open = start + slashes + 1;
    const end = quotedEnd(text, open, quote, slashes);
    return { start: open, end, quoted: true };
  }
  if (text[start] === '{' || text[start] === '[') {
    if (text.startsWith('[REDACTED]', start) || text.startsWith('[HASH:', start)) return undefined;
    return { start, end: nestedEnd(text, start), quoted: true };
  }
  if (toLineEnd) return { start, end: lineEnd(text, start), quoted: false };
  let end = bareEnd(text, start);
  // `Authorization: Bearer abc`: the scheme is not the secret.
  if (text[end] === ' ' && SCHEMES.test(text.slice(start, end))) end = bareEnd(text, end + 1);
  return end === start ? undefined : { start, end, quoted: false };
}

function operatorEnd(text: string, at: number): number {
  let end = at + 1;
  while (end - at < 4 && (text[end] === '=' || text[end] === '>' || text[end] === ':')) end++;
  return end;
}

function isReplaced({ category, severity }: SensitiveMatch): boolean {
  if (category === 'url' || category === 'headers' || category === 'message') return false;
  return category !== 'query' || severity === 'high';
}

/** Prose has no digits inside of its words. */
function isCode(word: string): boolean {
  return word.length >= 8 && /\d/.test(word);
}

/** In prose the name must be a strong one, or the value look like a secret. */
function isProse(text: string, at: number, value: Value, match: SensitiveMatch, quotedName: boolean): boolean {
  const word = text.slice(value.start, value.end);
  if (LITERALS.has(word.toLowerCase())) return true;
  if (match.word === 'auth' && !looksRandom(word)) return true;
  if (value.quoted || quotedName || (text[at] === '=' && text[value.start - 1] !== ' ')) return false;
  if (PROSE.has(word.toLowerCase().replace(/[.!?]+$/, ''))) return true;
  if (match.category === 'credential') return match.strength === 'weak' && !isCode(word) && !SCHEMES.test(word);
  return match.strength === 'weak' || !/\d/.test(word);
}

/** The second of two quoted texts, if the first names a secret: `setProperty("api_token", "…")`. */
export function findArgument(text: string, quote: number, judge: Judge): Find | undefined {
  const start = backOverName(text, quote);
  if (start === quote || !QUOTES.includes(text.charAt(start - 1))) return undefined;
  const { match } = judge(text, start, quote);
  const value = valueAfter(text, quote + 2, false);
  if (match?.category !== 'credential' || value === undefined) return undefined;
  return looksRandom(text.slice(value.start, value.end)) ? { ...value, category: 'credential' } : undefined;
}

/** The sensitive value that is assigned with the `=`, `:` or `>` at `at`, by the name before it. */
export function findAssignment(text: string, at: number, judge: Judge, mode: SanitizeMode): Find | undefined {
  const next = text.charCodeAt(at + 1);
  const isColon = text[at] === ':';
  // Times, addresses and ratios: `12:30`, `http://`.
  if (isColon && (next === 47 || (isDigitCode(next) && isDigitCode(text.charCodeAt(at - 1))))) return undefined;
  const named = nameBefore(text, at);
  if (named === undefined) return undefined;
  const { start, end, quoted } = named;
  const known = judge(text, start, end);
  let match = isColon ? known.match : known.parameter;
  if (match === undefined && !quoted && (known.endsPhrase || known.isType)) {
    // `token: string = …`
    const stop = known.isType && text.startsWith(': ', start - 2) ? start - 1 : start;
    const from = phraseStart(text, stop);
    if (from !== -1) match = judge(text, from, known.isType ? stop - 1 : end).match;
  }
  if (match === undefined && known.isSuspect) match = { ...signature('auth'), strength: 'weak' };
  if (match === undefined || !isReplaced(match)) return undefined;
  const toLineEnd = !quoted && isColon && /(?:authorization|cookie)$/i.test(known.name);
  const value = valueAfter(text, operatorEnd(text, at), toLineEnd);
  if (value === undefined || value.end <= value.start) return undefined;
  if (isReplacement(text.slice(value.start, value.end), mode) || isProse(text, at, value, match, quoted))
    return undefined;
  return { start: value.start, end: value.end, category: match.category };
}
