/** Runs the benchmarks of the package: `npm run bench -w runtime -- [--only RE] [--json FILE] [--write]`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchRow } from './rows.ts';

const TOPICS = ['metrics', 'endpoint', 'sanitize', 'sql', 'tracing', 'http'] as const;

const { values: options } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string', default: '' }, write: { type: 'boolean' } },
});

const PERFORMANCE = new URL('../../docs/performance.md', import.meta.url);
const BEGIN = '<!-- begin runtime figures -->';
const END = '<!-- end runtime figures -->';

function isMet({ ratio, target, direction }: BenchRow): boolean {
  return direction === 'max' ? ratio <= target : ratio >= target;
}

function text({ ratio, target, direction }: BenchRow): string {
  return `${ratio.toPrecision(3)} ${direction === 'max' ? '≤' : '≥'} ${target}`;
}

const rows: BenchRow[] = [];
for (const topic of TOPICS.filter((name) => new RegExp(options.only).test(name))) {
  const { bench } = (await import(`./${topic}.ts`)) as { bench: () => Promise<BenchRow[]> };
  for (const row of await bench()) {
    console.log(`${isMet(row) ? '✔' : '✘'} ${row.id.padEnd(44)} ${text(row).padStart(16)}   ${row.note}`);
    rows.push(row);
  }
}

if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, undefined, 1)}\n`);
if (options.write) {
  const [cpu] = cpus();
  const lines = rows.map(
    (row) =>
      `| ${row.id} | ${row.ratio.toPrecision(3)} | ${row.direction === 'max' ? '≤' : '≥'} ${row.target} | ${isMet(row) ? 'yes' : '**no**'} | ${row.note} |`,
  );
  const machine = `${cpus().length} cores (${cpu?.model.trim() ?? process.arch}), ${process.platform}, Node ${process.versions.node}`;
  const body = [machine, '', '| Figure | Ratio | Target | Met | Measured |', '| - | - | - | - | - |', ...lines].join(
    '\n',
  );
  const page = readFileSync(PERFORMANCE, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  writeFileSync(PERFORMANCE, `${before}${BEGIN}\n\n${body}\n\n${END}${rest.split(END)[1] ?? ''}`);
}
