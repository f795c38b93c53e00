/** From a key to findings with types, over the protocol: this server after its pause, against typed rules in that of the ESLint extension. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from 'vscode-languageserver-protocol';
import { median, quantile, type BenchRow } from '../../scripts/lib/bench-rows.ts';
import { eslintSide, telintSide } from './support/editor.ts';
import { keystrokes } from './support/typing.ts';
import { project } from './types.ts';

const LINES = [300, 2000];
const TARGET = 3;
const STROKES = Number(process.env['TELINT_BENCH_STROKES'] ?? 30);
const WARM_UP = 10;

/** One row for each size of file, in a project with the sources of this repository. */
export async function* bench(): AsyncGenerator<BenchRow> {
  const folder = project('native');
  try {
    for (const lines of LINES) yield await refining(folder, lines);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function refining(folder: string, lines: number): Promise<BenchRow> {
  const path = join(folder, `services/lines-${lines}.ts`);
  const text = service(lines);
  writeFileSync(path, text);
  const ours = await telintSide(folder, true);
  const theirs = await eslintSide(folder, true, join(folder, 'configs'));
  try {
    await ours.open(path, text);
    const opened = [await ours.refine(), await theirs.open(path, text)].map(own);
    const times: { refined: number; typed: number }[] = [];
    for (const [n, stroke] of keystrokes(text, WARM_UP + STROKES).entries()) {
      await ours.type(stroke);
      let started = performance.now();
      await ours.refine();
      const refined = performance.now() - started;
      started = performance.now();
      await theirs.type(stroke);
      if (n >= WARM_UP) times.push({ refined, typed: performance.now() - started });
    }
    const [refined, typed] = [times.map((t) => t.refined), times.map((t) => t.typed)];
    return {
      id: `typed refinement vs ESLint typed, ${lines} lines`,
      ratio: median(typed) / median(refined),
      target: TARGET,
      direction: 'min',
      note: `p50 ${figure(refined, 0.5)} against ${figure(typed, 0.5)}, p95 ${figure(refined, 0.95)} against ${figure(typed, 0.95)}, ${STROKES} keys, TypeScript 7.1 against 6; ours from the end of the pause of 250 ms in which it waits for the next key; ${theirs.name}; findings of the file: telint ${opened[0] ?? 0}, ${theirs.name} ${opened[1] ?? 0}`,
    };
  } finally {
    await ours.stop();
    await theirs.stop();
  }
}

/** Functions with labels that only types know, of a metric that only types know. */
function service(lines: number): string {
  const parts = [
    `import { counterOf } from './kit.js';`,
    `import * as runtime from '../runtime/src/index.ts';`,
    `const orders = counterOf('orders_total');`,
    'export const names = Object.keys(runtime);',
  ];
  for (let i = 0; parts.length < lines; i++)
    parts.push(
      `export function order${i}(userId: string, plan: 'a' | 'b') {`,
      '  const size = names.length;',
      '  orders.inc({ user: userId });',
      '  orders.inc({ plan });',
      '  return size;',
      '}',
    );
  return parts.join('\n');
}

function own(list: readonly Diagnostic[]): number {
  return list.filter(({ source, code }) => source === 'telint' || String(code).startsWith('telint/')).length;
}

function figure(times: readonly number[], share: number): string {
  return `${quantile(times, share).toFixed(1)} ms`;
}
