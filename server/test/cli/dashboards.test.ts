import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import { lintDashboard, type DashboardJson } from '../../../test/dashboards/support/dashboard-linter.ts';
import { promtool } from '../../../test/dashboards/support/promtool.ts';
import { findProgram } from '../../../scripts/lib/programs.ts';
import { runCli } from '../support/run-cli.ts';

const FILES = {
  'package.json': '{ "name": "@acme/shop", "private": true }',
  'src/metrics.ts': `import { metrics } from '@opentelemetry/api';
import { Counter, Gauge, Histogram, Summary } from 'prom-client';
export const orders = new Counter({ name: 'shop_orders_total', help: 'Orders', labelNames: ['status', 'user'] });
export const errors = new Counter({ name: 'shop_errors_total', help: 'Errors.' });
export const time = new Histogram({ name: 'shop_duration_seconds', help: 'Time.', labelNames: ['outcome'] });
export const queue = new Gauge({ name: 'shop_queue_size', help: 'Waiting.' });
export const sizes = new Summary({ name: 'shop_size_bytes', help: 'Sizes.' });
export const jobs = metrics.getMeter('shop').createCounter('shop.jobs', { unit: '{job}' });
export const bytes = metrics.getMeter('shop').createHistogram('shop.body', { unit: 'By' });
`,
  'src/app.ts': `import { bytes, errors, jobs, orders, queue, sizes, time } from './metrics';
export function f(ok: boolean, req: import('express').Request) {
  orders.inc({ status: ok ? 'paid' : 'open', user: req.params.id });
  errors.inc();
  time.observe({ outcome: ok ? 'ok' : 'failed' }, 1);
  queue.set(1);
  sizes.observe(1);
  jobs.add(1, { kind: ok ? 'a' : 'b' });
  bytes.record(1);
}
`,
};

const read = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

it('writes a dashboard and rules that our linter, the checks of queries and promtool take', async () => {
  const cwd = workspace(FILES);
  const { code, out } = await runCli(cwd, ['dashboards', '--out', 'monitoring']);
  expect({ code, out }).toEqual({ code: 0, out: 'monitoring/acme-shop.json\nmonitoring/acme-shop.rules.yml\n' });
  const folder = join(cwd, 'monitoring');
  const dashboard = JSON.parse(read(folder, 'acme-shop.json')) as DashboardJson;
  expect(lintDashboard(dashboard)).toEqual([]);
  const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  // Three quantiles and a distribution of each histogram.
  expect(queries).toHaveLength(5 + 2 * 4);
  expect(queries).toContain(
    'sum by (status) (rate(shop_orders_total{job=~"$job", instance=~"$instance"}[$__rate_interval]))',
  );
  expect(queries).toContain(
    'sum by (kind) (rate(shop_jobs_total{job=~"$job", instance=~"$instance"}[$__rate_interval]))',
  );
  expect(queries.join('\n')).toContain('shop_body_bytes_bucket');
  const rules = read(folder, 'acme-shop.rules.yml');
  expect(rules).toContain('alert: ShopErrorsTotalGrowing');
  expect(rules).toContain('alert: ShopDurationSecondsHigh');
  const check = await runCli(cwd, ['check', 'monitoring', '--format', 'json']);
  expect(check.code).toBe(0);
  expect((JSON.parse(check.out) as unknown[]).length).toBe(2);
  const { out: listed } = await runCli(cwd, ['metrics', '--format', 'json']);
  for (const { name, queried } of JSON.parse(listed) as { name: string; queried: unknown[] }[])
    expect(queried.length, name).toBeGreaterThan(0);
  if (findProgram('promtool') !== undefined) {
    const checked = promtool('check', 'rules', join(folder, 'acme-shop.rules.yml'));
    expect(checked.isFine, checked.output).toBe(true);
  }
});

it('keeps files that exist unless it is told otherwise', async () => {
  const cwd = workspace(FILES);
  expect((await runCli(cwd, ['dashboards'])).code).toBe(0);
  const again = await runCli(cwd, ['dashboards']);
  expect(again.code).toBe(2);
  expect(again.err).toContain('telint-dashboards/acme-shop.json, telint-dashboards/acme-shop.rules.yml exist already');
  expect((await runCli(cwd, ['dashboards', '--force'])).code).toBe(0);
  expect(readdirSync(join(cwd, 'telint-dashboards'))).toHaveLength(2);
  expect((await runCli(workspace({ 'package.json': '{}' }), ['dashboards'])).code).toBe(1);
});
