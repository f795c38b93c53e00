/** Scores the plugin against tables of judged lines in public code: `npm run corpus -- --help`. */
import { existsSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureCheckout, listSourceFiles } from './corpus/checkouts.ts';
import { createLinter, lintFile, loadPlugin, presetConfig, rulesOf } from './corpus/lint.ts';
import { counts } from './corpus/matching.ts';
import { scoreNames } from './corpus/names.ts';
import { isSuite, notCoveredBecause, plansFor, type Plan } from './corpus/plans.ts';
import { accuracyText, repositoryLines, scoreLines, wrongRows } from './corpus/report.ts';
import { drawSample, sampleText } from './corpus/sample.ts';
import { figuresOf, score, unjudgedFindings, type LintedFile, type ScoreRun } from './corpus/score.ts';
import { CODE_TABLES, readJudgedRows, type CodeTable, type JudgedRow } from './corpus/tables.ts';
import { writeFigures } from './lib/write-figures.ts';
import { inRoot } from './lib/paths.ts';

const HELP = `usage: npm run corpus -- --mirrors DIR [options]
  --mirrors DIR   git directories to make missing checkouts from: DIR/owner+name (or …/repo, owner__name, owner/name)
  --corpus DIR    folder with the tables of judged lines (default: ../shared/corpus)
  --work DIR      where checkouts are made and kept (default: .corpus)
  --plugin FILE   module whose default export is the plugin (default: eslint-plugin/src/index.ts)
  --preset NAME   preset to run; rules that a score needs and the preset leaves off are switched on (default: recommended)
  --table RE      only scores whose id matches: metric-labels, span-end, fixes:secret-in-log …
  --repo RE       only repositories that match
  --list          print every wrong row with what was said and why the row has its verdict
  --repos         print figures per repository
  --json FILE     write figures and wrong rows there
  --sample FILE   write findings on lines nobody judged there, with code around them, for a person to judge
  --count N       size of the sample (default 100)
  --seed N        seed of the sample (default 1)
  --all-files     draw the sample from all files of the checkouts, not only from those with judged lines
  --rules RE      only findings of these rules in the sample
  --write         put the figures into docs/accuracy.md (whole runs only)`;

const { values: options } = parseArgs({
  options: {
    mirrors: { type: 'string' },
    corpus: { type: 'string', default: '../shared/corpus' },
    work: { type: 'string', default: '.corpus' },
    plugin: { type: 'string', default: inRoot('eslint-plugin/src/index.ts') },
    preset: { type: 'string', default: 'recommended' },
    table: { type: 'string' },
    repo: { type: 'string' },
    list: { type: 'boolean' },
    repos: { type: 'boolean' },
    json: { type: 'string' },
    sample: { type: 'string' },
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    'all-files': { type: 'boolean' },
    rules: { type: 'string' },
    write: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

const ACCURACY = 'docs/accuracy.md';

/** Suites of other linters also have cases about error trackers and analytics, which are off by default. */
const OPTIONAL_SINKS = { settings: { telint: { trackers: true } } };

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function printNotCovered(rows: readonly JudgedRow[], plans: readonly Plan[]): void {
  const open = rows.map((row) => ({ row, why: notCoveredBecause(row, plans) })).filter(({ why }) => why !== undefined);
  console.log(`\nnot covered: ${open.length} of ${rows.length} rows`);
  for (const [label, own] of Map.groupBy(open, ({ row, why }) => `${row.table} ${row.kind} (${why})`)) {
    if (own.length > 1 || options.list) console.log(`  ${String(own.length).padStart(4)}  ${label}`);
  }
}

function printRun(run: ScoreRun): void {
  for (const item of run.scores) {
    if (options.list) console.log(wrongRows(item).join('\n'));
    if (options.repos) console.log(repositoryLines(item).join('\n'));
  }
  for (const item of run.scores) console.log(scoreLines(item).join('\n'));
  const broken = run.files.filter(({ fatal }) => fatal !== undefined);
  for (const { repo, path, fatal } of broken) console.error(`does not parse: ${repo} ${path}: ${fatal}`);
  console.log(`\n${run.files.length} files in ${run.seconds.toFixed(1)} s; ${broken.length} did not parse`);
}

async function lintEverything(
  files: readonly LintedFile[],
  config: ReturnType<typeof presetConfig>,
): Promise<LintedFile[]> {
  const all: LintedFile[] = [];
  for (const [dir, [first]] of Map.groupBy(files, (file) => file.dir)) {
    if (first === undefined) continue;
    const eslint = createLinter(dir, config);
    for (const file of listSourceFiles(dir)) {
      const { repo, commit } = first;
      all.push({ repo, commit, path: relative(dir, file), dir, ...(await lintFile(eslint, file)) });
    }
  }
  return all;
}

if (options.help) {
  console.log(HELP);
  process.exit();
}
if (!existsSync(join(options.corpus, 'metric-labels.tsv')))
  fail(`No tables of judged lines in ${options.corpus}: give their folder as --corpus DIR.`);
if (options.write && (options.table ?? options.repo) !== undefined)
  fail('--write needs a whole run: leave out --table and --repo.');

const plugin = await loadPlugin(options.plugin);
const known = rulesOf(plugin);
const matchesRepo = (row: JudgedRow): boolean => options.repo === undefined || new RegExp(options.repo).test(row.repo);
const rows = (Object.keys(CODE_TABLES) as CodeTable[])
  .flatMap((table) => readJudgedRows(options.corpus, table))
  .filter(matchesRepo);
const allPlans = plansFor(rows).filter((plan) => rows.some((row) => counts(plan, row)));
const wanted = allPlans.filter(({ id }) => options.table === undefined || new RegExp(options.table).test(id));
const plans = wanted.filter((plan) => plan.rules.some((rule) => known.has(rule)));
const withoutRule = wanted
  .filter((plan) => !plans.includes(plan))
  .map((plan) => `${plan.title} (${plan.rules.join(', ')})`);
const config = presetConfig(plugin, options.preset, [...new Set(plans.flatMap((plan) => plan.rules))]);

const absent = new Set<string>();
const run = await score({
  rows,
  plans,
  openCheckout: (repo, commit) => {
    const dir = ensureCheckout(options.work, options.mirrors, repo, commit);
    if (dir === undefined) absent.add(`${repo}@${commit.slice(0, 12)}`);
    return dir;
  },
  createLinter: (dir, repo) => createLinter(dir, isSuite(repo) ? [...config, OPTIONAL_SINKS] : config),
});
for (const name of absent)
  console.error(
    `no checkout of ${name} in ${options.work}: its rows are left out (--mirrors DIR makes missing checkouts)`,
  );
printRun(run);
for (const text of withoutRule) console.log(`no rule yet: ${text}`);
if (options.table === undefined) printNotCovered(rows, allPlans);

const names =
  options.table === undefined && options.repo === undefined ? scoreNames(options.corpus, options.mirrors) : undefined;
if (names !== undefined) console.log(`\nnames and values:\n${names}`);

const unjudged = unjudgedFindings(run.files, rows, allPlans);
console.log(`\n${unjudged.length} findings on lines nobody judged`);
if (options.sample !== undefined) {
  const files = options['all-files'] ? await lintEverything(run.files, config) : run.files;
  const pattern = new RegExp(options.rules ?? '');
  const pool = (options['all-files'] ? unjudgedFindings(files, rows, allPlans) : unjudged).filter(({ rule }) =>
    pattern.test(rule),
  );
  const seed = Number(options.seed);
  const sample = drawSample(pool, Number(options.count), seed);
  writeFileSync(options.sample, sampleText(sample, pool.length, seed));
  console.log(`${sample.length} of ${pool.length} of them are in ${options.sample}`);
}

if (options.json !== undefined) {
  const scores = run.scores.map((item) => ({
    id: item.plan.id,
    ...figuresOf(item.outcomes),
    unread: item.unread.length,
  }));
  const wrong = run.scores.flatMap((item) =>
    item.outcomes
      .filter(({ cell }) => cell === 'missed' || cell === 'false')
      .map((outcome) => ({ plan: item.plan.id, ...outcome })),
  );
  const text = JSON.stringify({ scores, names, unjudged: unjudged.length, absent: [...absent], wrong }, undefined, 1);
  writeFileSync(options.json, `${text}\n`);
}

if (options.write) {
  const unread = run.scores.reduce((sum, item) => sum + item.unread.length, 0);
  if (names === undefined) fail('--write needs --mirrors DIR, for the score of names and values too.');
  if (absent.size > 0) fail(`--write needs every checkout; ${absent.size} are missing.`);
  if (unread > 0) console.error(`${unread} rows are in files that could not be read; the figures leave them out.`);
  await writeFigures(ACCURACY, accuracyText(run.scores, withoutRule, names));
}
