/**
 * What the middleware costs a service whose handlers work for 60 µs, with metrics, traces at 10 % and correlation. Three
 * servers in one process (bare, middleware, prom-client and OpenTelemetry by hand) get load in turns from a child process;
 * CPU per request is measured without sockets too, where the noise is smaller than what is measured.
 */
import { IncomingMessage, ServerResponse, type RequestListener } from 'node:http';
import { Socket } from 'node:net';
import { cpuMicros, measureSlices, startLoad, type Slice } from './http-slices.ts';
import { calibrate, makeVariants, type Framework, type Variant } from './http-variants.ts';
import { median, type BenchRow } from './rows.ts';

const HANDLER_MICROS = 60;
const CPU_TARGET_MICROS = 3;
const VARIANTS: readonly Variant[] = ['bare', 'telint', 'byHand'];
const SIZES = { rounds: 25, requests: 800, warmUp: 5000 };

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
  const child = startLoad();
  const rows: BenchRow[] = [];
  for (const framework of ['node', 'express'] as const) {
    const cpu = await cpuInProcess(idle[framework]);
    rows.push(...rowsOf(framework, await measureSlices(busy[framework], child, SIZES), cpu));
  }
  child.disconnect();
  return rows;
}
