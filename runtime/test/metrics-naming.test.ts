import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createMetrics, free, type MetricType } from '../src/metrics.ts';
import type { DiagnosticCode } from '../src/diagnostics.ts';

function create(type: MetricType, name: string, options: { help?: string; unit?: string; label?: string } = {}): void {
  const { help = 'Help.', unit, label } = options;
  const metrics = createMetrics();
  metrics[type]({
    name,
    help,
    ...(unit !== undefined && { unit }),
    labels: label === undefined ? {} : { [label]: free() },
  });
}

describe('validation says what to write instead', () => {
  it.each<[DiagnosticCode, MetricType, string, Parameters<typeof create>[2], string]>([
    ['TELINT_METRIC_NAME', 'counter', 'http-requests', {}, 'write `http_requests`'],
    ['TELINT_METRIC_NAME', 'counter', '', {}, 'no metric name'],
    ['TELINT_METRIC_NAME', 'gauge', '1st', {}, 'write `_1st`'],
    ['TELINT_METRIC_NAME', 'gauge', '__internal', {}, 'belong to Prometheus'],
    ['TELINT_METRIC_NAME', 'counter', 'http_requests', {}, 'write `http_requests_total`'],
    ['TELINT_METRIC_NAME', 'counter', 'http_requests_count', {}, 'write `http_requests_total`'],
    ['TELINT_METRIC_NAME', 'gauge', 'connections_total', {}, 'name the gauge `connections`'],
    ['TELINT_METRIC_NAME', 'histogram', 'size_bucket', {}, 'name the histogram `size`'],
    ['TELINT_METRIC_NAME', 'gauge', 'job:rate', {}, 'write `job_rate`'],
    ['TELINT_METRIC_NAME', 'gauge', 'activeUsers', {}, 'write `active_users`'],
    ['TELINT_METRIC_NAME', 'gauge', 'queue_gauge', {}, 'write `queue`'],
    ['TELINT_METRIC_UNIT', 'histogram', 'duration_ms', {}, 'write `duration_seconds` and convert'],
    ['TELINT_METRIC_UNIT', 'counter', 'sent_kilobytes_total', {}, 'write `sent_bytes_total` and convert'],
    ['TELINT_METRIC_UNIT', 'gauge', 'usage_percent', {}, 'write `usage_ratio`'],
    ['TELINT_METRIC_UNIT', 'histogram', 'duration', { unit: 'seconds' }, 'write `duration_seconds`'],
    ['TELINT_METRIC_UNIT', 'counter', 'sent_total', { unit: 'bytes' }, 'write `sent_bytes_total`'],
    ['TELINT_METRIC_HELP', 'gauge', 'depth', { help: ' ' }, 'one sentence'],
    ['TELINT_LABEL_NAME', 'gauge', 'depth', { label: 'le' }, 'name the label otherwise'],
    ['TELINT_LABEL_NAME', 'gauge', 'depth', { label: 'quantile' }, 'name the label otherwise'],
    ['TELINT_LABEL_NAME', 'gauge', 'depth', { label: '__name__' }, 'belongs to Prometheus'],
    ['TELINT_LABEL_NAME', 'gauge', 'depth', { label: 'user-id' }, 'write `user_id`'],
    ['TELINT_LABEL_NAME', 'gauge', 'depth', { label: 'userId' }, 'write `user_id`'],
  ])('%s: %s %s', (code, type, name, options, advice) => {
    expect(() => create(type, name, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(advice) as string }),
    );
  });

  it.each<[MetricType, string, string?]>([
    ['counter', 'http_requests_total'],
    ['counter', 'sent_bytes_total', 'bytes'],
    ['histogram', 'http_request_duration_seconds', 'seconds'],
    ['gauge', 'users'],
    ['gauge', 'cache_hit_ratio', 'ratio'],
  ])('accepts %s %s', (type, name, unit) => {
    expect(() => create(type, name, unit === undefined ? {} : { unit })).not.toThrow();
  });

  it('refuses a name twice, and lets it be used again after `remove`', () => {
    const metrics = createMetrics();
    metrics.counter({ name: 'a_total', help: 'A.' });
    expect(() => metrics.gauge({ name: 'a_total', help: 'A.' })).toThrow(/TELINT_METRIC/);
    expect(() => metrics.counter({ name: 'a_total', help: 'A.' })).toThrow(
      expect.objectContaining({ code: 'TELINT_METRIC_DUPLICATE' }),
    );
    expect(metrics.remove('a_total')).toBe(true);
    expect(metrics.remove('a_total')).toBe(false);
    expect(metrics.stats().series).toBe(0);
    metrics.counter({ name: 'a_total', help: 'A.' });
  });

  it('lets what was removed be written without a trace', () => {
    const metrics = createMetrics();
    const counter = metrics.counter({ name: 'a_total', help: 'A.', labels: { a: free() } });
    const plain = metrics.counter({ name: 'b_total', help: 'B.' });
    const bound = counter.bind({ a: 'x' });
    metrics.clear();
    counter.inc({ a: 'y' });
    bound.inc();
    plain.inc();
    plain.reset();
    expect(metrics.stats()).toMatchObject({ series: 0, metrics: [] });
  });

  it('says so when the registry refuses a name', () => {
    const registry = new Registry();
    const metrics = createMetrics({ registry });
    // prom-client keeps its metrics in an object with a prototype.
    expect(() => metrics.gauge({ name: 'constructor', help: 'C.' })).toThrow(
      expect.objectContaining({ code: 'TELINT_METRIC_DUPLICATE' }),
    );
    expect(metrics.stats().metrics).toEqual([]);
  });

  it.each([{ valuesPerLabel: 0 }, { seriesPerMetric: 1.5 }, { totalSeries: Number.NaN }])(
    'refuses limits %j',
    (limits) => {
      expect(() => createMetrics({ limits })).toThrow(expect.objectContaining({ code: 'TELINT_OPTION_INVALID' }));
    },
  );

  it.each([0, -1, Number.NaN])('refuses a ttl of %d', (ttl) => {
    expect(() => createMetrics().gauge({ name: 'a', help: 'A.', ttl })).toThrow(
      expect.objectContaining({ code: 'TELINT_OPTION_INVALID' }),
    );
  });
});
