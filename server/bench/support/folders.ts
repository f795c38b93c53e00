/** Which repositories are measured, and how programs race in them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Workspace } from '../../../eslint-plugin/src/host/workspace.ts';
import { median } from '../../../scripts/lib/bench-rows.ts';

/** Checkouts that `npm run corpus` makes; `TELINT_BENCH_FOLDERS` names others, separated by commas. */
const WORK = fileURLToPath(new URL('../../../.corpus', import.meta.url));
const RUNS = Number(process.env['TELINT_BENCH_RUNS'] ?? 3);
/** Numbers of files that the checkouts come nearest to. */
const SIZES = [500, 1400, 3000];

/** A repository and its source files, tests and declarations left out. */
export interface Folder {
  readonly path: string;
  readonly files: readonly string[];
}

/** Repositories to measure, the smaller ones first. */
export function folders(): readonly Folder[] {
  const named = (process.env['TELINT_BENCH_FOLDERS'] ?? '').split(',').filter((name) => name !== '');
  const paths = named.length > 0 || !existsSync(WORK) ? named : readdirSync(WORK).map((name) => join(WORK, name));
  const all = paths.map((path) => ({ path, files: new Workspace(path).files() }));
  if (all.length === 0) console.log('No repositories: run npm run corpus, or set TELINT_BENCH_FOLDERS.');
  const distance = ({ files }: Folder, size: number): number => Math.abs(files.length - size);
  const chosen = SIZES.map((size) => all.toSorted((a, b) => distance(a, size) - distance(b, size))[0]);
  const some = named.length > 0 ? all : [...new Set(chosen)].filter((folder) => folder !== undefined);
  return some.toSorted((a, b) => a.files.length - b.files.length);
}

/** What a program took, in milliseconds. */
export interface Time {
  /** Wall clock of the whole process. */
  readonly wall: number;
  /** Processor time of the whole process, which other load does not stretch as much. */
  readonly cpu: number;
}

/** Whole processes in turns, so that a busy moment meets all alike; medians. */
export function race<Name extends string>(variants: Readonly<Record<Name, () => Time>>): Readonly<Record<Name, Time>> {
  const names = Object.keys(variants) as Name[];
  const times = Array.from({ length: RUNS }, () => names.map((name) => variants[name]()));
  const entries = names.map((name, i): [Name, Time] => {
    const own = times.flatMap((round) => round[i] ?? []);
    return [name, { wall: median(own.map(({ wall }) => wall)), cpu: median(own.map(({ cpu }) => cpu)) }];
  });
  return Object.fromEntries(entries) as Record<Name, Time>;
}

/** Runs a program of Node; `mayEnd` are the exit codes that say that it did its work. */
export function timed(program: string, args: readonly string[], cwd: string, mayEnd = [0, 1]): Time {
  const report = fileURLToPath(new URL('report-cpu.ts', import.meta.url));
  const started = performance.now();
  const { stderr, status } = spawnSync(process.execPath, ['--import', report, program, ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const wall = performance.now() - started;
  const cpu = Number(/^cpu-ms (\d+)$/m.exec(stderr)?.[1]);
  if (Number.isNaN(cpu) || !mayEnd.includes(status ?? -1))
    throw new Error(`${basename(program)} failed in ${cwd} with ${String(status)}: ${stderr.slice(-500)}`);
  return { wall, cpu };
}

/** Runs a program of Node that prints `name figure` lines, and reads them. */
export function figuresOf(program: string, args: readonly string[], cwd: string): ReadonlyMap<string, number> {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...args], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${basename(program)} ${args.join(' ')} failed: ${stderr.slice(-500)}`);
  const lines = [...stdout.matchAll(/^(\S+) (\d+(?:\.\d+)?)$/gm)];
  return new Map(lines.map(([, name = '', figure = '']) => [name, Number(figure)]));
}
