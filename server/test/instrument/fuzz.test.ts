import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import { afterAll, describe, expect, it } from 'vitest';
import { instrumentActions } from '../../src/instrument/index.ts';
import { applyEdits, commentCount, inverse } from './support/apply.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Other code to try: a folder of source files. */
const FOLDERS =
  process.env['TELINT_FUZZ_FOLDER']?.split(':') ??
  ['server/src', 'runtime/src', 'examples/shop'].map((f) => join(ROOT, f));
const POSITIONS = Number(process.env['TELINT_FUZZ_POSITIONS'] ?? 12);

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((f) => /\.[cm]?[jt]sx?$/.test(f) && !/\.d\.[cm]?ts$/.test(f) && !f.includes('node_modules'))
    .sort()
    .map((f) => join(folder, f)),
);

/** Numbers from 0 to 1 that are the same at each run. */
function randoms(seed: number, count: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32);
}

function errorsIn(path: string, text: string): string[] {
  const options = /\.[cm]?tsx?$/.test(path) ? {} : ({ lang: 'jsx' } as const);
  return parseSync(path, text, options).errors.map((e) => e.message);
}

const sample =
  files.length <= 40 || process.env['TELINT_FUZZ_FOLDER'] !== undefined
    ? files
    : randoms(7, 40).map((r) => files[Math.floor(r * files.length)] as string);

let applied = 0;
afterAll(() => expect(applied).toBeGreaterThan(sample.length * 4));

describe('any cursor in real code', { timeout: 120_000 }, () => {
  it.each([...new Set(sample)].map((path) => [relative(ROOT, path)]))('%s', (name) => {
    const path = join(ROOT, name);
    const text = readFileSync(path, 'utf8');
    if (errorsIn(path, text).length > 0) return;
    const done = new Set<string>();
    for (const random of randoms(text.length, POSITIONS)) {
      const at = Math.floor(random * text.length);
      for (const flavour of ['opentelemetry', 'runtime'] as const) {
        for (const action of instrumentActions({ path, text }, { start: at, end: at }, { flavour })) {
          const key = `${flavour} ${action.kind} ${action.title}`;
          if (done.has(key)) continue;
          done.add(key);
          const edits = action.edits();
          if (action.disabled !== undefined) {
            expect(edits).toEqual([]);
            continue;
          }
          const where = `${key} at ${at}`;
          expect(edits.length, where).toBeGreaterThan(0);
          const result = applyEdits(text, edits);
          expect(errorsIn(path, result), `${where}\n`).toEqual([]);
          for (const { start, end } of edits) expect(text.slice(start, end).trim(), where).toBe('');
          expect(applyEdits(result, inverse(text, edits))).toBe(text);
          expect(commentCount({ path, text: result }), where).toBe(commentCount({ path, text }));
        }
      }
    }
    applied += done.size;
  });

  it('takes ranges outside of the text and files that cannot be parsed', () => {
    const text = 'export function f( {';
    for (const at of [0, 5, 500, -1])
      expect(instrumentActions({ path: '/a.ts', text }, { start: at, end: at }, { flavour: 'runtime' })).toEqual([]);
    expect(instrumentActions({ path: '/a.ts', text: '' }, { start: 0, end: 0 }, { flavour: 'runtime' })).toEqual([]);
  });
});
