/**
 * Measures the sensitivity classifier against published cases: `node scripts/corpus-names.ts --corpus DIR --mirrors DIR [--list]`.
 *
 * Names: a row counts as flagged when `classifyPath` answers; an id of a person (category `identifier`, severity `low`)
 * is reported by the strict preset alone, so it counts as found on a bad row and is no false alarm on an ok row.
 * Live keys: every attribute key of the installed semantic-conventions package that is not marked deprecated, stable
 * and incubating; keys that the published lists (sensitive-terms.tsv, groups attr-key and attr-key(sentry auto))
 * declare sensitive are taken out of the count, every other answer is a false alarm, whatever its category.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  classifyAttributeKey,
  classifyLiteral,
  classifyPath,
  classifySecretAssignment,
  type SensitiveMatch,
} from '../eslint-plugin/src/analysis/sensitivity.ts';

/** One row of published-cases.tsv. */
interface Case {
  readonly repo: string;
  readonly commit: string;
  readonly path: string;
  readonly line: number;
  readonly category: string;
  readonly expected: 'bad' | 'ok';
  readonly note: string;
}

/** A judged subject: what was classified and what came out. */
interface Judged {
  readonly subject: string;
  readonly expected: 'bad' | 'ok';
  readonly match: SensitiveMatch | undefined;
  readonly where: string;
}

const { values } = parseArgs({
  options: { corpus: { type: 'string' }, mirrors: { type: 'string' }, list: { type: 'boolean', default: false } },
});
const { corpus, mirrors, list } = values;
if (corpus === undefined || mirrors === undefined) {
  console.error('usage: node scripts/corpus-names.ts --corpus DIR --mirrors DIR [--list]');
  process.exit(2);
}

const cases = readRows(join(corpus, 'published-cases.tsv')).flatMap(
  ([repo, commit, path, line, category, expected, note]) =>
    repo !== undefined &&
    commit !== undefined &&
    path !== undefined &&
    category !== undefined &&
    (expected === 'bad' || expected === 'ok')
      ? [{ repo, commit, path, line: Number(line), category, expected, note: note ?? '' } satisfies Case]
      : [],
);
const terms = readRows(join(corpus, 'sensitive-terms.tsv'));
const sources = new Map<string, readonly string[] | undefined>();

function readRows(file: string): string[][] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(1)
    .filter((row) => row !== '')
    .map((row) => row.split('\t'));
}

/** Lines of a file of a mirrored repository at the commit of the row; undefined where the mirror lacks it. */
function linesOf({ repo, commit, path }: Case): readonly string[] | undefined {
  const key = `${repo}@${commit}:${path}`;
  if (!sources.has(key)) {
    const gitDir = join(mirrors ?? '', repo.replace('/', '+'), 'repo');
    sources.set(key, existsSync(gitDir) ? showFile(gitDir, `${commit}:${path}`) : undefined);
  }
  return sources.get(key);
}

function showFile(gitDir: string, object: string): readonly string[] | undefined {
  try {
    const text = execFileSync('git', [`--git-dir=${gitDir}`, 'show', object], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 28,
    });
    return text.split('\n');
  } catch {
    return undefined;
  }
}

/** Conversions of other languages that hand a value on; they are no part of the name. */
const CONVERSIONS = /\.(?:as_str|to_string|to_lowercase|trim|iter|unwrap|get_data|clone)\(\)$/;

/** Access path of an expression of JavaScript, Rust, Swift, Go or Python; a literal argument that is a name counts as the name. */
function accessPath(expression: string): string[] {
  let text = expression
    .trim()
    .replace(/;$/, '')
    .replace(/^[&*]+/, '');
  while (CONVERSIONS.test(text)) text = text.replace(CONVERSIONS, '');
  const literal = /^[\w.]+\("([\w.-]+)"\)$/.exec(text)?.[1];
  if (literal !== undefined) return [literal];
  const callee = /^([\w$.:]+)\(/.exec(text)?.[1];
  return (callee ?? text)
    .replaceAll(/\[[^\]]*\]/g, '')
    .split(/\.|::/)
    .filter((part) => part !== '' && part !== 'self');
}

/** The part of a code line that is judged: the argument of `sink(…)` or `print(…)`, or the whole expression statement. */
function judgedExpression(line: string): string {
  const code = line
    .replace(/\/\/ .*$/, '')
    .replace(/# \$.*$/, '')
    .trim();
  return /^(?:sink|print|debugPrint|NSLog)\((.*)\);?$/.exec(code)?.[1] ?? code;
}

function namePath(row: Case): string[] | undefined {
  if (row.category.includes('object-context')) return row.note.split(' ', 1).join('').split('.');
  if (/\.(?:rs|js|go|py|swift|java|kt)$/.test(row.path) && row.repo === 'microsoft/codeql') {
    const line = linesOf(row)?.[row.line - 1];
    return line === undefined ? undefined : accessPath(judgedExpression(line));
  }
  return accessPath(row.note.replace(/ \(.*\)$/, '').replace(/ -> .*$/, ''));
}

const isStrictOnly = (match: SensitiveMatch | undefined): boolean =>
  match?.category === 'identifier' && match.severity === 'low';

function judgeNames(category: string): Judged[] {
  return cases
    .filter((row) => row.category === category)
    .flatMap((row) => {
      const path = namePath(row);
      if (path === undefined) return [];
      const match = classifyPath(path);
      const counted = row.expected === 'ok' && isStrictOnly(match) ? undefined : match;
      return [
        {
          subject: path.join('.'),
          expected: row.expected,
          match: counted,
          where: `${row.path}:${row.line} ${row.note}`,
        },
      ];
    });
}

function judgeKeys(keys: readonly (readonly [key: string, expected: 'bad' | 'ok', where: string])[]): Judged[] {
  return keys.map(([key, expected, where]) => ({ subject: key, expected, match: classifyAttributeKey(key), where }));
}

/** Name and literal pairs in a few lines of a test file: assignments, properties, defaults, and bare URLs. */
function literalsIn(text: string): (readonly [name: string, literal: string])[] {
  const pairs: (readonly [string, string])[] = [];
  const quoted = /(['"`])((?:\\.|(?!\1)[^\\])*)\1/g;
  let name = '';
  let from = 0;
  for (const hit of text.matchAll(quoted)) {
    const before = text.slice(from, hit.index);
    const assigned = /([\w$-]+)\s*(?::\s*string\s*)?(?:=|:)[^=:]*$/.exec(before)?.[1];
    if (assigned !== undefined) name = assigned;
    pairs.push([name, hit[2] ?? '']);
    const isKey = /^\]?\s*[=:]/.test(text.slice(hit.index + hit[0].length)) && !/\?\s*$/.test(before);
    if (isKey) name = hit[2] ?? '';
    from = hit.index + hit[0].length;
  }
  return pairs;
}

function judgeLiterals(): Judged[] {
  return cases
    .filter(({ category }) => category === 'secret-literal-value')
    .flatMap((row) => {
      const lines = linesOf(row);
      if (lines === undefined) return [];
      const isCode = /^\s*code: [`']/.test(lines[row.line - 1] ?? '');
      const rest = lines.slice(row.line - 1, row.line + 9).join('\n');
      const text = isCode
        ? (/code: ([`'])([\s\S]*?)\1,?\s*\n/.exec(rest)?.[2] ?? '')
        : (lines[row.line - 1] ?? '').replace(/\/\/ Noncompliant.*$/, '');
      const match = literalsIn(text.replaceAll('\\$', '$'))
        .map(([name, literal]) => classifySecretAssignment(name, literal) ?? classifyLiteral(literal))
        .find((found) => found !== undefined);
      return [{ subject: text.trim().slice(0, 80), expected: row.expected, match, where: `${row.path}:${row.line}` }];
    });
}

/** Attribute keys of the installed semantic-conventions package that are not deprecated. */
function semconvKeys(): string[] {
  const root = join(fileURLToPath(import.meta.resolve('@opentelemetry/semantic-conventions')), '..');
  const keys = new Set<string>();
  for (const file of ['stable_attributes', 'experimental_attributes']) {
    const declarations = readFileSync(join(root, `${file}.d.mts`), 'utf8');
    const code = readFileSync(join(root, `${file}.mjs`), 'utf8');
    for (const [, comment, name] of declarations.matchAll(
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*declare const (ATTR_\w+)/g,
    )) {
      if (name === undefined || comment?.includes('@deprecated')) continue;
      const template = new RegExp(`const ${name} = \\(key\\) => \`([^$\`]+)`).exec(code)?.[1];
      const plain = new RegExp(`const ${name} = "([^"]+)"`).exec(code)?.[1];
      const key = plain ?? (template === undefined ? undefined : `${template}<key>`);
      if (key !== undefined) keys.add(key);
    }
  }
  return [...keys];
}

function percent(part: number, whole: number): string {
  return whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(2)} %`;
}

function report(title: string, rows: readonly Judged[]): void {
  const bad = rows.filter(({ expected }) => expected === 'bad');
  const ok = rows.filter(({ expected }) => expected === 'ok');
  const hits = bad.filter(({ match }) => match !== undefined);
  const alarms = ok.filter(({ match }) => match !== undefined);
  const recall = bad.length === 0 ? 'none' : (hits.length / bad.length).toFixed(4);
  console.log(
    `${title}: recall ${recall} (${hits.length} of ${bad.length}), false ${percent(alarms.length, ok.length)} (${alarms.length} of ${ok.length})`,
  );
  if (!list) return;
  for (const { subject, where } of bad.filter(({ match }) => match === undefined))
    console.log(`  missed  ${subject}   [${where}]`);
  for (const { subject, match, where } of alarms)
    console.log(
      `  false   ${subject}   ${match?.category}/${match?.severity}/${match?.strength} by ${match?.word}   [${where}]`,
    );
}

const names = judgeNames('name-classifier');
const weak = judgeNames('name-classifier-weak(object-context)');
report('name-classifier', names);
report('name-classifier-weak(object-context)', weak);
report('names together', [...names, ...weak]);
report(
  'names together, without the strict preset',
  [...names, ...weak].map((row) => (isStrictOnly(row.match) ? { ...row, match: undefined } : row)),
);
report(
  'names that CodeQL reports by mistake',
  [...names, ...weak].filter(({ expected, where }) => expected === 'ok' && where.includes('SPURIOUS')),
);

const sentryRows = cases.filter(({ category }) => category === 'attr-key-sensitive');
const sentryKeys = judgeKeys(
  sentryRows.map(
    ({ note, expected, path }) => [note.split(' ', 1).join(''), expected, `${note.split(' ')[1]} ${path}`] as const,
  ),
);
report('Sentry keys, rows', sentryKeys);
report(
  'Sentry keys, rows, without model content',
  sentryKeys.filter(({ expected, match }) => expected === 'bad' || match?.category !== 'content'),
);
const termKeys = (group: string, expected: 'bad' | 'ok'): Judged[] =>
  judgeKeys(
    terms.flatMap((row) => (row[0] === group && row[1] !== undefined ? [[row[1], expected, group] as const] : [])),
  );
report('Sentry keys, full lists of auto and never', [
  ...termKeys('attr-key(sentry auto)', 'bad'),
  ...termKeys('attr-key(sentry never)', 'ok'),
]);
report('OpenTelemetry keys declared sensitive', termKeys('attr-key', 'bad'));

const declared = new Set(
  terms
    .filter(([group]) => group === 'attr-key' || group === 'attr-key(sentry auto)')
    .flatMap(([, key = '']) => [key, key.replace(/\.<key>$/, '')]),
);
const live = semconvKeys().filter((key) => !declared.has(key));
report('live OpenTelemetry keys', judgeKeys(live.map((key) => [key, 'ok', 'npm'] as const)));
report(
  'live OpenTelemetry keys, rows',
  judgeKeys(
    cases
      .filter(
        ({ category, expected, note }) =>
          category === 'semconv-deprecated-attr' && expected === 'ok' && !declared.has(note.split(' ', 1).join('')),
      )
      .map(({ note, path }) => [note.split(' ', 1).join(''), 'ok', path] as const),
  ),
);
const traps = terms.filter(([group, term]) => group === 'trap' && term !== undefined && /^[\w.]+$/.test(term));
report(
  'trap names',
  traps.map(([, term = '']) => {
    const match = term.includes('.') ? classifyAttributeKey(term) : classifyPath([term]);
    return { subject: term, expected: 'ok' as const, match: isStrictOnly(match) ? undefined : match, where: 'trap' };
  }),
);
report('secret literals', judgeLiterals());
