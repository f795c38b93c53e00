import type { Find } from './sanitize-replace.ts';
import { isDigitCode, isLetterCode, isSpaceCode, isWordCode, isWordStart } from './sanitize-text.ts';

/** Longest local part and domain. Source: RFC 5321, section 4.5.3.1. */
const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 255;
const LONGEST_AUTHORITY = 1024;

function isLocalCode(code: number): boolean {
  return isWordCode(code) || code === 46 || code === 45 || code === 43 || code === 39 || code === 37 || code > 127;
}

function isLabelCode(code: number): boolean {
  return isLetterCode(code) || isDigitCode(code) || code === 45 || code > 127;
}

/** End of a domain name with a top level of letters, or -1. */
function domainEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + LONGEST_DOMAIN);
  let end = -1;
  let label = from;
  for (let at = from; at <= limit; at++) {
    const code = at < limit ? text.charCodeAt(at) : 0;
    if (at < limit && isLabelCode(code)) continue;
    if (at === label) break;
    if (label > from && at - label >= 2 && isTopLevel(text, label, at)) end = at;
    if (code !== 46) break;
    label = at + 1;
  }
  return end;
}

function isTopLevel(text: string, start: number, end: number): boolean {
  if (text.startsWith('xn--', start)) return true;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (!isLetterCode(code) && code <= 127) return false;
  }
  return true;
}

/** An e-mail address around an `@` (or `%40`) that starts at `at` and has `length` characters. */
export function findEmail(text: string, at: number, length: number): Find | undefined {
  const limit = Math.max(0, at - LONGEST_LOCAL);
  let start = at;
  while (start > limit && isLocalCode(text.charCodeAt(start - 1))) start--;
  while (start < at && (text[start] === '.' || text[start] === "'" || text[start] === '-')) start++;
  if (start === at) return undefined;
  const end = domainEnd(text, at + length);
  return end === -1 ? undefined : { start, end, category: 'contact', mask: length === 1 ? 'email' : undefined };
}

/** A text that is being searched, with what one search remembers. */
export interface Scan {
  readonly text: string;
  /** A run of token characters up to here led to no JSON web token and is not read again. */
  emptyUntil: number;
  /** The next `@` from the place that was looked at last; -1 before the first look, the length where there is none. */
  nextSign: number;
  /** Where the run of characters ends that was read last, by alphabet. */
  readonly runEnds: Map<Uint8Array, number>;
}

/** A search of a text that has not begun. */
export function startScan(text: string): Scan {
  return { text, emptyUntil: -1, nextSign: -1, runEnds: new Map() };
}

/** End of the run of characters of an alphabet; a run that was read before is not read again. */
export function runEnd({ text, runEnds }: Scan, alphabet: Uint8Array, from: number): number {
  const known = runEnds.get(alphabet) ?? 0;
  if (from < known) return known;
  let end = from;
  while (end < text.length && alphabet[text.charCodeAt(end)] === 1) end++;
  runEnds.set(alphabet, end);
  return end;
}

function tokenRunEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isWordCode(code) && code !== 45 && code !== 47 && code !== 43 && code !== 61 && code !== 92) break;
  }
  return at;
}

/**
 * A JSON web token: parts of base64url with dots between, of which the first two begin with `ey` (`{"`).
 * One pass over the text however often `ey` stands in it.
 */
export function findToken(scan: Scan, start: number): Find | undefined {
  const { text } = scan;
  if (start < scan.emptyUntil || !isWordStart(text, start)) return undefined;
  const header = tokenRunEnd(text, start);
  scan.emptyUntil = header;
  if (header - start < 17 || text[header] !== '.' || !text.startsWith('ey', header + 1)) return undefined;
  const payload = tokenRunEnd(text, header + 1);
  if (payload - header < 13) return undefined;
  const end = text[payload] === '.' ? tokenRunEnd(text, payload + 1) : payload;
  return { start, end, category: 'credential' };
}

const BEGIN_KEY = /-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----/iy;

/** A private key in PEM form; without its end everything that follows is the key. */
export function findPrivateKey(text: string, start: number): Find | undefined {
  BEGIN_KEY.lastIndex = start;
  const begin = BEGIN_KEY.exec(text);
  if (begin === null) return undefined;
  const end = text.indexOf('-----END', start + begin[0].length);
  const dashes = end === -1 ? -1 : text.indexOf('-----', end + 8);
  return { start, end: dashes === -1 ? text.length : dashes + 5, category: 'credential' };
}

function isUrlEnd(code: number): boolean {
  return isSpaceCode(code) || code === 34 || code === 39 || code === 60 || code === 62 || code === 96;
}

/** User and password of a URL, also of a password that holds unescaped `/`, `?` or `#`; `at` is the `://`. */
export function findUserInfo(scan: Scan, at: number): Find | undefined {
  const { text } = scan;
  const start = at + 3;
  if (scan.nextSign < start) {
    const next = text.indexOf('@', start);
    scan.nextSign = next === -1 ? text.length : next;
  }
  if (scan.nextSign - start > LONGEST_AUTHORITY || scan.nextSign === text.length) return undefined;
  const limit = Math.min(text.length, start + LONGEST_AUTHORITY);
  let colon = -1;
  let sign = -1;
  let end = start;
  for (; end < limit; end++) {
    const code = text.charCodeAt(end);
    if (isUrlEnd(code)) break;
    if (code === 64) sign = end;
    if (code === 58 && colon === -1) colon = end;
    const isAuthorityEnd = code === 47 || code === 63 || code === 35;
    if (isAuthorityEnd && (sign !== -1 || colon === -1 || isPort(text, colon, end))) break;
  }
  return sign > start ? { start, end: sign, category: 'credential' } : undefined;
}

function isPort(text: string, colon: number, end: number): boolean {
  for (let at = colon + 1; at < end; at++) if (!isDigitCode(text.charCodeAt(at))) return false;
  return true;
}

const AUTHORIZATION = /[A-Za-z0-9._~+/=-]{8,4000}/y;

/** The value after an authorization scheme such as `Bearer `; prose such as `basic authentication` is none. */
export function findAuthorization(text: string, start: number, end: number): Find | undefined {
  if (!isWordStart(text, start)) return undefined;
  AUTHORIZATION.lastIndex = end;
  const value = AUTHORIZATION.exec(text)?.[0];
  if (value === undefined || !isCredentialLike(value)) return undefined;
  return { start: end, end: end + value.length, category: 'credential' };
}

function isCredentialLike(value: string): boolean {
  return (
    /\d/.test(value) || /[a-z][A-Z]/.test(value) || value.endsWith('=') || (value.length >= 20 && !/[.-]/.test(value))
  );
}

const COMMAND_USER = /["']?([^\s"':]{0,128}:(?![$%<{])(?:"[^"]{3,256}"|'[^']{3,256}'|[^\s"']{3,256}))/y;

/** User and password after `-u` or `--user`, as curl takes them. */
export function findCommandUser(text: string, end: number): Find | undefined {
  COMMAND_USER.lastIndex = end;
  const match = COMMAND_USER.exec(text);
  if (match?.[1] === undefined || match[1].includes('://')) return undefined;
  const stop = end + match[0].length;
  return { start: stop - match[1].length, end: stop, category: 'credential' };
}
