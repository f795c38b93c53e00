import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { describeWith, removeFolder, sleep, temporaryFolder } from '../../runtime/test/services/process.ts';
import * as prometheusService from '../../runtime/test/services/prometheus.ts';
import { dashboardFiles, FOLDER, ruleFiles, textOf } from './support/files.ts';
import { promtool } from './support/promtool.ts';
import { INTERVAL, simulate, TARGET } from './support/simulation.ts';

const HOURS = 4;
const PATIENCE = 180_000;

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly panels?: readonly Panel[];
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

interface PanelQuery {
  readonly dashboard: string;
  readonly title: string;
  readonly refId: string;
  readonly expr: string;
}

const flat = (panels: readonly Panel[]): Panel[] => panels.flatMap((panel) => [panel, ...flat(panel.panels ?? [])]);

const QUERIES: readonly PanelQuery[] = dashboardFiles().flatMap((path) => {
  const { title: dashboard, panels } = JSON.parse(textOf(path)) as { title: string; panels: Panel[] };
  return flat(panels).flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr }) => ({ dashboard, title, refId, expr })),
  );
});

/** What Grafana puts in the place of its variables. */
const substituted = (expr: string): string =>
  expr
    .replaceAll('$__rate_interval', `${4 * INTERVAL}s`)
    .replaceAll('$job', TARGET.job)
    .replaceAll('$instance', '.+');

/** Names that rules record: they exist from the start of the server on. */
const isRecorded = (expr: string): boolean => /\bjob\w*:\w+:\w+/.test(expr);

interface Series {
  readonly values: readonly (readonly [number, string])[];
}

describeWith({ prometheus: prometheusService }, `every panel over ${HOURS} hours`, () => {
  const folder = temporaryFolder('panels');
  let server: prometheusService.Prometheus | undefined;
  let end = 0;

  const prometheus = (): prometheusService.Prometheus => {
    if (server === undefined) throw new Error('Prometheus was not started.');
    return server;
  };

  beforeAll(async () => {
    end = Math.floor(Date.now() / 1000);
    const text = join(folder, 'metrics.txt');
    const data = join(folder, 'data');
    mkdirSync(data);
    const { samples } = await simulate(text, end - HOURS * 3600, end);
    expect(samples).toBeGreaterThan(100_000);
    const { isFine, output } = promtool('tsdb', 'create-blocks-from', 'openmetrics', text, data);
    expect(isFine, output.slice(-2000)).toBe(true);
    const rules = Object.fromEntries(
      ruleFiles().map((path) => [path.replaceAll('/', '-'), readFileSync(join(FOLDER, path), 'utf8')]),
    );
    for (const content of Object.values(rules)) expect(parse(content)).toHaveProperty('groups');
    server = await prometheusService.startPrometheus({
      configuration: { global: { evaluation_interval: '1s' }, rule_files: Object.keys(rules) },
      files: rules,
      flags: ['--storage.tsdb.retention.time=30d'],
      data,
    });
    const deadline = Date.now() + PATIENCE;
    while ((await prometheus().query('job:http_server_errors:ratio_rate30d')).length === 0) {
      if (Date.now() > deadline) throw new Error('The rules record nothing.');
      await sleep(200);
    }
  }, PATIENCE);

  afterAll(async () => {
    await server?.stop();
    removeFolder(folder);
  });

  it('is more than a few', () => {
    expect(QUERIES.length).toBeGreaterThan(100);
  });

  it.each(QUERIES)('$dashboard: $title $refId', async ({ expr }) => {
    const query = substituted(expr);
    expect(query).not.toContain('$');

    const now = await prometheus().query(query);
    const finite = now.filter(({ value: [, value] }) => Number.isFinite(Number(value)));
    expect(finite.length, query).toBeGreaterThan(0);
    if (isRecorded(expr)) return;
    // And not only now: at nearly every step of the last hours.
    const range = new URLSearchParams({ query, start: `${end - (HOURS - 1) * 3600}`, end: `${end}`, step: '300' });
    const { result } = (await prometheus().api(`query_range?${range.toString()}`)) as { result: Series[] };
    const steps = new Set(
      result.flatMap(({ values }) =>
        values.filter(([, value]) => Number.isFinite(Number(value))).map(([time]) => time),
      ),
    );
    expect(steps.size, query).toBeGreaterThanOrEqual(((HOURS - 1) * 12 * 9) / 10);
  });
});
