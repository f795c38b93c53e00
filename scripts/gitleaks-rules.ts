/**
 * Writes the table of secret formats of the sanitizer from a clone of gitleaks:
 * `node scripts/gitleaks-rules.ts <git directory of gitleaks/gitleaks>`. Not part of `npm run generate`, because the
 * source lies in another repository; the table names the commit it was made from.
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { goRegexToBoundedJs } from './lib/go-regex.ts';
import { inRoot } from './lib/paths.ts';

const TABLE = 'runtime/src/sanitize-rules.generated.ts';

const [gitDirectory] = process.argv.slice(2);
if (gitDirectory === undefined) throw new Error('Give the git directory of a clone of gitleaks/gitleaks.');
const git = (...args: string[]): string =>
  execFileSync('git', [`--git-dir=${gitDirectory}`, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 });

/** A rule of gitleaks.toml, as far as it is used. */
interface SourceRule {
  id: string;
  regex: string;
  keywords: string[];
  entropy: number;
}

/** A row of the table. */
interface Row {
  readonly id: string;
  readonly kind: 'token' | 'context';
  readonly keywords: readonly string[];
  readonly source: string;
  readonly entropy: number;
  /** Characters of the match before the keyword. */
  readonly before: number;
  /** Nothing of a word may stand before the match. */
  readonly atWord: boolean;
}

/** Rules that are left out, and why. */
const LEFT_OUT: Record<string, string> = {
  'pkcs12-file': 'a file name',
  'curl-auth-header': 'authorization values are found wherever they stand',
  'curl-auth-user': 'a command line',
  'kubernetes-secret-yaml': 'a file of its own format',
  'nuget-config-password': 'a file of its own format',
  'hashicorp-tf-password': 'the assignment of a password is found wherever it stands',
  'freemius-secret-key': 'the assignment of a secret key is found wherever it stands',
  'generic-api-key': 'assignments are judged by the vocabulary of the linter',
  'private-key': 'found by an own scanner, linear also without an end',
  jwt: 'found by an own scanner, linear also without an end',
  'sidekiq-sensitive-url': 'credentials are found in every URL',
};

/** Keywords that stand at a known place of the match, where those of gitleaks only stand in the same file. */
const KEYWORDS: Record<string, string[]> = {
  'airtable-personnal-access-token': ['pat'],
  'cloudflare-origin-ca-key': ['v1.0-'],
  'intra42-client-secret': ['s-s4t2ud-', 's-s4t2af-'],
  'openai-api-key': ['sk-'],
  'microsoft-teams-webhook': ['webhook.office.com'],
  'sentry-org-token': ['sntrys_'],
};
const BEFORE: Record<string, number> = {
  'azure-ad-client-secret': 4,
  'hashicorp-tf-api-token': 15,
  'maxmind-license-key': 36,
};

const OPERATOR = String.raw`(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}(`;
const IDENTIFIER_END = String.raw`(?:[ \t\w.-]{0,20})[\s'"]{0,3}`;
const END = String.raw`(?:[\x60'"\s;]|\\[nr]|$)`;
/** Ends of an expression that ask for the end of the token; a comma or a bracket ends one just as well here. */
// prettier-ignore
const ENDS = [
  END, String.raw`(?:[\x60'"\s;]|\\[nr]|$|\b)`, String.raw`(?:[^\w-]|\z)`, String.raw`(?:[^a-zA-Z0-9+/]|\z)`,
  String.raw`(?:$|[\\'"\x60\s<),])`, String.raw`\b`,
];
// prettier-ignore
const STARTS = [
  String.raw`(?i)\b`, String.raw`\b`, String.raw`(?:^|[\\'"\x60\s>=:(,)])`, String.raw`(?:https?://)?`,
  String.raw`https://[a-z0-9]+\.`,
];

function parseRules(toml: string): SourceRule[] {
  return toml
    .split('[[rules]]\n')
    .slice(1)
    .map((block) => {
      const own = block.split('[[rules.allowlists]]')[0] ?? '';
      const keywords = /^keywords = \[([^\]]*)\]/m.exec(own)?.[1] ?? '';
      return {
        id: /^id = "(.*)"$/m.exec(own)?.[1] ?? '',
        regex: /^regex = '''([^]*?)'''$/m.exec(own)?.[1] ?? '',
        keywords: [...keywords.matchAll(/"([^"]+)"/g)].map(([, keyword = '']) => keyword),
        entropy: Number(/^entropy = ([\d.]+)$/m.exec(own)?.[1] ?? 0),
      };
    });
}

/** A dash inside of the secret means that a dash after it is a part of something longer. */
function ending(secret: string): string {
  return /\[[^\]]*-\]/.test(secret) ? String.raw`(?![\w-])` : String.raw`(?!\w)`;
}

function endsOpen(source: string): boolean {
  return /\{\d+,2000\}\)*(?:=\{0,\d\})?\)*$/.test(source);
}

function token({ id, regex, keywords, entropy }: SourceRule): Row {
  let source = regex;
  const start = STARTS.find((candidate) => source.startsWith(candidate)) ?? '';
  source = (start.startsWith('(?i)') ? '(?i)' : '') + source.slice(start.length);
  const end = ENDS.find((candidate) => source.endsWith(candidate));
  if (end !== undefined) source = source.slice(0, -end.length);
  let body = goRegexToBoundedJs(source).replace(/^\\b/, '');
  // Its allow-list says so: `s.` and 24 letters are a call in minified code.
  if (id === 'vault-service-token') body = body.replace(String.raw`s\.(?:[`, String.raw`s\.(?=[a-zA-Z]{0,23}\d)(?:[`);
  return {
    id,
    kind: 'token',
    keywords: KEYWORDS[id] ?? keywords,
    source: end === undefined || endsOpen(body) ? body : body + ending(body),
    entropy,
    before: BEFORE[id] ?? 0,
    atWord: start.includes('b') || start.includes('^'),
  };
}

/** The names of a provider before its secrets, in lower case: `(?:(?-i:[Oo]kta|OKTA)|linked[_-]?in)`. */
function identifiers(rule: SourceRule): string[] {
  const { regex } = rule;
  const start = regex.lastIndexOf('{0,50}?(?:', regex.indexOf(IDENTIFIER_END)) + '{0,50}?(?:'.length;
  const names = regex
    .slice(start, regex.indexOf(IDENTIFIER_END))
    .replaceAll(/\(\?-i:|\(\?:|[()]/g, '')
    .replaceAll(/\[([A-Z])[a-z]\]/g, '$1')
    .toLowerCase()
    .split('|')
    .flatMap((name) => (name.includes('[_-]?') ? ['', '_', '-'].map((join) => name.replace('[_-]?', join)) : [name]))
    .map((name) => name.replace(/,$/, ''));
  return names.every((name) => /^[\w.-]+$/.test(name)) ? [...new Set(names)] : rule.keywords;
}

/** A secret of no format of its own after the name of its provider; only the secret is kept. */
function context(rule: SourceRule): Row[] {
  const at = rule.regex.indexOf(OPERATOR) + OPERATOR.length;
  const end = rule.regex.indexOf(`)${END}`, at);
  const flag = rule.regex.startsWith('(?i)') ? '(?i)' : '';
  const secret = goRegexToBoundedJs(flag + rule.regex.slice(at, end));
  const { id, entropy } = rule;
  const keywords = identifiers(rule);
  const source = endsOpen(secret) ? secret : secret + ending(secret);
  const row: Row = { id, kind: 'context', keywords, source, entropy, before: 0, atWord: false };
  const rest = rule.regex.slice(end + END.length + 1);
  if (!rest.startsWith('|')) return [row];
  const regex = rest.slice(1);
  const prefix = /^\\b\(([\w-]+)/.exec(regex)?.[1] ?? '';
  return [row, token({ id: `${id}-token`, regex, keywords: [prefix.toLowerCase()], entropy })];
}

function rows(rule: SourceRule): Row[] {
  if (rule.id in LEFT_OUT) return [];
  if (rule.regex.includes(IDENTIFIER_END)) return context(rule);
  if (rule.id === 'sourcegraph-access-token') {
    const part = { id: rule.id, entropy: rule.entropy, before: 0 };
    const hex = '[a-fA-F0-9]';
    return [
      {
        ...part,
        kind: 'token',
        keywords: ['sgp_'],
        source: `[sS][gG][pP]_(?:(?:${hex}{16}|local)_)?${hex}{40}(?!\\w)`,
        atWord: true,
      },
      { ...part, kind: 'context', keywords: ['sourcegraph'], source: `${hex}{40}(?!\\w)`, atWord: false },
    ];
  }
  if (rule.id === 'facebook-access-token') {
    // Found by the separator after the number, so that no text has to be searched from its start.
    return [15, 16].map((before) => ({
      ...token({ ...rule, keywords: ['|', '%'] }),
      source: String.raw`\d{${before}}[|%][0-9a-zA-Z\-_]{27,40}(?![\w-])`,
      before,
    }));
  }
  return [token(rule)];
}

const commit = git('rev-parse', 'HEAD').trim();
const all = parseRules(git('show', 'HEAD:config/gitleaks.toml'));
const table = all.flatMap(rows);
const missing = Object.keys({ ...LEFT_OUT, ...KEYWORDS, ...BEFORE }).filter((id) => !all.some((r) => r.id === id));
if (missing.length > 0) throw new Error(`gitleaks has no rule ${missing.join(', ')} any more.`);

const KINDS = { token: 't', context: 'c' };
const text = `// Generated by \`node scripts/gitleaks-rules.ts\`.
/**
 * Formats of secrets. Source: gitleaks/gitleaks ${commit.slice(0, 8)}, config/gitleaks.toml, MIT licence,
 * Copyright (c) 2019 Zachary Rice; ${table.length} rows from ${all.length} rules, rewritten with bounded repetitions.
 */

/**
 * Id, kind (t token, c secret after the name of its provider), keywords in lower case, regular expression, least
 * entropy in bits per character, characters before the keyword, and 1 where nothing of a word may stand before.
 */
export type SecretRow = readonly [
  id: string, kind: 't' | 'c', keywords: string, source: string, entropy: number, before: number, atWord: 0 | 1,
];

// prettier-ignore
export const SECRET_ROWS: readonly SecretRow[] = [
${table
  .map(
    ({ id, kind, keywords, source, entropy, before, atWord }) =>
      `  ['${id}', '${KINDS[kind]}', '${keywords.join(' ')}', String.raw\`${source}\`, ${entropy}, ${before}, ${atWord ? 1 : 0}],`,
  )
  .join('\n')}
];
`;
const path = inRoot(TABLE);
await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
console.log(`✔ wrote ${TABLE}: ${table.length} rows`);
