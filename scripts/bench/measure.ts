/** Runs the parts of the benchmark in child processes, in turn, so that neither side profits from a warm machine. */
import { spawnSync } from 'node:child_process';
import { inRoot } from '../lib/paths.ts';

/** One file of a run with per-rule timing; all times in milliseconds. */
export interface FileTime {
  readonly file: string;
  readonly bytes: number;
  /** Parsing and rules together. */
  readonly ms: number;
  readonly ruleMs: number;
}

/** What linting a folder once took, in milliseconds; `parseMs`, `ruleMs` and `files` only with per-rule timing. */
export interface FolderRun {
  ms: number;
  parseMs: number;
  ruleMs: number;
  findings: number;
  broken: number;
  peakRssMb: number;
  files: FileTime[];
  /** Wall-clock time of the whole process, filled in by the parent. */
  processMs: number;
}

/** One figure of the benchmark: fulfilled when `ratio` is not above (`max`) or not below (`min`) the target. */
export interface BenchRow {
  readonly id: string;
  readonly ratio: number;
  readonly target: number;
  readonly direction: 'max' | 'min';
  /** How it was measured, with the absolute figures behind the ratio. */
  readonly note: string;
}

/** Middle value; the mean of the two middle ones for an even number, NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** True when a row meets its target. */
export function isMet({ ratio, target, direction }: BenchRow): boolean {
  return direction === 'max' ? ratio <= target : ratio >= target;
}

/** Runs a module of this folder in its own process and parses the last line that it prints. */
export function runChild(module: string, args: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(process.execPath, [inRoot(`scripts/bench/${module}`), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${module} ${args.join(' ')} failed.\n${stderr}`);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as unknown;
}

/** Calls every function once per round and returns the results of each, so that slow drifts hit all alike. */
export function interleave<T extends Record<string, () => unknown>>(
  rounds: number,
  parts: T,
): { [K in keyof T]: ReturnType<T[K]>[] } {
  const results = Object.fromEntries(Object.keys(parts).map((key) => [key, [] as unknown[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [key, part] of Object.entries(parts)) results[key]?.push(part());
  }
  return results as { [K in keyof T]: ReturnType<T[K]>[] };
}
