import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { aggregateSnapshots, renderSnapshot, type MetricSnapshot } from '../src/metrics.ts';
import { parseExposition, sampleValue, sumOf } from './support/exposition-parser.ts';

const run = promisify(execFile);
const support = (name: string): string => new URL(`support/${name}`, import.meta.url).pathname;

describe('cluster', () => {
  it('is summed rightly by AggregatorRegistry and by snapshots', async () => {
    const { stdout } = await run(process.execPath, [support('metrics-cluster.ts')], { timeout: 30_000 });
    const { text, own } = JSON.parse(stdout) as { text: string; own: string };
    for (const families of [parseExposition(text, 'text'), parseExposition(own, 'openmetrics')]) {
      expect(sampleValue(families, 'jobs_total', { kind: 'x', user: 'both' })).toBe(5);
      expect(sampleValue(families, 'jobs_total', { kind: 'y', user: 'only-2' })).toBe(1);
      expect(sumOf(families, 'jobs_total')).toBe(7);
      expect(sumOf(families, 'job_duration_seconds_count')).toBe(2);
      expect(sumOf(families, 'job_duration_seconds_sum')).toBe(5);
      expect(sumOf(families, 'job_duration_seconds_bucket', { le: '+Inf' })).toBe(2);
      expect(sampleValue(families, 'peak_level')).toBe(3);
      expect(sampleValue(families, 'plain_total')).toBe(5);
    }
  }, 40_000);
});

describe('worker_threads', () => {
  it('are summed rightly, with separators inside of values and values that JSON cannot hold', async () => {
    const workers = [1, 2, 3].map((share) => new Worker(support('metrics-thread.ts'), { workerData: share }));
    const snapshots = await Promise.all(
      workers.map(async (worker) => ((await once(worker, 'message')) as [MetricSnapshot[]])[0]),
    );
    const text = renderSnapshot(aggregateSnapshots(JSON.parse(JSON.stringify(snapshots)) as MetricSnapshot[][]));
    const families = parseExposition(text, 'text');
    expect(sampleValue(families, 'jobs_total', { user: 'a,kind:b', kind: 'c' })).toBe(6);
    expect(sampleValue(families, 'jobs_total', { user: 'a', kind: 'b,kind:c' })).toBe(60);
    expect(['1', '2', '4', '+Inf'].map((le) => sampleValue(families, 'size_bytes_bucket', { le }))).toEqual([
      1, 2, 3, 3,
    ]);
    expect(sampleValue(families, 'size_bytes_sum')).toBe(6);
    expect(sampleValue(families, 'level', { kind: 'share' })).toBe(3);
    expect(sampleValue(families, 'level', { kind: 'endless' })).toBe(Infinity);
    expect(sampleValue(families, 'telemetry_series', { metric: 'jobs_total' })).toBe(6);
    const openMetrics = renderSnapshot(aggregateSnapshots(snapshots), 'application/openmetrics-text; version=1.0.0');
    expect(parseExposition(openMetrics, 'openmetrics').get('size_bytes')?.unit).toBe('bytes');
  });
});

describe('code generation from strings', () => {
  it('is not needed', async () => {
    const script = `const { createMetrics, oneOf, template, topK, bucketed } = await import(${JSON.stringify(new URL('../src/metrics.ts', import.meta.url).href)});
      const metrics = createMetrics();
      metrics.counter({ name: 'a_total', help: 'A.', labels: { a: oneOf('x'), b: template(), c: topK(2), d: bucketed() } }).inc({ a: 'x', b: '/', c: 'c', d: 'd' });
      let forbidden = false;
      try { new Function('return 1')(); } catch { forbidden = true; }
      process.stdout.write(JSON.stringify([forbidden, (await metrics.text()).includes('a_total{a="x"')]));`;
    const { stdout } = await run(process.execPath, [
      '--disallow-code-generation-from-strings',
      '--input-type=module',
      '-e',
      script,
    ]);
    expect(JSON.parse(stdout)).toEqual([true, true]);
  });
});
