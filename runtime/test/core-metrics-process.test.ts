import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import * as promClient from 'prom-client';
import * as prometheusClient from '@prometheus-io/client';
import { afterEach, describe, expect, it } from 'vitest';
import { cgroupMemoryLimit, memoryLimit } from '../src/memory-limit.ts';
import { createMetrics, type Metrics } from '../src/metrics.ts';
import { processMetrics, type ProcessMetrics } from '../src/process-metrics.ts';
import { available, checkMetrics } from './services/prometheus.ts';
import { describeWith } from './services/process.ts';
import { until } from './support/scrape.ts';

const running: ProcessMetrics[] = [];
const folders: string[] = [];

afterEach(() => {
  for (const one of running.splice(0)) one.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function start(metrics: Metrics): ProcessMetrics {
  const started = processMetrics(metrics);
  running.push(started);
  return started;
}

async function valueOf(metrics: Metrics, name: string): Promise<number> {
  const sample = (await metrics.snapshot()).find((metric) => metric.name === name)?.samples[0];
  if (sample === undefined) throw new Error(`${name} has no value`);
  return Number(sample.value);
}

/** A folder that looks like the kernel's. */
function kernel(cgroup: string, limits: Readonly<Partial<Record<string, string>>>) {
  const root = mkdtempSync(join(tmpdir(), 'telint-cgroup-'));
  folders.push(root);
  writeFileSync(join(root, 'self'), cgroup);
  for (const [path, text] of Object.entries(limits)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text ?? '');
  }
  return { cgroup: join(root, 'self'), root };
}

const MIB = 2 ** 20;

describe('the memory limit', () => {
  it.each([
    ['version 2, in a container', '0::/\n', { 'memory.max': `${512 * MIB}\n` }, 512],
    ['version 2, without a limit', '0::/\n', { 'memory.max': 'max\n' }, Infinity],
    [
      'version 2, where an enclosing group is smaller',
      '0::/pods/pod1/main\n',
      {
        'pods/pod1/main/memory.max': 'max\n',
        'pods/pod1/memory.max': `${256 * MIB}`,
        'pods/memory.max': `${512 * MIB}`,
      },
      256,
    ],
    [
      'version 1, path of the host inside a container',
      '5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n1:name=systemd:/\n',
      { 'memory/memory.limit_in_bytes': `${128 * MIB}\n`, 'memory.max': '1' },
      128,
    ],
    ['both, memory in version 1', '9:memory:/\n0::/x\n', { 'memory/memory.limit_in_bytes': `${64 * MIB}` }, 64],
    [
      'version 1, another controller only',
      '5:cpu:/\n',
      { 'memory/memory.limit_in_bytes': '1', 'memory.max': '1' },
      Infinity,
    ],
    ['no groups', '', { 'memory.max': '1' }, Infinity],
    ['nonsense', 'x\n0::\n::::\n', { 'memory.max': 'many' }, Infinity],
  ])('%s', (_, cgroup, limits, mebibytes) => {
    const files = kernel(cgroup, limits);
    expect(cgroupMemoryLimit(files)).toBe(mebibytes * MIB);
    expect(memoryLimit(files)).toBeLessThanOrEqual(Math.min(mebibytes * MIB, totalmem()));
  });

  it('is that of the machine where version 1 writes a number beyond every machine', () => {
    const files = kernel('4:memory:/\n', { 'memory/memory.limit_in_bytes': '9223372036854771712\n' });
    expect(memoryLimit(files)).toBe(memoryLimit({ cgroup: '/nowhere' }));
  });
});

describe('processMetrics', () => {
  it('reads the process at each scrape', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    start(metrics);
    expect(await valueOf(metrics, 'process_memory_limit_bytes')).toBe(memoryLimit());
    expect(await valueOf(metrics, 'nodejs_heap_size_limit_bytes')).toBe(getHeapStatistics().heap_size_limit);
    const resident = await valueOf(metrics, 'process_resident_memory_bytes');
    expect(resident / process.memoryUsage.rss()).toBeGreaterThan(0.5);
    expect(resident / process.memoryUsage.rss()).toBeLessThan(2);
    expect(await valueOf(metrics, 'process_start_time_seconds')).toBeCloseTo(performance.timeOrigin / 1000, 0);
  });

  it('counts processor time without ever falling', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    start(metrics);
    const first = await valueOf(metrics, 'process_cpu_seconds_total');
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < 50_000);
    const second = await valueOf(metrics, 'process_cpu_seconds_total');
    expect(second - first).toBeGreaterThanOrEqual(0.05);
    const { user, system } = process.cpuUsage();
    expect(second).toBeLessThanOrEqual((user + system) / 1e6);
  });

  it('sees a loop that was busy, and one that was blocked', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    start(metrics);
    await metrics.snapshot();
    // The observation begins anew with each scrape, and needs one look at the loop to measure from.
    await new Promise((resolve) => setTimeout(resolve, 60));
    const end = performance.now() + 300;
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const snapshot = await metrics.snapshot();
    const value = (name: string) => Number(snapshot.find((metric) => metric.name === name)?.samples[0]?.value);
    expect(value('nodejs_eventloop_utilization_ratio')).toBeGreaterThan(0.5);
    expect(value('nodejs_eventloop_utilization_ratio')).toBeLessThanOrEqual(1);
    expect(value('nodejs_eventloop_lag_max_seconds')).toBeGreaterThan(0.25);
    expect(value('nodejs_eventloop_lag_p99_seconds')).toBeLessThanOrEqual(value('nodejs_eventloop_lag_max_seconds'));
    expect(value('nodejs_eventloop_lag_p50_seconds')).toBeLessThanOrEqual(value('nodejs_eventloop_lag_p90_seconds'));
  });

  it('observes garbage collections by kind', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    start(metrics);
    let text = '';
    let garbage: unknown[] = [];
    const timer = setInterval(() => {
      garbage = Array.from({ length: 200_000 }, (_, n) => ({ n, text: `${n}` }));
      void metrics.text().then((rendered) => (text = rendered));
    }, 5);
    await until(() => /nodejs_gc_duration_seconds_count\{kind="\w+"\} [1-9]/.test(text));
    clearInterval(timer);
    expect(garbage.length).toBeGreaterThan(0);
    expect(text).not.toContain('kind="__other__"');
  });

  it('counts what keeps the loop alive, and forgets what no longer does', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    start(metrics);
    const timers = Array.from({ length: 7 }, () => setTimeout(() => undefined, 60_000));
    const count = async () => {
      const metric = (await metrics.snapshot()).find(({ name }) => name === 'nodejs_active_resources');
      return Number(metric?.samples.find(({ labels }) => labels['type'] === 'Timeout')?.value ?? 0);
    };
    const many = await count();
    expect(many).toBeGreaterThanOrEqual(7);
    timers.forEach(clearTimeout);
    expect(await count()).toBeLessThanOrEqual(many - 7);
  });

  it.each([
    ['prom-client', promClient],
    ['@prometheus-io/client', prometheusClient as unknown as typeof promClient],
  ])('adds to the defaults of %s only what they lack', async (_, client) => {
    const registry = new client.Registry();
    client.collectDefaultMetrics({ register: registry });
    const before = registry.getMetricsAsArray().map(({ name }) => name);
    const metrics = createMetrics({ registry, selfMetrics: false });
    const { names } = start(metrics);
    expect([...names].sort()).toEqual([
      'nodejs_eventloop_utilization_ratio',
      'nodejs_heap_size_limit_bytes',
      'process_memory_limit_bytes',
    ]);
    const heads = [...(await metrics.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(heads).size).toBe(heads.length);
    expect(heads).toEqual(expect.arrayContaining([...names, 'process_cpu_seconds_total']));
    expect(before).not.toContain('process_memory_limit_bytes');
  });

  it('uses the names of prom-client for what prom-client has', async () => {
    const registry = new promClient.Registry();
    promClient.collectDefaultMetrics({ register: registry });
    const theirs = new Set(registry.getMetricsAsArray().map(({ name }) => name));
    const { names } = start(createMetrics({ selfMetrics: false }));
    const own = names.filter((name) => !theirs.has(name));
    expect(own.sort()).toEqual([
      'nodejs_eventloop_utilization_ratio',
      'nodejs_heap_size_limit_bytes',
      'process_memory_limit_bytes',
    ]);
    expect(names.length).toBeGreaterThan(20);
    await Promise.resolve();
  });
});

describeWith({ prometheus: { available } }, 'promtool check metrics', () => {
  it('has nothing to say about the metrics of the process', async () => {
    const metrics = createMetrics();
    start(metrics);
    expect(checkMetrics(await metrics.text())).toBe('');
  });
});
