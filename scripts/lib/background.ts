import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const STOP_MS = 10_000;
const TAIL = 4000;

const children = new Set<ChildProcess>();
const folders = new Set<string>();

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    // Each child leads a group of its own, so that what it started goes with it.
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, name);
  } catch {
    // It has ended.
  }
}

const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });

// Whatever ends this process: nothing that it started or wrote outlives it.
process.once('exit', () => {
  for (const child of children) signal(child, 'SIGKILL');
  for (const folder of folders) remove(folder);
});

/** Ends the process with the exit code of the signal, on Ctrl+C too, so that processes and folders are cleaned up. */
export function cleanUpOnSignals(): void {
  for (const [name, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    process.once(name, () => process.exit(128 + number));
  }
}

/** A folder for as long as this process runs. */
export function scratchFolder(name: string): string {
  // The real path: the temporary folder of macOS is a link.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `telint-${name}-`)));
  folders.add(folder);
  return folder;
}

/** Removes a folder of `scratchFolder` before the end. */
export function removeScratchFolder(folder: string): void {
  remove(folder);
  folders.delete(folder);
}

/** A program that runs beside this one. */
export interface BackgroundProcess {
  readonly hasEnded: boolean;
  /** The last that it wrote. */
  tail(): string;
  /** Asks it to end, and insists after a while; resolves when it is gone. */
  stop(): Promise<void>;
}

/** What a program is started with. */
export interface BackgroundOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly onLine?: (line: string) => void;
}

/** Starts a program; it is killed with this process at the latest. */
export function startInBackground(
  program: string,
  args: readonly string[],
  options: BackgroundOptions = {},
): BackgroundProcess {
  const { cwd, env = process.env, onLine } = options;
  const child = spawn(program, args, {
    env,
    ...(cwd !== undefined && { cwd }),
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let tail = '';
  let hasEnded = false;
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      tail = `${tail}${line}\n`.slice(-TAIL);
      onLine?.(line);
    });
  }
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      hasEnded = true;
      children.delete(child);
      resolve();
    };
    child.once('error', (error) => {
      tail += String(error);
      end();
    });
    child.once('close', end);
  });
  return {
    get hasEnded() {
      return hasEnded;
    },
    tail: () => tail,
    async stop() {
      if (hasEnded) return;
      signal(child, 'SIGTERM');
      const insist = setTimeout(() => signal(child, 'SIGKILL'), STOP_MS);
      await gone;
      clearTimeout(insist);
    },
  };
}
