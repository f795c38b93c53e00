import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ESLint, type Linter } from 'eslint';
import { scratchFolder } from '../lib/background.ts';
import { ensureBuilt } from '../lib/ensure-built.ts';
import { inRoot } from '../lib/paths.ts';
import { fit as fitText, paint, plural, print, WIDTH, wrap } from './output.ts';

/** A line of the example, by its trimmed text, so that edits elsewhere in the file do not move it. */
interface Place {
  readonly file: string;
  readonly excerpt: string;
}

interface ExpectedFinding extends Place {
  readonly rule: string;
}

interface Expectations {
  readonly expected: readonly ExpectedFinding[];
  readonly silent: readonly (Place & { readonly why: string })[];
}

interface Finding extends ExpectedFinding {
  readonly lines: readonly string[];
  readonly message: Linter.LintMessage;
}

interface FixRun {
  readonly applied: number;
  readonly passes: number;
  readonly remaining: readonly Finding[];
}

const EXAMPLE = inRoot('examples/shop');
const BUILT_PLUGIN = inRoot('eslint-plugin/dist/index.js');
/** One suggestion per file and pass in the worst case (each adds an import), and no file has nearly as many findings. */
const MAX_PASSES = 40;

async function loadPlugin(file: string): Promise<ESLint.Plugin> {
  if (file === BUILT_PLUGIN) ensureBuilt('eslint-plugin');
  const loaded = (await import(pathToFileURL(file).href)) as { default?: ESLint.Plugin };
  if (loaded.default?.rules === undefined) throw new Error(`${file} has no default export with rules.`);
  return loaded.default;
}

/** The example's configuration with this plugin; rules that `expected.json` says nothing about are off. */
async function loadConfig(plugin: ESLint.Plugin, ruleNames: readonly string[]): Promise<Linter.Config[]> {
  const file = pathToFileURL(join(EXAMPLE, 'eslint.config.js')).href;
  const { default: config } = (await import(file)) as { default: Linter.Config[] };
  const others = Object.keys(plugin.rules ?? {}).filter((rule) => !ruleNames.includes(`telint/${rule}`));
  return [
    ...config.map((part) => (part.plugins ? { ...part, plugins: { ...part.plugins, telint: plugin } } : part)),
    { rules: Object.fromEntries(others.map((rule) => [`telint/${rule}`, 'off'] as const)) },
  ];
}

function createLinter(cwd: string, config: Linter.Config[]): ESLint {
  return new ESLint({ cwd, overrideConfigFile: true, overrideConfig: config });
}

async function lint(linter: ESLint, root: string): Promise<Finding[]> {
  const results = await linter.lintFiles(['src']);
  return results.flatMap((result) => {
    const lines = (result.source ?? readFileSync(result.filePath, 'utf8')).split(/\r?\n/);
    return result.messages.map((message) => ({
      file: relative(root, result.filePath).split(sep).join('/'),
      // A message without a rule is a parse error or a broken directive: it counts as an unexpected finding.
      rule: message.ruleId ?? 'syntax',
      excerpt: lines[message.line - 1]?.trim() ?? '',
      lines,
      message,
    }));
  });
}

function byRule<T extends { readonly rule: string }>(items: readonly T[]): [string, T[]][] {
  return [...Map.groupBy(items, (item) => item.rule)].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The line of a finding with one line before and after, and carets under the reported range. */
function codeFrame({ lines, message }: Finding): string[] {
  const { line, column } = message;
  const width = String(line + 1).length;
  const text = lines[line - 1] ?? '';
  const end = message.endLine === undefined || message.endLine === line ? message.endColumn : text.length + 1;
  const carets = '^'.repeat(Math.max(1, (end ?? column + 1) - column));
  const fit = (row: string): string => fitText(row.trimEnd(), WIDTH);
  return [line - 1, line, line + 1].flatMap((number) => {
    const source = lines[number - 1];
    if (source === undefined) return [];
    const gutter = `  ${number === line ? '>' : ' '} ${String(number).padStart(width)} │ `;
    if (number !== line) return [paint('dim', fit(gutter + source))];
    const bar = `${' '.repeat(gutter.length - 2)}│ `;
    return [
      fit(gutter + source),
      bar + paint('red', fit(' '.repeat(bar.length + column - 1) + carets).slice(bar.length)),
    ];
  });
}

/** A message without the trace in it, and the steps of the trace from the reported value to its source. */
function splitTrace(message: string): { readonly text: string; readonly steps: readonly string[] } {
  const found = / \((`.+? ← .+\))\)(?=:)/.exec(message);
  if (!found) return { text: message, steps: [] };
  return {
    text: message.slice(0, found.index) + message.slice(found.index + found[0].length),
    steps: (found[1] ?? '').split(' ← '),
  };
}

function printFinding(finding: Finding): void {
  const { message, file } = finding;
  const { text, steps } = splitTrace(message.message.replace(/\s+/g, ' '));
  print('', paint('cyan', `  ${file}:${message.line}:${message.column}`), ...codeFrame(finding));
  print(...wrap(text, '  '));
  const rows = steps.map((step) => /^`([\s\S]*)`(?: \((.*)\))?$/.exec(step) ?? [step, step]);
  const widest = Math.min(60, Math.max(0, ...rows.map(([, code = '']) => code.length)));
  rows.forEach(([, code = '', where = ''], index) => {
    const row = `    ${index === 0 ? ' ' : '←'} ${code.padEnd(where === '' ? 0 : widest)}`;
    print(`${row}${where === '' ? '' : paint('dim', `  ${where}`)}`);
  });
  for (const [index, { desc }] of (message.suggestions ?? []).entries())
    print(
      ...wrap(desc, index === 0 ? '  → ' : '    ', '    ').map((line) => paint(index === 0 ? 'green' : 'dim', line)),
    );
}

function printFindings(findings: readonly Finding[]): void {
  for (const [rule, group] of byRule(findings)) {
    print('', paint('bold', `${rule}: ${plural(group.length, 'finding')}`));
    for (const finding of group) printFinding(finding);
  }
}

/** Splits off every item of `items` that has an equal in `others`; each of the others answers for one item. */
function withoutMatches<T extends ExpectedFinding>(items: readonly T[], others: readonly ExpectedFinding[]): T[] {
  const open = Map.groupBy(others, keyOf);
  return items.filter((item) => open.get(keyOf(item))?.pop() === undefined);
}

function keyOf({ file, rule, excerpt }: ExpectedFinding): string {
  return JSON.stringify([file, rule, excerpt]);
}

/** Says where the findings differ from the expectations; an empty list when they do not. */
function compare(findings: readonly Finding[], { expected, silent }: Expectations): string[] {
  const trapAt = new Map(silent.map((trap) => [JSON.stringify([trap.file, trap.excerpt]), trap.why]));
  const stale = [...expected, ...silent].filter(({ file, excerpt }) => {
    const path = join(EXAMPLE, file);
    return (
      !existsSync(path) ||
      !readFileSync(path, 'utf8')
        .split(/\r?\n/)
        .some((line) => line.trim() === excerpt)
    );
  });
  return [
    ...stale.map(({ file, excerpt }) => `stale entry: ${file} has no line "${excerpt}"`),
    ...withoutMatches(expected, findings).map(({ file, rule, excerpt }) => `missing: ${rule} ${file}: ${excerpt}`),
    ...withoutMatches(findings, expected).map(({ file, rule, excerpt, message }) => {
      const why = trapAt.get(JSON.stringify([file, excerpt]));
      const kind = why === undefined ? 'extra' : `false alarm (${why})`;
      return `${kind}: ${rule} ${file}:${message.line}: ${excerpt}`;
    }),
  ];
}

/** Applies the first suggestion of each finding of one file, as far as they do not touch each other. */
function applyFirst(path: string, findings: readonly Finding[]): number {
  const text = readFileSync(path, 'utf8');
  const fixes = findings
    .flatMap(({ message }) => message.suggestions?.[0]?.fix ?? [])
    .sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1]);
  let output = '';
  let end = 0;
  let applied = 0;
  for (const { range, text: replacement } of fixes) {
    if (applied > 0 && range[0] <= end) continue;
    output += text.slice(end, range[0]) + replacement;
    end = range[1];
    applied += 1;
  }
  if (applied > 0) writeFileSync(path, output + text.slice(end));
  return applied;
}

async function fixCopy(copy: string, config: Linter.Config[]): Promise<FixRun> {
  let applied = 0;
  for (let passes = 0; ; passes += 1) {
    const remaining = await lint(createLinter(copy, config), copy);
    if (passes === MAX_PASSES) return { applied, passes, remaining };
    let changes = 0;
    for (const [file, findings] of Map.groupBy(remaining, (finding) => finding.file)) {
      changes += applyFirst(join(copy, file), findings);
    }
    if (changes === 0) return { applied, passes, remaining };
    applied += changes;
  }
}

function printDiff(folder: string, before: string, after: string): void {
  const { stdout, error } = spawnSync(
    'git',
    [
      'diff',
      '--no-index',
      '--no-color',
      '--no-ext-diff',
      '--no-prefix',
      '--unified=1',
      '--ignore-all-space',
      before,
      after,
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  if (error) {
    print('  (git is not installed, so there is no diff to show)');
    return;
  }
  for (const line of stdout.split('\n')) {
    if (line.startsWith('+++ ')) print('', paint('cyan', line.slice(5 + after.length)));
    else if (line.startsWith('@@')) print(paint('dim', `  ${line.replace(/^@@ -(\d+).*/, 'line $1')}`));
    else if (line.startsWith('+')) print(paint('green', `  ${line}`));
    else if (line.startsWith('-') && !line.startsWith('--- ')) print(paint('red', `  ${line}`));
    else if (line.startsWith(' ')) print(paint('dim', `  ${line}`));
  }
}

function printSummary(
  findings: readonly Finding[],
  run: FixRun,
  differences: readonly string[],
  seconds: number,
): void {
  print('', paint('bold', 'Summary'));
  for (const [rule, group] of byRule(findings)) print(`  ${String(group.length).padStart(3)}  ${rule}`);
  print(
    `  ${String(findings.length).padStart(3)}  findings in ${plural(new Set(findings.map(({ file }) => file)).size, 'file')}`,
    `  ${String(run.applied).padStart(3)}  suggestions applied in ${plural(run.passes, 'pass', 'passes')}`,
    `  ${String(run.remaining.length).padStart(3)}  findings left in the copy`,
    `  ${String(differences.length).padStart(3)}  differences from expected.json`,
    `       ${seconds.toFixed(1)} s`,
  );
}

/** What to lint with, and where the changed copy is kept. */
export interface FindingsOptions {
  readonly plugin: string | undefined;
  readonly copy: string | undefined;
}

/** Lints the example, fixes a copy and compares with the expectations; true when all of it is as expected. */
export async function showFindings({ plugin: pluginFile, copy: copyFolder }: FindingsOptions): Promise<boolean> {
  const started = performance.now();
  const expectations = JSON.parse(readFileSync(join(EXAMPLE, 'expected.json'), 'utf8')) as Expectations;
  const ruleNames = [...new Set(expectations.expected.map(({ rule }) => rule))];
  const plugin = await loadPlugin(resolve(pluginFile ?? BUILT_PLUGIN));
  const config = await loadConfig(plugin, ruleNames);

  const findings = await lint(createLinter(EXAMPLE, config), EXAMPLE);
  const files = plural(new Set(findings.map(({ file }) => file)).size, 'file');
  print(
    paint('bold', `Telint on ${relative(inRoot('.'), EXAMPLE)}: ${plural(findings.length, 'finding')} in ${files}`),
    paint('dim', 'With its own eslint.config.js. ← leads towards the source of the value, → is applied below.'),
  );
  printFindings(findings);

  const folder = scratchFolder('demo');
  const [before, after] = ['before', 'after'].map((name) => join(folder, name)) as [string, string];
  const filter = (source: string): boolean => basename(source) !== 'node_modules';
  cpSync(EXAMPLE, before, { recursive: true, filter });
  cpSync(EXAMPLE, after, { recursive: true, filter });
  const run = await fixCopy(after, config);
  if (copyFolder !== undefined) cpSync(after, copyFolder, { recursive: true });

  print('', paint('bold', 'A copy after the first suggestion of each finding (changes of indentation are not shown)'));
  printDiff(folder, 'before', 'after');
  if (run.remaining.length > 0) {
    print('', paint('bold', `Left in the copy after ${run.applied} suggestions`));
    printFindings(run.remaining);
  }

  const differences = compare(findings, expectations);
  if (differences.length > 0) {
    print('', paint('bold', 'Different from examples/shop/expected.json'));
    print(...differences.map((difference) => paint('red', `  ${difference}`)));
  }
  printSummary(findings, run, differences, (performance.now() - started) / 1000);

  const passed = differences.length === 0 && run.remaining.length === 0;
  print(
    '',
    passed
      ? paint('green', '✔ Every expected finding, no other, and a clean copy.')
      : paint('red', '✘ Not as expected, see above.'),
  );
  return passed;
}
