/** Measures what telemetry costs the fixed example, end to end: `npm run bench:overhead -- [--rounds N] [--write]`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { machine, median, quantile, rowLine, rowTable, type BenchRow } from './lib/bench-rows.ts';
import { startShop, type Shop } from './lib/shop.ts';
import { replaceBetween } from './lib/markdown.ts';
import { inRoot } from './lib/paths.ts';
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, write: { type: 'boolean' } },
});

const MODES = ['without', 'with'] as const;
type Mode = (typeof MODES)[number];
const CONNECTIONS = 8;
const REQUESTS = 400;
const WARM_UP = 3000;
const CUSTOMER = 'c-1';
const PAGE = 'docs/performance.md';

interface Slice {
  readonly perSecond: number;
  readonly times: readonly number[];
  /** Of the processor of the service, per request. */
  readonly cpuMs: number;
  readonly rssMb: number;
}

interface Side {
  readonly shop: Shop;
  readonly headers: Readonly<Record<string, string>>;
  readonly order: string;
  readonly slices: Slice[];
}

/** A collector that takes everything and keeps nothing. */
async function startSink(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

async function post(side: Pick<Side, 'shop' | 'headers'>, path: string, body: object): Promise<unknown> {
  const answer = await fetch(side.shop.url + path, {
    method: 'POST',
    headers: side.headers,
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

async function start(mode: Mode, collector: string): Promise<Side> {
  const shop = await startShop({
    TELINT_BENCH: mode,
    NODE_OPTIONS: `--import ${new URL('./bench/example-process.ts', import.meta.url).href}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    // Without the runtime nothing thins the log out, and its lines would be what is measured.
    SHOP_LOG_LEVEL: 'info',
  });
  const plain = { shop, headers: { 'content-type': 'application/json', 'x-client-app': 'web' } };
  const { token } = (await post(plain, '/sessions', { email: 'customer@shop.example', password: 'correct horse' })) as {
    token: string;
  };
  const headers = { ...plain.headers, authorization: `Bearer ${token}` };
  const cart = { lines: [{ sku: 'mug', quantity: 1 }], paymentMethod: 'invoice' };
  const { id } = (await post({ shop, headers }, `/customers/${CUSTOMER}/orders`, cart)) as { id: string };
  return { shop, headers, order: id, slices: [] };
}

interface Usage {
  readonly rssMb: number;
  readonly cpuMs: number;
}

/** What the service told last; it tells every 100 ms. */
async function usage({ shop }: Side): Promise<Usage> {
  const seen = shop.lines.length;
  const fresh = (): string | undefined => shop.lines.slice(seen).findLast((line) => line.startsWith('{"rssMb"'));
  while (fresh() === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  return JSON.parse(fresh() ?? '') as Usage;
}

/** Reads of an order, which ask session store and database, and a GraphQL query for each four of them. */
async function request(side: Side, index: number): Promise<void> {
  if (index % 5 === 4) {
    await post(side, '/graphql', { query: 'query Orders { orders { id status } }', operationName: 'Orders' });
    return;
  }
  const answer = await fetch(`${side.shop.url}/orders/${side.order}`, { headers: side.headers });
  if (!answer.ok) throw new Error(`The order was answered with ${answer.status}.`);
  await answer.arrayBuffer();
}

async function slice(side: Side, count: number): Promise<Slice> {
  const times: number[] = [];
  let next = 0;
  const before = await usage(side);
  const start = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let index = next++; index < count; index = next++) {
        const sent = performance.now();
        await request(side, index);
        times.push(performance.now() - sent);
      }
    }),
  );
  const perSecond = (count * 1000) / (performance.now() - start);
  const after = await usage(side);
  return { perSecond, times, cpuMs: (after.cpuMs - before.cpuMs) / count, rssMb: after.rssMb };
}

const rounds = Number(options.rounds);
if (!(rounds >= 5)) throw new Error('--rounds needs at least 5.');
const sink = await startSink();
const sides = { without: await start('without', sink.url), with: await start('with', sink.url) };
for (const mode of MODES) await slice(sides[mode], WARM_UP);
for (let round = 0; round < rounds; round++)
  for (const mode of round % 2 === 0 ? MODES : MODES.toReversed())
    sides[mode].slices.push(await slice(sides[mode], REQUESTS));
const exposition = await sides.with.shop.scrape();
if (!exposition.includes('http_server_request_duration_seconds_count')) throw new Error('Nothing was measured.');
for (const mode of MODES) await sides[mode].shop.stop();
sink.close();

function row(
  id: string,
  of: (slice: Slice) => number,
  unit: string,
  limit: Pick<BenchRow, 'target' | 'direction'>,
): BenchRow {
  const middle = (mode: Mode): number => median(sides[mode].slices.map(of));
  const ratios = sides.with.slices.flatMap((own, index) => {
    const bare = sides.without.slices[index];
    return bare === undefined ? [] : [of(own) / of(bare)];
  });
  const note = `${middle('with').toFixed(2)} ${unit} with telemetry, ${middle('without').toFixed(2)} ${unit} without`;
  return { id, ratio: median(ratios), ...limit, note };
}

const atMost = (target: number) => ({ target, direction: 'max' }) as const;
const rows = [
  row('example throughput', ({ perSecond }) => perSecond, 'requests/s', { target: 0.8, direction: 'min' }),
  ...([50, 95, 99] as const).map((percent) =>
    row(`example p${percent}`, ({ times }) => quantile(times, percent / 100), 'ms', atMost(1.25)),
  ),
  row('example processor time', ({ cpuMs }) => cpuMs, 'ms per request', atMost(1.25)),
  row('example memory', ({ rssMb }) => rssMb, 'MB', atMost(1.25)),
];
for (const each of rows) console.log(rowLine(each));

if (options.write) {
  const path = inRoot(PAGE);
  const text = `${machine()}; ${rounds} slices of ${REQUESTS} requests for each side, ${CONNECTIONS} connections\n\n${rowTable(rows)}`;
  const page = replaceBetween(
    readFileSync(path, 'utf8'),
    '<!-- begin example figures -->',
    '<!-- end example figures -->',
    text,
  );
  writeFileSync(path, await format(page, { ...(await resolveConfig(path)), filepath: path }));
}
