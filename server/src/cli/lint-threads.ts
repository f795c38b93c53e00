import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Runner } from '../runner.ts';
import { takeAndLint, type LintedFile, type LintJob, type LintStart } from './lint-files.ts';

/** Entry of a thread: from source, and where the packages are built. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './lint-worker.ts' : './lint-worker.js', import.meta.url);

/** A thread reads the whole workspace for itself: with fewer files of its own it costs more than it saves. */
const FILES_PER_THREAD = 150;
/** More threads than this wait for each other and for the disk, and every one has a workspace in memory. */
const MOST_THREADS = 8;

/** How many threads check files: `asked`, or what this machine and the number of files make worthwhile. */
export function threadsFor(files: number, asked: number | 'auto'): number {
  if (asked !== 'auto') return asked;
  return Math.max(1, Math.min(availableParallelism(), MOST_THREADS, Math.floor(files / FILES_PER_THREAD)));
}

/** Checks files in this thread and others beside it; `step` is told how many files are taken. */
export async function lintInThreads(
  runner: Runner,
  files: readonly string[],
  threads: number,
  step: (done: number) => void,
): Promise<ReadonlyMap<string, LintedFile>> {
  const linted = new Map<string, LintedFile>();
  const take = (file: LintedFile): void => void linted.set(file.path, file);
  const job = jobOf(files);
  const others = Array.from({ length: threads - 1 }, () => startThread(runner, job, take));
  for (const file of takeAndLint(runner, job)) {
    take(file);
    step(threads === 1 ? linted.size : Math.min(Atomics.load(new Int32Array(job.taken), 0), files.length));
  }
  await Promise.all(others);
  // A thread that failed has taken files with it.
  for (const file of takeAndLint(runner, jobOf(files.filter((path) => !linted.has(path))))) take(file);
  return linted;
}

function jobOf(files: readonly string[]): LintJob {
  return { files, taken: new SharedArrayBuffer(4) };
}

/** Resolves when the thread has ended, in whatever way: what it leaves undone is done here. */
function startThread(
  { root, workspace, config }: Runner,
  job: LintJob,
  take: (file: LintedFile) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const workerData: LintStart = { ...job, root, workspaceRoot: workspace.root, config };
    const thread = new Worker(ENTRY, { workerData, execArgv: [] });
    thread.on('message', (some: readonly LintedFile[]) => {
      some.forEach(take);
    });
    thread.on('error', () => undefined);
    thread.on('exit', () => {
      resolve();
    });
  });
}
