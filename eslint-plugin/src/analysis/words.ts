import { CLOSED_COMPOUNDS, UNSPLIT_WORDS } from '../knowledge/sensitive-grammar.ts';

const unsplit = new Set(UNSPLIT_WORDS);
const compounds = new Map(Object.entries(CLOSED_COMPOUNDS).map(([closed, open]) => [closed, open.split(' ')]));
const longestUnsplit = 3;

const memo = new Map<string, readonly string[]>();
const memoLimit = 20_000;

/** Kind of a character: upper case, lower case, digit, or separator. */
type CharKind = 'upper' | 'lower' | 'digit' | 'separator';

function kindOf(char: string): CharKind {
  if (char >= 'a' && char <= 'z') return 'lower';
  if (char >= 'A' && char <= 'Z') return 'upper';
  if (char >= '0' && char <= '9') return 'digit';
  if (char.charCodeAt(0) < 128) return 'separator';
  const lower = char.toLowerCase();
  if (lower !== char.toUpperCase()) return lower === char ? 'lower' : 'upper';
  return 'separator';
}

/** True where a new word begins although no separator stands there: `userId`, `password2`, `IPAddress`. */
function startsWord(previous: CharKind, kind: CharKind, text: string, at: number): boolean {
  if (previous === 'separator' || kind === 'separator') return false;
  if (previous !== kind) return !(previous === 'upper' && kind === 'lower');
  if (kind !== 'upper') return false;
  const next = text[at + 1];
  if (next === undefined || kindOf(next) !== 'lower') return false;
  // A lower case s alone after an acronym is its plural (`userIDs`), not the start of a word.
  const afterNext = text[at + 2];
  return !(next === 's' && (afterNext === undefined || kindOf(afterNext) !== 'lower'));
}

function rawWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let previous: CharKind = 'separator';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    const kind = kindOf(char);
    if (word !== '' && (kind === 'separator' || startsWord(previous, kind, text, at))) {
      words.push(word);
      word = '';
    }
    if (kind !== 'separator') word += char.toLowerCase();
    previous = kind;
  }
  if (word !== '') words.push(word);
  return words;
}

/** Length of the run of words at `from` that spells one word when written together (`o` + `auth`), or 1. */
function runLength(words: readonly string[], from: number): number {
  let joined = words[from] ?? '';
  let best = 1;
  for (let count = 2; count <= longestUnsplit; count++) {
    const next = words[from + count - 1];
    if (next === undefined) break;
    joined += next;
    if (unsplit.has(joined)) best = count;
  }
  return best;
}

function split(identifier: string): readonly string[] {
  const raw = rawWords(identifier);
  const words: string[] = [];
  for (let at = 0; at < raw.length;) {
    const count = runLength(raw, at);
    const word = count === 1 ? (raw[at] ?? '') : raw.slice(at, at + count).join('');
    const parts = compounds.get(word);
    if (parts === undefined) words.push(word);
    else words.push(...parts);
    at += count;
  }
  return words;
}

/**
 * Splits an identifier or key into lower case words: camel, Pascal, snake and kebab case, dots, digits and acronyms
 * (`XForwardedFor` → `x forwarded for`), and closed compounds that the tables know (`authkey` → `auth key`).
 */
export function splitWords(identifier: string): readonly string[] {
  const known = memo.get(identifier);
  if (known !== undefined) return known;
  const words = split(identifier);
  if (memo.size >= memoLimit) memo.clear();
  memo.set(identifier, words);
  return words;
}

/** Singular of an English plural as far as the endings tell: `addresses` → `address`, `entries` → `entry`, but `cookies` → `cookie`. */
export function singular(word: string): string {
  if (word.length < 3 || !word.endsWith('s') || word.endsWith('ss') || word.endsWith('us') || word.endsWith('is'))
    return word;
  if (word.endsWith('ies'))
    return word === 'cookies' || word === 'movies' ? word.slice(0, -1) : `${word.slice(0, -3)}y`;
  if (word.endsWith('sses') || word.endsWith('xes')) return word.slice(0, -2);
  return word.slice(0, -1);
}
