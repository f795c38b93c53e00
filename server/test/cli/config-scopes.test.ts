import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import type { Result } from '../../src/cli/results.ts';
import { runCli } from '../support/run-cli.ts';

const CODE = `import { Counter } from 'prom-client';
const requests = new Counter({ name: 'requests_total', help: 'Requests.', labelNames: ['path'] });
export const hit = (req: import('express').Request) => requests.inc({ path: req.path });
`;
const unwritten = (name: string): string => `import { Counter } from 'prom-client';
export const ${name} = new Counter({ name: '${name}_total', help: 'Never written.' });
`;
const WARN = '{ "rules": { "no-unbounded-metric-labels": "warn" } }';

/** `path rule severity` of every finding, and the exit code. */
async function check(cwd: string, ...args: readonly string[]): Promise<readonly unknown[]> {
  const { code, out } = await runCli(cwd, ['check', '-f', 'json', ...args]);
  const results = JSON.parse(out) as Result[];
  const found = results.flatMap(({ filePath, messages }) =>
    messages.map((m) => `${filePath.slice(cwd.length + 1)} ${m.ruleId.slice('telint/'.length)} ${m.severity}`),
  );
  return [code, ...found.sort()];
}

describe('packages of a project', () => {
  const FILES = {
    'package.json': '{ "name": "root", "private": true, "workspaces": ["packages/*"] }',
    'packages/a/package.json': '{ "name": "a" }',
    'packages/a/telint.json': WARN,
    'packages/a/src/a.ts': CODE,
    'packages/b/package.json': '{ "name": "b" }',
    'packages/b/src/b.ts': CODE.replace('requests_total', 'b_requests_total'),
    'packages/c/package.json': '{ "name": "c" }',
    'packages/c/telint.json': '{ "rules": { "no-unused-metric": "warn" }, "ignore": ["src/generated"] }',
    'packages/c/src/c.ts': unwritten('refunds'),
    'packages/c/src/generated/d.ts': CODE,
    'src/e.ts': unwritten('parcels'),
  };
  const A = 'packages/a/src/a.ts no-unbounded-metric-labels';
  const B = 'packages/b/src/b.ts no-unbounded-metric-labels';

  it('keep their own configuration when the whole project is checked', async () => {
    const cwd = workspace(FILES);
    expect(await check(cwd)).toEqual([1, `${A} 1`, `${B} 2`, 'packages/c/src/c.ts no-unused-metric 1']);
    expect(await check(cwd, 'packages/a')).toEqual([0, `${A} 1`]);
    expect(await check(cwd, '--concurrency', '2')).toEqual(await check(cwd));
  });

  it('share one that an option names, or its preset', async () => {
    const cwd = workspace({ ...FILES, 'all.json': WARN });
    expect(await check(cwd, '--config', 'all.json')).toEqual([
      0,
      `${A} 1`,
      `${B} 1`,
      'packages/c/src/generated/d.ts no-unbounded-metric-labels 1',
    ]);
    expect(await check(cwd, '--preset', 'strict', 'packages/c', 'src')).toEqual([
      1,
      'packages/c/src/c.ts no-unused-metric 1',
      'src/e.ts no-unused-metric 2',
    ]);
  });

  it('are told of a mistake in any of them', async () => {
    const cwd = workspace({ ...FILES, 'packages/c/telint.json': '{ "preset": "x" }' });
    const { code, err } = await runCli(cwd, ['check']);
    expect([code, err]).toEqual([2, expect.stringContaining(join('packages', 'c', 'telint.json'))]);
  });
});

describe('a folder below the configuration', () => {
  const FILES = {
    'package.json': '{ "name": "shop" }',
    'telint.json': '{ "rules": { "no-unbounded-metric-labels": "warn" }, "ignore": ["src/old"] }',
    'src/a.ts': CODE,
    'src/old/b.ts': CODE,
  };

  it('takes the nearest one above, whose patterns stay relative to it', async () => {
    const cwd = join(workspace(FILES), 'src');
    expect(await check(cwd)).toEqual([0, 'a.ts no-unbounded-metric-labels 1']);
  });

  it('takes none from outside of its repository', async () => {
    const root = workspace({ ...FILES, 'own/package.json': '{ "name": "own" }', 'own/a.ts': CODE });
    expect(await check(join(root, 'own'))).toEqual([0, 'a.ts no-unbounded-metric-labels 1']);
    mkdirSync(join(root, 'own/.git'));
    expect(await check(join(root, 'own'))).toEqual([1, 'a.ts no-unbounded-metric-labels 2']);
  });
});
