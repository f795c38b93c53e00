import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as alertmanagerService from '../../runtime/test/services/alertmanager.ts';
import { describeWith, removeFolder, temporaryFolder } from '../../runtime/test/services/process.ts';
import * as prometheusService from '../../runtime/test/services/prometheus.ts';
import { ALERT_GROUPS } from '../../dashboards/src/alerts/index.ts';
import { alertmanagerConfig } from '../../dashboards/src/prometheus-config.ts';
import { parsePromql } from '../../server/src/queries/promql.ts';
import { FOLDER, ruleFiles, ruleTestFiles, textOf } from './support/files.ts';
import { promtool } from './support/promtool.ts';

const ALERTS = ALERT_GROUPS.flatMap(({ alerts }) => alerts);
const inFolder = (path: string): string => join(FOLDER, path);

/** Longest time that promtool may take for days of simulated time on a busy machine, in milliseconds. */
const PATIENCE = 180_000;

const folders: string[] = [];
afterAll(() => folders.forEach(removeFolder));

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const rulesIn = (path: string): Rule[] =>
  (parse(textOf(path)) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);

describe('alerts', () => {
  it('are those that are promised', () => {
    expect(ALERTS.map(({ name }) => name).sort()).toEqual(
      [
        ...['ServiceDown', 'ServiceAbsent', 'HighErrorRate', 'SlowP95', 'MemoryHigh', 'HeapHigh', 'PoolSaturated'],
        ...['PoolWaiting', 'CircuitBreakerOpen', 'EventLoopLag', 'QueueBacklog', 'CardinalityLimitReached'],
        ...['CardinalityNearLimit', 'ExporterFailing', 'TelemetryQueueFull', 'SecretsInTelemetry', 'ScrapeSlow'],
        ...[
          'CrashLoop',
          'Watchdog',
          'ErrorBudgetBurn1h',
          'ErrorBudgetBurn6h',
          'ErrorBudgetBurn1d',
          'ErrorBudgetBurn3d',
        ],
      ].sort(),
    );
  });

  it.each(ALERTS)('$name says how bad it is, what happens and what to do', ({ name, tests }) => {
    const rule = ruleFiles()
      .flatMap(rulesIn)
      .find(({ alert }) => alert === name);
    expect(rule?.labels?.['severity']).toMatch(/^(?:critical|warning|info|none)$/);
    expect(rule?.annotations?.['summary']).toMatch(/^[^]{10,120}$/);
    expect(rule?.annotations?.['description']).toMatch(/\.$/);
    const [, heading] = (rule?.annotations?.['runbook_url'] ?? '').split('#');
    const headings = [...textOf('runbooks.md').matchAll(/^## (\w+)$/gm)].map(([, title]) => title?.toLowerCase());
    expect(headings.filter((one) => one === heading)).toEqual([name.toLowerCase()]);
    expect(tests.some(({ fires }) => fires.length > 0)).toBe(true);
    // What always fires cannot be silent.
    if (name !== 'Watchdog') expect(tests.some(({ fires }) => fires.length === 0)).toBe(true);
  });

  it('ask for a least rate where they look at a ratio of requests', () => {
    const ratios = ruleFiles()
      .flatMap(rulesIn)
      .filter(({ alert, expr }) => alert && /errors:ratio|:p95/.test(expr));
    expect(ratios.length).toBeGreaterThan(5);
    for (const { alert, expr } of ratios) expect(expr, alert).toMatch(/and job:http_server_requests:rate\w+ > 0\.1$/);
  });

  it('reach a receiver that fits', () => {
    const { route, receivers } = alertmanagerConfig() as {
      route: { receiver: string; routes: { matchers: string[]; receiver: string }[] };
      receivers: { name: string }[];
    };
    const names = receivers.map(({ name }) => name);
    for (const { receiver } of [route, ...route.routes]) expect(names).toContain(receiver);
    const severities = new Set(ALERTS.map(({ severity }) => severity));
    for (const severity of severities) {
      if (severity !== 'none')
        expect(route.routes.some(({ matchers: [one = ''] }) => one.includes(severity))).toBe(true);
    }
  });
});

describe('recording rules', () => {
  it('carry level, metric and operation in their names', () => {
    const records = rulesIn('prometheus/rules/recording.yml').map(({ record }) => record);
    expect(records.length).toBeGreaterThan(20);
    for (const record of records) expect(record).toMatch(/^job(?:_\w+)?:\w+:\w+$/);
    expect(new Set(records).size).toBe(records.length);
  });

  it('end with the labels that their names begin with', () => {
    for (const { record = '', expr } of rulesIn('prometheus/rules/recording.yml')) {
      const labels = parsePromql(expr).resultLabels(() => undefined);
      if (labels === undefined) continue;
      expect([...labels], record).toContain('job');
      if (record.startsWith('job:')) expect([...labels], record).toEqual(['job']);
    }
  });
});

describeWith({ prometheus: prometheusService, alertmanager: alertmanagerService }, 'their own tools', () => {
  it('find the rules right', () => {
    const { isFine, output } = promtool('check', 'rules', '--lint=all', '--lint-fatal', ...ruleFiles().map(inFolder));
    expect(isFine, output).toBe(true);
  });

  it('find the configuration of Prometheus right', () => {
    const { isFine, output } = promtool('check', 'config', '--syntax-only', inFolder('prometheus/prometheus.yml'));
    expect(isFine, output).toBe(true);
  });

  it('find the examples of service discovery right that their builds know', () => {
    const folder = temporaryFolder('discovery');
    folders.push(folder);
    const config = parse(textOf('prometheus/discovery-examples.yml')) as { scrape_configs: Record<string, unknown>[] };
    expect(config.scrape_configs.map((job) => job['job_name'])).toEqual(
      expect.arrayContaining(['kubernetes-pods', 'dns', 'consul', 'ec2', 'docker', 'http']),
    );
    // Debian's build leaves these two out.
    const left = config.scrape_configs.filter((job) => !('kubernetes_sd_configs' in job || 'consul_sd_configs' in job));
    const file = join(folder, 'prometheus.yml');
    writeFileSync(file, JSON.stringify({ ...config, scrape_configs: left }));
    const { isFine, output } = promtool('check', 'config', '--syntax-only', file);
    expect(isFine, output).toBe(true);
  });

  it('find the configuration of Alertmanager right', () => {
    expect(alertmanagerService.checkConfiguration(inFolder('alertmanager/alertmanager.yml'))).toBe('');
  });

  it.each(ruleTestFiles())('%s passes', { timeout: PATIENCE }, (path) => {
    const { isFine, output } = promtool('test', 'rules', inFolder(path));
    expect(isFine, output).toBe(true);
  });

  it('fails rule tests when an alert never fires, or always', { timeout: PATIENCE }, () => {
    const folder = temporaryFolder('mutants');
    folders.push(folder);
    const recording = join(folder, 'recording.yml');
    writeFileSync(recording, readFileSync(inFolder('prometheus/rules/recording.yml')));
    const survivors = ALERT_GROUPS.filter(({ name }) => name !== 'slo').flatMap(({ name: group, alerts }) =>
      alerts.flatMap(({ name, expr }) =>
        ['vector(0) > 1', 'vector(1)'].flatMap((other) => {
          if (expr === other) return [];
          const rules = rulesIn(`prometheus/rules/${group}.yml`).map((rule) =>
            rule.alert === name ? { ...rule, expr: other } : rule,
          );
          const test = parse(textOf(`prometheus/tests/${group}.test.yml`)) as { tests: { name: string }[] };
          const files = [recording, join(folder, 'rules.yml'), join(folder, 'test.yml')] as const;
          const tests = test.tests.filter((one) => one.name.startsWith(`${name}:`));
          writeFileSync(files[1], JSON.stringify({ groups: [{ name: group, rules }] }));
          writeFileSync(files[2], JSON.stringify({ ...test, rule_files: files.slice(0, 2), tests }));
          return promtool('test', 'rules', files[2]).isFine ? [`${name} as ${other}`] : [];
        }),
      ),
    );
    expect(survivors).toEqual([]);
  });
});
