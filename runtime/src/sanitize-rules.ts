import {
  SECRET_ADDRESSES,
  TOKEN_FORMATS,
  type TokenAlphabet,
} from '../../eslint-plugin/src/knowledge/sensitive-patterns.ts';
import { SECRET_ROWS } from './sanitize-rules.generated.ts';
import type { Find } from './sanitize-replace.ts';
import { runEnd, type Scan } from './sanitize-structures.ts';
import { entropyOf, isWordCode, isWordStart } from './sanitize-text.ts';

/** A format of secrets, tried where its keyword stands. */
export interface SecretRule {
  readonly id: string;
  readonly keywords: readonly string[];
  /** Sticky. The first group is the secret where more is matched. */
  readonly pattern: RegExp;
  readonly kind: 'token' | 'context';
  readonly entropy: number;
  readonly before: number;
  readonly atWord: boolean;
  /** After the pattern comes a run of characters of a length within bounds. */
  readonly run?: Run;
}

interface Run {
  readonly alphabet: Uint8Array;
  readonly min: number;
  readonly max: number;
}

/**
 * What may stand between the name of a provider and its secret.
 * Source: gitleaks, cmd/generate/config/utils/generate.go (MIT); the escaped quotes are ours.
 */
const BETWEEN = String.raw`[ \t\w.-]{0,20}[\s'"\\]{0,4}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=\\]{0,6}`;
const KINDS = { t: 'token', c: 'context' } as const;

function alphabet(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_all, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0));
}

const ALPHABETS: Readonly<Record<TokenAlphabet, Uint8Array>> = {
  digits: alphabet(/[0-9]/),
  alnum: alphabet(/[A-Za-z0-9]/),
  word: alphabet(/[\w-]/),
  hex: alphabet(/[A-Fa-f0-9]/),
  upper: alphabet(/[A-Z0-9]/),
  base64: alphabet(/[\w+/=-]/),
  dotted: alphabet(/[\w.=-]/),
};

function fromGitleaks(): SecretRule[] {
  return SECRET_ROWS.map(([id, letter, keywords, source, entropy, before, atWord]) => {
    const kind = KINDS[letter];
    const pattern = new RegExp(kind === 'context' ? `${BETWEEN}(${source})` : source, 'y');
    return { id, kind, keywords: keywords.split(' '), pattern, entropy, before, atWord: atWord === 1 };
  });
}

/** The formats that the linter knows, without its exceptions for made-up literals: at run time nothing is made up. */
function fromLinter(): SecretRule[] {
  return TOKEN_FORMATS.map(({ provider, prefix, alphabet: name, min, max }) => ({
    id: `${provider} ${prefix}`,
    kind: 'token',
    keywords: [prefix.toLowerCase()],
    pattern: new RegExp(prefix.replaceAll(/[.+*?^$()[\]{}|\\]/g, String.raw`\$&`), 'y'),
    entropy: 0,
    before: 0,
    atWord: true,
    run: { alphabet: ALPHABETS[name], min, max },
  }));
}

/** Addresses whose path is the secret: the path after the fixed part goes. */
function webhooks(): SecretRule[] {
  return SECRET_ADDRESSES.map((address) => ({
    id: address,
    kind: 'context',
    keywords: [address.toLowerCase()],
    pattern: /([\w/@.%-]{8,400})/y,
    entropy: 0,
    before: 0,
    atWord: false,
  }));
}

/** Every rule that a keyword starts. */
export function secretRules(): SecretRule[] {
  return [...fromGitleaks(), ...fromLinter(), ...webhooks()];
}

/** Letters before the first digit or the last separator of a known prefix: what `mask` may show. */
function publicPrefix(token: string, keyword: string): number {
  if (token.slice(0, keyword.length).toLowerCase() !== keyword) return 0;
  const next = token.charAt(keyword.length);
  const length = keyword.length + (next === '_' || next === '-' ? 1 : 0);
  return length > token.length / 2 ? 0 : length;
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && isWordCode(text.charCodeAt(at))) at++;
  return at;
}

/**
 * True where the prefix comes again before the end of a run that is too long for one token: those are several, glued
 * together. Without this the last one would go in this round, the one before it in the next, and so on.
 */
function occursAgain(text: string, start: number, prefixEnd: number, last: number): boolean {
  const next = text.indexOf(text.slice(start, prefixEnd), prefixEnd);
  return next !== -1 && next < last;
}

/** Tries a rule at a keyword that starts at `start` and ends before `end`. */
export function tryRule(rule: SecretRule, keyword: string, scan: Scan, start: number, end: number): Find | undefined {
  const { pattern, kind, run } = rule;
  const { text } = scan;
  const from = kind === 'context' ? end : start - rule.before;
  if (from < 0 || (rule.atWord && !isWordStart(text, from))) return undefined;
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  let matchEnd = from + match[0].length;
  if (run !== undefined) {
    const last = runEnd(scan, run.alphabet, matchEnd);
    if (last - matchEnd < run.min || (last - matchEnd > run.max && !occursAgain(text, from, matchEnd, last)))
      return undefined;
    matchEnd = last;
  }
  const secretStart = match[1] === undefined ? from : matchEnd - match[1].length;
  const secret = text.slice(secretStart, matchEnd);
  if (rule.entropy > 0 && entropyOf(secret) < rule.entropy) return undefined;
  const prefix = kind === 'token' && rule.before === 0 ? publicPrefix(secret, keyword) : 0;
  // A longer run than the format says is still the secret, or the secret and something glued to it.
  return { start: secretStart, end: wordEnd(text, matchEnd), category: 'credential', prefix };
}
