import { describe, expect, it } from 'vitest';
import { createMetrics, free, oneOf, topK } from '../src/metrics.ts';
import { parseExposition, sampleValue, sumOf } from './support/exposition-parser.ts';

function createTimed(options: Parameters<typeof createMetrics>[0] = {}) {
  const time = { now: 1_000_000 };
  const metrics = createMetrics({ selfMetrics: false, clock: { now: () => time.now }, ...options });
  const scrape = async () => {
    const text = await metrics.text();
    return text === '' ? new Map() : parseExposition(text, 'text');
  };
  return { time, metrics, scrape };
}

describe('gauges', () => {
  it('go after their time to live, written ones stay', async () => {
    const { time, metrics, scrape } = createTimed();
    const gauge = metrics.gauge({ name: 'level', help: 'Level.', labels: { a: free() }, ttl: 1000 });
    gauge.set({ a: 'old' }, 1);
    gauge.set({ a: 'kept' }, 2);
    await scrape();
    time.now += 600;
    gauge.set({ a: 'kept' }, 3);
    await scrape();
    time.now += 600;
    const families = await scrape();
    expect(sampleValue(families, 'level', { a: 'old' })).toBeUndefined();
    expect(sampleValue(families, 'level', { a: 'kept' })).toBe(3);
  });

  it('stay where no ttl is asked for', async () => {
    const { time, metrics, scrape } = createTimed();
    metrics.gauge({ name: 'level', help: 'Level.', labels: { a: free() } }).set({ a: 'x' }, 1);
    for (let round = 0; round < 5; round++) {
      time.now += 1e9;
      expect(sampleValue(await scrape(), 'level', { a: 'x' })).toBe(1);
    }
  });

  it('make room without a scrape when new values come', () => {
    const { time, metrics } = createTimed({ limits: { valuesPerLabel: 3 } });
    const gauge = metrics.gauge({ name: 'level', help: 'Level.', labels: { a: free() }, ttl: 1000 });
    for (let round = 0; round < 20; round++) {
      gauge.set({ a: `v${round}` }, round);
      time.now += 900;
    }
    expect(metrics.stats().metrics[0]?.labels[0]?.values).toBeLessThanOrEqual(3);
    expect(metrics.stats().metrics[0]?.labels[0]?.folded).toBe(0);
  });
});

describe('counters', () => {
  it('wait until two scrapes have seen the last value, however long that takes', async () => {
    const { time, metrics, scrape } = createTimed();
    const counter = metrics.counter({ name: 'seen_total', help: 'Seen.', labels: { a: free() }, ttl: 1000 });
    counter.inc({ a: 'x' });
    time.now += 1e6;
    expect(sampleValue(await scrape(), 'seen_total', { a: 'x' })).toBe(1);
    time.now += 1e6;
    expect(sampleValue(await scrape(), 'seen_total', { a: 'x' })).toBe(1);
    time.now += 1e6;
    expect(sampleValue(await scrape(), 'seen_total', { a: 'x' })).toBeUndefined();
  });

  it('stay while the ttl has not passed, however many scrapes come', async () => {
    const { metrics, scrape } = createTimed();
    metrics.counter({ name: 'seen_total', help: 'Seen.', labels: { a: free() }, ttl: 1000 }).inc({ a: 'x' });
    for (let round = 0; round < 10; round++) expect(sampleValue(await scrape(), 'seen_total', { a: 'x' })).toBe(1);
  });

  it('lose nothing through a handle whose series is gone', async () => {
    const { time, metrics, scrape } = createTimed();
    const counter = metrics.counter({ name: 'bound_total', help: 'Bound.', labels: { a: free() }, ttl: 10 });
    const bound = counter.bind({ a: 'x' });
    bound.inc();
    for (let round = 0; round < 4; round++) {
      time.now += 1000;
      await scrape();
    }
    expect(metrics.stats().series).toBe(0);
    bound.inc(7);
    expect(sampleValue(await scrape(), 'bound_total', { a: 'x' })).toBe(7);
  });

  it('take the edges of other spellings with them', async () => {
    const { time, metrics, scrape } = createTimed();
    const gauge = metrics.gauge({ name: 'spelled', help: 'Spelled.', labels: { a: oneOf(1, 2), b: free() }, ttl: 10 });
    gauge.set({ a: 1, b: true }, 5);
    time.now += 1000;
    await scrape();
    time.now += 1000;
    await scrape();
    expect(metrics.stats().series).toBe(0);
    gauge.set({ a: 1, b: true }, 6);
    expect(sampleValue(await scrape(), 'spelled', { a: '1', b: 'true' })).toBe(6);
  });
});

describe('topK', () => {
  it('keeps the heavy values under 2 k series, and no sum ever falls', async () => {
    const { metrics, scrape } = createTimed();
    const counter = metrics.counter({ name: 'top_total', help: 'Top.', labels: { tenant: topK(3), kind: oneOf('x') } });
    let written = 0;
    for (let round = 0; round < 60; round++) {
      for (let index = 0; index < 200; index++) {
        const isHeavy = index % 2 === 0;
        const tenant = isHeavy ? `heavy${index % 3}` : `light-${round}-${index}`;
        counter.inc({ tenant, kind: 'x' });
        written++;
      }
      const families = await scrape();
      expect(metrics.stats().metrics[0]?.series).toBeLessThanOrEqual(7);
      // A retired series has been seen before it goes, so only what is printed can be less than what was written.
      if (round === 59) {
        for (const tenant of ['heavy0', 'heavy1', 'heavy2'])
          expect(sumOf(families, 'top_total', { tenant })).toBeGreaterThan(60 * 20);
      }
    }
    expect(written).toBe(12_000);
  });
});
