import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { createMetrics, free, oneOf, statusClass, template } from '../src/metrics.ts';
import { parseExposition, sampleValue } from './support/exposition-parser.ts';

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';

function httpMetrics(options: Parameters<typeof createMetrics>[0] = {}) {
  const metrics = createMetrics({ selfMetrics: false, ...options });
  const labels = { method: oneOf('GET', 'POST'), route: template(), status: statusClass() };
  return {
    metrics,
    requests: metrics.counter({ name: 'http_requests_total', help: 'Requests.', labels }),
    duration: metrics.histogram({
      name: 'http_request_duration_seconds',
      help: 'Duration.',
      unit: 'seconds',
      labels,
      buckets: [0.1, 1, 2.5, 1e6],
    }),
    active: metrics.gauge({ name: 'http_active_requests', help: 'Active.' }),
  };
}

describe('text 0.0.4', () => {
  it('prints a counter, a histogram and a gauge', async () => {
    const { metrics, requests, duration, active } = httpMetrics();
    requests.inc({ method: 'GET', route: '/users/:id', status: 200 }, 2);
    duration.observe({ method: 'GET', route: '/users/:id', status: '2xx' }, 0.5);
    active.set(3);
    expect(await metrics.text()).toBe(`# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{method="GET",route="/users/:id",status="2xx"} 2
# HELP http_request_duration_seconds Duration.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{method="GET",route="/users/:id",status="2xx",le="0.1"} 0
http_request_duration_seconds_bucket{method="GET",route="/users/:id",status="2xx",le="1"} 1
http_request_duration_seconds_bucket{method="GET",route="/users/:id",status="2xx",le="2.5"} 1
http_request_duration_seconds_bucket{method="GET",route="/users/:id",status="2xx",le="1000000"} 1
http_request_duration_seconds_bucket{method="GET",route="/users/:id",status="2xx",le="+Inf"} 1
http_request_duration_seconds_sum{method="GET",route="/users/:id",status="2xx"} 0.5
http_request_duration_seconds_count{method="GET",route="/users/:id",status="2xx"} 1
# HELP http_active_requests Active.
# TYPE http_active_requests gauge
http_active_requests 3
`);
  });

  it('leaves out metrics that have no series', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    metrics.counter({ name: 'unused_total', help: 'Never.', labels: { a: free() } });
    expect(await metrics.text()).toBe('');
  });
});

describe('OpenMetrics 1.0', () => {
  it('leaves _total to the samples, names units, writes canonical bounds and the end', async () => {
    const { metrics, requests, duration } = httpMetrics();
    requests.inc({ method: 'GET', route: '/', status: '2xx' });
    duration.observe({ method: 'GET', route: '/', status: '2xx' }, 0.5);
    const text = await metrics.text(OPEN_METRICS);
    expect(text).toContain('# TYPE http_requests counter\nhttp_requests_total{');
    expect(text).toContain('# UNIT http_request_duration_seconds seconds\n');
    expect(text).toContain('le="1.0"');
    expect(text).toContain('le="1e+06"');
    expect(text.endsWith('# EOF\n')).toBe(true);
    parseExposition(text, 'openmetrics');
  });

  it('writes _created when asked, and not in text 0.0.4', async () => {
    const { metrics, requests, duration } = httpMetrics({ created: true, clock: { now: () => 1_700_000_000_123 } });
    requests.inc({ method: 'GET', route: '/', status: '2xx' });
    duration.observe({ method: 'GET', route: '/', status: '2xx' }, 0.5);
    const families = parseExposition(await metrics.text(OPEN_METRICS), 'openmetrics');
    const labels = { method: 'GET', route: '/', status: '2xx' };
    expect(sampleValue(families, 'http_requests_created', labels)).toBe(1_700_000_000.123);
    expect(sampleValue(families, 'http_request_duration_seconds_created', labels)).toBe(1_700_000_000.123);
    expect(await metrics.text()).not.toContain('_created');
  });

  it('gives a counter without _total its ending, where conventions only warn', async () => {
    const metrics = createMetrics({ selfMetrics: false, naming: 'warn', created: true });
    metrics.counter({ name: 'legacy_requests', help: 'Old.', labels: { a: free() } }).inc({ a: 'x' });
    expect(await metrics.text()).toContain('legacy_requests{a="x"} 1\n');
    const families = parseExposition(await metrics.text(OPEN_METRICS), 'openmetrics');
    expect(sampleValue(families, 'legacy_requests_total', { a: 'x' })).toBe(1);
    expect(sampleValue(families, 'legacy_requests_created', { a: 'x' })).toBeGreaterThan(0);
  });
});

describe('what is printed can be read back', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('\\', '"', '\n', ',', '|', ':', '=', '}') }),
  );
  const number = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1e300, 5e-324, Infinity, -Infinity, Number.NaN));

  it.each(['text', 'openmetrics'] as const)('%s: any label value and any number', async (format) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(value, value, number), { maxLength: 20 }),
        fc.string(),
        async (writes, help) => {
          const metrics = createMetrics({ selfMetrics: false });
          const gauge = metrics.gauge({ name: 'a_gauged_thing', help: `h${help}`, labels: { a: free(), b: free() } });
          const model = new Map<string, { a: string; b: string; set: number }>();
          for (const [a, b, set] of writes) {
            gauge.set({ a, b }, set);
            model.set(JSON.stringify([a.toWellFormed(), b.toWellFormed()]), {
              a: a.toWellFormed(),
              b: b.toWellFormed(),
              set,
            });
          }
          const text = await metrics.text(format === 'text' ? 'text/plain' : OPEN_METRICS);
          if (text === '') return;
          const family = parseExposition(text, format).get('a_gauged_thing');
          if (writes.length > 0) expect(family?.help).toBe(`h${help}`);
          expect(family?.samples.length ?? 0).toBe(model.size);
          for (const { a, b, set } of model.values()) {
            const found = family?.samples.find(
              ({ labels }) => (labels.get('a') ?? '') === a && (labels.get('b') ?? '') === b,
            );
            // -0 is printed as 0, which compares equal wherever it is read.
            expect(found?.value).toBe(set === 0 ? 0 : set);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe.runIf(existsSync('/usr/bin/promtool'))('promtool', () => {
  it('finds nothing to complain about', async () => {
    const { metrics, requests, duration, active } = httpMetrics({ selfMetrics: true });
    requests.inc({ method: 'GET', route: '/a"b\\c\nd', status: 500 });
    duration.observe({ method: 'POST', route: '/', status: 'nonsense' as never }, 3);
    active.set(Number.NaN);
    const text = await metrics.text();
    expect(execFileSync('/usr/bin/promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('');
  });
});
