/** Runs every benchmark of this folder: `npm run bench -- [--json FILE] [--only NAME]`. Never fails on a slow machine. */
import { readdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BenchRow } from './rows.ts';

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string', default: '' } } });
const OTHERS = new Set(['run.ts', 'rows.ts']);
const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !OTHERS.has(name));

const rows: BenchRow[] = [];
for (const name of names.filter((n) => n.includes(values.only)).sort()) {
  const { bench } = (await import(new URL(name, import.meta.url).href)) as { bench: () => Promise<BenchRow[]> };
  for (const row of await bench()) {
    const met = row.direction === 'higher' ? row.ratio >= row.target : row.ratio <= row.target;
    console.log(`${met ? 'ok  ' : 'MISS'} ${row.id} ${row.ratio.toFixed(1)} (target ${row.target}) ${row.note}`);
    rows.push(row);
  }
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
