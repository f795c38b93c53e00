import { createRequire } from 'node:module';
import * as promClient from 'prom-client';
import * as prometheusClient from '@prometheus-io/client';
import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import * as sdk3 from '@opentelemetry/sdk-metrics';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { createMetrics, oneOf } from '../src/metrics.ts';
import { prometheusProducer, type BridgeMetric, type BridgeProducer, type JsonRegistry } from '../src/bridge.ts';
import type { MetricProducer as MetricProducer2 } from './hosts/otel-2/node_modules/@opentelemetry/sdk-metrics/build/src/index.js';

type Sdk = typeof sdk3;
const sdk2 = createRequire(new URL('hosts/otel-2/package.json', import.meta.url))('@opentelemetry/sdk-metrics') as Sdk;

function byName(metrics: readonly BridgeMetric[]): Map<string, BridgeMetric> {
  return new Map(metrics.map((metric) => [metric.descriptor.name, metric]));
}

async function collected(producer: BridgeProducer): Promise<Map<string, BridgeMetric>> {
  const { resourceMetrics, errors } = await producer.collect();
  expect(errors).toEqual([]);
  return byName(resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics));
}

function point(metric: BridgeMetric | undefined, index = 0): BridgeMetric['dataPoints'][number] {
  const found = metric?.dataPoints[index];
  if (found === undefined) throw new Error(`no point ${index} in ${metric?.descriptor.name ?? 'no metric'}`);
  return found;
}

/** What an exporter of the given SDK is handed after one flush. */
async function exported(sdk: Sdk, producer: BridgeProducer): Promise<sdk3.ResourceMetrics> {
  const exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
  const reader = new sdk.PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 3_600_000,
    metricProducers: [producer],
  });
  const provider = new sdk.MeterProvider({ readers: [reader] });
  provider.getMeter('service').createCounter('sdk.counter').add(1);
  await provider.forceFlush();
  const [resourceMetrics] = exporter.getMetrics();
  await provider.shutdown();
  if (resourceMetrics === undefined) throw new Error('nothing was exported');
  return resourceMetrics;
}

describe.each([
  ['prom-client', promClient],
  ['@prometheus-io/client', prometheusClient as unknown as typeof promClient],
])('%s', (_, client) => {
  it('translates a counter to a cumulative monotonic sum', async () => {
    const registry = new client.Registry();
    const counter = new client.Counter({
      name: 'http_request_duration_seconds_total',
      help: 'Time.',
      labelNames: ['route', 'code'] as const,
      registers: [registry],
    });
    counter.inc({ route: '/a', code: 200 }, 2.5);
    const metric = (await collected(prometheusProducer(registry))).get('http_request_duration_seconds_total');
    expect(metric).toMatchObject({
      descriptor: { description: 'Time.', unit: 's', valueType: 1 },
      aggregationTemporality: sdk3.AggregationTemporality.CUMULATIVE,
      dataPointType: sdk3.DataPointType.SUM,
      isMonotonic: true,
      dataPoints: [{ attributes: { route: '/a', code: '200' }, value: 2.5 }],
    });
    const { startTime, endTime } = point(metric);
    expect(startTime[0]).toBe(Math.floor(performance.timeOrigin / 1000));
    expect(endTime[0]).toBeGreaterThanOrEqual(startTime[0]);
  });

  it('translates gauges, with default labels, and leaves out what is not finite', async () => {
    const registry = new client.Registry();
    registry.setDefaultLabels({ zone: 'a' });
    const gauge = new client.Gauge({ name: 'queue_depth', help: '.', labelNames: ['q'], registers: [registry] });
    gauge.set({ q: 'one' }, -3);
    gauge.set({ q: 'nan' }, NaN);
    const metric = (await collected(prometheusProducer(registry))).get('queue_depth');
    expect(metric).toMatchObject({ dataPointType: sdk3.DataPointType.GAUGE, descriptor: { unit: '' } });
    expect(metric?.dataPoints.map(({ attributes, value }) => ({ attributes, value }))).toEqual([
      { attributes: { q: 'one', zone: 'a' }, value: -3 },
    ]);
  });

  it('translates cumulative buckets to counts per bucket, each label set for itself', async () => {
    const registry = new client.Registry();
    const histogram = new client.Histogram({
      name: 'work_seconds',
      help: '.',
      labelNames: ['job'] as const,
      buckets: [0.1, 1, 10],
      registers: [registry],
    });
    for (const value of [0.05, 0.5, 0.6, 100]) histogram.observe({ job: 'a' }, value);
    histogram.observe({ job: 'b' }, 10);
    const metric = (await collected(prometheusProducer(registry))).get('work_seconds');
    expect(metric?.dataPointType).toBe(sdk3.DataPointType.HISTOGRAM);
    expect(metric?.descriptor.unit).toBe('s');
    expect(metric?.dataPoints.map(({ attributes, value }) => ({ attributes, value }))).toEqual([
      {
        attributes: { job: 'a' },
        value: { buckets: { boundaries: [0.1, 1, 10], counts: [1, 2, 0, 1] }, count: 4, sum: 101.15 },
      },
      {
        attributes: { job: 'b' },
        value: { buckets: { boundaries: [0.1, 1, 10], counts: [0, 0, 1, 0] }, count: 1, sum: 10 },
      },
    ]);
  });

  it('splits a summary into quantiles, count and sum, or drops it', async () => {
    const registry = new client.Registry();
    const summary = new client.Summary({
      name: 'rpc_bytes',
      help: '.',
      percentiles: [0.5, 0.9],
      registers: [registry],
    });
    summary.observe(4);
    summary.observe(4);
    const metrics = await collected(prometheusProducer(registry));
    expect(metrics.get('rpc_bytes')?.dataPointType).toBe(sdk3.DataPointType.GAUGE);
    expect(metrics.get('rpc_bytes')?.dataPoints.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ quantile: '0.5' }, 4],
      [{ quantile: '0.9' }, 4],
    ]);
    expect(metrics.get('rpc_bytes_count')).toMatchObject({ isMonotonic: true, dataPoints: [{ value: 2 }] });
    expect(metrics.get('rpc_bytes_sum')).toMatchObject({ isMonotonic: false, dataPoints: [{ value: 8 }] });
    expect(metrics.get('rpc_bytes_sum')?.descriptor.unit).toBe('By');
    expect((await collected(prometheusProducer(registry, { summaries: 'drop' }))).size).toBe(0);
  });

  it('keeps the names of counters when the registry was rendered as OpenMetrics, and hands over exemplars', async () => {
    const registry = new client.Registry<promClient.OpenMetricsContentType>();
    registry.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE);
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const histogram = new client.Histogram({
      name: 'h_seconds',
      help: '.',
      buckets: [1],
      enableExemplars: true,
      registers: [registry],
    });
    histogram.observe({
      labels: {},
      value: 0.5,
      exemplarLabels: { trace_id: traceId, span_id: 'b7ad6b7169203331', user: 'u' },
    });
    new client.Counter({ name: 'jobs_total', help: '.', registers: [registry] }).inc();
    const producer = prometheusProducer(registry);
    const before = await collected(producer);
    await registry.metrics();
    const after = await collected(producer);
    expect([...before.keys()].sort()).toEqual(['h_seconds', 'jobs_total']);
    expect([...after.keys()].sort()).toEqual(['h_seconds', 'jobs_total']);
    const exemplars = point(after.get('h_seconds')).exemplars ?? [];
    expect(exemplars).toHaveLength(1);
    expect(exemplars[0]).toMatchObject({
      value: 0.5,
      traceId,
      spanId: 'b7ad6b7169203331',
      filteredAttributes: { user: 'u' },
    });
    expect(Math.abs((exemplars[0]?.timestamp[0] ?? 0) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('moves the start time of a series that was reset, and only of that one', async () => {
    const registry = new client.Registry();
    const counter = new client.Counter({ name: 'c_total', help: '.', labelNames: ['l'], registers: [registry] });
    counter.inc({ l: 'reset' }, 5);
    counter.inc({ l: 'kept' }, 5);
    const producer = prometheusProducer(registry);
    const first = (await collected(producer)).get('c_total');
    counter.remove({ l: 'reset' });
    counter.inc({ l: 'reset' }, 1);
    const second = (await collected(producer)).get('c_total');
    const startOf = (metric: BridgeMetric | undefined, l: string) =>
      metric?.dataPoints.find(({ attributes }) => attributes['l'] === l)?.startTime;
    expect(startOf(second, 'kept')).toEqual(startOf(first, 'kept'));
    expect(startOf(second, 'reset')).toEqual(point(first).endTime);
    const third = (await collected(producer)).get('c_total');
    expect(startOf(third, 'reset')).toEqual(startOf(second, 'reset'));
  });
});

describe.each([
  ['SDK 3.x', sdk3],
  ['SDK 2.x', sdk2],
])('%s', (_, sdk) => {
  it('exports the registry beside the metrics of the SDK, in a form that OTLP takes', async () => {
    const registry = new promClient.Registry();
    promClient.collectDefaultMetrics({ register: registry });
    new promClient.Counter({ name: 'orders_total', help: 'Orders.', registers: [registry] }).inc(7);
    const resourceMetrics = await exported(sdk, prometheusProducer(registry));
    const names = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ descriptor }) => descriptor.name),
    );
    expect(names).toEqual(expect.arrayContaining(['sdk.counter', 'orders_total', 'process_cpu_seconds_total']));
    expect(resourceMetrics.scopeMetrics.map(({ scope }) => scope.name)).toContain('@telint/runtime/bridge');

    const bytes = JsonMetricsSerializer.serializeRequest(resourceMetrics);
    const request = JSON.parse(Buffer.from(bytes ?? []).toString()) as {
      resourceMetrics: { scopeMetrics: { metrics: { name: string; sum?: unknown }[] }[] }[];
    };
    const metrics = request.resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap((scope) => scope.metrics),
    );
    expect(metrics.find(({ name }) => name === 'orders_total')?.sum).toMatchObject({
      isMonotonic: true,
      aggregationTemporality: 2,
      dataPoints: [{ asDouble: 7 }],
    });
  });
});

describe('createMetrics', () => {
  it('is a source like a registry, with what stands in its registry', async () => {
    const registry = new promClient.Registry();
    new promClient.Gauge({ name: 'foreign', help: '.', registers: [registry] }).set(2);
    const metrics = createMetrics({ registry, selfMetrics: false });
    const done = metrics.counter({ name: 'jobs_total', help: 'Jobs.', labels: { queue: oneOf('a', 'b') } });
    done.inc({ queue: 'a' }, 2);
    const size = metrics.histogram({ name: 'size_bytes', help: 'Size.', unit: 'bytes', buckets: [10, 100] });
    for (const value of [5, 50, 500]) size.observe(value);
    metrics.gauge({ name: 'unset', help: 'Not a number.' }).set(NaN);
    const found = await collected(prometheusProducer(metrics));
    expect([...found.keys()].sort()).toEqual(['foreign', 'jobs_total', 'size_bytes']);
    expect(found.get('jobs_total')).toMatchObject({
      isMonotonic: true,
      dataPoints: [{ attributes: { queue: 'a' }, value: 2 }],
    });
    expect(found.get('size_bytes')).toMatchObject({
      descriptor: { unit: 'By' },
      dataPoints: [{ value: { buckets: { boundaries: [10, 100], counts: [1, 1, 1] }, count: 3, sum: 555 } }],
    });
  });

  it('loses only the metric whose `collect` never answers', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const registry = new promClient.Registry();
    new promClient.Gauge({
      name: 'hung',
      help: '.',
      registers: [registry],
      collect: () => new Promise(() => undefined),
    });
    const metrics = createMetrics({ registry, selfMetrics: false });
    metrics.counter({ name: 'jobs_total', help: 'Jobs.' }).inc();
    const { resourceMetrics, errors } = await prometheusProducer(metrics).collect({ timeoutMillis: 200 });
    warned.mockRestore();
    expect(errors).toEqual([]);
    expect(resourceMetrics.scopeMetrics[0]?.metrics.map(({ descriptor }) => descriptor.name)).toEqual(['jobs_total']);
  });
});

describe('robustness', () => {
  it('fits the interface of both SDK lines', () => {
    expectTypeOf<BridgeProducer>().toExtend<sdk3.MetricProducer>();
    expectTypeOf<BridgeProducer>().toExtend<MetricProducer2>();
  });

  it('tells a failing registry apart from the others and never rejects', async () => {
    const good = new promClient.Registry();
    new promClient.Counter({ name: 'good_total', help: '.', registers: [good] }).inc();
    const failing: JsonRegistry = { getMetricsAsJSON: () => Promise.reject(new Error('collect failed')) };
    const silent: JsonRegistry = { getMetricsAsJSON: () => new Promise(() => undefined) };
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { resourceMetrics, errors } = await prometheusProducer([failing, good, silent]).collect({
      timeoutMillis: 20,
    });
    expect(warned).toHaveBeenCalledTimes(1);
    warned.mockRestore();
    expect(errors.map(String)).toEqual(['Error: collect failed', 'Error: The registry did not answer within 20 ms.']);
    expect(resourceMetrics.scopeMetrics[0]?.metrics.map(({ descriptor }) => descriptor.name)).toEqual(['good_total']);
  });

  it('reports a registry that throws at once instead of rejecting', async () => {
    const throwing: JsonRegistry = {
      getMetricsAsJSON: () => {
        throw new Error('at once');
      },
    };
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { errors } = await prometheusProducer(throwing).collect();
    warned.mockRestore();
    expect(errors.map(String)).toEqual(['Error: at once']);
  });

  it('names what is not a registry', () => {
    expect(() => prometheusProducer({} as JsonRegistry)).toThrow(/TELINT_OPTION_INVALID/);
  });

  it('drops suffixes on demand, but never gives two metrics one name', async () => {
    const registry = new promClient.Registry();
    new promClient.Counter({ name: 'app_io_bytes_total', help: '.', registers: [registry] }).inc();
    new promClient.Gauge({ name: 'app_io_bytes', help: '.', registers: [registry] }).set(1);
    new promClient.Gauge({ name: 'app_rate_bytes_per_second', help: '.', registers: [registry] }).set(1);
    const metrics = await collected(prometheusProducer(registry, { names: 'without-suffixes' }));
    expect([...metrics].map(([name, { descriptor }]) => [name, descriptor.unit])).toEqual([
      ['app_io', 'By'],
      ['app_io_bytes', 'By'],
      ['app_rate', 'By/s'],
    ]);
  });

  it('leaves out what `include` refuses', async () => {
    const registry = new promClient.Registry();
    for (const name of ['a_total', 'b_total']) new promClient.Counter({ name, help: '.', registers: [registry] });
    const metrics = await collected(prometheusProducer(registry, { include: (name) => name !== 'a_total' }));
    expect([...metrics.keys()]).toEqual(['b_total']);
  });

  it('lets other work run while it translates a large registry', async () => {
    const registry = new promClient.Registry();
    const gauge = new promClient.Gauge({ name: 'many', help: '.', labelNames: ['n'], registers: [registry] });
    for (let n = 0; n < 5000; n++) gauge.set({ n }, n);
    const snapshot = await registry.getMetricsAsJSON();
    let turns = 0;
    let done = false;
    const tick = () => {
      turns += 1;
      if (!done) setImmediate(tick);
    };
    setImmediate(tick);
    const metrics = await collected(prometheusProducer({ getMetricsAsJSON: () => Promise.resolve(snapshot) }));
    done = true;
    expect(metrics.get('many')?.dataPoints).toHaveLength(5000);
    expect(turns).toBeGreaterThanOrEqual(5);
  });
});
