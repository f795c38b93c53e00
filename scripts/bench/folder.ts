/** Measures the plugin on one checkout of a real repository. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { listSourceFiles } from '../corpus/checkouts.ts';
import { loadPlugin, presetConfig } from '../corpus/lint.ts';
import { inRoot } from '../lib/paths.ts';
import { median, type BenchRow } from '../lib/bench-rows.ts';
import { interleave, runChild, type FileTime, type FolderRun } from './measure.ts';

/** Smaller files say more about the fixed cost of a call than about the rules. */
const SMALLEST_BYTES = 4096;

/** What a checkout gave: rows with targets, and figures that are only printed. */
export interface FolderReport {
  readonly name: string;
  readonly rows: BenchRow[];
  readonly facts: string[];
}

interface ProcessTime {
  readonly seconds: number;
  readonly output: string;
}

function timeProcess(command: string, args: readonly string[], cwd: string): ProcessTime {
  const started = performance.now();
  const { stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw error;
  return { seconds: (performance.now() - started) / 1000, output: stdout + stderr };
}

/** Settings that make oxlint run exactly the rules of the preset, as a file in `temp`. */
async function writeOxlintConfig(temp: string, pluginFile: string): Promise<string> {
  const preset = presetConfig(await loadPlugin(pluginFile), 'recommended');
  const rules = Object.assign({}, ...preset.map((config) => config.rules ?? {})) as Record<string, unknown>;
  const file = join(temp, 'oxlintrc.json');
  const settings = {
    plugins: [],
    jsPlugins: [{ name: 'telint', specifier: pluginFile }],
    categories: { correctness: 'off' },
    rules,
  };
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

/** The smallest time of each file over all runs, which leaves out pauses of the garbage collector. */
function bestTimes(runs: readonly FolderRun[]): FileTime[] {
  const byFile = Map.groupBy(
    runs.flatMap((run) => run.files),
    ({ file }) => file,
  );
  return [...byFile.values()].map((times) => times.reduce((best, time) => (time.ms < best.ms ? time : best)));
}

function slowestRow(name: string, folder: string, runs: readonly FolderRun[]): BenchRow {
  const perKb = bestTimes(runs)
    .filter(({ bytes }) => bytes > SMALLEST_BYTES)
    .map(({ file, ms, bytes }) => ({ file, rate: ms / (bytes / 1024) }))
    .sort((a, b) => b.rate - a.rate);
  const middle = median(perKb.map(({ rate }) => rate));
  const slowest = perKb[0] ?? { file: folder, rate: Number.NaN };
  return {
    id: `slowest-file/median:${name}`,
    ratio: slowest.rate / middle,
    target: 20,
    direction: 'max',
    note: `parsing and rules per kB, smallest of ${runs.length} runs, ${perKb.length} files over 4 kB; median ${middle.toFixed(3)} ms/kB, slowest ${slowest.rate.toFixed(3)} ms/kB (${relative(folder, slowest.file)})`,
  };
}

/** Runs ESLint with and without the plugin and oxlint with it, in turn, `rounds` times each. */
export async function measureFolder(folder: string, pluginFile: string, rounds: number): Promise<FolderReport> {
  const name = basename(folder).replace(/@.*$/, '').replace('__', '/');
  const files = listSourceFiles(folder);
  const temp = mkdtempSync(join(tmpdir(), 'telint-bench-'));
  try {
    const list = join(temp, 'files.txt');
    writeFileSync(list, files.join('\n'));
    const oxlintConfig = await writeOxlintConfig(temp, pluginFile);
    const lint = (variant: string) => (): FolderRun => {
      const started = performance.now();
      const run = runChild('lint-folder.ts', [folder, list, variant, pluginFile]) as FolderRun;
      return { ...run, processMs: performance.now() - started };
    };
    const bin = inRoot('node_modules/oxlint/bin/oxlint');
    const oxlint = (): ProcessTime =>
      timeProcess(process.execPath, [bin, '-c', oxlintConfig, '--no-ignore', '--quiet', '.'], folder);
    const runs = interleave(rounds, { parse: lint('parse'), plugin: lint('plugin'), stats: lint('stats'), oxlint });
    return { name, ...summarize(name, folder, files.length, runs) };
  } finally {
    rmSync(temp, { recursive: true });
  }
}

function summarize(
  name: string,
  folder: string,
  count: number,
  runs: Record<'parse' | 'plugin' | 'stats', FolderRun[]> & { readonly oxlint: ProcessTime[] },
): Pick<FolderReport, 'rows' | 'facts'> {
  const ruleMs = median(runs.stats.map((run) => run.ruleMs));
  const parseMs = median(runs.stats.map((run) => run.parseMs));
  const withPlugin = median(runs.plugin.map((run) => run.ms));
  const parseOnly = median(runs.parse.map((run) => run.ms));
  const eslintSeconds = median(runs.plugin.map((run) => run.processMs)) / 1000;
  const oxlintSeconds = median(runs.oxlint.map((run) => run.seconds));
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  const oxlintSaid = /Finished in [^\n]*/.exec(runs.oxlint[0]?.output ?? '')?.[0] ?? 'oxlint printed no summary';
  const rss = (which: FolderRun[]): string => `${Math.round(median(which.map((run) => run.peakRssMb)))} MB`;
  return {
    rows: [
      {
        id: `rules/parse:${name}`,
        ratio: ruleMs / parseMs,
        target: 0.05,
        direction: 'max',
        note: `rules ${seconds(ruleMs)}, parsing ${seconds(parseMs)}, both from ESLint's own statistics`,
      },
      {
        id: `eslint-with/without:${name}`,
        ratio: withPlugin / parseOnly,
        target: 1.1,
        direction: 'max',
        note: `with the preset ${seconds(withPlugin)}, without rules ${seconds(parseOnly)}`,
      },
      {
        id: `eslint/oxlint:${name}`,
        ratio: eslintSeconds / oxlintSeconds,
        target: 10,
        direction: 'min',
        note: `whole processes: ESLint ${eslintSeconds.toFixed(2)} s, oxlint ${oxlintSeconds.toFixed(2)} s (${oxlintSaid})`,
      },
      slowestRow(name, folder, runs.stats),
    ],
    facts: [
      `${name}: ${count} files, ${Math.round(count / (withPlugin / 1000))} files/s in ESLint, ${Math.round(count / oxlintSeconds)} files/s in oxlint, ${runs.plugin[0]?.findings ?? 0} findings, ${runs.plugin[0]?.broken ?? 0} files do not parse`,
      `${name}: peak memory of ESLint ${rss(runs.plugin)} with the preset, ${rss(runs.parse)} without rules`,
    ],
  };
}
