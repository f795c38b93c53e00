/** Load in turns: servers of one process get slices of requests from a child process, and each slice is measured. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './http-load.ts';

const CONNECTIONS = 8;
const WARM_UP_ROUNDS = 2;

/** How much is measured. */
export interface SliceSizes {
  readonly rounds: number;
  /** Requests of a slice. */
  readonly requests: number;
  /** Requests per server and warm-up round: a tenth is sampled, and V8 optimises what ran thousands of times. */
  readonly warmUp: number;
  /** Milliseconds after which no further round begins, once there are ten. */
  readonly deadlineMs?: number;
}

const FEWEST_ROUNDS = 10;

/** What one slice of requests to one server came to. */
export interface Slice {
  readonly perSecond: number;
  readonly p99Ms: number;
  /** Processor time of this process per request, in microseconds; the load has a process of its own. */
  readonly cpuMicros: number;
}

/** Processor time of this process in microseconds. */
export function cpuMicros(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

/** Starts the process that sends the load; `disconnect()` ends it. */
export function startLoad(): ChildProcess {
  return fork(fileURLToPath(new URL('./http-load.ts', import.meta.url)), { execArgv: [] });
}

async function loadSlice(child: ChildProcess, ended: Promise<never>, port: number, requests: number): Promise<Slice> {
  const before = process.cpuUsage();
  child.send({ port, requests, connections: CONNECTIONS } satisfies LoadOrder);
  const [result] = (await Promise.race([once(child, 'message'), ended])) as [LoadResult];
  return {
    perSecond: (requests * 1000) / result.totalMs,
    p99Ms: result.p99Ms,
    cpuMicros: cpuMicros(before) / requests,
  };
}

/** Serves the handlers and gives, per handler, one slice for each round; the first rounds warm up and do not count. */
export async function measureSlices<Name extends string>(
  handlers: Readonly<Record<Name, RequestListener>>,
  child: ChildProcess,
  { rounds, requests, warmUp, deadlineMs = Infinity }: SliceSizes,
): Promise<Record<Name, Slice[]>> {
  const names = Object.keys(handlers) as Name[];
  const servers: Server[] = [];
  const ended = once(child, 'exit').then(() => {
    throw new Error('The process that sends the load has ended.');
  });
  const slices = Object.fromEntries(names.map((name) => [name, [] as Slice[]])) as Record<Name, Slice[]>;
  for (const name of names) {
    // Sockets wait while the others have their turn, which takes its time on a busy machine.
    const server = createServer({ keepAliveTimeout: 0 }, handlers[name]).listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
  }
  const start = performance.now();
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    if (round >= WARM_UP_ROUNDS + FEWEST_ROUNDS && performance.now() - start > deadlineMs) break;
    const isWarm = round >= WARM_UP_ROUNDS;
    // The order rotates, so that no server always runs after the same one.
    for (let turn = 0; turn < names.length; turn++) {
      const index = (turn + round) % names.length;
      const { port } = servers[index]?.address() as AddressInfo;
      const slice = await loadSlice(child, ended, port, isWarm ? requests : warmUp);
      if (isWarm) slices[names[index] as Name].push(slice);
    }
  }
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  return slices;
}
