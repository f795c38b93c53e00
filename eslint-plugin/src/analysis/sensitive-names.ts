import {
  ACTION_PREFIXES,
  BOOLEAN_PREFIXES,
  CONFIG_OBJECTS,
  HARMLESS_WORDS,
  HOLDER_WORDS,
  MACHINE_WORDS,
  NEUTRAL_PREFIXES,
  NEUTRAL_SUFFIXES,
  NON_VALUE_OBJECTS,
  PASSWORD_ACTIONS,
  PERSON_OBJECTS,
  PERSON_RECORD_WORDS,
  PERSON_WORDS,
  PLAIN_THINGS,
  PREPOSITIONS,
  QUANTITY_PREFIXES,
  TRANSPARENT_MEMBERS,
} from '../knowledge/sensitive-grammar.ts';
import type { SensitiveMatch, TermContext, TermGroup } from '../knowledge/sensitive-types.ts';
import { TERM_CONTEXTS, TERM_GROUPS } from '../knowledge/sensitive-words.ts';
import { singular, splitWords } from './words.ts';

/** Terms by their closed spelling; one spelling may have several groups with different contexts. */
export type TermIndex = ReadonlyMap<string, readonly Term[]>;

/** A term of the tables or of the user, with the group that it belongs to. */
export interface Term {
  readonly group: TermGroup;
  /** The term as written in the table, words apart. */
  readonly open: string;
}

/** A term that was found in a name. */
interface Found extends Term {
  /** Index of the first word of the term. */
  readonly start: number;
  /** Index of the word after the term. */
  readonly end: number;
}

/** The name that decides, and the objects around it from the inside out. */
interface Subject {
  readonly words: readonly string[];
  /** First word as written; differs from `words[0]` where `x of y` was turned round. */
  readonly first: string;
  readonly objects: readonly (readonly string[])[];
}

const longestTerm = 5;

const actionPrefixes = new Set(ACTION_PREFIXES);
const booleanPrefixes = new Set(BOOLEAN_PREFIXES);
const configObjects = new Set(CONFIG_OBJECTS);
const harmlessWords = new Set(HARMLESS_WORDS);
const holderWords = new Set(HOLDER_WORDS);
const machineWords = new Set(MACHINE_WORDS);
const neutralPrefixes = new Set(NEUTRAL_PREFIXES);
const neutralSuffixes = new Set(NEUTRAL_SUFFIXES);
const nonValueObjects = new Set(NON_VALUE_OBJECTS);
const passwordActions = new Set(PASSWORD_ACTIONS);
const personObjects = new Set(PERSON_OBJECTS);
const personRecordWords = new Set(PERSON_RECORD_WORDS);
const personWords = new Set(PERSON_WORDS);
const plainThings = new Set(PLAIN_THINGS);
const prepositions = new Set(PREPOSITIONS);
const quantityPrefixes = new Set(QUANTITY_PREFIXES);
const transparentMembers = new Set(TRANSPARENT_MEMBERS);
const contextWords = new Map(Object.entries(TERM_CONTEXTS).map(([context, words]) => [context, new Set(words)]));
const exceptWords = new Map(
  TERM_GROUPS.filter(({ except }) => except !== undefined).map((group) => [group, new Set(group.except)]),
);
let builtIn: TermIndex | undefined;

/** Made at the first question: loading the plugin must not pay for it. */
function builtInTerms(): TermIndex {
  builtIn ??= indexTerms(TERM_GROUPS);
  return builtIn;
}

/** Spelling of a term or name without any boundary: `Api-Key` → `apikey`. */
export function closedSpelling(words: string): string {
  return splitWords(words).join('');
}

/** Builds the look-up of terms; groups that come first win. */
export function indexTerms(groups: readonly TermGroup[]): TermIndex {
  const index = new Map<string, Term[]>();
  for (const group of groups) {
    for (const open of group.terms) {
      const key = withoutOf(splitWords(open)).join('');
      const entry = index.get(key);
      if (entry === undefined) index.set(key, [{ group, open }]);
      else entry.push({ group, open });
    }
  }
  return index;
}

/** True for a word that names a person as an object: `user`, `customers`, `patient`. */
export function isPersonWord(word: string): boolean {
  const lower = word.toLowerCase();
  return personWords.has(lower) || personWords.has(singular(lower));
}

function isNumber(word: string): boolean {
  return word !== '' && word.charCodeAt(0) < 58 && Number.isFinite(Number(word));
}

function isPersonName(words: readonly string[]): boolean {
  let end = words.length;
  while (end > 1 && (personRecordWords.has(words[end - 1] ?? '') || isNumber(words[end - 1] ?? ''))) end--;
  const head = words[end - 1] ?? '';
  return (isPersonWord(head) || personObjects.has(singular(head))) && !words.some((word) => machineWords.has(word));
}

/** `dateOfBirth` names a birth date: the part after `of` qualifies the part before it. */
function withoutOf(words: readonly string[]): readonly string[] {
  const at = words.indexOf('of');
  return at <= 0 || at === words.length - 1 ? words : [...words.slice(at + 1), ...words.slice(0, at)];
}

function isHolder(words: readonly string[]): boolean {
  return words.every((word) => holderWords.has(word));
}

function subjectOf(path: readonly string[]): Subject | undefined {
  const segments = path.filter((segment) => segment !== '' && !isNumber(segment));
  while (segments.length > 1 && transparentMembers.has(segments.at(-1) ?? '')) segments.pop();
  const wordLists = segments.map((segment) => splitWords(segment));
  // `user.email.value`: the holder says nothing, the name before it does.
  while (wordLists.length > 1 && isHolder(wordLists.at(-1) ?? [])) wordLists.pop();
  const words = wordLists.pop();
  const first = words?.[0];
  if (words === undefined || first === undefined) return undefined;
  return { words: withoutOf(words), first, objects: wordLists.reverse() };
}

/** Innermost object that says something: not a bare holder such as `data`. */
function ownerOf({ objects }: Subject): readonly string[] | undefined {
  return objects.find((words) => !isHolder(words));
}

function isPersonContext(subject: Subject, modifiers: readonly string[]): boolean {
  const nearest = modifiers.at(-1);
  if (nearest !== undefined && isPersonWord(nearest)) return !modifiers.some((word) => machineWords.has(word));
  if (!modifiers.every((word) => neutralPrefixes.has(word) || isNumber(word))) return false;
  const [owner, outer] = subject.objects.filter((words) => !isHolder(words));
  return owner !== undefined && isPersonName(owner) && !machineWords.has(outer?.at(-1) ?? '');
}

function isContext(context: TermContext, subject: Subject, start: number): boolean {
  const modifiers = subject.words.slice(0, start);
  if (context === 'person') return isPersonContext(subject, modifiers);
  if (context === 'address' && isPersonContext(subject, modifiers)) return true;
  const list = contextWords.get(context);
  const has = (word: string): boolean => list?.has(word) === true || list?.has(singular(word)) === true;
  if (modifiers.length > 0) return context === 'request' ? has(modifiers.at(-1) ?? '') : modifiers.some(has);
  return ownerOf(subject)?.some(has) ?? false;
}

/** The terms that the words from `start` to `end` spell, also with the last word in the plural. */
function termsAt(words: readonly string[], start: number, end: number, index: TermIndex): readonly Term[] {
  const head = words.slice(start, end - 1).join('');
  const last = words[end - 1] ?? '';
  const exact = index.get(head + last);
  if (exact !== undefined) return exact;
  const singularLast = singular(last);
  if (singularLast === last) return [];
  return (index.get(head + singularLast) ?? []).filter(({ group }) => group.plural !== false);
}

function counts(term: Term, subject: Subject, start: number, end: number): boolean {
  // A term of up to three letters counts in one piece only: `s` + `sn` is no ssn.
  if (end - start > 1 && term.open.length <= 3) return false;
  const except = exceptWords.get(term.group);
  if (except !== undefined) {
    const around = start > 0 ? subject.words.slice(0, start) : (ownerOf(subject) ?? []);
    if (around.some((word) => except.has(word))) return false;
  }
  return term.group.needs === undefined || isContext(term.group.needs, subject, start);
}

/** The longest term at the end of the name, where the thing stands that the name names, past suffixes such as `Str`. */
function findHead(subject: Subject, index: TermIndex): Found | undefined {
  const { words } = subject;
  for (let end = words.length; end > 0; end--) {
    for (let start = Math.max(0, end - longestTerm); start < end; start++) {
      const term = termsAt(words, start, end, index).find((candidate) => counts(candidate, subject, start, end));
      if (term !== undefined) return { ...term, start, end };
    }
    const last = words[end - 1] ?? '';
    if (!neutralSuffixes.has(last) && !isNumber(last)) return undefined;
  }
  return undefined;
}

/** Adjectives such as `medical` make the thing after them sensitive, but not its id, its type or its state. */
function findLeading(subject: Subject): Found | undefined {
  const { words } = subject;
  const last = words.at(-1) ?? '';
  if (!plainThings.has(last) && !plainThings.has(singular(last))) return undefined;
  for (let start = 0; start < words.length - 1; start++) {
    for (let end = start + 1; end < words.length; end++) {
      const term = termsAt(words, start, end, builtInTerms()).find(
        (candidate) => candidate.group.leads === true && counts(candidate, subject, start, end),
      );
      if (term !== undefined) return { ...term, start, end };
    }
  }
  return undefined;
}

/** True when the name around the term says that the value is a flag, a quantity, an action, or protected. */
function isHarmlessName({ words, first }: Subject, found: Found): boolean {
  const outside = [...words.slice(0, found.start), ...words.slice(found.end)];
  if (outside.some((word) => harmlessWords.has(word))) return true;
  if (found.start === 0 && first === words[0]) return false;
  if (isAfterPreposition(words, found.start)) return true;
  if (booleanPrefixes.has(first) || quantityPrefixes.has(first) || actionPrefixes.has(first)) return true;
  // Resetting a password yields none; a reset token stays a token.
  return passwordActions.has(first) && !found.open.includes('token') && !found.open.includes('code');
}

/** True in `findByEmail` and `signWithSecret`, where another thing is named; `createdByEmail` still names an address. */
function isAfterPreposition(words: readonly string[], start: number): boolean {
  for (let at = 1; at < start; at++) {
    if (prepositions.has(words[at] ?? '') && !(words[at - 1] ?? '').endsWith('ed')) return true;
  }
  return false;
}

/** True for the constants of an enum or a module: `UserField.EMAIL`, `USER_EMAIL`; nobody's data is a constant. */
function isConstantName(path: readonly string[]): boolean {
  const last = path.at(-1) ?? '';
  if (last !== last.toUpperCase() || last === last.toLowerCase()) return false;
  const owner = path.at(-2)?.charAt(0) ?? '';
  return last.includes('_') || owner !== owner.toLowerCase();
}

/** True when the objects around the name say that no person's value is meant: error maps, schemas, configuration. */
function isForeignOwner(subject: Subject, found: Found): boolean {
  const owner = ownerOf(subject);
  if (owner === undefined) return false;
  const head = owner.at(-1) ?? '';
  if (owner.some((word) => harmlessWords.has(word)) || nonValueObjects.has(head)) return true;
  // `process.env.PWD` is the working directory.
  if (found.open === 'pwd' && subject.words.length === 1 && head === 'env') return true;
  if (found.group.category === 'credential' || isPersonName(owner)) return false;
  return subject.objects.some((words) => configObjects.has(words.at(-1) ?? ''));
}

/** Classifies an access path by its last name, in the context of the objects before it; `extra` holds a user's own terms. */
export function classifyNames(path: readonly string[], extra?: TermIndex): SensitiveMatch | undefined {
  const subject = subjectOf(path);
  if (subject === undefined) return undefined;
  const found = (extra && findHead(subject, extra)) ?? findHead(subject, builtInTerms()) ?? findLeading(subject);
  if (found === undefined || isHarmlessName(subject, found) || isForeignOwner(subject, found)) return undefined;
  const { category, severity, strength } = found.group;
  // `token.text`, `token.value`: what a scanner calls a token has a text; a secret is one.
  if (found.open === 'token' && isHolder(splitWords(path.at(-1) ?? ''))) return undefined;
  if (category !== 'credential' && isConstantName(path)) return undefined;
  return { category, severity, strength, word: found.open };
}
