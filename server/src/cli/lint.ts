import { Workspace } from '../../../eslint-plugin/src/host/workspace.ts';
import { workspaceRoot } from '../../../eslint-plugin/src/host/workspace-root.ts';
import { runChecks } from '../checks/checks.ts';
import { NO_PARSER } from '../fallback-parser.ts';
import { useFastParser } from '../fast-parser.ts';
import type { Preset } from '../../../eslint-plugin/src/presets.ts';
import { loadConfig } from '../config.ts';
import type { Finding } from '../findings.ts';
import { collectQueries } from '../queries/query-store.ts';
import { Runner, type FileResult } from '../runner.ts';
import { UsageError, type Given } from './command.ts';
import { configFolder, ConfigScopes } from './config-scopes.ts';
import type { Io } from './io.ts';
import type { LintedFile } from './lint-files.ts';
import { lintInThreads, threadsFor } from './lint-threads.ts';
import { Progress } from './progress.ts';
import { LinesOf, resultOf, type Result, type SkippedFile } from './results.ts';
import { selectFiles, selectQueryFiles } from './select-files.ts';

/** What a run over files found. */
export interface Linted {
  readonly results: readonly Result[];
  readonly skipped: readonly SkippedFile[];
  readonly lines: LinesOf;
}

/** A runner for the folder that the command works in, with the configuration that the options choose. */
export function openRunner(given: Given, { cwd }: Pick<Io, 'cwd'>): Runner {
  if (!useFastParser()) throw new UsageError(NO_PARSER);
  const file = given.text('config');
  const preset = given.text('preset') as Preset | undefined;
  const folder = file === undefined ? configFolder(cwd) : cwd;
  const config = file === undefined ? loadConfig(folder, preset) : loadConfig(cwd, preset, file);
  return new Runner(cwd, folder === cwd ? config : { ...config, folder }, new Workspace(workspaceRoot(cwd)));
}

/** Which configuration counts for which file: the nearest one, unless an option names one for all. */
export function scopesOf(runner: Runner, given: Given): ConfigScopes {
  const single = given.text('config') !== undefined;
  return new ConfigScopes(runner, { preset: given.text('preset') as Preset | undefined, single });
}

/** How a run over files goes about it. */
export interface LintOptions {
  /** Findings of some of the files that rest on types. */
  readonly typed?: ReadonlyMap<string, FileResult>;
  /** Configurations of folders below that of the runner. */
  readonly scopes?: ConfigScopes;
  /** Number of threads, or as many as are worthwhile; one without it. */
  readonly threads?: number | 'auto';
}

/** Runs rules and checks over the files that the arguments name. */
export async function lintFiles(
  runner: Runner,
  args: readonly string[],
  io: Io,
  {
    typed = new Map<string, FileResult>(),
    threads = 1,
    scopes = new ConfigScopes(runner, { single: true }),
  }: LintOptions = {},
): Promise<Linted> {
  const queries = collectQueries(runner.workspace.root);
  const asked = selectQueryFiles(
    runner,
    args,
    queries.files.map(({ path }) => path),
  );
  const files = selectFiles(runner, args, asked.length > 0).filter((path) => !scopes.isIgnored(path));
  const progress = new Progress(io);
  const findings = new Map<string, Finding[]>();
  const skipped: SkippedFile[] = [];
  const untyped = files.filter((path) => !typed.has(path));
  const linted = new Map<string, LintedFile>();
  for (const [own, some] of Map.groupBy(untyped, scopes.of)) {
    const before = linted.size;
    const step = (done: number): void => progress.step('Checking file', before + done, untyped.length);
    for (const [path, file] of await lintInThreads(own, some, threadsFor(some.length, threads), step))
      linted.set(path, file);
  }
  for (const path of files) {
    const file = typed.get(path) ?? linted.get(path);
    findings.set(path, [...(file?.findings ?? [])]);
    if (file?.error !== undefined) skipped.push({ filePath: path, reason: file.error });
  }
  const inventories = new Map([...linted].map(([path, { inventory }]) => [path, inventory]));
  for (const path of asked) if (!scopes.isIgnored(path)) findings.set(path, []);
  const step = (done: number, total: number): void => progress.step('Collecting metrics of file', done, total);
  for (const own of new Set([runner, ...[...findings.keys()].map(scopes.of)]))
    for (const finding of runChecks(own, step, queries, inventories))
      if (!finding.hint && scopes.of(finding.path) === own) findings.get(finding.path)?.push(finding);
  progress.done();
  const read = (path: string): string | undefined => runner.workspace.text(path);
  const lines = new LinesOf(read);
  const broken = new Set(skipped.map((s) => s.filePath));
  return {
    results: [...findings]
      .filter(([path]) => !broken.has(path))
      .map(([path, list]) => resultOf(path, list.toSorted(bySource), read, lines)),
    skipped,
    lines,
  };
}

function bySource(a: Finding, b: Finding): number {
  return a.range.start - b.range.start || a.range.end - b.range.end || (a.rule < b.rule ? -1 : 1);
}
