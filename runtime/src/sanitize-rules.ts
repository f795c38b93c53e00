import {
  SECRET_ADDRESSES,
  TOKEN_FORMATS,
  type TokenAlphabet,
} from '../../eslint-plugin/src/knowledge/sensitive-patterns.ts';
import { SECRET_ROWS } from './sanitize-rules.generated.ts';
import type { Find } from './sanitize-replace.ts';
import { entropyOf, isWordCode } from './sanitize-text.ts';

/** A format of secrets, tried where its keyword stands. */
export interface SecretRule {
  readonly id: string;
  readonly keywords: readonly string[];
  /** Sticky, except for `anywhere`, which is global. The first group is the secret where more is matched. */
  readonly pattern: RegExp;
  readonly kind: 'token' | 'context' | 'anywhere';
  readonly entropy: number;
  readonly before: number;
  readonly atWord: boolean;
}

/**
 * What may stand between the name of a provider and its secret.
 * Source: gitleaks, cmd/generate/config/utils/generate.go (MIT); the escaped quotes are ours.
 */
const BETWEEN = String.raw`[ \t\w.-]{0,20}[\s'"\\]{0,4}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=\\]{0,6}`;
const KINDS = { t: 'token', c: 'context', a: 'anywhere' } as const;

const ALPHABETS: Record<TokenAlphabet, string> = {
  digits: String.raw`\d`,
  alnum: 'A-Za-z0-9',
  word: String.raw`\w-`,
  hex: 'A-Fa-f0-9',
  upper: 'A-Z0-9',
  base64: String.raw`\w+/=-`,
  dotted: String.raw`\w.=-`,
};

function fromGitleaks(): SecretRule[] {
  return SECRET_ROWS.map(([id, letter, keywords, source, entropy, before, atWord]) => {
    const kind = KINDS[letter];
    const pattern = new RegExp(kind === 'context' ? `${BETWEEN}(${source})` : source, kind === 'anywhere' ? 'g' : 'y');
    return { id, kind, keywords: keywords.split(' '), pattern, entropy, before, atWord: atWord === 1 };
  });
}

/** The formats that the linter knows, without its exceptions for made-up literals: at run time nothing is made up. */
function fromLinter(): SecretRule[] {
  return TOKEN_FORMATS.map(({ provider, prefix, alphabet, min, max }) => {
    const chars = ALPHABETS[alphabet];
    const literal = prefix.replaceAll(/[.+*?^$()[\]{}|\\]/g, String.raw`\$&`);
    return {
      id: `${provider} ${prefix}`,
      kind: 'token',
      keywords: [prefix.toLowerCase()],
      pattern: new RegExp(`${literal}[${chars}]{${min},${max}}(?![${chars}])`, 'y'),
      entropy: 0,
      before: 0,
      atWord: true,
    };
  });
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

/** Tries a rule at a keyword that starts at `start` and ends before `end`. */
export function tryRule(rule: SecretRule, keyword: string, text: string, start: number, end: number): Find | undefined {
  const { pattern, kind } = rule;
  if (kind === 'anywhere') {
    pattern.lastIndex = Math.max(0, start - 200);
  } else {
    const from = kind === 'context' ? end : start - rule.before;
    if (from < 0 || (rule.atWord && from > 0 && isWordCode(text.charCodeAt(from - 1)))) return undefined;
    pattern.lastIndex = from;
  }
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const secret = match[1] ?? match[0];
  if (rule.entropy > 0 && entropyOf(secret) < rule.entropy) return undefined;
  const matchEnd = match.index + match[0].length;
  const from = matchEnd - secret.length;
  // A longer run than the format says is still the secret, or the secret and something glued to it.
  const prefix = kind === 'token' && rule.before === 0 ? publicPrefix(secret, keyword) : 0;
  return { start: from, end: wordEnd(text, matchEnd), category: 'credential', prefix };
}
