import { context, ROOT_CONTEXT, SpanKind, trace, TraceFlags, type SpanContext } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeThreshold,
  encodeThreshold,
  probabilityOf,
  randomnessOf,
  RANDOMNESS_RANGE,
  thresholdOf,
} from '../src/consistent-threshold.ts';
import { adaptiveSampler, alwaysOff, alwaysOn, errorSpan, fixedSampler, type TelintSampler } from '../src/sampling.ts';
import { NOT_RECORD, RECORD_AND_SAMPLED, type ReadableSpanLike } from '../src/span-types.ts';
import { newTraceId } from '../src/trace-ids.ts';
import { traceStateOf } from '../src/trace-state.ts';
import { LINES } from './support/otel-lines.ts';

const traceId = 'a'.repeat(18) + 'ffffffffffffff';
const parentOf = (traceFlags: number, state = '', id = traceId): SpanContext => ({
  traceId: id,
  spanId: 'b'.repeat(16),
  traceFlags,
  isRemote: true,
  ...(state === '' ? {} : { traceState: traceStateOf(state) }),
});
const contextOf = (parent: SpanContext) => trace.setSpanContext(ROOT_CONTEXT, parent);

function fakeClock() {
  let now = 1_000_000;
  return {
    advance: (ms: number) => {
      now += ms;
    },
    clock: { now: () => now, after: () => undefined, clear: () => undefined },
  };
}

describe('thresholds', () => {
  // The figures of the specification ("TraceState: Probability Sampling").
  test.each([
    [1, '0'],
    [0.5, '8'],
    [0.25, 'c'],
    [0.01, 'fd70a'],
    [1 / 3, 'aaab'],
  ])('probability %f is th:%s', (probability, th) => {
    expect(encodeThreshold(thresholdOf(probability))).toBe(th);
  });

  test('rounding stays within 2^-11 and never keeps nothing', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1, noNaN: true }), (probability) => {
        const threshold = thresholdOf(probability);
        expect(threshold).toBeLessThan(RANDOMNESS_RANGE);
        expect(Math.abs(probabilityOf(threshold) / probability - 1)).toBeLessThan(2 ** -11);
        expect(decodeThreshold(encodeThreshold(threshold))).toBe(threshold);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['', 'g', '123456789012345', 'FF'])('%j is no threshold', (text) => {
    expect(decodeThreshold(text)).toBeUndefined();
  });
});

describe('a sampler follows the parent', () => {
  test.each([
    ['fixed', fixedSampler(0.5)],
    ['on', alwaysOn()],
    ['off', alwaysOff()],
    ['adaptive', adaptiveSampler({ goalPerSecond: 1 })],
  ])('%s', (_, sampler) => {
    const kept = contextOf(parentOf(TraceFlags.SAMPLED));
    const dropped = contextOf(parentOf(TraceFlags.NONE));
    expect(sampler.shouldSample(kept, traceId, 'x', SpanKind.INTERNAL, {}, []).decision).toBe(RECORD_AND_SAMPLED);
    expect(sampler.shouldSample(dropped, traceId, 'x', SpanKind.INTERNAL, {}, []).decision).toBe(NOT_RECORD);
    expect(sampler.decide({ parent: parentOf(TraceFlags.SAMPLED) }).sampled).toBe(true);
    expect(sampler.decide({ parent: parentOf(TraceFlags.NONE) }).sampled).toBe(false);
  });

  test('unless told otherwise: then the randomness of the trace decides, an explicit one first', () => {
    const sampler = fixedSampler(0.5, { parentBased: false });
    const decide = (state: string, id = traceId) =>
      sampler.shouldSample(contextOf(parentOf(TraceFlags.NONE, state, id)), id, 'x', SpanKind.INTERNAL, {}, []);
    expect(decide('')).toMatchObject({ decision: RECORD_AND_SAMPLED });
    expect(decide('ot=rv:00000000000000').decision).toBe(NOT_RECORD);
    expect(decide('', `${'a'.repeat(18)}00000000000000`).decision).toBe(NOT_RECORD);
    const kept = decide('vendor=1,ot=rv:80000000000000;x:y', `${'a'.repeat(18)}00000000000000`);
    expect(kept.traceState?.serialize()).toBe('ot=th:8;rv:80000000000000;x:y,vendor=1');
    expect(sampler.decide({ parent: parentOf(0, 'ot=rv:00000000000000') }).sampled).toBe(false);
  });
});

describe('a fixed sampler', () => {
  test.each([0, 0.001, 0.1, 0.5, 1])('keeps its share of %f', (probability) => {
    const sampler = fixedSampler(probability);
    const count = 100_000;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (
        sampler.shouldSample(ROOT_CONTEXT, newTraceId(), 'x', SpanKind.INTERNAL, {}, []).decision === RECORD_AND_SAMPLED
      )
        kept++;
    }
    const deviation = Math.sqrt(count * probability * (1 - probability));
    expect(Math.abs(kept - count * probability)).toBeLessThanOrEqual(6 * deviation);
  });

  test('is consistent: what passes a small probability passes every larger one', () => {
    const [small, large] = [fixedSampler(0.1), fixedSampler(0.3)];
    for (let i = 0; i < 20_000; i++) {
      const id = newTraceId();
      const a = small.shouldSample(ROOT_CONTEXT, id, 'x', SpanKind.INTERNAL, {}, []);
      if (a.decision !== RECORD_AND_SAMPLED) continue;
      expect(large.shouldSample(ROOT_CONTEXT, id, 'x', SpanKind.INTERNAL, {}, []).decision).toBe(RECORD_AND_SAMPLED);
      const th = /th:([0-9a-f]+)/.exec(a.traceState?.serialize() ?? '')?.[1] ?? '';
      expect(randomnessOf(id)).toBeGreaterThanOrEqual(decodeThreshold(th) ?? Infinity);
    }
  });

  test.each([-0.1, 1.1, NaN])('refuses %f', (probability) => {
    expect(() => fixedSampler(probability)).toThrow(/TELINT_OPTION_INVALID/);
  });
});

/** Runs seconds of load; returns samples and the estimate of requests for every second. */
function simulate(
  sampler: TelintSampler,
  advance: (ms: number) => void,
  seconds: number,
  load: (second: number) => readonly (readonly [route: string, perSecond: number])[],
) {
  const perSecond: { sampled: number; requests: number; estimate: number }[] = [];
  for (let second = 0; second < seconds; second++) {
    const row = { sampled: 0, requests: 0, estimate: 0 };
    const queue: string[] = [];
    for (const [route, count] of load(second)) for (let i = 0; i < count; i++) queue.push(route);
    for (let i = queue.length - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1));
      [queue[i], queue[j]] = [queue[j] as string, queue[i] as string];
    }
    for (const route of queue) {
      advance(1000 / queue.length);
      const decision = sampler.decide({ method: 'GET', route });
      row.requests++;
      if (!decision.sampled) continue;
      row.sampled++;
      row.estimate += 1 / (decision.probability ?? 0);
    }
    if (queue.length === 0) advance(1000);
    perSecond.push(row);
  }
  return perSecond;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('an adaptive sampler', () => {
  test.each([100, 1000, 5000])('keeps to its goal under a steady load of %i per second', (load) => {
    const { advance, clock } = fakeClock();
    const rows = simulate(adaptiveSampler({ goalPerSecond: 20, clock }), advance, 70, () => [['/a', load]]);
    const rate = sum(rows.slice(10).map((row) => row.sampled)) / 60;
    expect(rate).toBeGreaterThan(14);
    expect(rate).toBeLessThan(24);
  });

  test('keeps to its goal under bursts, and a burst costs no more than the bucket and a logarithm', () => {
    const { advance, clock } = fakeClock();
    const goal = 20;
    const rows = simulate(adaptiveSampler({ goalPerSecond: goal, clock }), advance, 120, (second) => [
      ['/a', second % 20 === 19 ? 10_000 : 50],
    ]);
    expect(Math.max(...rows.map((row) => row.sampled))).toBeLessThan(goal * 5 * 1.6);
    const total = sum(rows.map((row) => row.sampled));
    expect(total).toBeLessThanOrEqual(goal * 120 * 1.15 + goal * 5);
  });

  test('keeps to its goal when keys flood', () => {
    const { advance, clock } = fakeClock();
    const sampler = adaptiveSampler({ goalPerSecond: 20, maxKeys: 100, clock });
    const rows = simulate(sampler, advance, 30, (second) =>
      Array.from({ length: 400 }, (_, i) => [`/${String(second)}/${String(i)}`, 2] as const),
    );
    expect(sampler.stats().keys).toBeLessThanOrEqual(100);
    expect(sampler.stats().folded).toBeGreaterThan(10_000);
    expect(sum(rows.map((row) => row.sampled))).toBeLessThanOrEqual(20 * 30 * 1.15 + 20 * 5);
  });

  test('shares fairly: a rare route is kept whole beside a hot one', () => {
    const { advance, clock } = fakeClock();
    const seen = { '/rare': 0, '/hot': 0 };
    const sampler = adaptiveSampler({ goalPerSecond: 20, clock });
    for (let i = 0; i < 60 * 1000; i++) {
      advance(1);
      const route = i % 1000 === 0 ? '/rare' : '/hot';
      if (sampler.decide({ method: 'GET', route }).sampled) seen[route]++;
    }
    expect(seen['/rare']).toBeGreaterThan(40);
    expect(seen['/hot']).toBeLessThan(20 * 65 + 100);
  });

  test('gives every key a sample per interval, however rare', () => {
    const { advance, clock } = fakeClock();
    const sampler = adaptiveSampler({ goalPerSecond: 5, guaranteeMs: 10_000, averageSeconds: 1, clock });
    const lastSample = new Map<string, number>();
    let longest = 0;
    for (let ms = 0; ms < 120_000; ms += 1) {
      advance(1);
      const route = `/${String(ms % 7)}`;
      if (!sampler.decide({ route }).sampled) continue;
      longest = Math.max(longest, ms - (lastSample.get(route) ?? ms));
      lastSample.set(route, ms);
    }
    expect(lastSample.size).toBe(7);
    expect(longest).toBeLessThanOrEqual(12_000);
  });

  test('estimates are unbiased: 1 / probability of the samples adds up to the requests', () => {
    const runs = 60;
    const shapes: ((second: number) => readonly (readonly [string, number])[])[] = [
      () => [['/a', 400]],
      (second) => [['/a', second % 7 === 3 ? 3000 : 40]],
      (second) => [
        ['/a', 200 + 50 * second],
        ['/b', 3],
        ['/c', second % 2 === 0 ? 100 : 0],
      ],
    ];
    for (const shape of shapes) {
      const ratios: number[] = [];
      for (let run = 0; run < runs; run++) {
        const { advance, clock } = fakeClock();
        const rows = simulate(adaptiveSampler({ goalPerSecond: 20, clock }), advance, 20, shape);
        ratios.push(sum(rows.map((row) => row.estimate)) / sum(rows.map((row) => row.requests)));
      }
      const mean = sum(ratios) / runs;
      const spread = Math.sqrt(sum(ratios.map((ratio) => (ratio - mean) ** 2)) / (runs - 1));
      // Five standard errors: a bias of a few per cent shows, chance does not.
      expect(Math.abs(mean - 1)).toBeLessThan((5 * spread) / Math.sqrt(runs) + 0.001);
      expect(spread / Math.sqrt(runs)).toBeLessThan(0.05);
    }
  });

  test('raises probabilities step by step after a surge', () => {
    const { advance, clock } = fakeClock();
    const sampler = adaptiveSampler({ goalPerSecond: 10, averageSeconds: 0.1, maxIncrease: 2, clock });
    simulate(sampler, advance, 5, () => [['/a', 10_000]]);
    const rows = simulate(sampler, advance, 3, () => [['/a', 10]]);
    // 10 of 10,000 were kept; three doublings later at most 8 of 1,000 are, apart from the estimate's own rounding.
    expect(sum(rows.map((row) => row.sampled))).toBeLessThanOrEqual(3);
  });

  test.each([
    [{ goalPerSecond: 0 }],
    [{ goalPerSecond: NaN }],
    [{ goalPerSecond: 1, maxKeys: -1 }],
    [{ goalPerSecond: 1, maxIncrease: 1 }],
  ])('refuses %j', (options) => {
    expect(() => adaptiveSampler(options)).toThrow(/TELINT_OPTION_INVALID/);
  });
});

describe.each(LINES)('decisions before startSpan, $name', (line) => {
  function service(sampler: TelintSampler) {
    const ended: ReadableSpanLike[] = [];
    const tracer = line
      .provider({
        sampler,
        spanProcessors: [
          {
            onStart: () => undefined,
            onEnd: (span) => {
              ended.push(span);
            },
            forceFlush: () => Promise.resolve(),
            shutdown: () => Promise.resolve(),
          },
        ],
      })
      .getTracer('test');
    return { tracer, ended };
  }

  test('a kept request starts its span with threshold and randomness of the decision', () => {
    const sampler = fixedSampler(0.25);
    const { tracer } = service(sampler);
    let decision = sampler.decide({ method: 'GET', route: '/a' });
    while (!decision.sampled) decision = sampler.decide({ method: 'GET', route: '/a' });
    const base = decision.activate(ROOT_CONTEXT);
    const span = tracer.startSpan('GET /a', {}, base);
    expect(span.isRecording()).toBe(true);
    const state = span.spanContext().traceState?.get('ot') ?? '';
    expect(state).toMatch(/^th:c;rv:[c-f][0-9a-f]{13}$/);
    const before = sampler.stats();
    const child = tracer.startSpan('child', {}, trace.setSpan(base, span));
    expect(child.spanContext()).toMatchObject({ traceId: span.spanContext().traceId, traceFlags: 1 });
    // A second root in the same context is another trace: it decides for itself.
    tracer.startSpan('other root', { root: true }, base).end();
    const after = sampler.stats();
    expect(after.sampled + after.unsampled).toBe(before.sampled + before.unsampled + 1);
    span.end();
    child.end();
  });

  test('a request that is not kept makes no spans below it, and its failure leaves one', () => {
    const sampler = fixedSampler(0);
    const { tracer, ended } = service(sampler);
    const decision = sampler.decide({ method: 'GET', route: '/a' });
    expect(decision.sampled).toBe(false);
    const base = decision.activate(ROOT_CONTEXT);
    const own = trace.getSpanContext(base);
    expect(own?.traceFlags).toBe(0);
    tracer.startSpan('below', {}, base).end();
    expect(ended).toHaveLength(0);

    const error = new TypeError('card 4111111111111111 refused');
    const kept = errorSpan({
      name: 'GET /a',
      error,
      tracer,
      context: base,
      redact: (t) => t.replace(/\d{16}/, '****'),
    });
    expect(kept).toBe(true);
    expect(ended).toHaveLength(1);
    const span = ended[0] as ReadableSpanLike;
    expect(span.spanContext().traceId).toBe(own?.traceId);
    expect(span.spanContext().traceState?.get('ot')).toBeUndefined();
    expect(span.status).toEqual({ code: 2, message: 'card **** refused' });
    expect(span.attributes).toMatchObject({ 'telint.sampling.reason': 'error', 'error.type': 'TypeError' });
    expect(JSON.stringify(span.events)).not.toContain('4111');
  });

  test('spans of errors are limited, and come back with time', () => {
    const sampler = alwaysOff();
    const { tracer, ended } = service(sampler);
    const { advance, clock } = fakeClock();
    advance(1e12);
    const fail = (count: number): number => {
      let kept = 0;
      for (let i = 0; i < count; i++) {
        if (errorSpan({ name: 'x', error: new Error('no'), tracer, context: context.active(), perSecond: 2, clock }))
          kept++;
      }
      return kept;
    };
    fail(1000);
    advance(3000);
    expect(fail(1000)).toBe(6);
    advance(3_600_000);
    expect(fail(1000)).toBe(20);
    expect(ended.length).toBeLessThan(50);
  });
});
