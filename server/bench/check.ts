import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Workspace } from '../../eslint-plugin/src/host/workspace.ts';
import type { BenchRow } from '../../scripts/lib/bench-rows.ts';

/** Checkouts that `npm run corpus` makes; `TELINT_BENCH_FOLDERS` names others, separated by commas. */
const WORK = fileURLToPath(new URL('../../.corpus', import.meta.url));
const RUNS = 3;
const MIN_FILES = 1000;
const MAX_FOLDERS = 2;
const TS_MORPH_FILES = 500;
const own = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `telint check` against ESLint with the plugin, and the index against a ts-morph project of the same files. */
export function bench(): Promise<BenchRow[]> {
  const built = own('../dist/telint.js');
  const telint = existsSync(built) ? built : own('../src/telint.ts');
  return Promise.resolve(
    folders().flatMap(({ folder, files }) => [againstEslint(folder, files, telint), ...againstTsMorph(folder, files)]),
  );
}

function folders(): readonly { readonly folder: string; readonly files: number }[] {
  const named = (process.env['TELINT_BENCH_FOLDERS'] ?? '').split(',').filter((f) => f !== '');
  const found = existsSync(WORK) ? readdirSync(WORK).map((name) => join(WORK, name)) : [];
  const sized = (named.length > 0 ? named : found)
    .map((folder) => ({ folder, files: new Workspace(folder).files().length }))
    .filter(({ files }) => files >= MIN_FILES)
    .sort((a, b) => a.files - b.files);
  if (sized.length === 0)
    console.log(`No folder with ${MIN_FILES} source files: run npm run corpus, or set TELINT_BENCH_FOLDERS.`);
  return sized.slice(0, MAX_FOLDERS);
}

interface Time {
  /** Wall clock of the whole process, in milliseconds. */
  readonly wall: number;
  /** Processor time of the whole process, which other load does not stretch as much. */
  readonly cpu: number;
}

/** Whole processes, in turns so that a busy moment meets both; the best of the runs. */
function race(variants: readonly (() => Time)[]): readonly Time[] {
  const times = Array.from({ length: RUNS }, () => variants.map((run) => run()));
  return variants.map((_, i) => ({
    wall: Math.min(...times.map((t) => t[i]?.wall ?? Infinity)),
    cpu: Math.min(...times.map((t) => t[i]?.cpu ?? Infinity)),
  }));
}

/** Runs a program of Node and reads the processor time that it used at its end. */
function timed(program: string, args: readonly string[], cwd: string): Time {
  const started = performance.now();
  const { stderr, status } = spawnSync(process.execPath, ['--import', own('support/report-cpu.ts'), program, ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const wall = performance.now() - started;
  const cpu = Number(/^cpu-ms (\d+)$/m.exec(stderr)?.[1]);
  if (Number.isNaN(cpu) || (status !== 0 && status !== 1))
    throw new Error(`${basename(program)} failed in ${cwd}: ${stderr.slice(-500)}`);
  return { wall, cpu };
}

function againstEslint(folder: string, files: number, telint: string): BenchRow {
  const [check, eslint] = race([
    () => timed(telint, ['check', '--format', 'json'], folder),
    () => timed(own('support/eslint-folder.ts'), [folder], folder),
  ]);
  if (!check || !eslint) throw new Error('nothing was measured');
  return {
    id: `telint check vs ESLint with the plugin, ${basename(folder)}`,
    ratio: eslint.wall / check.wall,
    target: 10,
    direction: 'min',
    note: `${files} files; wall ${ms(check.wall)} against ${ms(eslint.wall)}, processor ${ms(check.cpu)} against ${ms(eslint.cpu)} (${(eslint.cpu / check.cpu).toFixed(1)} ×)${telint.endsWith('.ts') ? '; from sources, not the built file' : ''}; tsc --noEmit is not compared: checkouts have no dependencies installed`,
  };
}

function againstTsMorph(folder: string, files: number): BenchRow[] {
  const script = own('support/index-folder.ts');
  const [index, morph] = race([
    () => reported(script, ['index', folder, '0'], folder),
    () => reported(script, ['ts-morph', folder, String(TS_MORPH_FILES)], folder),
  ]);
  if (!index || !morph) return [];
  const few = Math.min(files, TS_MORPH_FILES);
  const perFile = morph.wall / few / (index.wall / files);
  return [
    {
      id: `index vs ts-morph project per file, ${basename(folder)}`,
      ratio: perFile,
      target: 40,
      direction: 'min',
      note: `index ${Math.round(files / (index.wall / 1000))} files/s over ${files} files; ts-morph ${Math.round(few / (morph.wall / 1000))} files/s over ${few} files. The index holds texts and who imports what, and no trees; ts-morph reads imports and exported declarations`,
    },
  ];
}

/** Milliseconds that a program measured itself, without its start. */
function reported(program: string, args: readonly string[], cwd: string): Time {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...args], { cwd, encoding: 'utf8' });
  const wall = Number(/^ms (\d+(?:\.\d+)?)$/m.exec(stdout)?.[1]);
  if (status !== 0 || Number.isNaN(wall)) throw new Error(`${args.join(' ')} failed: ${stderr.slice(-500)}`);
  return { wall, cpu: wall };
}

function ms(time: number): string {
  return `${(time / 1000).toFixed(2)} s`;
}
