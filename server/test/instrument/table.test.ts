import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configOf } from '../../src/config.ts';
import { Runner } from '../../src/runner.ts';
import {
  actionsFor,
  after,
  applyEdits,
  chosen,
  commentCount,
  inverse,
  original,
  type Variant,
  type Version,
} from './support/apply.ts';
import { execute, type Observation } from './support/execute.ts';
import { typeErrors } from './support/type-check.ts';
import type { Case } from './table/case.ts';
import { table } from './table/index.ts';

const PLAIN = ['@opentelemetry/api', 'prom-client'];
const variants: readonly Variant[] = [
  { name: 'span', kinds: ['span'], flavour: 'opentelemetry', dependencies: PLAIN },
  { name: 'counter', kinds: ['counter'], flavour: 'opentelemetry', dependencies: PLAIN },
  { name: 'histogram', kinds: ['histogram'], flavour: 'opentelemetry', dependencies: PLAIN },
  { name: 'all three', kinds: ['span', 'counter', 'histogram'], flavour: 'opentelemetry', dependencies: PLAIN },
  {
    name: 'all three, the other way',
    kinds: ['histogram', 'counter', 'span'],
    flavour: 'opentelemetry',
    dependencies: PLAIN,
  },
  { name: 'span of the runtime', kinds: ['span'], flavour: 'runtime', dependencies: PLAIN },
  { name: 'metrics of the runtime', kinds: ['counter', 'histogram'], flavour: 'runtime', dependencies: PLAIN },
  {
    name: 'metrics of OpenTelemetry',
    kinds: ['counter', 'histogram'],
    flavour: 'opentelemetry',
    dependencies: ['@opentelemetry/api'],
  },
  {
    name: 'metrics of the successor',
    kinds: ['counter', 'histogram'],
    flavour: 'opentelemetry',
    dependencies: ['@prometheus-io/client'],
  },
];

interface Applied {
  readonly versions: readonly Version[];
  readonly last: Version;
}

function applied(row: Case, variant: Variant): Applied {
  const versions = [original(row)];
  for (const kind of variant.kinds) {
    const version = versions.at(-1) as Version;
    const edits = chosen(actionsFor(version, variant), kind, row).edits();
    const next = after(version, edits);
    expect(applyEdits(next.text, inverse(version.text, edits)), 'edits can be taken back').toBe(version.text);
    versions.push(next);
  }
  return { versions, last: versions.at(-1) as Version };
}

const keyOf = (row: Case, name: string): string => `${row.title} / ${name}`;
const results = new Map<string, Applied>();
let types: ReadonlyMap<string, readonly string[]>;
let runner: Runner;
let folder: string;

beforeAll(() => {
  const files = new Map<string, Version>();
  for (const row of table) {
    files.set(keyOf(row, 'before'), original(row));
    for (const variant of variants) {
      const key = keyOf(row, variant.name);
      const result = applied(row, variant);
      results.set(key, result);
      files.set(key, result.last);
    }
  }
  types = typeErrors(files);
  folder = mkdtempSync(join(tmpdir(), 'telint-instrument-'));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'shop', dependencies: { 'prom-client': '*', '@opentelemetry/api': '*' } }),
  );
  [...files].forEach(([, { path, text }], i) => {
    const file = join(folder, `f${i}`, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  });
  const paths = [...files.keys()].map((key, i) => [key, join(folder, `f${i}`, files.get(key)?.path ?? '')] as const);
  runner = new Runner(folder, configOf({ preset: 'all' }, 'telint.json'));
  lintPaths = new Map(paths);
}, 300_000);
let lintPaths: ReadonlyMap<string, string>;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const failed = ({ outcomes }: Observation): boolean[] =>
  outcomes.map(({ how }) => how === 'threw' || how === 'rejected');

/** A promise-returning function that is not async rejects where it threw at once. */
function comparable(observation: Observation, rejects: boolean): unknown[] {
  return observation.outcomes.map(({ how, what }) => [rejects && how === 'threw' ? 'rejected' : how, what]);
}

function findings(key: string): string[] {
  const { findings: found, error } = runner.lint(lintPaths.get(key) ?? '');
  return error === undefined ? found.map((f) => f.rule).sort() : [error];
}

function checkSpans(row: Case, variant: Variant, text: string, observation: Observation): void {
  observation.spans.forEach((spans, i) => {
    const parent = spans.find((s) => s.name === 'parent');
    const own = spans.filter((s) => s.name === row.span);
    const { error } = observation.outcomes[i] ?? {};
    const hasFailed = failed(observation)[i] ?? false;
    expect(own, `spans of ${row.calls[i] ?? ''}`).toHaveLength(row.spans ?? 1);
    const ids = new Set(spans.map((s) => s.spanContext().spanId));
    for (const span of own) {
      expect(span.ended).toBe(true);
      expect(ids.has(span.parentSpanContext?.spanId ?? '')).toBe(true);
    }
    expect(own.some((s) => s.parentSpanContext?.spanId === parent?.spanContext().spanId)).toBe(true);
    expect(own.filter((s) => s.status.code === SpanStatusCode.ERROR)).toHaveLength(hasFailed ? 1 : 0);
    const exceptions = own.flatMap((s) => s.events.filter((e) => e.name === 'exception'));
    if (error instanceof Error)
      expect(exceptions.map((e) => e.attributes?.['exception.message'])).toEqual([error.message]);
    if (!hasFailed) expect(exceptions).toEqual([]);
    const isDetached = /\.startSpan\(/.test(text);
    const steps = spans.filter((s) => s.name === 'step');
    const names = new Map(spans.map((s) => [s.spanContext().spanId, s.name]));
    for (const step of steps)
      expect(names.get(step.parentSpanContext?.spanId ?? ''), `parent of a step, ${variant.name}`).toBe(
        isDetached ? 'parent' : row.span,
      );
  });
}

function checkMetrics(row: Case, variant: Variant, observation: Observation): void {
  const times = row.spans ?? 1;
  const bad = failed(observation).filter(Boolean).length;
  const all = row.calls.length * times;
  const sum = (pattern: RegExp): number =>
    Object.entries(observation.metrics).reduce((n, [name, value]) => n + (pattern.test(name) ? value : 0), 0);
  if (variant.kinds.includes('counter')) {
    expect(sum(/[._]calls(?:_total)? success$|_2_calls_total success$/)).toBe(all - bad);
    expect(sum(/[._]calls(?:_total)? error$/)).toBe(bad);
  }
  if (variant.kinds.includes('histogram')) expect(sum(/[._]duration(?:_seconds)? $/)).toBe(all);
}

it('has at least 60 functions, each under its own title', () => {
  expect(new Set(table.map((row) => row.title)).size).toBe(table.length);
  expect(table.length).toBeGreaterThanOrEqual(60);
});

describe.each(table)('$title', { timeout: 60_000 }, (row) => {
  const first = original(row);

  it('is sound before', () => {
    expect(types.get(keyOf(row, 'before'))).toEqual([]);
  });

  it.each(variants)('$name', async (variant) => {
    const key = keyOf(row, variant.name);
    const { last, versions } = results.get(key) as Applied;
    expect({ errors: types.get(key), text: last.text }).toMatchObject({ errors: [] });
    expect(commentCount(last)).toBe(commentCount(first));
    expect(findings(key)).toEqual(findings(keyOf(row, 'before')));
    for (const kind of variant.kinds)
      expect(
        actionsFor(last, variant).map((a) => a.kind),
        'not offered twice',
      ).not.toContain(`refactor.rewrite.telint.${kind}`);

    const before = await execute(first, row.calls);
    const now = await execute(last, row.calls);
    const rejects = variant.flavour === 'opentelemetry' || !variant.kinds.includes('span');
    const isLate = row.returns === 'promise' && rejects;
    expect({ text: last.text, outcomes: comparable(now, isLate) }).toEqual({
      text: last.text,
      outcomes: comparable(before, isLate),
    });
    if (variant.kinds.includes('span')) checkSpans(row, variant, last.text, now);
    checkMetrics(row, variant, now);
    expect(versions).toHaveLength(variant.kinds.length + 1);
  });

  it('changes only what it must', () => {
    for (const variant of variants) {
      const { versions } = results.get(keyOf(row, variant.name)) as Applied;
      versions.slice(0, -1).forEach((version, i) => {
        const kind = variant.kinds[i] ?? '';
        const edits = chosen(actionsFor(version, variant), kind, row).edits();
        for (const { start, end, text } of edits) {
          expect(version.text.slice(start, end).trim(), 'only white space goes').toBe('');
          // an edit without text of its own is the indentation of a line
          if (text.trim() === '') expect(version.text.slice(0, start)).toMatch(/\n$/);
        }
      });
    }
  });

  it('writes the line breaks of the file', () => {
    const { last } = results.get(keyOf(row, 'all three')) as Applied;
    const [crlf, all] = [/\r\n/g, /\n/g].map((p) => last.text.match(p)?.length ?? 0);
    expect(crlf).toBe(first.text.includes('\r\n') ? all : 0);
  });
});
