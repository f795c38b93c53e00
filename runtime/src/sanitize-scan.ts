import { buildAutomaton, type Automaton } from './sanitize-automaton.ts';
import { findAssignment, type Judge } from './sanitize-assignments.ts';
import { findAddresses, findNumbers } from './sanitize-numbers.ts';
import type { Category, SanitizeMode, SanitizerSettings } from './sanitize-options.ts';
import type { Find, Replacer } from './sanitize-replace.ts';
import { secretRules, tryRule, type SecretRule } from './sanitize-rules.ts';
import {
  findAuthorization,
  findEmail,
  findPrivateKey,
  findToken,
  findUserInfo,
  type Scan,
} from './sanitize-structures.ts';

/** What is tried where a keyword ends. */
type Trigger = (scan: Scan, start: number, end: number, judge: Judge, mode: SanitizeMode) => Find | undefined;

interface Keyword {
  readonly text: string;
  readonly rules: SecretRule[];
  trigger: Trigger | undefined;
}

interface Matcher {
  readonly automaton: Automaton;
  readonly keywords: readonly Keyword[];
}

const assignment: Trigger = ({ text }, start, _end, judge, mode) => findAssignment(text, start, judge, mode);
const authorization: Trigger = ({ text }, start, end) => findAuthorization(text, start, end);
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
  '://': ({ text }, start) => findUserInfo(text, start),
  'bearer ': authorization,
  'basic ': authorization,
};

let made: Matcher | undefined;

/** Made at the first text: loading the package must not pay for it. */
function matcher(): Matcher {
  if (made !== undefined) return made;
  const keywords = new Map<string, Keyword>();
  const keywordOf = (text: string): Keyword => {
    const known = keywords.get(text) ?? { text, rules: [], trigger: undefined };
    keywords.set(text, known);
    return known;
  };
  for (const rule of secretRules()) for (const text of rule.keywords) keywordOf(text).rules.push(rule);
  for (const [text, trigger] of Object.entries(TRIGGERS)) keywordOf(text).trigger = trigger;
  const list = [...keywords.values()];
  made = { automaton: buildAutomaton(list.map(({ text }) => text)), keywords: list };
  return made;
}

/** Searches texts; a scanner belongs to one sanitizer. */
export type Scanner = (text: string) => string;

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

  const collect = (scan: Scan, state: number, end: number, finds: Find[], { automaton, keywords }: Matcher): void => {
    for (const index of automaton.hits[(state - automaton.firstHit) / automaton.width] ?? []) {
      const keyword = keywords[index];
      if (keyword === undefined) continue;
      const start = end - keyword.text.length;
      const last = finds.at(-1);
      // Inside of what was found, or the `@` after the password of a URL.
      if (last !== undefined && start >= last.start && (end <= last.end || start === last.end)) continue;
      const find = keyword.trigger?.(scan, start, end, judge, mode);
      if (find !== undefined) finds.push(find);
      for (const rule of keyword.rules) {
        const token = tryRule(rule, keyword.text, scan.text, start, end);
        if (token !== undefined) finds.push(token);
      }
    }
  };

  return (text) => {
    const finds: Find[] = [];
    const scan: Scan = { text, emptyUntil: -1 };
    const found = matcher();
    const { classes, next, firstHit } = found.automaton;
    for (let at = 0, state = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      state = next[state + (code < 128 ? (classes[code] ?? 0) : 0)] ?? 0;
      if (state >= firstHit) collect(scan, state, at + 1, finds, found);
    }
    findNumbers(text, finds);
    if (addresses) findAddresses(text, finds);
    const wanted = finds.filter(isWanted);
    return wanted.length === 0 ? text : replaceAll(text, merge(wanted), replace);
  };
}
