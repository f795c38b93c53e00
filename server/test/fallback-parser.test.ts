import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { workspace } from '../../eslint-plugin/test/support/workspace.ts';
import type { Result } from '../src/cli/results.ts';

const CLI = fileURLToPath(new URL('../src/telint.ts', import.meta.url));
const SPAN = `import { trace } from '@opentelemetry/api';
const tracer = trace.getTracer('shop');
export async function load(): Promise<void> {
  const span = tracer.startSpan('load');
  await fetch('/');
}
`;

/** Makes packages look as if they were not installed. */
function without(...names: readonly string[]): string {
  const hook = `import Module from 'node:module';
const resolve = Module._resolveFilename;
Module._resolveFilename = function (name, ...rest) {
  if (${JSON.stringify(names)}.includes(name)) throw new Error('no ' + name);
  return resolve.call(this, name, ...rest);
};`;
  return `data:text/javascript,${encodeURIComponent(hook)}`;
}

function check(cwd: string, ...missing: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', without(...missing), CLI, 'check', '--format', 'json'],
    { cwd, encoding: 'utf8' },
  );
  const results = JSON.parse(stdout) as Result[];
  return {
    status,
    stderr,
    found: results.flatMap(({ messages }) =>
      messages.map(({ ruleId, line, message }) => `${line} ${ruleId} ${message}`),
    ),
  };
}

test('the command line finds the same without a binary of oxc-parser', { timeout: 120_000 }, () => {
  const cwd = workspace({ 'src/a.ts': SPAN, 'src/b.js': SPAN.replace(': Promise<void>', '') });
  const usual = check(cwd);
  expect(usual.found).toHaveLength(2);
  expect(check(cwd, 'oxc-parser')).toEqual(usual);
});

test.each(['check', 'coverage', 'metrics', 'dashboards', 'mcp'])(
  'without any parser `telint %s` says what to install and ends with 2',
  { timeout: 120_000 },
  (command) => {
    const missing = without('oxc-parser', '@typescript-eslint/typescript-estree');
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', missing, CLI, command], {
      cwd: workspace({ 'src/a.ts': SPAN }),
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^telint: no parser can be loaded: .*npm install --save-dev telint.*\n$/);
  },
);
