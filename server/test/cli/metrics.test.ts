import { expect, it } from 'vitest';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import { runCli } from '../support/run-cli.ts';

const FILES = {
  'package.json': '{ "name": "shop" }',
  'src/metrics.ts': `import { metrics } from '@opentelemetry/api';
import { Histogram } from 'prom-client';
export const time = new Histogram({ name: 'time_seconds', help: 'Time.', labelNames: ['ok', 'path'], buckets: [1, 2] });
export const jobs = metrics.getMeter('shop').createCounter('jobs', { description: 'Jobs | done' });
export const sizes = new Histogram({ name: 'sizes', help: 'Sizes.' });
`,
  'src/app.ts': `import { jobs, sizes, time } from './metrics';
export function f(ok: boolean, req: import('express').Request, state: 'open' | 'done') {
  const end = time.startTimer({ ok: ok ? 'yes' : 'no' });
  jobs.add(1, { state, kind: 'a' });
  jobs.add(1, { state, kind: 'b' });
  sizes.observe(3);
  end({ path: req.path });
}
`,
};

it('lists names, types, domains, series and places', async () => {
  const { code, out } = await runCli(workspace(FILES), ['metrics', '--format', 'json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual([
    {
      name: 'jobs',
      type: 'counter',
      library: 'otel',
      help: 'Jobs | done',
      package: 'shop',
      labels: { state: { count: 2, why: expect.any(String) as string }, kind: { count: 2, why: "'a', 'b'" } },
      series: { count: 4 },
      defined: { file: 'src/metrics.ts', line: 4, column: expect.any(Number) as number },
      used: [
        { file: 'src/app.ts', line: 4, column: 3, method: 'add' },
        { file: 'src/app.ts', line: 5, column: 3, method: 'add' },
      ],
      queried: null,
    },
    expect.objectContaining({
      name: 'sizes',
      series: { count: 14 },
      used: [{ file: 'src/app.ts', line: 6, column: 3, method: 'observe' }],
    }),
    expect.objectContaining({
      name: 'time_seconds',
      labels: { ok: { count: 2, why: expect.any(String) as string }, path: { unbounded: 'the raw request path' } },
      series: { unbounded: 'label `path` takes the raw request path' },
      used: [
        { file: 'src/app.ts', line: 3, column: 15, method: 'startTimer' },
        { file: 'src/app.ts', line: 7, column: 3, method: 'end' },
      ],
    }),
  ]);
});

it('adds up the constants that several writes give a label', async () => {
  const cwd = workspace({
    'src/orders.ts': `import { Counter } from 'prom-client';
const orders = new Counter({ name: 'orders_total', help: 'Orders.', labelNames: ['plan', 'kind'] });
export function f(plan: 'free' | 'pro', n: number) {
  orders.inc({ plan, kind: 'new' });
  orders.inc({ plan, kind: n > 1 ? 'big' : 'small' });
  orders.inc({ plan, kind: 'new' });
}
`,
  });
  const { out } = await runCli(cwd, ['metrics', '--format', 'json']);
  expect(JSON.parse(out)).toMatchObject([{ labels: { plan: { count: 2 }, kind: { count: 3 } }, series: { count: 6 } }]);
});

it('metrics that declare the domains of their labels', async () => {
  const files = {
    'package.json': '{ "name": "shop" }',
    'src/set.ts': `import { createMetrics } from '@telint/runtime/metrics';
export const metrics = createMetrics({ limits: { seriesPerMetric: 60 } });`,
    'src/kinds.ts': `export const KINDS = ['mail', 'sms'] as const;`,
    'src/jobs.ts': `import { free, oneOf, statusClass } from '@telint/runtime/metrics';
import { KINDS } from './kinds';
import { metrics } from './set';
export const jobs = metrics.counter({ name: 'jobs_total', help: 'Jobs.', labels: { kind: oneOf(...KINDS), status: statusClass() } });
export const size = metrics.histogram({ name: 'size_bytes', help: 'Sizes.', buckets: [1, 2], labels: { app: free() } });`,
    'src/app.ts': `import { jobs, size } from './jobs';
export function f(status: number, req: import('express').Request) {
  jobs.inc({ kind: 'mail', status });
  size.observe({ app: req.path }, 3);
}`,
  };
  const { code, out } = await runCli(workspace(files), ['metrics', '--format', 'json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual([
    expect.objectContaining({
      name: 'jobs_total',
      type: 'counter',
      labels: { kind: { count: 2, why: 'oneOf(...KINDS)' }, status: { count: 5, why: 'statusClass()' } },
      series: { count: 10 },
      used: [{ file: 'src/app.ts', line: 3, column: 3, method: 'inc' }],
    }),
    expect.objectContaining({
      name: 'size_bytes',
      labels: { app: { count: 100, why: 'free()' } },
      series: { count: 300 },
      used: [{ file: 'src/app.ts', line: 4, column: 3, method: 'observe' }],
    }),
  ]);
});

it('as a table and as Markdown', async () => {
  const cwd = workspace(FILES);
  const { out } = await runCli(cwd, ['metrics']);
  expect(out).toContain('time_seconds  histogram  unbounded because label `path` takes the raw request path');
  expect(out).toMatch(/\n3 metrics, 18 time series estimated, 1 unbounded\n$/);
  const markdown = (await runCli(cwd, ['metrics', '--format', 'markdown', 'src'])).out.trimEnd().split('\n');
  expect(markdown).toHaveLength(5);
  for (const row of markdown) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(10);
  expect((await runCli(cwd, ['metrics', 'src/app.ts'])).out).toBe('No metric definition was found.\n');
});

it('tells who queries a metric, and which nothing queries', async () => {
  const cwd = workspace({
    ...FILES,
    'rules.yml': `groups:
- name: g
  rules:
  - { alert: NoJobs, expr: 'rate(jobs_total{state="done"}[5m]) == 0' }
`,
  });
  const { out } = await runCli(cwd, ['metrics', '--format', 'json']);
  const queried = (JSON.parse(out) as { queried: unknown }[]).map((metric) => metric.queried);
  expect(queried).toEqual([[{ file: 'rules.yml', line: 4, column: 34, kind: 'alert', title: 'NoJobs' }], [], []]);
  const table = (await runCli(cwd, ['metrics'])).out;
  expect(table).toContain('  queried by alert "NoJobs" rules.yml:4\n');
  expect(table).toMatch(/, 2 that nothing queries\n$/);
});
