/** Runs the benchmarks of the package: `npm run bench -w runtime -- [--only RE] [--json FILE] [--write]`. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine, rowLine, rowTable, type BenchRow } from '../../scripts/lib/bench-rows.ts';
import { writeFigures } from '../../scripts/lib/write-figures.ts';

const TOPICS = ['metrics', 'endpoint', 'sanitize', 'sql', 'tracing', 'http'] as const;

const { values: options } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string', default: '' }, write: { type: 'boolean' } },
});

const rows: BenchRow[] = [];
for (const topic of TOPICS.filter((name) => new RegExp(options.only).test(name))) {
  const { bench } = (await import(`./${topic}.ts`)) as { bench: () => Promise<BenchRow[]> };
  for (const row of await bench()) {
    console.log(rowLine(row));
    rows.push(row);
  }
}

if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, undefined, 1)}\n`);
if (options.write) await writeFigures('docs/performance.md', `${machine()}\n\n${rowTable(rows)}`, 'runtime');
