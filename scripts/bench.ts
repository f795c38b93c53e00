/** Measures speed side by side with what it is compared with: `npm run bench -- --help`. Never fails on a slow machine. */
import { existsSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureFolder } from './bench/folder.ts';
import { measureGrowth, measureLoading } from './bench/module.ts';
import { listCheckouts, listSourceFiles } from './corpus/checkouts.ts';
import { machine, rowLine, rowTable, type BenchRow } from './lib/bench-rows.ts';
import { inRoot } from './lib/paths.ts';
import { writeFigures } from './lib/write-figures.ts';

const HELP = `usage: npm run bench -- [options]
  --json FILE     write the rows there: { id, ratio, target, direction, note }
  --work DIR      checkouts that npm run corpus made (default: .corpus)
  --repo RE       only checkouts whose folder matches; default: the largest one of each of the three largest repositories
  --plugin FILE   plugin module (default: eslint-plugin/dist/index.js, which npm run build makes)
  --runs N        runs per figure, at least 3 (default 3)
  --only RE       only parts that match: folders, growth, loading
  --write         put the figures into docs/performance.md`;

const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    work: { type: 'string', default: '.corpus' },
    repo: { type: 'string' },
    plugin: { type: 'string', default: inRoot('eslint-plugin/dist/index.js') },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

const PERFORMANCE = 'docs/performance.md';
const FOLDERS = 3;

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

/** The checkout with the most files of each repository, the largest repositories first. */
function largestCheckouts(): string[] {
  const pattern = new RegExp(options.repo ?? '');
  const sized = listCheckouts(options.work)
    .filter((dir) => pattern.test(basename(dir)))
    .map((dir) => ({ dir, repo: basename(dir).replace(/@.*$/, ''), size: listSourceFiles(dir).length }))
    .sort((a, b) => b.size - a.size || a.dir.localeCompare(b.dir));
  const largest = [...Map.groupBy(sized, ({ repo }) => repo).values()].flatMap(([first]) => (first ? [first.dir] : []));
  return largest.slice(0, FOLDERS);
}

if (options.help) {
  console.log(HELP);
  process.exit();
}
const rounds = Number(options.runs);
if (!(rounds >= 3)) fail('--runs needs at least 3.');
if (!existsSync(options.plugin))
  fail(`There is no ${options.plugin}: run npm run build first, or name a plugin with --plugin FILE.`);
const plugin = resolve(options.plugin);
const wants = (part: string): boolean => new RegExp(options.only).test(part);

const rows: BenchRow[] = [];
const facts: string[] = [machine()];
const add = (report: { rows: BenchRow[]; facts: string[] }): void => {
  for (const row of report.rows) console.log(rowLine(row));
  for (const fact of report.facts) console.log(`  ${fact}`);
  rows.push(...report.rows);
  facts.push(...report.facts);
};

console.log(`  ${machine()}`);
if (wants('loading')) add(measureLoading(plugin));
if (wants('growth')) add(measureGrowth(plugin, rounds));
if (wants('folders')) {
  const folders = largestCheckouts();
  if (folders.length === 0)
    fail(`No checkouts in ${options.work}: run npm run corpus -- --mirrors DIR --work ${options.work} first.`);
  for (const folder of folders) add(await measureFolder(folder, plugin, rounds));
}

if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, undefined, 1)}\n`);
if (options.write) {
  await writeFigures(PERFORMANCE, `${rowTable(rows)}\n\n${facts.map((fact) => `- ${fact}`).join('\n')}`);
}
