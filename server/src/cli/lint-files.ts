import type { InventoryFact } from '../../../eslint-plugin/src/analysis/collect-inventory.ts';
import { anyCheckIsOn } from '../checks/checks.ts';
import { inventoryOf } from '../checks/inventory.ts';
import type { Config } from '../config.ts';
import type { Finding } from '../findings.ts';
import type { Runner } from '../runner.ts';

/** What is known of a file when it has been checked. */
export interface LintedFile {
  readonly path: string;
  readonly findings: readonly Finding[];
  /** Metrics of the file, for the checks of the workspace; undefined where it has none. */
  readonly inventory: InventoryFact | undefined;
  /** Set where the file could not be checked. */
  readonly error?: string;
}

/** Work that threads share: each takes the next files until there are none. */
export interface LintJob {
  readonly files: readonly string[];
  /** Number of files that are taken. */
  readonly taken: SharedArrayBuffer;
}

/** What another thread needs to check files as this one does. */
export interface LintStart extends LintJob {
  readonly root: string;
  readonly workspaceRoot: string;
  readonly config: Config;
}

/** Files that a thread takes at once: neighbours import the same modules. */
const SLICE = 16;

/** Takes slices of the files of a job and checks them, until all are taken. */
export function* takeAndLint(runner: Runner, { files, taken }: LintJob): Generator<LintedFile> {
  const counter = new Int32Array(taken);
  const withInventory = anyCheckIsOn(runner);
  for (;;) {
    const start = Atomics.add(counter, 0, SLICE);
    if (start >= files.length) return;
    for (const path of files.slice(start, start + SLICE)) yield lintFile(runner, path, withInventory);
  }
}

/** Checks a file. One that a rule cannot cope with is named at the end; the others are checked all the same. */
export function lintFile(runner: Runner, path: string, withInventory: boolean): LintedFile {
  try {
    const { result, facts } = runner.inspect(path);
    const { findings, error } = result;
    const inventory = withInventory ? inventoryOf(() => facts) : undefined;
    return { path, findings, inventory, ...(error === undefined ? {} : { error }) };
  } catch (error) {
    const reason = `cannot be analysed (${(error as Error).message}); please report this`;
    return { path, findings: [], inventory: undefined, error: reason };
  }
}

/** A file as plain data: fixes are found when they are asked for, and in another thread nobody could find them. */
export function withFixes(file: LintedFile): LintedFile {
  return { ...file, findings: file.findings.map((finding) => ({ ...finding, fixes: finding.fixes })) };
}
