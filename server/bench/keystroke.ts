/** From a key to findings, over the protocol: this server against that of the ESLint extension with the same rules. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Diagnostic } from 'vscode-languageserver-protocol';
import { manyFunctions } from '../../scripts/bench/generated-source.ts';
import { median, quantile, type BenchRow } from '../../scripts/lib/bench-rows.ts';
import { eslintSide, telintSide, type Side } from './support/editor.ts';
import { keystrokes, type Keystroke } from './support/typing.ts';

/** Files of a repository, `folder:file` separated by commas; the file is relative to the folder. */
const NAMED = (process.env['TELINT_BENCH_FILES'] ?? '').split(',').filter((name) => name !== '');
const STROKES = Number(process.env['TELINT_BENCH_STROKES'] ?? 60);
/** Keys that are not counted: V8 optimises what ran often. */
const WARM_UP = Number(process.env['TELINT_BENCH_WARM_UP'] ?? 30);
const OPENINGS = 5;
const OPEN_MS = 50;
const LINES = [300, 2000];

interface Target {
  readonly name: string;
  readonly folder: string;
  readonly path: string;
  readonly text: string;
}

/** Rows of one file after the other. */
export async function* bench(): AsyncGenerator<BenchRow> {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'telint-bench-')));
  try {
    for (const target of [...generated(join(scratch, 'service')), ...NAMED.map(named)]) {
      yield* typing(target, join(scratch, 'configs'));
      yield await opening(target);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function named(name: string): Target {
  const [folder = '', file = ''] = name.split(':');
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  return { name: `${lines(text)} lines, ${basename(folder)}`, folder, path, text };
}

/** A service whose files are full of telemetry, with the dependencies of this repository. */
function generated(folder: string): readonly Target[] {
  mkdirSync(join(folder, 'src'), { recursive: true });
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "service", "dependencies": { "prom-client": "^15.0.0" } }');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { strict: true, module: 'nodenext', types: [] }, include: ['src'] }),
  );
  return LINES.map((count) => {
    const path = join(folder, 'src', `lines-${count}.ts`);
    const text = manyFunctions(count);
    writeFileSync(path, text);
    return { name: `${lines(text)} lines, generated`, folder, path, text };
  });
}

async function* typing(target: Target, scratch: string): AsyncGenerator<BenchRow> {
  const { folder, path, text } = target;
  const sides: Side[] = [];
  try {
    sides.push(await telintSide(folder));
    for (const isTyped of [false, true]) sides.push(await eslintSide(folder, isTyped, scratch));
    const opened: (readonly Diagnostic[])[] = [];
    for (const side of sides) opened.push(await side.open(path, text));
    const strokes = keystrokes(text, WARM_UP + STROKES);
    const [ours = [], ...theirs] = await race(sides, strokes);
    const counts = `findings of the file: ${opened.map((list, i) => `${sides[i]?.name ?? ''} ${own(list)}`).join(', ')}`;
    const goals = [4, 15];
    for (const [i, times] of theirs.entries())
      yield {
        id: `keystroke vs ESLint ${i === 0 ? 'untyped' : 'typed'}, ${target.name}`,
        ratio: median(times) / median(ours),
        target: goals[i] ?? 0,
        direction: 'min',
        note: `p50 ${figures(ours, 0.5)} against ${figures(times, 0.5)}, p95 ${figures(ours, 0.95)} against ${figures(times, 0.95)} (${(quantile(times, 0.95) / quantile(ours, 0.95)).toFixed(1)} ×), ${STROKES} keys in ${relative(dirname(folder), path)}; ${sides[i + 1]?.name ?? ''}; ${counts}`,
      };
  } finally {
    for (const side of sides) await side.stop();
  }
}

/** Milliseconds of each key on each side, in turns; who begins changes with every key. */
async function race(sides: readonly Side[], strokes: readonly Keystroke[]): Promise<readonly number[][]> {
  const times = sides.map((): number[] => []);
  for (const [n, stroke] of strokes.entries())
    for (let turn = 0; turn < sides.length; turn++) {
      const i = (n + turn) % sides.length;
      const started = performance.now();
      await sides[i]?.type(stroke);
      if (n >= WARM_UP) times[i]?.push(performance.now() - started);
    }
  return times;
}

/** From opening the first file of a session to its findings: the server has just answered `initialize`. */
async function opening({ name, folder, path, text }: Target): Promise<BenchRow> {
  const times: number[] = [];
  for (let i = 0; i < OPENINGS; i++) {
    const side = await telintSide(folder);
    try {
      const started = performance.now();
      await side.open(path, text);
      times.push(performance.now() - started);
    } finally {
      await side.stop();
    }
  }
  return {
    id: `first findings after open / ${OPEN_MS} ms, ${name}`,
    ratio: median(times) / OPEN_MS,
    target: 1,
    direction: 'max',
    note: `median ${figures(times, 0.5)}, slowest ${figures(times, 1)} of ${OPENINGS} new servers, first file that each is asked about`,
  };
}

function own(list: readonly Diagnostic[]): number {
  return list.filter(({ source, code }) => source === 'telint' || String(code).startsWith('telint/')).length;
}

function lines(text: string): number {
  return text.split('\n').length;
}

function figures(times: readonly number[], share: number): string {
  return `${quantile(times, share).toFixed(1)} ms`;
}
