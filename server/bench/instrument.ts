import { instrumentActions } from '../src/instrument/index.ts';
import type { BenchRow } from '../../scripts/lib/bench-rows.ts';

const TARGET_MS = 60;
const LINES = 2000;

/** A service of about 2,000 lines: classes with methods of all kinds. */
function source(): string {
  const blocks: string[] = ["import { db } from './db';", "import { log } from './log';", ''];
  for (let i = 0; blocks.join('\n').split('\n').length < LINES; i++)
    blocks.push(`/** Orders of kind ${i}. */
export class Service${i} {
  #seen = new Map<string, number>();

  async charge(id: string, options = { retries: ${i} }): Promise<{ id: string; total: number } | undefined> {
    // looks the order up
    const row = await db.orders.find({ id, kind: ${i} });
    if (!row) return undefined;
    for (let attempt = 0; attempt < options.retries; attempt++) {
      try {
        return { id, total: await this.total(row.items.map((item: { price: number }) => item.price)) };
      } catch (error) {
        log.warn(\`attempt \${attempt} of \${id}\`, error);
      }
    }
    return db.orders.charge(row);
  }

  total(prices: readonly number[]) {
    return prices.reduce((sum, price) => sum + price, 0) + this.#seen.size;
  }
}
`);
  return blocks.join('\n');
}

function time(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** Time to list the actions at a cursor, and to compute the edits of one, in a file of 2,000 lines. */
export function bench(): Promise<readonly BenchRow[]> {
  const text = source();
  const path = '/shop/src/orders.ts';
  const at = text.lastIndexOf('// looks the order up');
  const list = () => instrumentActions({ path, text }, { start: at, end: at }, { flavour: 'opentelemetry' });
  const edit = (): unknown => list().map((action) => action.edits())[0];
  const first = time(() => list()[0]?.edits());
  for (let i = 0; i < 10; i++) edit();
  const rows: BenchRow[] = [];
  const add = (id: string, run: () => unknown, more = ''): void => {
    const times = Array.from({ length: 21 }, () => time(run)).sort((a, b) => a - b);
    const [median = 0, worst = 0] = [times[10], times.at(-1)];
    rows.push({
      id,
      ratio: median / TARGET_MS,
      target: 1,
      direction: 'max',
      note: `${median.toFixed(1)} ms, slowest of 21 ${worst.toFixed(1)} ms, for ${text.split('\n').length} lines; target ${TARGET_MS} ms${more}`,
    });
  };
  add('instrument-list', list);
  for (const kind of ['span', 'counter', 'histogram'])
    add(
      `instrument-${kind}`,
      () =>
        list()
          .find((action) => action.kind.endsWith(kind))
          ?.edits(),
      kind === 'span' ? `; the first call of a process ${first.toFixed(0)} ms` : '',
    );
  return Promise.resolve(rows);
}
