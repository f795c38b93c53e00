import { readFileSync } from 'node:fs';
import * as promClient from 'prom-client';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as core from '../src/core-metrics.ts';
import { CORE_METRICS, type CoreMetric, type CoreSetName } from '../src/core-metrics.ts';
import { createMetrics, oneOf, type Metrics } from '../src/metrics.ts';
import { available, checkMetrics } from './services/prometheus.ts';
import { describeWith } from './services/process.ts';

const SETS: Record<CoreSetName, (metrics: Metrics) => object> = {
  httpServer: core.httpServer,
  httpClient: core.httpClient,
  graphql: core.graphql,
  database: core.database,
  cache: core.cache,
  queue: core.queue,
  circuitBreaker: core.circuitBreaker,
  eventBus: core.eventBus,
  job: core.job,
  business: core.business,
};

const TABLE = Object.entries<Readonly<Record<string, CoreMetric>>>(CORE_METRICS).flatMap(([set, metrics]) =>
  Object.entries(metrics).map(([key, metric]) => ({ set: set as CoreSetName, key, metric })),
);

interface Writable {
  inc(labels: object, value?: number): void;
  set(labels: object, value: number): void;
  observe(labels: object, value: number): void;
}

/** A value that the label takes. */
function valueFor(metric: CoreMetric, label: string): string {
  const spec = metric.labels[label];
  if (spec === undefined) throw new Error(`${metric.name} has no label ${label}`);
  if ('values' in spec) return spec.values.at(-1) ?? '';
  return spec.kind === 'template' ? '/users/:id' : `some ${label}`;
}

/** All sets with one series in each metric. */
function everything(metrics: Metrics): Map<string, Readonly<Record<string, string>>> {
  const written = new Map<string, Readonly<Record<string, string>>>();
  for (const [name, create] of Object.entries(SETS)) {
    const set = create(metrics) as Readonly<Record<string, Writable>>;
    for (const { key, metric } of TABLE.filter((row) => row.set === name)) {
      const labels = Object.fromEntries(Object.keys(metric.labels).map((label) => [label, valueFor(metric, label)]));
      const target = set[key];
      if (metric.type === 'counter') target?.inc(labels, 3);
      else if (metric.type === 'gauge') target?.set(labels, 3);
      else target?.observe(labels, 0.3);
      written.set(metric.name, labels);
    }
  }
  return written;
}

describe('the table', () => {
  it('gives every metric a name of its own', () => {
    const names = TABLE.map(({ metric }) => metric.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(30);
  });

  it('is plain data', () => {
    expect(structuredClone(CORE_METRICS)).toEqual(CORE_METRICS);
  });

  it.each(TABLE)('$metric.name ends with its unit and gives its bounds in it', ({ metric }) => {
    expect(metric.name.replace(/_total$/, '').endsWith(`_${metric.unit ?? ''}`)).toBe(metric.unit !== undefined);
    expect(metric.buckets !== undefined).toBe(metric.type === 'histogram');
    expect(metric.help).toMatch(/^[A-Z].*\.$|__other__\.$/);
  });

  it.each(TABLE.filter(({ metric }) => metric.semconv !== undefined))(
    '$metric.name is $metric.semconv in the spelling of Prometheus',
    ({ metric: { name, semconv = '', type, unit } }) => {
      const suffix = `${unit === undefined ? '' : `_${unit}`}${type === 'counter' ? '_total' : ''}`;
      expect(name).toBe(`${semconv.replaceAll('.', '_')}${suffix}`);
    },
  );

  it('is what is registered, labels in its order, and each label keeps what the table says that it takes', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    const written = everything(metrics);
    const snapshot = await metrics.snapshot();
    expect(snapshot.map(({ name }) => name).sort()).toEqual(TABLE.map(({ metric }) => metric.name).sort());
    for (const { metric } of TABLE) {
      const found = snapshot.find(({ name }) => name === metric.name);
      expect(found, metric.name).toMatchObject({ help: metric.help, type: metric.type });
      expect(found?.unit, metric.name).toBe(metric.unit);
      expect(found?.aggregator, metric.name).toBe(metric.aggregator ?? 'sum');
      const [sample] = found?.samples ?? [];
      const labels = { ...sample?.labels };
      delete labels['le'];
      const given = Object.entries(written.get(metric.name) ?? {}).filter(([, value]) => value !== '');
      expect(labels, metric.name).toEqual(Object.fromEntries(given));
      const bounds = found?.samples.map((one) => one.labels['le']).filter((le) => le !== undefined && le !== '+Inf');
      expect(bounds?.map(Number), metric.name).toEqual([...(metric.buckets ?? [])]);
    }
  });

  it('bounds every label: a value outside of a closed list becomes __other__', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    const http = core.httpServer(metrics);
    http.duration.observe({ http_request_method: 'BREW', http_route: '/a', http_response_status_code: 999 }, 1);
    const text = await metrics.text();
    expect(text).toContain('http_request_method="__other__"');
    expect(text).toContain('http_response_status_code="__other__"');
  });
});

describe('the sets', () => {
  it('are typed: keys, label names and closed values', () => {
    const metrics = createMetrics({ selfMetrics: false });
    const { calls } = core.circuitBreaker(metrics);
    expectTypeOf<Parameters<typeof calls.inc>[0]>().toEqualTypeOf<{
      readonly circuit_breaker_name: string | number;
      readonly outcome: 'success' | 'failure' | 'timeout' | 'rejected' | 'fallback';
    }>();
    // @ts-expect-error a label is missing
    calls.inc({ outcome: 'success' });
    // @ts-expect-error no such outcome
    calls.inc({ circuit_breaker_name: 'a', outcome: 'good' });
    expectTypeOf(CORE_METRICS.httpServer.duration.name).toEqualTypeOf<'http_server_request_duration_seconds'>();
  });

  it('take domains that a service knows better, and buckets', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    const graphql = core.graphql(metrics, { domains: { graphql_operation_name: oneOf('Checkout') }, buckets: [1, 2] });
    for (const graphql_operation_name of ['Checkout', 'Unknown']) {
      graphql.duration.observe({ graphql_operation_type: 'query', graphql_operation_name, outcome: 'success' }, 1.5);
    }
    const text = await metrics.text();
    expect(text).toContain('graphql_operation_name="Checkout",outcome="success",le="2"} 1');
    expect(text).toContain('graphql_operation_name="__other__",outcome="success",le="2"} 1');
    expect(text).not.toContain('le="0.005"');
    // @ts-expect-error no label of the set
    expect(() => core.cache(metrics, { domains: { route: oneOf('a') } })).not.toThrow();
  });

  it('stand in a registry of prom-client, and a second time is a mistake', async () => {
    const registry = new promClient.Registry();
    const metrics = createMetrics({ registry, selfMetrics: false });
    everything(metrics);
    const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
    expect(names.sort()).toEqual(TABLE.map(({ metric }) => metric.name).sort());
    expect(() => core.job(metrics)).toThrow(/TELINT_METRIC_DUPLICATE/);
  });

  it('bound what a flood of operation names leaves behind, and lose no count', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    const { duration } = core.graphql(metrics);
    for (let n = 0; n < 20_000; n++) {
      const graphql_operation_name = `Op${n}`;
      duration.observe({ graphql_operation_type: 'query', graphql_operation_name, outcome: 'success' }, 0.1);
    }
    const [found] = await metrics.snapshot();
    const counts = (found?.samples ?? []).filter(({ metricName }) => metricName?.endsWith('_count'));
    expect(counts.length).toBeLessThanOrEqual(101);
    expect(counts.reduce((sum, { value }) => sum + Number(value), 0)).toBe(20_000);
  });
});

describe('docs/core-metrics.md', () => {
  // Cells are padded by the formatter.
  const page = readFileSync(new URL('../docs/core-metrics.md', import.meta.url), 'utf8').replaceAll(/ +/g, ' ');

  function labelText(label: string, spec: CoreMetric['labels'][string]): string {
    switch (spec.kind) {
      case 'oneOf':
        return `\`${label}\`: ${spec.values.join(', ')}`;
      case 'known':
        return `\`${label}\`: ${spec.values.filter((value) => value !== '').length} known values`;
      case 'topK':
        return `\`${label}\`: top ${spec.k}`;
      default:
        return `\`${label}\`: ${spec.kind}, at most ${spec.max}`;
    }
  }

  it.each(TABLE)('has the row of $metric.name', ({ key, metric }) => {
    const labels = Object.entries(metric.labels).map(([label, spec]) => labelText(label, spec));
    const cells = [`\`${key}\``, `\`${metric.name}\``, metric.type, labels.join('; '), metric.help];
    expect(page).toContain(`| ${cells.join(' | ')} |`);
  });

  it('has no row of a metric that does not exist', () => {
    const rows = [...page.matchAll(/^\| `\w+` \| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows.sort()).toEqual(TABLE.map(({ metric }) => metric.name).sort());
  });
});

describeWith({ prometheus: { available } }, 'promtool check metrics', () => {
  it('has nothing to say about the core sets', async () => {
    const metrics = createMetrics();
    everything(metrics);
    expect(checkMetrics(await metrics.text())).toBe('');
  });

  it('would have', () => {
    expect(checkMetrics('# TYPE x counter\nx 1\n')).toMatch(/no help text|_total/);
  });
});
