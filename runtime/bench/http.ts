/**
 * What the middleware costs a service whose handlers work for 60 µs, with metrics, traces at 10 % and correlation. Three
 * servers in one process (bare, middleware, prom-client and OpenTelemetry by hand) get load in turns from a child process;
 * CPU per request is measured without sockets too, where the noise is smaller than what is measured.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse, type RequestListener, type Server } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './http-load.ts';
import { calibrate, makeVariants, type Framework, type Variant } from './http-variants.ts';
import { median, type BenchRow } from './rows.ts';

const HANDLER_MICROS = 60;
const CPU_TARGET_MICROS = 3;
const VARIANTS: readonly Variant[] = ['bare', 'telint', 'byHand'];
const ROUNDS = 25;
/** Requests per variant and warm-up round: a tenth is sampled, and V8 optimises what ran thousands of times. */
const WARM_UP = 5000;
const SLICE = { requests: 800, connections: 8 };

interface Slice {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly cpuMicros: number;
}

const cpuMicros = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};

async function loadSlice(child: ChildProcess, port: number, requests: number): Promise<Slice> {
  const before = process.cpuUsage();
  child.send({ ...SLICE, port, requests } satisfies LoadOrder);
  const [result] = (await once(child, 'message')) as [LoadResult];
  return {
    perSecond: (requests * 1000) / result.totalMs,
    p99Ms: result.p99Ms,
    cpuMicros: cpuMicros(before) / requests,
  };
}

async function served(
  handlers: Record<Variant, RequestListener>,
  child: ChildProcess,
): Promise<Record<Variant, Slice[]>> {
  const servers = {} as Record<Variant, Server>;
  const slices: Record<Variant, Slice[]> = { bare: [], telint: [], byHand: [] };
  for (const variant of VARIANTS) {
    servers[variant] = createServer(handlers[variant]).listen(0, '127.0.0.1');
    await once(servers[variant], 'listening');
  }
  for (let round = -2; round < ROUNDS; round++) {
    // The order rotates, so that no variant always runs after the same one.
    for (let turn = 0; turn < VARIANTS.length; turn++) {
      const variant = VARIANTS[(turn + round + 2) % VARIANTS.length] as Variant;
      const { port } = servers[variant].address() as AddressInfo;
      const slice = await loadSlice(child, port, round < 0 ? WARM_UP : SLICE.requests);
      if (round >= 0) slices[variant].push(slice);
    }
  }
  for (const server of Object.values(servers)) {
    server.close();
    server.closeAllConnections();
  }
  return slices;
}

const HEAD = ['Host', '127.0.0.1', 'User-Agent', 'bench', 'Accept', '*/*'];
const socket = new Socket();

/** One request without a connection: what the handler does is the same, what Node does for sockets is not there. */
function inProcess(handler: RequestListener): void {
  const request = new IncomingMessage(socket);
  request.method = 'GET';
  request.url = '/users/4711?page=2';
  request.httpVersionMajor = 1;
  request.rawHeaders = HEAD;
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  response.end = (() => response) as never;
  handler(request, response);
  response.emit('close');
  response.detachSocket(socket);
}

/** CPU of a request above that of the bare handler, in microseconds: the median over interleaved slices. */
async function cpuInProcess(handlers: Record<Variant, RequestListener>): Promise<Record<'telint' | 'byHand', number>> {
  const requests = 5000;
  const extra = { telint: [] as number[], byHand: [] as number[] };
  for (let round = -8; round < 60; round++) {
    const spent = {} as Record<Variant, number>;
    for (const variant of VARIANTS) {
      const before = process.cpuUsage();
      for (let n = 0; n < requests; n++) inProcess(handlers[variant]);
      spent[variant] = cpuMicros(before) / requests;
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (round < 0) continue;
    extra.telint.push(spent.telint - spent.bare);
    extra.byHand.push(spent.byHand - spent.bare);
  }
  return { telint: median(extra.telint), byHand: median(extra.byHand) };
}

function rowsOf(
  framework: Framework,
  slices: Record<Variant, Slice[]>,
  cpu: Record<'telint' | 'byHand', number>,
): BenchRow[] {
  const ratio = (variant: Variant, of: (slice: Slice) => number): number =>
    median(slices[variant].map((slice, round) => of(slice) / of(slices.bare[round] as Slice)));
  const middle = (variant: Variant, of: (slice: Slice) => number): number => median(slices[variant].map(of));
  const rates = VARIANTS.map((variant) => `${variant} ${middle(variant, (s) => s.perSecond).toFixed(0)}/s`).join(', ');
  const tails = VARIANTS.map((variant) => `${variant} ${middle(variant, (s) => s.p99Ms).toFixed(2)} ms`).join(', ');
  const above = (variant: Variant): number =>
    median(slices[variant].map((slice, round) => slice.cpuMicros - (slices.bare[round] as Slice).cpuMicros));
  return [
    {
      id: `http-${framework}-throughput`,
      ratio: ratio('telint', (slice) => slice.perSecond),
      target: 0.95,
      direction: 'min',
      note: `${rates}; by hand ${ratio('byHand', (slice) => slice.perSecond).toFixed(3)}`,
    },
    {
      id: `http-${framework}-p99`,
      ratio: ratio('telint', (slice) => slice.p99Ms),
      target: 1.05,
      direction: 'max',
      note: `${tails}; by hand ${ratio('byHand', (slice) => slice.p99Ms).toFixed(3)}`,
    },
    {
      id: `http-${framework}-cpu`,
      ratio: cpu.telint / CPU_TARGET_MICROS,
      target: 1,
      direction: 'max',
      note:
        `${cpu.telint.toFixed(2)} µs per request, by hand ${cpu.byHand.toFixed(2)} µs; ` +
        `over sockets ${above('telint').toFixed(2)} µs, by hand ${above('byHand').toFixed(2)} µs`,
    },
  ];
}

/** Throughput, 99th percentile and CPU per request against the bare server. */
export async function bench(): Promise<BenchRow[]> {
  const idle = makeVariants(0);
  const busy = makeVariants(calibrate(HANDLER_MICROS));
  const child = fork(fileURLToPath(new URL('./http-load.ts', import.meta.url)), { execArgv: [] });
  const rows: BenchRow[] = [];
  for (const framework of ['node', 'express'] as const) {
    const cpu = await cpuInProcess(idle[framework]);
    rows.push(...rowsOf(framework, await served(busy[framework], child), cpu));
  }
  child.disconnect();
  return rows;
}
