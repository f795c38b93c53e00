import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  bucketed,
  createMetrics,
  exponentialBuckets,
  free,
  linearBuckets,
  oneOf,
  statusClass,
  template,
  topK,
} from '../src/metrics.ts';
import { DistinctEstimator } from '../src/demand.ts';
import { routeTemplate } from '../src/route-template.ts';
import { sipHash, sipKey } from '../src/sip-hash.ts';
import { SpaceSaving } from '../src/top-k.ts';

describe('oneOf, statusClass, free', () => {
  const status = statusClass().create();

  it.each([
    ['200', '2xx'],
    ['404', '4xx'],
    ['5xx', '5xx'],
    ['100', '1xx'],
    ['600', '__other__'],
    ['099', '__other__'],
    ['2000', '__other__'],
    ['20', '__other__'],
    ['', '__other__'],
    ['-200', '__other__'],
    ['200.5', '__other__'],
  ])('status %s becomes %s', (text, expected) => {
    expect(status.normalise(text)).toBe(expected);
  });

  it.each([
    ['no value', () => oneOf(...([] as unknown as ['a']))],
    ['a value twice', () => oneOf('1', 1)],
    ['__other__', () => oneOf('__other__')],
    ['a value that is too long', () => oneOf('x'.repeat(300))],
    ['buckets of 0', () => bucketed({ buckets: 0 })],
    ['a short key', () => bucketed({ key: new Uint8Array(8) })],
    ['a half', () => topK(0.5)],
    ['a negative max', () => free({ max: -1 })],
    ['max of NaN', () => template({ max: Number.NaN })],
  ])('%s is refused', (_, create) => {
    expect(create).toThrow(expect.objectContaining({ code: 'TELINT_LABEL_DOMAIN' }));
  });
});

describe('template', () => {
  it.each([
    ['/users/:id', '/users/:id'],
    ['/users/123', '/users/:id'],
    ['/users/123/orders/9f8e7d6c5b4a39281706f5e4', '/users/:id/orders/:id'],
    ['/u/3fa85f64-5717-4562-b3fc-2c963f66afa6?x=1#y', '/u/:id'],
    ['/v2/items', '/v2/items'],
    ['/api/v1.1/items/7', '/api/v1.1/items/:id'],
    ['/search?q=a%20b', '/search'],
    ['/files/*', '/files/*'],
    ['/files/{file2000}', '/files/{file2000}'],
    ['/users/:id2000?', '/users/:id2000?'],
    ['https://example.com/users/42?token=secret', '/users/:id'],
    ['http://example.com', '/'],
    ['', ''],
    ['/', '/'],
    ['/oauth2/callback', '/oauth2/callback'],
    ['/order-12345/edit', '/:id/edit'],
    ['/a/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/a/:id'],
    [`/t/${'a'.repeat(50)}`, '/t/:id'],
  ])('%s becomes %s', (path, expected) => {
    expect(routeTemplate(path)).toBe(expected);
  });

  it('is stable: a template of a template is itself', () => {
    const segment = fc.oneof(
      fc.string({
        unit: fc.constantFrom('a', 'b', 'z', '0', '1', '9', '-', '.', ':', '{', '}', '*', '%', '?', '#', '/'),
      }),
      fc.uuid(),
      fc.nat().map(String),
    );
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        const once = routeTemplate(`/${segments.join('/')}`);
        expect(routeTemplate(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('bucketed', () => {
  // The vectors of the reference implementation (SipHash, Aumasson and Bernstein, CC0): key 00..0f, input 00..len-1.
  it.each([
    [0, '310e0edd47db6f72'],
    [1, 'fd67dc93c539f874'],
    [7, '37d1018bf50002ab'],
    [8, '6224939a79f5f593'],
    [15, 'e545be4961ca29a1'],
  ])('hashes %i bytes as the reference does', (length, expected) => {
    const bytes = Uint8Array.from({ length: 16 }, (_, index) => index);
    const [low, high] = sipHash(sipKey(bytes), bytes, length);
    const output = Buffer.alloc(8);
    output.writeUInt32LE(low, 0);
    output.writeUInt32LE(high, 4);
    expect(output.toString('hex')).toBe(expected);
  });

  it('spreads evenly, and the same key gives the same buckets', () => {
    const key = Buffer.alloc(16, 7);
    const first = bucketed({ buckets: 16, key }).create();
    const second = bucketed({ buckets: 16, key }).create();
    const counts = new Map<string, number>();
    for (let user = 0; user < 16_000; user++) {
      const bucket = first.normalise(`user-${user}`);
      expect(second.normalise(`user-${user}`)).toBe(bucket);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(
      Array.from({ length: 16 }, (_, index) => `b${String(index).padStart(2, '0')}`),
    );
    // 1,000 expected in each, standard deviation 31: six of them.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(190);
  });

  it('bounds series, whatever comes', () => {
    const metrics = createMetrics();
    const counter = metrics.counter({
      name: 'hashed_total',
      help: 'Hashed.',
      labels: { user: bucketed({ buckets: 8 }) },
    });
    for (let user = 0; user < 5000; user++) counter.inc({ user });
    expect(metrics.stats().metrics[0]).toMatchObject({ series: 8, labels: [{ values: 8, folded: 0 }] });
  });
});

describe('demand', () => {
  it.each([10, 100, 1000, 20_000, 200_000])('estimates %i values within four standard errors', (count) => {
    const estimator = new DistinctEstimator();
    for (let round = 0; round < 2; round++) for (let index = 0; index < count; index++) estimator.add(`/path/${index}`);
    expect(Math.abs(estimator.estimate() / count - 1)).toBeLessThan(4 * 0.033);
  });
});

describe('Space-Saving', () => {
  it('keeps every value above 1 / counters, and counts are bounds', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.nat(30).map((value) => `v${Math.floor(Math.sqrt(value))}`),
          { minLength: 1, maxLength: 400 },
        ),
        fc.integer({ min: 1, max: 8 }),
        (values, capacity) => {
          const summary = new SpaceSaving(capacity);
          const truth = new Map<string, number>();
          for (const value of values) {
            truth.set(value, (truth.get(value) ?? 0) + 1);
            expect(summary.add(value)).toBeLessThanOrEqual(truth.get(value) ?? 0);
          }
          for (const [value, count] of truth) expect(summary.count(value)).toBeGreaterThanOrEqual(count);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('buckets', () => {
  it('grow by a factor or by a width, without the noise of binary fractions', () => {
    expect(exponentialBuckets({ start: 0.001, factor: 2, count: 5 })).toEqual([0.001, 0.002, 0.004, 0.008, 0.016]);
    expect(linearBuckets({ start: 0, width: 0.1, count: 4 })).toEqual([0, 0.1, 0.2, 0.3]);
  });

  it.each([
    ['start of 0', () => exponentialBuckets({ start: 0, factor: 2, count: 3 })],
    ['factor of 1', () => exponentialBuckets({ start: 1, factor: 1, count: 3 })],
    ['no bucket', () => linearBuckets({ start: 1, width: 1, count: 0 })],
    ['width of NaN', () => linearBuckets({ start: 1, width: Number.NaN, count: 2 })],
    ['too many', () => linearBuckets({ start: 1, width: 1, count: 1e6 })],
    ['bounds that overflow', () => exponentialBuckets({ start: 1e300, factor: 1e10, count: 3 })],
    ['bounds that fall', () => createMetrics().histogram({ name: 'x_seconds', help: 'X.', buckets: [2, 1] })],
    [
      'two kinds',
      () =>
        createMetrics().histogram({
          name: 'x_seconds',
          help: 'X.',
          buckets: [2],
          linear: { start: 1, width: 1, count: 2 },
        }),
    ],
  ])('%s is refused', (_, create) => {
    expect(create).toThrow(expect.objectContaining({ code: 'TELINT_BUCKETS_INVALID' }));
  });
});
