import { afterEach, describe, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import { createMetrics, free, oneOf, statusClass, template, type MetricsOptions } from '../src/metrics.ts';
import { parseExposition, sumOf } from './support/exposition-parser.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;

function createRequests(name: string, options: MetricsOptions = {}, max?: number) {
  const metrics = createMetrics({ selfMetrics: false, ...options });
  const labels = { tenant: free(max === undefined ? {} : { max }), route: template(), status: statusClass() };
  return { metrics, requests: metrics.counter({ name, help: 'Requests.', labels }) };
}

async function read(metrics: ReturnType<typeof createMetrics>) {
  return parseExposition(await metrics.text(), 'text');
}

describe('values per label', () => {
  it('folds only the label that has too many values', async () => {
    const { metrics, requests } = createRequests('per_label_total', { limits: { valuesPerLabel: 10 } });
    for (let tenant = 0; tenant < 100; tenant++)
      requests.inc({ tenant: `t${tenant}`, route: '/a', status: tenant % 4 === 0 ? 500 : 200 });
    const families = await read(metrics);
    expect(sumOf(families, 'per_label_total')).toBe(100);
    expect(sumOf(families, 'per_label_total', { status: '5xx' })).toBe(25);
    expect(sumOf(families, 'per_label_total', { route: '/a' })).toBe(100);
    expect(sumOf(families, 'per_label_total', { tenant: '__other__' })).toBe(90);
    expect(sumOf(families, 'per_label_total', { tenant: 't3' })).toBe(1);
    const [tenant, route] = metrics.stats().metrics[0]?.labels ?? [];
    expect(tenant).toMatchObject({ values: 10, max: 10, folded: 90 });
    expect(tenant?.demand).toBeGreaterThan(90);
    expect(tenant?.demand).toBeLessThan(110);
    expect(route).toMatchObject({ values: 1, folded: 0, demand: 1 });
  });

  it('lets the `max` of a domain go before the limit', () => {
    const { metrics, requests } = createRequests('own_max_total', { limits: { valuesPerLabel: 2 } }, 5);
    for (let tenant = 0; tenant < 10; tenant++) requests.inc({ tenant: `t${tenant}`, route: '/', status: 200 });
    expect(metrics.stats().metrics[0]?.labels[0]).toMatchObject({ values: 5, max: 5, folded: 5 });
  });
});

describe('label sets per metric', () => {
  it('never makes more than the limit, and closed labels keep every count', async () => {
    const { metrics, requests } = createRequests('per_metric_total', { limits: { seriesPerMetric: 60 } });
    let writes = 0;
    for (let tenant = 0; tenant < 90; tenant++) {
      for (const [index, status] of CLASSES.entries()) {
        requests.inc({ tenant: `t${tenant}`, route: `/r${'abcdefgh'.charAt(tenant % 8)}`, status }, index + 1);
        writes += index + 1;
      }
    }
    const families = await read(metrics);
    expect(metrics.stats().metrics[0]?.series).toBeLessThanOrEqual(60);
    expect(sumOf(families, 'per_metric_total')).toBe(writes);
    for (const [index, status] of CLASSES.entries()) {
      expect(sumOf(families, 'per_metric_total', { status })).toBe(90 * (index + 1));
    }
    expect(sumOf(families, 'per_metric_total', { tenant: 't0' })).toBe(10);
  });

  it('makes use of the whole limit where folding cannot be needed', () => {
    const metrics = createMetrics({ limits: { seriesPerMetric: 12 } });
    const counter = metrics.counter({
      name: 'exact_total',
      help: 'Exact.',
      labels: { a: oneOf('1', '2'), b: oneOf('x', 'y', 'z') },
    });
    for (const a of ['1', '2'] as const) for (const b of ['x', 'y', 'z'] as const) counter.inc({ a, b });
    expect(metrics.stats().metrics[0]).toMatchObject({ series: 6, limit: 12 });
  });

  it('takes `maxSeries` of the metric first', () => {
    const metrics = createMetrics();
    const counter = metrics.counter({
      name: 'own_limit_total',
      help: 'Own.',
      labels: { a: free({ max: 1000 }) },
      maxSeries: 3,
    });
    for (let value = 0; value < 50; value++) counter.inc({ a: `v${value}` });
    expect(metrics.stats().metrics[0]).toMatchObject({ limit: 3 });
    expect(metrics.stats().metrics[0]?.series).toBeLessThanOrEqual(3);
  });
});

describe('label sets per process', () => {
  it('bounds all metrics together, and each of them stays complete', async () => {
    const metrics = createMetrics({ selfMetrics: false, limits: { totalSeries: 50, valuesPerLabel: 1000 } });
    const counters = Array.from({ length: 5 }, (_, index) =>
      metrics.counter({
        name: `many_${'abcde'.charAt(index)}_total`,
        help: 'Many.',
        labels: { user: free(), kind: oneOf('x', 'y') },
      }),
    );
    for (let user = 0; user < 40; user++)
      for (const counter of counters) counter.inc({ user: `u${user}`, kind: user % 2 ? 'x' : 'y' });
    const families = await read(metrics);
    // One label set with nothing but `__other__` is always possible: no write is lost.
    expect(metrics.stats().series).toBeLessThanOrEqual(50 + counters.length);
    for (const { name } of counters) expect(sumOf(families, name)).toBe(40);
  });
});

describe('onLimit', () => {
  it('drop: loses the write and counts it, and handles recover', async () => {
    const { metrics, requests } = createRequests('drop_total', { onLimit: 'drop' }, 1);
    requests.inc({ tenant: 'a', route: '/', status: 200 });
    const bound = requests.bind({ tenant: 'b', route: '/', status: 200 });
    bound.inc();
    requests.inc({ tenant: 'c', route: '/', status: 200 });
    expect(sumOf(await read(metrics), 'drop_total')).toBe(1);
    expect(metrics.stats().metrics[0]?.labels[0]?.folded).toBe(2);
    requests.remove({ tenant: 'a', route: '/', status: 200 });
    bound.inc(5);
    expect(sumOf(await read(metrics), 'drop_total', { tenant: 'b' })).toBe(5);
  });

  it('throw: says which label, for tests', () => {
    const { requests } = createRequests('throw_total', { onLimit: 'throw' }, 1);
    requests.inc({ tenant: 'a', route: '/', status: 200 });
    expect(() => requests.inc({ tenant: 'b', route: '/', status: 200 })).toThrow(
      /`tenant` of `throw_total`.*TELINT_LABEL_LIMIT/,
    );
    expect(() => requests.inc({ tenant: 'a', route: '/', status: 999 })).toThrow(/`status` of `throw_total`/);
  });
});

describe('warnings', () => {
  it('tells each label once, with the shape of a value and never the value', () => {
    const emitted = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { requests } = createRequests('warned_total', {}, 1);
    requests.inc({ tenant: 'first', route: '/', status: 200 });
    for (const tenant of ['jane.Doe+7@example.com', `secret-${'x'.repeat(500)}`])
      requests.inc({ tenant, route: '/', status: 200 });
    const messages = emitted.mock.calls.map(([message]) => String(message));
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('shape aaaa.Aaa+9@aaaaaaa.aaa, 22 characters');
    expect(messages[0]).not.toContain('example');
  });
});

describe('self metrics', () => {
  it('report series, limits, folds and demand', async () => {
    const { metrics, requests } = createRequests('self_total', { selfMetrics: true, limits: { valuesPerLabel: 3 } });
    for (let tenant = 0; tenant < 8; tenant++) requests.inc({ tenant: `t${tenant}`, route: '/', status: 200 });
    const families = await read(metrics);
    expect(sumOf(families, 'telemetry_series', { metric: 'self_total' })).toBe(4);
    expect(sumOf(families, 'telemetry_series_limit', { metric: 'self_total' })).toBe(1000);
    expect(sumOf(families, 'telemetry_folded_total', { metric: 'self_total', label: 'tenant' })).toBe(5);
    const demand = sumOf(families, 'telemetry_label_demand', { metric: 'self_total', label: 'tenant' });
    expect(Math.abs(demand - 8)).toBeLessThanOrEqual(2);
  });
});

describe('a naive model', () => {
  const write = fc.record({
    tenant: fc.oneof(fc.string({ maxLength: 3 }), fc.nat(50).map(String)),
    route: fc.constantFrom('/a', '/b', '/users/17', '/users/:id'),
    status: fc.constantFrom<(number | '2xx')[]>(200, 404, 500, '2xx'),
    amount: fc.integer({ min: 0, max: 1000 }),
  });

  it('agrees on every sum over labels that were not folded, whatever the limits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 200 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        async (writes, values, series) => {
          const { metrics, requests } = createRequests('modelled_total', {
            limits: { valuesPerLabel: values, seriesPerMetric: series },
          });
          for (const { amount, ...labels } of writes) requests.inc(labels, amount);
          const families = await read(metrics).catch(() => new Map());
          const stats = metrics.stats().metrics[0];
          const total = writes.reduce((sum, { amount }) => sum + amount, 0);
          expect(sumOf(families, 'modelled_total')).toBe(total);
          expect(stats?.series).toBeLessThanOrEqual(series);
          const classOf = (status: number | '2xx'): string => `${String(status).charAt(0)}xx`;
          if (stats?.labels[2]?.folded === 0) {
            for (const status of ['2xx', '4xx', '5xx']) {
              const expected = writes.reduce(
                (sum, each) => sum + (classOf(each.status) === status ? each.amount : 0),
                0,
              );
              expect(sumOf(families, 'modelled_total', { status })).toBe(expected);
            }
          }
          // Room for every status: then no status is ever folded.
          if (series >= 20) expect(stats?.labels[2]?.folded).toBe(0);
          if (stats?.labels.every(({ folded }) => folded === 0)) {
            for (const { tenant } of writes) {
              const expected = writes.reduce((sum, each) => sum + (each.tenant === tenant ? each.amount : 0), 0);
              if (tenant !== '')
                expect(sumOf(families, 'modelled_total', { tenant: tenant.toWellFormed() })).toBe(expected);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
