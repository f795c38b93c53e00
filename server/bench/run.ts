/** Runs the benchmarks of the server: `npm run bench -w server -- [--only RE] [--json FILE] [--write]`. Never fails on a slow machine. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine, rowLine, rowTable, type BenchRow } from '../../scripts/lib/bench-rows.ts';
import { writeFigures } from '../../scripts/lib/write-figures.ts';

const TOPICS = ['keystroke', 'refine', 'types', 'check', 'index', 'memory', 'instrument'] as const;

const { values: options } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string', default: '' }, write: { type: 'boolean' } },
});

const rows: BenchRow[] = [];
for (const topic of TOPICS.filter((name) => new RegExp(options.only).test(name))) {
  const { bench } = (await import(`./${topic}.ts`)) as {
    bench: () => Promise<BenchRow[]> | Iterable<BenchRow> | AsyncIterable<BenchRow>;
  };
  for await (const row of await bench()) {
    console.log(rowLine(row));
    rows.push(row);
  }
}

if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, undefined, 1)}\n`);
if (options.write) await writeFigures('docs/performance.md', `${machine()}\n\n${rowTable(rows)}`, 'server');
