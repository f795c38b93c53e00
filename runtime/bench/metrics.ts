/** Metrics against prom-client 15 and @prometheus-io/client: writes, a flood of new values, a scrape of 100,000 series. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as successor from '@prometheus-io/client';
import * as promClient from 'prom-client';
import { createMetrics, free, oneOf, statusClass, template } from '../src/metrics.ts';
import { median, medianTimes, type BenchRow } from './rows.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
const STATUSES = ['2xx', '3xx', '4xx', '5xx', '1xx'] as const;
const ROUTES = Array.from({ length: 5 }, (_, index) => `/api/resource/${'abcde'.charAt(index)}/:id`);
const HOT_CALLS = 200_000;
const ROUNDS = 9;

type HotLabels = { method: (typeof METHODS)[number]; route: string; status: (typeof STATUSES)[number] };

/** 100 label sets; every call makes its label object, as an application does. */
function hotLabels(index: number): HotLabels {
  return {
    method: METHODS[index & 3] ?? 'GET',
    route: ROUTES[(index >> 2) % 5] ?? '',
    status: STATUSES[(index >> 5) % 5] ?? '2xx',
  };
}

const HOT = Array.from({ length: 512 }, (_, index) => hotLabels(index));

function hot(call: (labels: HotLabels, index: number) => void): () => void {
  return () => {
    for (let index = 0; index < HOT_CALLS; index++) {
      const { method, route, status } = HOT[index & 511] as HotLabels;
      call({ method, route, status }, index);
    }
  };
}

const NAMES = ['method', 'route', 'status'];

async function writes(): Promise<BenchRow[]> {
  const metrics = createMetrics({ limits: { totalSeries: 100_000 } });
  const labels = { method: oneOf(...METHODS), route: template(), status: statusClass() };
  const ours = metrics.counter({ name: 'requests_total', help: 'Requests.', labels });
  const ourHistogram = metrics.histogram({ name: 'duration_seconds', help: 'Duration.', labels });
  const bound = ours.bind({ method: 'GET', route: '/bound', status: '2xx' });
  // Other metrics of the process: without them the lookups would be specialised to one set of label names.
  for (let other = 0; other < 8; other++) {
    const name = `label_${'abcdefgh'.charAt(other)}`;
    const counter = metrics.counter({
      name: `other_${name}_total`,
      help: 'Other.',
      labels: { [name]: free(), route: template(), status: statusClass() },
    });
    for (let index = 0; index < 20_000; index++)
      counter.inc({ [name]: 'x', route: ROUTES[index % 5] ?? '', status: '2xx' });
  }
  const rows = async (
    label: string,
    client: typeof promClient | typeof successor,
    targets?: readonly [number, number, number],
  ) => {
    const registers = [new client.Registry()] as never[];
    const counter = new client.Counter({ name: 'requests_total', help: 'Requests.', labelNames: NAMES, registers });
    const histogram = new client.Histogram({
      name: 'duration_seconds',
      help: 'Duration.',
      labelNames: NAMES,
      registers,
    });
    const times = await medianTimes(
      {
        theirInc: hot((set) => counter.inc(set)),
        ourInc: hot((set) => ours.inc(set)),
        ourBound: () => {
          for (let index = 0; index < HOT_CALLS; index++) bound.inc();
        },
        theirObserve: hot((set, index) => histogram.observe(set, (index & 1023) / 500)),
        ourObserve: hot((set, index) => ourHistogram.observe(set, (index & 1023) / 500)),
      },
      ROUNDS,
    );
    const ns = (ms: number): string => `${((ms * 1e6) / HOT_CALLS).toFixed(1)} ns`;
    const row = (id: string, ours: number, theirs: number, target: number): BenchRow => ({
      id: `metrics ${id} / ${label}`,
      ratio: ours / theirs,
      target,
      direction: 'max',
      note: `${ns(ours)} against ${ns(theirs)}, 3 labels, 100 label sets`,
    });
    const [inc, boundTarget, observe] = targets ?? [0.25, 0.03, 0.3];
    return [
      row('inc', times.ourInc, times.theirInc, inc),
      row('bound inc', times.ourBound, times.theirInc, boundTarget),
      row('observe', times.ourObserve, times.theirObserve, observe),
    ];
  };
  return [
    ...(await rows('prom-client', promClient)), // No target is set against the successor; these say when it comes close.
    ...(await rows('@prometheus-io/client', successor, [0.4, 0.05, 0.4])),
  ];
}

const FLOOD_CALLS = 200_000;

/** A name of letters only: digits would be taken for an identifier, and the routes for one template. */
function letters(index: number): string {
  return index < 26 ? String.fromCharCode(97 + index) : letters(Math.floor(index / 26) - 1) + letters(index % 26);
}

const FLOOD_ROUTES = Array.from({ length: FLOOD_CALLS / 2 }, (_, index) => `/path/${letters(index)}/x`);

function flood(inc: (labels: { method: string; route: string; status: string }) => void): void {
  for (let index = 0; index < FLOOD_CALLS; index++) {
    const route = (index & 1) === 0 ? '/users/:id' : (FLOOD_ROUTES[index >> 1] ?? '');
    inc({ method: 'GET', route, status: index % 50 === 0 ? '500' : '200' });
  }
}

function floodedCounter() {
  return createMetrics().counter({
    name: 'requests_total',
    help: 'Requests.',
    labels: { method: oneOf('GET', 'POST'), route: template(), status: oneOf('200', '500') },
  });
}

async function floods(): Promise<BenchRow[]> {
  const times = await medianTimes(
    {
      ours: () => {
        const counter = floodedCounter();
        flood((labels) => counter.inc(labels as never));
      },
      theirs: () => {
        const registers = [new promClient.Registry()];
        const counter = new promClient.Counter({
          name: 'requests_total',
          help: 'Requests.',
          labelNames: NAMES,
          registers,
        });
        flood((labels) => counter.inc(labels));
      },
    },
    5,
  );
  const rows: BenchRow[] = [
    {
      id: 'metrics flood / prom-client',
      ratio: times.ours / times.theirs,
      target: 0.5,
      direction: 'max',
      note: `${times.ours.toFixed(0)} ms against ${times.theirs.toFixed(0)} ms for 200,000 increments, half of them to new routes`,
    },
  ];
  if (globalThis.gc === undefined) return rows;
  const growths: number[] = [];
  for (let round = 0; round < 5; round++) {
    const counter = floodedCounter();
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    flood((labels) => counter.inc(labels as never));
    globalThis.gc();
    growths.push((process.memoryUsage().heapUsed - before) / 1e6);
    counter.reset();
  }
  const note = 'MB of heap after 200,000 increments, half of them to new routes';
  return [...rows, { id: 'metrics flood heap growth', ratio: median(growths), target: 1, direction: 'max', note }];
}

const SERIES = 100_000;

function filled<T>(counter: T, inc: (counter: T, labels: Record<string, string>) => void): void {
  for (let index = 0; index < SERIES; index++) {
    inc(counter, { method: METHODS[index & 3] ?? 'GET', route: `/api/resource/${index >> 2}`, status: '2xx' });
  }
}

async function scrapes(): Promise<BenchRow[]> {
  const metrics = createMetrics({
    limits: { valuesPerLabel: SERIES, seriesPerMetric: 2 * SERIES, totalSeries: 2 * SERIES },
  });
  const labels = { method: oneOf(...METHODS), route: free(), status: oneOf(...STATUSES) };
  const ours = metrics.counter({ name: 'requests_total', help: 'Requests.', labels });
  filled(ours, (counter, set) => counter.inc(set as never));
  const registries = [promClient, successor].map((client) => {
    const registry = new client.Registry();
    const counter = new client.Counter({
      name: 'requests_total',
      help: 'Requests.',
      labelNames: NAMES,
      registers: [registry] as never[],
    });
    filled(counter, (target, set) => target.inc(set));
    return registry;
  });
  let [prom, next] = registries;
  const firstStart = performance.now();
  const first = (await metrics.text()).length;
  const firstMs = performance.now() - firstStart;
  const times = await medianTimes(
    {
      ours: () => metrics.text(),
      prom: () => prom?.metrics(),
      next: () => next?.metrics(),
    },
    5,
  );
  // As the endpoint reads it: piece by piece, encoded. The registries of the others go first: their garbage is not ours.
  registries.length = 0;
  prom = next = undefined;
  const block = await longestBlock(async () => {
    for await (const piece of metrics.render()) Buffer.from(piece);
  });
  const textBlock = await longestBlock(() => metrics.text());
  const note = (theirs: number): string =>
    `${times.ours.toFixed(0)} ms against ${theirs.toFixed(0)} ms for 100,000 series (${(first / 1e6).toFixed(1)} MB); the first scrape takes ${firstMs.toFixed(0)} ms`;
  return [
    {
      id: 'metrics scrape / prom-client',
      ratio: times.ours / times.prom,
      target: 0.25,
      direction: 'max',
      note: note(times.prom),
    },
    {
      id: 'metrics scrape / @prometheus-io/client',
      ratio: times.ours / times.next,
      target: 0.4,
      direction: 'max',
      note: note(times.next),
    },
    {
      id: 'metrics scrape longest block / 10 ms',
      ratio: block / 10,
      target: 1,
      direction: 'max',
      note: `${block.toFixed(1)} ms of processor time in one turn (\`text()\`: ${textBlock.toFixed(1)} ms), median of 5 scrapes`,
    },
  ];
}

/**
 * Longest processor time of one turn of the event loop while the work runs, in milliseconds. Processor time, because on a
 * busy machine the wall clock shows how long others ran.
 */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  const blocks: number[] = [];
  for (let round = 0; round < 5; round++) {
    globalThis.gc?.();
    let longest = 0;
    let isRunning = true;
    let before = process.threadCpuUsage();
    const turn = (): void => {
      const { user, system } = process.threadCpuUsage(before);
      longest = Math.max(longest, (user + system) / 1000);
      before = process.threadCpuUsage();
      if (isRunning) setImmediate(turn);
    };
    setImmediate(turn);
    await work();
    isRunning = false;
    await nextTurn();
    blocks.push(longest);
  }
  return median(blocks);
}

/** Rows of this topic; heap growth only under `node --expose-gc`. */
export async function bench(): Promise<BenchRow[]> {
  return [...(await writes()), ...(await floods()), ...(await scrapes())];
}
