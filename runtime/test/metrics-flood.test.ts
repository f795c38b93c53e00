import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { bucketed, createMetrics, free, oneOf, template, topK } from '../src/metrics.ts';
import { parseExposition, sumOf } from './support/exposition-parser.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function letters(index: number): string {
  return index < 26 ? String.fromCharCode(97 + index) : letters(Math.floor(index / 26) - 1) + letters(index % 26);
}

function heapUsed(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const WRITES = 200_000;

describe('a flood of 200,000 increments, half of them to new routes', () => {
  it.each([
    ['a closed status', oneOf('200', '500')],
    ['an open status', free({ max: 60 })],
  ])('keeps every error and the heap, with %s', async (_, status) => {
    const metrics = createMetrics();
    const requests = metrics.counter({
      name: 'flooded_total',
      help: 'Flooded.',
      labels: { method: oneOf('GET', 'POST'), route: template(), status },
    });
    const before = heapUsed();
    for (let index = 0; index < WRITES; index++) {
      const route = index % 2 === 0 ? '/users/:id' : `/path/${letters(index)}`;
      requests.inc({ method: 'GET', route, status: index % 50 === 0 || index % 77 === 1 ? '500' : '200' } as never);
    }
    const growth = heapUsed() - before;
    let errors = 0;
    for (let index = 0; index < WRITES; index++) if (index % 50 === 0 || index % 77 === 1) errors++;
    const families = parseExposition(await metrics.text(), 'text');
    expect(sumOf(families, 'flooded_total')).toBe(WRITES);
    expect(sumOf(families, 'flooded_total', { status: '500' })).toBe(errors);
    expect(sumOf(families, 'flooded_total', { route: '/users/:id' })).toBe(WRITES / 2);
    expect(growth).toBeLessThan(1e6);
    const [, route] = metrics.stats().metrics[0]?.labels ?? [];
    expect(Math.abs((route?.demand ?? 0) / (WRITES / 2) - 1)).toBeLessThan(0.15);
  });
});

describe('values of a megabyte', () => {
  it.each([
    ['free', free()],
    ['topK', topK(50)],
    ['bucketed', bucketed()],
    ['template', template()],
  ])('are not kept in memory by %s', (_, domain) => {
    const metrics = createMetrics();
    const counter = metrics.counter({ name: 'long_total', help: 'Long.', labels: { a: domain } });
    const before = heapUsed();
    for (let index = 0; index < 40; index++) {
      // Parsed from JSON, so that the text is in one piece, as a body is.
      counter.inc({ a: JSON.parse(`"/${letters(index)}${'x'.repeat(1 << 20)}"`) as string });
    }
    expect(heapUsed() - before).toBeLessThan(4e6);
  });
});

describe('24 hours of churn', () => {
  it('holds series and memory flat where series expire', async () => {
    let now = 0;
    const metrics = createMetrics({
      clock: { now: () => now },
      limits: { totalSeries: 100_000, seriesPerMetric: 5000, valuesPerLabel: 5000 },
    });
    const labels = { pod: free(), method: oneOf('GET', 'POST') };
    const MINUTE = 60_000;
    const counter = metrics.counter({ name: 'churned_total', help: 'Churned.', labels, ttl: 5 * MINUTE });
    const gauge = metrics.gauge({ name: 'churned_level', help: 'Churned.', labels, ttl: 5 * MINUTE });
    const histogram = metrics.histogram({ name: 'churned_seconds', help: 'Churned.', labels, ttl: 5 * MINUTE });
    const heap: number[] = [];
    let most = 0;
    for (let minute = 0; minute < 24 * 60; minute++) {
      for (let pod = 0; pod < 20; pod++) {
        const set = { pod: `pod-${minute}-${pod}`, method: 'GET' } as const;
        counter.inc(set);
        gauge.set(set, minute);
        histogram.observe(set, 0.1);
      }
      now += MINUTE;
      for await (const piece of metrics.render()) expect(piece).not.toBe('');
      most = Math.max(most, metrics.stats().series);
      if (minute % 120 === 119) heap.push(heapUsed());
    }
    // Three metrics, 20 pods a minute, gone after 5 to 8 minutes.
    expect(most).toBeLessThanOrEqual(3 * 20 * 8);
    expect(metrics.stats().metrics.every(({ labels: [pod] }) => pod?.folded === 0)).toBe(true);
    expect((heap.at(-1) ?? 0) - (heap[1] ?? 0)).toBeLessThan(1e6);
  }, 60_000);
});
