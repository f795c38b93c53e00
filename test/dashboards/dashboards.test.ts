import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { generateAll } from '../../dashboards/src/generate.ts';
import { dashboardFiles, FOLDER, textOf } from './support/files.ts';
import { lintDashboard, type DashboardJson } from './support/dashboard-linter.ts';

const HAND_WRITTEN = ['README.md', 'tsconfig.json'];

async function formatted(path: string, text: string): Promise<string> {
  const file = join(FOLDER, path);
  const { inferredParser } = await getFileInfo(file);
  return inferredParser === null ? text : format(text, { ...(await resolveConfig(file)), filepath: file });
}

describe('generated files', () => {
  const generated = generateAll();

  it.each([...generated.keys()])('%s is what its source says', async (path) => {
    expect(textOf(path)).toBe(await formatted(path, generated.get(path) ?? ''));
  });

  it('are all that there is', () => {
    const present = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(FOLDER.length))
      .filter((path) => !/^(?:src|preview|node_modules|secrets|certs)\//.test(path) && !HAND_WRITTEN.includes(path));
    expect(present.sort()).toEqual([...generated.keys()].sort());
  });

  it('hold no credential, path of a machine or address of a network', () => {
    for (const [path, text] of generated) {
      expect(text, path).not.toMatch(/\/(?:home|root|Users)\//);
      expect(text, path).not.toMatch(/\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+(?:\.\d+)?\b/);
      expect(text, path).not.toMatch(/password: ['"]?(?!\$)\w+/i);
    }
  });
});

const dashboards = dashboardFiles().map((path) => [path, JSON.parse(textOf(path)) as DashboardJson] as const);

describe('dashboards', () => {
  it('are the five', () => {
    expect(dashboards.map(([, { title }]) => title).sort()).toEqual(
      ['Golden signals', 'Service', 'Infrastructure', 'Business and tenants', 'Telemetry health'].sort(),
    );
  });

  it.each(dashboards)('%s obeys the linter', (_, dashboard) => {
    expect(lintDashboard(dashboard)).toEqual([]);
  });

  const [, sample] = dashboards[0] ?? [];

  it.each<[string, (text: string) => string, RegExp]>([
    ['a range that is too short', (t) => t.replace('[$__rate_interval]', '[1m]'), /target-rate-interval/],
    ['a query of all services', (t) => t.replaceAll('{job=~\\"$job\\", ', '{'), /target-job/],
    ['a query of all instances', (t) => t.replaceAll(', instance=~\\"$instance\\"', ''), /target-instance/],
    [
      'a counter that is not rated',
      (t) => t.replace(/rate\((business_events_total\{[^}]*\})\[[^\]]*\]\)/, '$1'),
      /target-counter-agg/,
    ],
    ['a query that is none', (t) => t.replace('"expr": "sum', '"expr": "sum(('), /target-promql/],
    ['a fixed data source', (t) => t.replaceAll('${datasource}', 'prometheus'), /datasource/],
    [
      'a panel without description',
      (t) => t.replace(/"description": "[^"]*\."/g, '"description": ""'),
      /panel-description/,
    ],
    ['seconds as bytes', (t) => t.replaceAll('"unit": "ops"', '"unit": "bytes"'), /bytes of what/],
    ['a dashboard to edit', (t) => t.replace('"editable": false', '"editable": true'), /uneditable/],
    ['a variable of one value', (t) => t.replaceAll('"multi": true', '"multi": false'), /template-job/],
    ['panels on each other', (t) => t.replace(/"y": \d+/g, '"y": 0'), /lies on/],
  ])('are found wrong with %s', (_, change, problem) => {
    const text = JSON.stringify(sample, undefined, 1);
    const changed = change(text);
    expect(changed).not.toBe(text);
    expect(lintDashboard(JSON.parse(changed) as DashboardJson).join('\n')).toMatch(problem);
  });
});
