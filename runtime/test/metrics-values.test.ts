/** What goes wrong with the usual clients: each case here has a wrong answer, or a crash, in prom-client 15. */
import { describe, expect, it } from 'vitest';
import { createMetrics, free, oneOf, statusClass, template } from '../src/metrics.ts';
import { parseExposition, sampleValue, sumOf } from './support/exposition-parser.ts';

type Loose = { inc(labels: unknown, value?: unknown): void };

function createCounter(labels = { a: free(), b: free() }) {
  const metrics = createMetrics({ selfMetrics: false });
  const counter = metrics.counter({ name: 'written_total', help: 'Written.', labels });
  const read = async () => parseExposition(await metrics.text(), 'text');
  return { metrics, counter, loose: counter as unknown as Loose, read };
}

describe('label values', () => {
  it('with separators stay apart', async () => {
    const { counter, read } = createCounter();
    const pairs = [
      ['x,b:y', 'z'],
      ['x', 'y,b:z'],
      ['x|', 'y'],
      ['x', '|y'],
      ['x"', 'y'],
      ['x\\', 'y'],
      ['x\n', 'y'],
      ['x\\n', 'y'],
    ];
    for (const [index, [a = '', b = '']] of pairs.entries()) counter.inc({ a, b }, index + 1);
    const families = await read();
    for (const [index, [a = '', b = '']] of pairs.entries())
      expect(sampleValue(families, 'written_total', { a, b })).toBe(index + 1);
  });

  it('are read at the call: the object may change later', async () => {
    const { counter, read } = createCounter();
    const labels = { a: '1', b: '1' };
    counter.inc(labels);
    const bound = counter.bind(labels);
    labels.a = '2';
    counter.inc(labels);
    bound.inc();
    labels.b = '3';
    const families = await read();
    expect(sampleValue(families, 'written_total', { a: '1', b: '1' })).toBe(2);
    expect(sampleValue(families, 'written_total', { a: '2', b: '1' })).toBe(1);
    expect(families.get('written_total')?.samples).toHaveLength(2);
  });

  it('of a megabyte are cut, and not kept in memory', async () => {
    const { metrics, counter, read } = createCounter();
    for (let index = 0; index < 50; index++) counter.inc({ a: `${index}-${'x'.repeat(1 << 20)}`, b: 'y' });
    counter.inc({ a: `${'x'.repeat(255)}😀 and more`, b: 'pair' });
    const text = await metrics.text();
    expect(text.length).toBeLessThan(50 * 400);
    const families = await read();
    expect(sampleValue(families, 'written_total', { a: `7-${'x'.repeat(254)}`, b: 'y' })).toBe(1);
    expect(sampleValue(families, 'written_total', { a: 'x'.repeat(255), b: 'pair' })).toBe(1);
  });

  it('with lone surrogates print once, as UTF-8 has them', async () => {
    const { counter, read } = createCounter();
    counter.inc({ a: '\ud800', b: 'y' });
    counter.inc({ a: '\udbff', b: 'y' });
    const families = await read();
    expect(sumOf(families, 'written_total', { a: '\ufffd' })).toBe(2);
  });

  it('named like members of Object.prototype are values like others', async () => {
    const { counter, read } = createCounter();
    for (const a of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) counter.inc({ a, b: '__proto__' });
    const families = await read();
    for (const a of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(sampleValue(families, 'written_total', { a, b: '__proto__' })).toBe(1);
    }
  });

  it('that are no text are written as text, objects as __other__, missing ones as empty', async () => {
    const { loose, read } = createCounter();
    loose.inc({ a: 1, b: true });
    loose.inc({ a: '1', b: 'true' });
    loose.inc({ a: 10n, b: null });
    loose.inc({ a: { toString: () => 'evil' }, b: 'y' });
    loose.inc({ a: Symbol('s'), b: 'y' });
    loose.inc({ b: 'only' });
    const families = await read();
    expect(sampleValue(families, 'written_total', { a: '1', b: 'true' })).toBe(2);
    expect(sampleValue(families, 'written_total', { a: '10' })).toBe(1);
    expect(sampleValue(families, 'written_total', { a: '__other__', b: 'y' })).toBe(2);
    expect(sampleValue(families, 'written_total', { b: 'only' })).toBe(1);
  });

  it('given or missing as __proto__ and constructor labels do not reach the prototype', async () => {
    const metrics = createMetrics({ selfMetrics: false, naming: 'warn' });
    const counter = metrics.counter({
      name: 'member_total',
      help: 'Member.',
      labels: { constructor: free(), valueOf: free() },
    });
    counter.inc({ constructor: 'a', valueOf: 'b' });
    (counter as unknown as Loose).inc({});
    (counter as unknown as Loose).inc(JSON.parse('{"__proto__": {"constructor": "x", "valueOf": "y"}}'));
    const families = parseExposition(await metrics.text(), 'text');
    expect(sampleValue(families, 'member_total', { constructor: 'a', valueOf: 'b' })).toBe(1);
    expect(sampleValue(families, 'member_total', {})).toBe(2);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('of every number of labels are found again', async () => {
    for (let count = 0; count <= 6; count++) {
      const names = Array.from({ length: count }, (_, index) => `x${'abcdef'.charAt(index)}`);
      const metrics = createMetrics({ selfMetrics: false });
      const counter = metrics.counter({
        name: 'arity_total',
        help: 'Arity.',
        labels: Object.fromEntries(names.map((name) => [name, free()])),
      });
      const labels = Object.fromEntries(names.map((name) => [name, 'v']));
      const write = (counter as unknown as Loose).inc.bind(counter);
      if (count === 0) write(3);
      else for (let round = 0; round < 3; round++) write(labels);
      expect(sampleValue(parseExposition(await metrics.text(), 'text'), 'arity_total', labels)).toBe(3);
    }
  });
});

describe('values', () => {
  it('print NaN and the infinities as the formats spell them', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    const gauge = metrics.gauge({ name: 'odd_level', help: 'Odd.', labels: { kind: free() } });
    gauge.set({ kind: 'nan' }, Number.NaN);
    gauge.set({ kind: 'inf' }, Infinity);
    gauge.set({ kind: 'neg' }, -Infinity);
    expect((await metrics.text()).split('\n').slice(2, 5)).toEqual([
      'odd_level{kind="nan"} NaN',
      'odd_level{kind="inf"} +Inf',
      'odd_level{kind="neg"} -Inf',
    ]);
  });

  it.each([-1, Number.NaN, Infinity, -Infinity, '5', {}, [], 5n])(
    '%s does not reach a counter or a histogram, and nothing throws',
    async (value) => {
      const metrics = createMetrics({ selfMetrics: false });
      const counter = metrics.counter({
        name: 'clean_total',
        help: 'Clean.',
        labels: { a: free() },
      }) as unknown as Loose & { bind(labels: unknown): { inc(value: unknown): void } };
      const histogram = metrics.histogram({ name: 'clean_seconds', help: 'Clean.' }) as unknown as {
        observe(value: unknown): void;
      };
      counter.inc({ a: 'x' }, 2);
      counter.inc({ a: 'x' }, value);
      counter.bind({ a: 'x' }).inc(value);
      counter.inc(value);
      counter.inc(undefined, value);
      histogram.observe(0.1);
      if (value !== -1) histogram.observe(value);
      const families = parseExposition(await metrics.text(), 'text');
      expect(sampleValue(families, 'clean_total', { a: 'x' })).toBe(2);
      expect(sampleValue(families, 'clean_seconds_sum')).toBe(0.1);
      expect(sampleValue(families, 'clean_seconds_count')).toBe(1);
    },
  );

  it('a gauge rises and falls, with and without a handle', async () => {
    const metrics = createMetrics({ selfMetrics: false, clock: { now: () => 5000 } });
    const gauge = metrics.gauge({ name: 'moved', help: 'Moved.', labels: { a: oneOf('x') } });
    gauge.set({ a: 'x' }, 10);
    gauge.inc({ a: 'x' });
    gauge.dec({ a: 'x' }, 4);
    const bound = gauge.bind({ a: 'x' });
    bound.inc(2);
    bound.dec();
    expect(sampleValue(parseExposition(await metrics.text(), 'text'), 'moved', { a: 'x' })).toBe(8);
    gauge.setToCurrentTime({ a: 'x' });
    expect(sampleValue(parseExposition(await metrics.text(), 'text'), 'moved', { a: 'x' })).toBe(5);
  });

  it('timers observe seconds, with labels from the start and from the end', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    const labels = { route: template(), status: statusClass() };
    const duration = metrics.histogram({ name: 'timed_seconds', help: 'Timed.', labels });
    const end = duration.startTimer({ route: '/a' });
    const seconds = end({ status: 200 });
    expect(seconds).toBeGreaterThanOrEqual(0);
    const bound = duration.bind({ route: '/a', status: '2xx' }).startTimer()();
    const families = parseExposition(await metrics.text(), 'text');
    expect(sampleValue(families, 'timed_seconds_count', { route: '/a', status: '2xx' })).toBe(2);
    expect(sampleValue(families, 'timed_seconds_sum', { route: '/a', status: '2xx' })).toBeCloseTo(seconds + bound, 9);
  });

  it('fall into the first bucket whose bound is not below them, for few and for many bounds', async () => {
    for (const count of [3, 60]) {
      const metrics = createMetrics({ selfMetrics: false });
      const histogram = metrics.histogram({
        name: 'sorted_seconds',
        help: 'Sorted.',
        linear: { start: 1, width: 1, count },
      });
      for (const value of [-5, 1, 1.5, 2, count, count + 0.1, 1e300]) histogram.observe(value);
      const families = parseExposition(await metrics.text(), 'text');
      const bucket = (le: string): number | undefined => sampleValue(families, 'sorted_seconds_bucket', { le });
      expect([bucket('1'), bucket('2'), bucket(String(count)), bucket('+Inf')]).toEqual([2, 4, 5, 7]);
    }
  });
});
