import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { LintedFile, LintStart } from './lint-files.ts';

/** Files in one message. */
const AT_ONCE = 64;

/** A thread that checks files beside others. */
enableCompileCache();
const [{ Workspace }, { useFallbackParser }, { useFastParser }, { Runner }, { takeAndLint, withFixes }] =
  await Promise.all([
    import('../../../eslint-plugin/src/host/workspace.ts'),
    import('../fallback-parser.ts'),
    import('../fast-parser.ts'),
    import('../runner.ts'),
    import('./lint-files.ts'),
  ]);
useFallbackParser();
useFastParser();
const start = workerData as LintStart;
const runner = new Runner(start.root, start.config, new Workspace(start.workspaceRoot));
let linted: LintedFile[] = [];
const hand = (): void => {
  parentPort?.postMessage(linted);
  linted = [];
};
for (const file of takeAndLint(runner, start)) {
  linted.push(withFixes(file));
  if (linted.length >= AT_ONCE) hand();
}
hand();
