import * as successor from '@prometheus-io/client';
import * as promClient from 'prom-client';
import { context, trace, TraceFlags } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMetrics, free, oneOf, statusClass, template } from '../src/metrics.ts';
import { parseExposition, sampleValue } from './support/exposition-parser.ts';

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';
const CLIENTS = [
  ['prom-client', promClient],
  ['@prometheus-io/client', successor],
] as const;

const warnings = vi.fn();
beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(warnings);
});
afterEach(() => {
  vi.restoreAllMocks();
  warnings.mockReset();
});

describe.each(CLIENTS)('in a registry of %s', (label, client) => {
  function create() {
    const registry = new client.Registry();
    const registers = [registry] as never[];
    const metrics = createMetrics({ registry });
    const name = `own_${label.length}`;
    const own = metrics.counter({ name: `${name}_total`, help: 'Own.', labels: { kind: free() } });
    own.inc({ kind: 'a' }, 2);
    const foreign = new client.Counter({ name: 'foreign_total', help: 'Foreign.', labelNames: ['kind'], registers });
    foreign.inc({ kind: 'b' }, 3);
    const foreignDuration = new client.Histogram({
      name: 'foreign_seconds',
      help: 'Foreign.',
      buckets: [1, 2],
      registers,
    });
    foreignDuration.observe(1.5);
    const foreignSummary = new client.Summary({
      name: 'foreign_summary_seconds',
      help: 'Foreign.',
      percentiles: [0.5],
      registers,
    });
    foreignSummary.observe(4);
    const foreignGauge = new client.Gauge({ name: 'foreign_level', help: 'Foreign "level"\\.', registers });
    foreignGauge.set(Number.NaN);
    return { registry, registers, metrics, own, ownName: `${name}_total` };
  }

  it.each([
    ['text', undefined],
    ['openmetrics', OPEN_METRICS],
  ] as const)('renders its own metrics and those of others once: %s', async (format, accept) => {
    const { metrics, ownName } = create();
    const families = parseExposition(await metrics.text(accept), format);
    expect(sampleValue(families, ownName, { kind: 'a' })).toBe(2);
    expect(sampleValue(families, 'foreign_total', { kind: 'b' })).toBe(3);
    expect(sampleValue(families, 'foreign_seconds_bucket', { le: format === 'text' ? '2' : '2.0' })).toBe(1);
    expect(sampleValue(families, 'foreign_summary_seconds', { quantile: '0.5' })).toBe(4);
    expect(sampleValue(families, 'foreign_level')).toBeNaN();
    expect(families.get('foreign_level')?.help).toBe('Foreign "level"\\.');
    expect(sampleValue(families, 'telemetry_series', { metric: ownName })).toBe(1);
  });

  it('is printed by the registry itself too, and an OpenMetrics scrape of it renames nothing', async () => {
    const { registry, metrics, own, ownName } = create();
    expect(await registry.metrics()).toContain(`\n${ownName}{kind="a"} 2\n`);
    registry.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE as never);
    for (let round = 0; round < 2; round++) expect(await registry.metrics()).toContain(`\n${ownName}{kind="a"} 2\n`);
    registry.setContentType(client.Registry.PROMETHEUS_CONTENT_TYPE);
    own.inc({ kind: 'a' });
    expect(await registry.metrics()).toContain(`\n${ownName}{kind="a"} 3\n`);
    expect((await registry.getMetricsAsJSON()).map(({ name }) => name)).toContain(ownName);
    expect(await metrics.text()).toContain(`# TYPE ${ownName} counter\n${ownName}{kind="a"} 3\n`);
  });

  it('takes default labels over, which hide no label', async () => {
    const { registry, metrics, ownName } = create();
    registry.setDefaultLabels({ app: 'a"b\\c\nd', kind: 'default' });
    const families = parseExposition(await metrics.text(), 'text');
    expect(sampleValue(families, ownName, { kind: 'a', app: 'a"b\\c\nd' })).toBe(2);
    expect(sampleValue(families, 'foreign_total', { kind: 'b', app: 'a"b\\c\nd' })).toBe(3);
    expect(sampleValue(families, 'foreign_seconds_count', { app: 'a"b\\c\nd', kind: 'default' })).toBe(1);
    registry.setDefaultLabels({ app: 'later' });
    expect(sampleValue(parseExposition(await metrics.text(), 'text'), ownName, { kind: 'a', app: 'later' })).toBe(2);
  });

  it('leaves out what fails or does not answer, and says so', async () => {
    const { registers, metrics, ownName } = create();
    new client.Gauge({
      name: 'failing',
      help: 'Fails.',
      registers,
      collect: () => Promise.reject(new Error('no database')),
    });
    new client.Gauge({ name: 'hanging', help: 'Hangs.', registers, collect: () => new Promise(() => undefined) });
    const own = metrics.gauge({
      name: 'own_failing',
      help: 'Fails.',
      collect: () => Promise.reject(new Error('no cache')),
    });
    own.set(4);
    const families = parseExposition(await metrics.text(undefined, { deadlineMs: 50 }), 'text');
    expect(sampleValue(families, ownName, { kind: 'a' })).toBe(2);
    expect(sampleValue(families, 'own_failing')).toBe(4);
    expect([...families.keys()]).not.toContain('failing');
    expect([...families.keys()]).not.toContain('hanging');
  });

  it('answers concurrent scrapes and writes in between completely', async () => {
    const { metrics, own, ownName } = create();
    const many = metrics.histogram({ name: 'many_seconds', help: 'Many.', labels: { a: free({ max: 900 }) } });
    for (let index = 0; index < 900; index++) many.observe({ a: `v${index}` }, index / 100);
    const writer = setInterval(() => {
      own.inc({ kind: 'a' });
      many.observe({ a: 'v5' }, 1);
    });
    try {
      const texts = await Promise.all(
        Array.from({ length: 8 }, (_, index) => metrics.text(index % 2 ? OPEN_METRICS : undefined)),
      );
      for (const [index, text] of texts.entries()) {
        const families = parseExposition(text, index % 2 ? 'openmetrics' : 'text');
        expect(families.get('many_seconds')?.samples).toHaveLength(900 * 14);
        expect(sampleValue(families, ownName, { kind: 'a' })).toBeGreaterThanOrEqual(2);
      }
    } finally {
      clearInterval(writer);
    }
  });

  it('refuses the name of a metric of others, and goes away with `clear`', async () => {
    const { registry, metrics, ownName } = create();
    expect(() => metrics.counter({ name: 'foreign_total', help: 'X.' })).toThrow(/TELINT_METRIC_DUPLICATE/);
    metrics.clear();
    expect(registry.getSingleMetric(ownName)).toBeUndefined();
    expect(await metrics.text()).toContain('foreign_total{kind="b"} 3\n');
  });

  it('shares the figures about metrics with a second set in the same registry', async () => {
    const { registry, metrics, ownName } = create();
    const second = createMetrics({ registry });
    second.counter({ name: 'second_total', help: 'Second.' }).inc();
    for (const set of [metrics, second]) {
      const families = parseExposition(await set.text(), 'text');
      expect(sampleValue(families, 'telemetry_series', { metric: ownName })).toBe(1);
      expect(sampleValue(families, 'telemetry_series', { metric: 'second_total' })).toBe(1);
      expect(sampleValue(families, 'second_total')).toBe(1);
    }
  });

  it('is reset with the registry', async () => {
    const { registry, metrics, own, ownName } = create();
    registry.resetMetrics();
    expect(await metrics.text()).not.toContain(`${ownName}{`);
    own.inc({ kind: 'a' });
    expect(sampleValue(parseExposition(await metrics.text(), 'text'), ownName, { kind: 'a' })).toBe(1);
  });
});

describe('a metric of others', () => {
  it('that hands over nonsense costs its own lines only', async () => {
    const registry = new promClient.Registry();
    const nonsense = [
      { labels: { a: 1 }, value: 2 },
      {
        get labels() {
          throw new Error('no');
        },
        value: 1,
      },
    ];
    registry.registerMetric({
      name: 'nonsense',
      help: 'N.',
      type: 'gauge',
      get: () => ({ name: 'nonsense', help: 'N.', type: 'gauge', values: nonsense }),
    } as never);
    registry.registerMetric({ name: 'nothing', get: () => null } as never);
    registry.registerMetric({ name: 'unreadable' } as never);
    const metrics = createMetrics({ registry });
    metrics.counter({ name: 'fine_total', help: 'Fine.' }).inc();
    const families = parseExposition(await metrics.text(), 'text');
    expect(sampleValue(families, 'fine_total')).toBe(1);
    expect(sampleValue(families, 'nonsense', { a: '1' })).toBe(2);
  });
});

describe('collect', () => {
  it('sets values right before a scrape', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    let depth = 3;
    const gauge = metrics.gauge({
      name: 'queue_depth',
      help: 'Depth.',
      collect: () => {
        gauge.set(depth);
      },
    });
    expect(await metrics.text()).toContain('queue_depth 3\n');
    depth = 5;
    expect(await metrics.text()).toContain('queue_depth 5\n');
  });
});

describe('exemplars', () => {
  const labels = { route: template(), status: statusClass() };
  const set = { route: '/', status: '2xx' } as const;

  it('carry the trace of the active, sampled span', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    try {
      const metrics = createMetrics({ exemplars: true, selfMetrics: false });
      const duration = metrics.histogram({ name: 'traced_seconds', help: 'Traced.', labels, buckets: [1] });
      const inSpan = (traceFlags: TraceFlags, spanId: string, write: () => void) =>
        context.with(
          trace.setSpanContext(context.active(), { traceId: '0af7651916cd43dd8448eb211c80319c', spanId, traceFlags }),
          write,
        );
      // The API is imported on first use.
      await vi.waitFor(async () => {
        inSpan(TraceFlags.SAMPLED, 'b7ad6b7169203331', () => duration.observe(set, 0.5));
        expect(await metrics.text(OPEN_METRICS)).toContain('# {');
      });
      inSpan(TraceFlags.NONE, 'aaaaaaaaaaaaaaaa', () => duration.observe(set, 5));
      const families = parseExposition(await metrics.text(OPEN_METRICS), 'openmetrics');
      const [low, high] = families.get('traced_seconds')?.samples ?? [];
      expect(low?.exemplar?.labels).toEqual(
        new Map([
          ['trace_id', '0af7651916cd43dd8448eb211c80319c'],
          ['span_id', 'b7ad6b7169203331'],
        ]),
      );
      expect(low?.exemplar?.value).toBe(0.5);
      expect(high?.exemplar).toBeUndefined();
      expect(await metrics.text()).not.toContain('# {');
    } finally {
      context.disable();
    }
  });

  it('are chosen evenly from the writes between two scrapes, and hold what labels must not', async () => {
    let sum = 0;
    const ROUNDS = 400;
    const metrics = createMetrics({ exemplars: true, selfMetrics: false, activeSpan: () => undefined });
    const counter = metrics.counter({ name: 'sold_total', help: 'Sold.', labels: { kind: oneOf('x') } });
    for (let round = 0; round < ROUNDS; round++) {
      for (let index = 1; index <= 9; index++)
        counter.inc({ kind: 'x' }, index, { order_id: `o${index}`, 'bad-name': 'x', long: 'x'.repeat(200) });
      const sample = parseExposition(await metrics.text(OPEN_METRICS), 'openmetrics').get('sold')?.samples[0];
      expect([...(sample?.exemplar?.labels ?? [])]).toEqual([['order_id', `o${sample?.exemplar?.value}`]]);
      sum += sample?.exemplar?.value ?? 0;
    }
    // Mean of 1 to 9 is 5, standard error of the mean 2.58 / √400 = 0.13: six of them.
    expect(Math.abs(sum / ROUNDS - 5)).toBeLessThan(0.8);
  });
});
