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
