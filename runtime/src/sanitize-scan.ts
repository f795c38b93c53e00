import { findArgument, findAssignment, type Judge } from './sanitize-assignments.ts';
import { indexKeywords, LAST_THREE, standsAt, type KeywordIndex } from './sanitize-keywords.ts';
import { findAddresses, findNumbers } from './sanitize-numbers.ts';
import type { Category, SanitizeMode, SanitizerSettings } from './sanitize-options.ts';
import { REDACTED, type Find, type Replacer } from './sanitize-replace.ts';
import { secretRules, tryRule, type SecretRule } from './sanitize-rules.ts';
import {
  findAuthorization,
  findCommandUser,
  findEmail,
  findPrivateKey,
  findToken,
  findUserInfo,
  startScan,
  type Scan,
} from './sanitize-structures.ts';
import { isPercentCode } from './sanitize-text.ts';

/** What is tried where a keyword ends. */
type Trigger = (scan: Scan, start: number, end: number, judge: Judge, mode: SanitizeMode) => Find | undefined;

interface Keyword {
  readonly text: string;
  /** How many of its characters have been seen where it is found: three, or all of a shorter one. */
  readonly seen: number;
  readonly rules: SecretRule[];
  trigger: Trigger | undefined;
}

interface Matcher {
  readonly index: KeywordIndex;
  readonly keywords: readonly Keyword[];
}

const assignment: Trigger = ({ text }, start, _end, judge, mode) => findAssignment(text, start, judge, mode);
const authorization: Trigger = ({ text }, start, end) => findAuthorization(text, start, end);
const commandUser: Trigger = ({ text }, _start, end) => findCommandUser(text, end);
const argument: Trigger = ({ text }, start, _end, judge) => findArgument(text, start, judge);
const TRIGGERS: Readonly<Record<string, Trigger>> = {
  '=': assignment,
  ':': assignment,
  '>': ({ text }, start, end, judge, mode) => {
    const isElement = text[start - 1] !== '=' && text[start - 1] !== '-' && end < text.length;
    return isElement ? findAssignment(text, start, judge, mode) : undefined;
  },
  '@': ({ text }, start) => findEmail(text, start, 1),
  '%40': ({ text }, start) => findEmail(text, start, 3),
  ey: (scan, start) => findToken(scan, start),
  '-----begin': ({ text }, start) => findPrivateKey(text, start),
  '://': (scan, start) => findUserInfo(scan, start),
  'bearer ': authorization,
  'basic ': authorization,
  '", "': argument,
  "', '": argument,
  ' -u ': commandUser,
  '--user ': commandUser,
};

let made: Matcher | undefined;

/** Made at the first text: loading the package must not pay for it. */
function matcher(): Matcher {
  if (made !== undefined) return made;
  const keywords = new Map<string, Keyword>();
  const keywordOf = (text: string): Keyword => {
    const known = keywords.get(text) ?? { text, seen: Math.min(3, text.length), rules: [], trigger: undefined };
    keywords.set(text, known);
    return known;
  };
  for (const rule of secretRules()) for (const text of rule.keywords) keywordOf(text).rules.push(rule);
  for (const [text, trigger] of Object.entries(TRIGGERS)) keywordOf(text).trigger = trigger;
  const list = [...keywords.values()];
  made = { index: indexKeywords(list.map(({ text }) => text)), keywords: list };

  return made;
}

const MOST_ROUNDS = 8;
const NOTHING: Find[] = [];

/** Places where keywords may begin and the group of those keywords, filled anew by each search. */
let places = new Uint32Array(1024);
let groups = new Uint16Array(1024);
const bytes = Buffer.alloc(16_384);
/** Reading from bytes is faster per character, copying to them costs a start. */
const WORTH_COPYING = 200;
/** Fewer digits are neither a card, nor an IBAN, nor a number of a person. */
const LEAST_DIGITS = 6;
let hasNumber = false;

/** Longer texts are worth the full search. */
export const LONGEST_QUICK = 64;
const PERCENT = 37;

const SHORT_WORD = /^[\w ./-]{0,10}$/;

/**
 * True for ten characters or fewer without a sign that assigns, quotes or joins: the shortest number of a person has
 * eleven characters, the shortest token more. An expression reads so few faster than a loop.
 */
export function isShortWord(text: string): boolean {
  return text.length <= 10 && SHORT_WORD.test(text);
}

/** True for a short text in which no keyword begins, with few digits and no `%`: nothing can be found in it. */
export function isHarmless(text: string): boolean {
  if (isShortWord(text)) return true;
  const { classes, begins } = (made ?? matcher()).index;
  let digits = 0;
  for (let at = 0, key = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    key = ((key << 6) | (classes[code & 255] ?? 0)) & LAST_THREE;
    if ((((begins[key >> 5] ?? 0) >>> (key & 31)) & 1) === 1 || code === PERCENT) return false;
    if (code < 58 && code > 47) digits++;
  }
  return digits < LEAST_DIGITS;
}

/** Fills `places` and `hasNumber`; returns how many places there are. */
function findPlaces(text: string, { classes, begins, groupOf }: KeywordIndex): number {
  const { length } = text;
  const copied = length >= WORTH_COPYING && length <= bytes.length;
  if (places.length < length) {
    places = new Uint32Array(length * 2);
    groups = new Uint16Array(length * 2);
  }
  if (copied) bytes.write(text, 0, 'latin1');
  let count = 0;
  let digits = 0;
  for (let at = 0, key = 0; at < length; at++) {
    const byte = copied ? (bytes[at] ?? 0) : text.charCodeAt(at) & 255;
    key = ((key << 6) | (classes[byte] ?? 0)) & LAST_THREE;
    if ((((begins[key >> 5] ?? 0) >>> (key & 31)) & 1) === 1) {
      places[count] = at;
      groups[count++] = groupOf[key] ?? 0;
    }
    if (byte < 58 && byte > 47) digits++;
  }
  hasNumber = digits >= LEAST_DIGITS;
  return count;
}

/** Searches texts; a scanner belongs to one sanitizer. */
export type Scanner = (text: string) => string;

function hasPercents(text: string): boolean {
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', at + 1)) if (isPercentCode(text, at)) return true;
  return false;
}

/** The text with `%XX` as one character each, and where each of its characters stood. */
function decodePercents(text: string): { readonly decoded: string; readonly offsets: readonly number[] } {
  let decoded = '';
  const offsets: number[] = [];
  for (let at = 0; at < text.length; at++) {
    offsets.push(at);
    if (isPercentCode(text, at)) {
      decoded += String.fromCharCode(parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else {
      decoded += text.charAt(at);
    }
  }
  offsets.push(text.length);
  return { decoded, offsets };
}

function merge(finds: Find[]): Find[] {
  finds.sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Find[] = [];
  for (const find of finds) {
    const last = merged.at(-1);
    if (last === undefined || find.start >= last.end) merged.push(find);
    else if (find.end > last.end)
      merged[merged.length - 1] = { start: last.start, end: find.end, category: last.category };
  }
  return merged;
}

function replaceAll(text: string, finds: readonly Find[], replace: Replacer): string {
  let out = '';
  let from = 0;
  for (const find of finds) {
    out += text.slice(from, find.start) + replace(text.slice(find.start, find.end), find);
    from = find.end;
  }
  return out + text.slice(from);
}

/** Makes the function that replaces what is sensitive in a text, in one pass over its characters. */
export function makeScanner(settings: SanitizerSettings, judge: Judge, replace: Replacer): Scanner {
  const { mode, isOn, addresses } = settings;
  const isWanted = ({ category }: { readonly category: Category }): boolean => isOn(category);

  const collect = (scan: Scan, at: number, group: number, finds: Find[], { index, keywords }: Matcher): void => {
    const { text } = scan;
    // The index goes by the last bytes of characters, which letters of other alphabets share with signs.
    if (text.charCodeAt(at) > 255) return;
    for (const number of index.groups[group] ?? []) {
      const keyword = keywords[number];
      if (keyword === undefined) continue;
      const start = at + 1 - keyword.seen;
      const end = start + keyword.text.length;
      const last = finds.at(-1);
      // Inside of what was found, or the `@` after the password of a URL.
      if (last !== undefined && start >= last.start && (end <= last.end || start === last.end)) continue;
      if (keyword.seen > 1 && !standsAt(keyword.text, text, start)) continue;
      const find = keyword.trigger?.(scan, start, end, judge, mode);
      if (find !== undefined) finds.push(find);
      for (const rule of keyword.rules) {
        const token = tryRule(rule, keyword.text, scan, start, end);
        if (token !== undefined) finds.push(token);
      }
    }
  };

  const search = (text: string): Find[] => {
    const found = made ?? matcher();
    const count = findPlaces(text, found.index);
    if (count === 0 && !hasNumber && !addresses) return NOTHING;
    const finds: Find[] = [];
    const scan = startScan(text);
    for (let place = 0; place < count; place++) collect(scan, places[place] ?? 0, groups[place] ?? 0, finds, found);
    if (hasNumber) findNumbers(text, finds);
    if (addresses) findAddresses(text, finds);
    return finds.length === 0 ? NOTHING : finds.filter(isWanted);
  };

  /** Also what only shows after decoding `%XX`; the rest of the text stays encoded. */
  const searchDecoded = (text: string): Find[] => {
    const { decoded, offsets } = decodePercents(text);
    const finds = search(decoded).map((find) => ({
      ...find,
      start: offsets[find.start] ?? text.length,
      end: offsets[find.end] ?? text.length,
    }));
    return finds.length === 0 ? search(text) : [...finds, ...search(text)];
  };

  return (text) => {
    let out = text;
    // What is replaced may have hidden something else: `npm_…ghp_…` without a blank. A text that does not settle goes.
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const finds = hasPercents(out) ? searchDecoded(out) : search(out);
      if (finds.length === 0) return out;
      const next = replaceAll(out, merge(finds), replace);
      if (next === out) return out;
      out = next;
    }
    return REDACTED;
  };
}
