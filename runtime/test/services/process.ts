import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { freePort } from '../../../scripts/lib/programs.ts';

/** A real server for tests, started on loopback. */
export interface Service {
  readonly port: number;
  /** Ends the server and everything that it started; resolves when the processes are gone. */
  stop(): Promise<void>;
}

/** Longest time to wait for a server to come up, in milliseconds: RabbitMQ on a busy machine is the slow one. */
const START_DEADLINE = 90_000;
const STOP_DEADLINE = 15_000;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** True when something accepts connections on a port of loopback. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (yes: boolean) => () => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', answer(true));
    socket.once('error', answer(false));
  });
}

export const temporaryFolder = (name: string): string => mkdtempSync(join(tmpdir(), `telint-${name}-`));
export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true, maxRetries: 5 });

/** A server process in a process group of its own, with the end of its output for error messages. */
export interface Running {
  readonly child: ChildProcess;
  output(): string;
  /** Signals the whole group (or its leader only) and waits until the leader is gone, after a grace with SIGKILL. */
  end(signal?: NodeJS.Signals, who?: 'group' | 'leader'): Promise<void>;
}

const running = new Set<ChildProcess>();
const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
};
// A test run that is interrupted must leave nothing behind either.
process.once('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

/** Starts a program of its own process group; it does not wait until the server answers. */
export function startProcess(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Running {
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let tail = '';
  const keep = (chunk: Buffer): void => {
    tail = (tail + chunk.toString()).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      tail += String(error);
      resolve();
    });
    child.once('exit', () => resolve());
  });
  return {
    child,
    output: () => tail,
    async end(signal = 'SIGTERM', who = 'group') {
      if (child.exitCode === null && child.signalCode === null) {
        if (who === 'leader') child.kill(signal);
        else signalGroup(child, signal);
      }
      const late = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_DEADLINE);
      await gone;
      clearTimeout(late);
      signalGroup(child, 'SIGKILL');
      running.delete(child);
    },
  };
}

/** Waits until a server answers; fails with its output when it ends before or takes too long. */
export async function untilReady(name: string, server: Running, ready: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + START_DEADLINE;
  for (;;) {
    if (await ready()) return;
    const ended = server.child.exitCode !== null || server.child.signalCode !== null;
    if (ended || Date.now() > deadline) {
      await server.end('SIGKILL');
      throw new Error(`${name} ${ended ? 'ended' : 'was not ready in time'}: ${server.output()}`);
    }
    await sleep(50);
  }
}

/**
 * Starts a server on a free port of loopback, with a folder that goes when it goes, and waits until it is up: `command` is
 * the program with its arguments.
 */
export async function startServer(
  name: string,
  command: (port: number, folder: string) => readonly [program: string, ...args: string[]],
  isUp: (port: number) => Promise<boolean> = listens,
): Promise<Service> {
  const port = await freePort();
  const folder = temporaryFolder(name);
  const [program, ...args] = command(port, folder);
  const running = startProcess(program, args);
  try {
    await untilReady(name, running, () => isUp(port));
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
  return {
    port,
    async stop() {
      await running.end();
      removeFolder(folder);
    },
  };
}

/** True when an HTTP server says that it is ready, as those around Prometheus do. */
export async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok;
  } catch {
    return false;
  }
}

/** Runs a program to its end; fails with its output. */
export function runProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  const result = spawnSync(program, args, { env, encoding: 'utf8', timeout: START_DEADLINE });
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stdout}${result.stderr}`);
}

/**
 * `describe` for tests that need servers. A missing one is told loudly and skips the tests, or fails them when
 * TELINT_REQUIRE_SERVICES=1 is set, as in continuous integration.
 */
export function describeWith(
  services: Readonly<Record<string, { available(): boolean }>>,
  title: string,
  body: () => void,
): void {
  const missing = Object.keys(services).filter((name) => services[name]?.available() === false);
  if (missing.length > 0 && process.env['TELINT_REQUIRE_SERVICES'] !== '1') {
    writeSync(2, `SKIPPED: "${title}" needs ${missing.join(', ')}, not installed here.\n`);
    describe.skip(title, body);
    return;
  }
  describe(title, body);
}
