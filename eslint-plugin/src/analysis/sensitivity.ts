import {
  BOOLEAN_PREFIXES,
  HARMLESS_WORDS,
  PROTECTED_FORMS,
  PROTECTIVE_EXCEPTIONS,
  PROTECTIVE_VERBS,
} from '../knowledge/sensitive-grammar.ts';
import { HARMLESS_TAILS, KEY_GROUPS, KEY_RULES, SAFE_HEADERS, SECRET_HEADERS } from '../knowledge/sensitive-keys.ts';
import type { KeyRule, SensitiveMatch, TermGroup } from '../knowledge/sensitive-types.ts';
import { classifyNames, closedSpelling, indexTerms, type TermIndex } from './sensitive-names.ts';
import { splitWords } from './words.ts';

export type { SensitiveCategory, SensitiveMatch } from '../knowledge/sensitive-types.ts';
export { isPersonWord } from './sensitive-names.ts';
export { classifyLiteral, classifySecretAssignment } from './sensitive-values.ts';

/** Words and attribute keys from `settings.telint`; a key may end in `*`. */
export interface Vocabulary {
  /** Additional sensitive words or word groups (`loyalty number`). */
  readonly words?: readonly string[];
  /** Additional sensitive attribute keys. */
  readonly keys?: readonly string[];
  /** Names that are never sensitive: a whole identifier, or the word that decided. */
  readonly allowWords?: readonly string[];
  /** Attribute keys that are never sensitive. */
  readonly allowKeys?: readonly string[];
}

/** Exact keys and prefixes of keys, each with what it stands for. */
interface KeyTable<T> {
  readonly exact: ReadonlyMap<string, T>;
  readonly prefixes: readonly (readonly [prefix: string, value: T])[];
}

/** A vocabulary made ready for look-ups, with the answers that depend on it. */
interface Compiled {
  readonly terms: TermIndex | undefined;
  readonly keys: KeyTable<SensitiveMatch>;
  readonly allowWords: ReadonlySet<string>;
  readonly allowKeys: KeyTable<true>;
  readonly paths: Map<string, SensitiveMatch | undefined>;
  readonly attributeKeys: Map<string, SensitiveMatch | undefined>;
}

const memoLimit = 20_000;
const longestTail = 3;

const booleanPrefixes = new Set(BOOLEAN_PREFIXES);
const harmlessTails = new Set(HARMLESS_TAILS);
const harmlessWords = new Set(HARMLESS_WORDS);
const safeHeaders = new Set(SAFE_HEADERS);
const secretHeaders = new Set(SECRET_HEADERS);
const protectiveVerbs = new Set(PROTECTIVE_VERBS);
const protectedForms = new Set(PROTECTED_FORMS);
const protectiveExceptions = new Set(PROTECTIVE_EXCEPTIONS);

/** The tables of keys, made at the first question: loading the plugin must not pay for them. */
function makeKeyTables() {
  return {
    published: keyTable(
      KEY_GROUPS.flatMap(({ keys, category, severity, strength }) =>
        keys.map((key) => [key, { category, severity, strength, word: key } satisfies SensitiveMatch] as const),
      ),
    ),
    rules: KEY_RULES.map((rule) => ({
      rule,
      tails: new Set(rule.tails),
      after: rule.after && new Set(rule.after),
      within: rule.within && new Set(rule.within),
      without: rule.without && new Set(rule.without),
    })),
  };
}

let madeKeyTables: ReturnType<typeof makeKeyTables> | undefined;

function keyTables(): ReturnType<typeof makeKeyTables> {
  madeKeyTables ??= makeKeyTables();
  return madeKeyTables;
}

const plain = compile({});
const compiled = new WeakMap<Vocabulary, Compiled>();

function keyTable<T>(entries: readonly (readonly [key: string, value: T])[]): KeyTable<T> {
  const isPrefix = ([key]: readonly [string, T]): boolean => key.endsWith('*');
  return {
    exact: new Map(entries.filter((entry) => !isPrefix(entry))),
    prefixes: entries.filter(isPrefix).map(([key, value]) => [key.slice(0, -1), value] as const),
  };
}

function inTable<T>({ exact, prefixes }: KeyTable<T>, key: string): T | undefined {
  return exact.get(key) ?? prefixes.find(([prefix]) => key.startsWith(prefix))?.[1];
}

function compile({ words = [], keys = [], allowWords = [], allowKeys = [] }: Vocabulary): Compiled {
  const own: TermGroup = {
    source: 'settings.telint',
    category: 'special',
    severity: 'high',
    strength: 'strong',
    terms: words,
  };
  const match = (word: string): SensitiveMatch => ({ category: 'special', severity: 'high', strength: 'strong', word });
  return {
    terms: words.length > 0 ? indexTerms([own]) : undefined,
    keys: keyTable(keys.map((key) => [key.toLowerCase(), match(key)] as const)),
    allowWords: new Set(allowWords.map(closedSpelling)),
    allowKeys: keyTable(allowKeys.map((key) => [key.toLowerCase(), true] as const)),
    paths: new Map(),
    attributeKeys: new Map(),
  };
}

function compiledFor(extra: Vocabulary | undefined): Compiled {
  if (extra === undefined) return plain;
  const known = compiled.get(extra);
  if (known !== undefined) return known;
  const made = compile(extra);
  compiled.set(extra, made);
  return made;
}

function remember(
  memo: Map<string, SensitiveMatch | undefined>,
  key: string,
  answer: () => SensitiveMatch | undefined,
): SensitiveMatch | undefined {
  if (memo.has(key)) return memo.get(key);
  if (memo.size >= memoLimit) memo.clear();
  const match = answer();
  memo.set(key, match);
  return match;
}

/**
 * Classifies a value by its name: an access path from the outermost object to the variable or property
 * (`['session', 'user', 'email']`). The last name decides, the ones before give it context; a name that holds a flag,
 * a count, an action or a protected form is not sensitive.
 */
export function classifyPath(path: readonly string[], extra?: Vocabulary): SensitiveMatch | undefined {
  const vocabulary = compiledFor(extra);
  return remember(vocabulary.paths, path.join('\0'), () => namesOf(path, vocabulary));
}

function namesOf(path: readonly string[], { terms, allowWords }: Compiled): SensitiveMatch | undefined {
  const match = classifyNames(path, terms);
  if (match === undefined || allowWords.size === 0) return match;
  return allowWords.has(closedSpelling(match.word)) || allowWords.has(closedSpelling(path.at(-1) ?? ''))
    ? undefined
    : match;
}

/**
 * Classifies an attribute, label or field key: published keys (OpenTelemetry, Sentry) and their templates, then rules
 * for request data, queries and model content, then the words of its segments. The dynamic part of a template key may
 * be written as `*`, `<key>` or left out.
 */
export function classifyAttributeKey(key: string, extra?: Vocabulary): SensitiveMatch | undefined {
  const vocabulary = compiledFor(extra);
  return remember(vocabulary.attributeKeys, key, () => keyOf(key, vocabulary));
}

function keyOf(key: string, vocabulary: Compiled): SensitiveMatch | undefined {
  const lower = key.toLowerCase();
  if (inTable(vocabulary.allowKeys, lower)) return undefined;
  const own = inTable(vocabulary.keys, lower);
  if (own !== undefined) return own;
  const published = inTable(keyTables().published, lower);
  if (published !== undefined) return withinTemplate(published, lower);
  const segments = key.split(/[.:/]/).filter((segment) => segment !== '');
  const match = byRule(key, segments) ?? namesOf(segments, vocabulary);
  return match !== undefined && vocabulary.allowWords.has(closedSpelling(match.word)) ? undefined : match;
}

/** The answer for a key under a template: harmless headers and counts drop out, headers with secrets rise. */
function withinTemplate(match: SensitiveMatch, key: string): SensitiveMatch | undefined {
  if (!match.word.endsWith('*')) return match;
  const rest = key.slice(match.word.length - 1);
  if (match.category === 'headers') {
    const header = rest.replaceAll('_', '-');
    if (safeHeaders.has(header)) return undefined;
    return secretHeaders.has(header)
      ? { category: 'credential', severity: 'critical', strength: 'strong', word: header }
      : match;
  }
  return harmlessTails.has(splitWords(rest).at(-1) ?? '') ? undefined : match;
}

function byRule(key: string, segments: readonly string[]): SensitiveMatch | undefined {
  const words = splitWords(key);
  const [first, second] = splitWords(segments.at(-1) ?? '');
  if (first === undefined || (second !== undefined && booleanPrefixes.has(first))) return undefined;
  if (words.some((word) => harmlessWords.has(word))) return undefined;
  for (const { rule, tails, after, within, without } of keyTables().rules) {
    if (without !== undefined && words.some((word) => without.has(word))) continue;
    for (let count = 1; count <= Math.min(longestTail, words.length); count++) {
      const at = words.length - count;
      const tail = words.slice(at).join('');
      if (!tails.has(tail)) continue;
      if (after !== undefined && !after.has(words[at - 1] ?? '')) continue;
      if (within !== undefined && !words.slice(0, at).some((word) => within.has(word))) continue;
      return ruleMatch(rule, tail);
    }
  }
  return undefined;
}

function ruleMatch({ category, severity }: KeyRule, word: string): SensitiveMatch {
  return { category, severity, strength: 'weak', word };
}

const protectedNames = new Map<string, boolean>();
/** Last words of names of a value that cannot be had back from it. */
const projectionWords = new Set(['hash', 'digest', 'prefix', 'suffix', 'fingerprint', 'checksum']);

/** True for the name of a variable or field whose value is said to be protected: `hashedPassword`, `maskedEmail`, `encryptedToken`. */
export function saysProtected(name: string): boolean {
  let known = protectedNames.get(name);
  if (known === undefined) {
    const words = splitWords(name);
    known =
      words.some((word) => protectedForms.has(word)) ||
      projectionWords.has(words.at(-1) ?? '') ||
      /(?:last|first)_?[2-8]$/i.test(name);
    if (protectedNames.size >= memoLimit) protectedNames.clear();
    protectedNames.set(name, known);
  }
  return known;
}

/** True for the name of a function that protects a value: `hashEmail`, `maskCard`, `toRedacted`, `anonymise`. */
export function isProtectiveName(name: string): boolean {
  const words = splitWords(name);
  const [first, second] = words;
  if (first === undefined) return false;
  if (protectiveVerbs.has(first)) return second === undefined || !protectiveExceptions.has(second);
  if (words.some((word) => protectedForms.has(word))) return true;
  const last = words.at(-1);
  return last === 'hash' || last === 'digest' || last === 'hmac';
}
