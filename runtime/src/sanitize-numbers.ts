import { isCardNumber, isIban, LONGEST_CARD, SHORTEST_CARD } from '../../eslint-plugin/src/analysis/check-digits.ts';
import { IBAN_LENGTHS } from '../../eslint-plugin/src/knowledge/sensitive-patterns.ts';
import type { Find } from './sanitize-replace.ts';
import { isDigitCode, isWordCode, isWordStart } from './sanitize-text.ts';

/** Runs of eight digits and more with single separators, and what may be an IBAN. */
const CANDIDATES = /\d(?:[ ().-]{0,2}\d){7,}|[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}/g;
const IPV4 = /(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)/g;
/** Groups of hexadecimal digits; how many there are and where `::` stands is checked afterwards. */
const IPV6 = /[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?/gi;
/** `078-05-1120` */
const SHORTEST_NUMBER = 11;
const PLUS = 43;

/** A run of digits without separators inside of a candidate. */
interface Group {
  readonly start: number;
  readonly end: number;
  /** Digits of the candidate up to the end of the group. */
  readonly count: number;
}

function endsAlone(text: string, end: number): boolean {
  return end >= text.length || !isWordCode(text.charCodeAt(end));
}

function groupsOf(text: string, start: number, end: number): Group[] {
  const groups: Group[] = [];
  let from = -1;
  let count = 0;
  for (let at = start; at <= end; at++) {
    const isDigit = at < end && isDigitCode(text.charCodeAt(at));
    if (isDigit && from === -1) from = at;
    if (!isDigit && from !== -1) {
      count += at - from;
      groups.push({ start: from, end: at, count });
      from = -1;
    }
  }
  return groups;
}

/** One blank or dash between the groups of a card number. */
function isJoined(text: string, left: Group, right: Group): boolean {
  const code = text.charCodeAt(left.end);
  return right.start - left.end === 1 && (code === 32 || code === 45);
}

/** The last group of the longest card number that begins with a group, or -1. */
function cardFrom(text: string, digits: string, groups: readonly Group[], first: number): number {
  const from = first === 0 ? 0 : (groups[first - 1]?.count ?? 0);
  // Networks begin with 2 to 6.
  const digit = digits.charCodeAt(from) - 48;
  if (digit < 2 || digit > 6) return -1;
  let best = -1;
  for (let at = first; at < groups.length; at++) {
    const group = groups[at];
    const before = groups[at - 1];
    if (group === undefined || (at > first && before !== undefined && !isJoined(text, before, group))) break;
    if (group.count - from > LONGEST_CARD) break;
    if (group.count - from < SHORTEST_CARD || !endsAlone(text, group.end)) continue;
    if (isCardNumber(digits.slice(from, group.count))) best = at;
  }
  return best;
}

/** True when the groups from `first` on have these lengths. */
function hasLengths(groups: readonly Group[], first: number, lengths: readonly number[]): boolean {
  for (let at = 0; at < lengths.length; at++) {
    const group = groups[first + at];
    if (group === undefined || group.end - group.start !== lengths[at]) return false;
  }
  return true;
}

/** Area, group and serial number of a US social security number. Source: SSA, never issued are 000, 666, 9xx, 00 and 0000. */
function isSocialSecurity(text: string, [area, group, serial]: readonly Group[]): boolean {
  if (area === undefined || group === undefined || serial === undefined) return false;
  const separator = text.slice(area.end, group.start);
  if (separator !== text.slice(group.end, serial.start) || !/^[- .]$/.test(separator)) return false;
  const digits = (part: Group): string => text.slice(part.start, part.end);
  return !/^(?:000|666|9)/.test(digits(area)) && digits(group) !== '00' && digits(serial) !== '0000';
}

/** A number in the form `+` country code (ITU-T E.164), or `(ddd) ddd-dddd` as in North America. */
function isPhone(text: string, groups: readonly Group[], start: number): boolean {
  const digits = groups.reduce((sum, group) => sum + group.end - group.start, 0);
  if (text.charAt(start - 1) === '+' && text.charAt(start) !== '0') return digits >= 8 && digits <= 15;
  const area = groups.length - 3;
  const isLocal =
    hasLengths(groups, area, [3, 3, 4]) &&
    (area === 0 || (area === 1 && hasLengths(groups, 0, [1]))) &&
    /[2-9]/.test(text.charAt(groups[area]?.start ?? start));
  const last = groups.at(-1);
  return isLocal && last !== undefined && /[ .-]/.test(text.charAt(last.start - 1));
}

function findsInNumber(text: string, start: number, end: number, finds: Find[]): void {
  const groups = groupsOf(text, start, end);
  const digits = text.slice(start, end).replaceAll(/\D+/g, '');
  for (let at = 0; at < groups.length; at++) {
    const group = groups[at];
    if (group === undefined || !isWordStart(text, group.start)) continue;
    const last = cardFrom(text, digits, groups, at);
    if (last !== -1) {
      finds.push({ start: group.start, end: groups[last]?.end ?? end, category: 'financial', mask: 'card' });
      at = last;
      continue;
    }
    if (!hasLengths(groups, at, [3, 2, 4])) continue;
    const three = groups.slice(at, at + 3);
    const stop = three[2]?.end ?? end;
    if (endsAlone(text, stop) && isSocialSecurity(text, three)) {
      finds.push({ start: group.start, end: stop, category: 'government', mask: 'tail' });
      at += 2;
    }
  }
  if (finds.at(-1)?.end === end || !isWordStart(text, start) || !endsAlone(text, end)) return;
  if (!isPhone(text, groups, start)) return;
  const isOpen = text.charAt(start - 1) === '+' || text.charAt(start - 1) === '(';
  finds.push({ start: isOpen ? start - 1 : start, end, category: 'contact', mask: 'tail' });
}

function findIban(text: string, start: number, end: number, finds: Find[]): number {
  const country = text.slice(start, start + 2);
  const length = IBAN_LENGTHS[country];
  if (length === undefined || !isWordStart(text, start)) return start + 1;
  let compact = '';
  for (let at = start; at < end && compact.length < length; at++) {
    const char = text.charAt(at);
    if (char !== ' ' && char !== '-') compact += char;
    if (compact.length === length && endsAlone(text, at + 1) && isIban(compact)) {
      finds.push({ start, end: at + 1, category: 'financial', mask: 'tail' });
      return at + 1;
    }
  }
  return start + 1;
}

/** Finds card numbers (Luhn), IBANs (modulo 97), US social security numbers and phone numbers. */
export function findNumbers(text: string, finds: Find[]): void {
  CANDIDATES.lastIndex = 0;
  for (let match = CANDIDATES.exec(text); match !== null; match = CANDIDATES.exec(text)) {
    const start = match.index;
    const end = start + match[0].length;
    if (isDigitCode(match[0].charCodeAt(0))) {
      // Dates are shorter than all but numbers with a `+`.
      if (end - start >= SHORTEST_NUMBER || text.charCodeAt(start - 1) === PLUS) findsInNumber(text, start, end, finds);
    } else CANDIDATES.lastIndex = findIban(text, start, end, finds);
  }
}

function isIpv6(address: string): boolean {
  const halves = address.split('::');
  const groups = address.split(':').filter((group) => group !== '');
  const count = groups.length + (address.includes('.') ? 1 : 0);
  return halves.length === 2 ? count >= 2 && count < 8 : halves.length === 1 && count === 8;
}

/** Finds IPv4 and IPv6 addresses. */
export function findAddresses(text: string, finds: Find[]): void {
  for (const match of text.matchAll(IPV4)) {
    const end = match.index + match[0].length;
    const next = text.charAt(end);
    const isLonger = next === '.' && isDigitCode(text.charCodeAt(end + 1));
    const isInside = text.charAt(match.index - 1) === '.' || !isWordStart(text, match.index);
    if (!isLonger && !isInside && endsAlone(text, end)) finds.push({ start: match.index, end, category: 'online' });
  }
  for (const match of text.matchAll(IPV6)) {
    const end = match.index + match[0].length;
    if (isWordStart(text, match.index) && endsAlone(text, end) && isIpv6(match[0]))
      finds.push({ start: match.index, end, category: 'online' });
  }
}
