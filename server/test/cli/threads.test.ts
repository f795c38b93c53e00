import { cpSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import { threadsFor } from '../../src/cli/lint-threads.ts';
import { runCli } from '../support/run-cli.ts';

const SHOP = fileURLToPath(new URL('../../../examples/shop', import.meta.url));

/** The example, and so many files beside it that every thread gets some; one is no source code, one cannot be parsed. */
function shop(): string {
  const cwd = workspace({});
  cpSync(SHOP, cwd, { recursive: true, filter: (path) => !path.includes('node_modules') });
  for (let i = 0; i < 60; i++)
    writeFileSync(
      join(cwd, `src/more-${i}.ts`),
      `import { trace } from '@opentelemetry/api';\nexport const mark${i} = (email: string) => trace.getActiveSpan()?.setAttribute('user.email', email);\n`,
    );
  writeFileSync(join(cwd, 'src/binary.ts'), Buffer.from([0, 1, 2, 3]));
  writeFileSync(join(cwd, 'src/broken.ts'), `import { trace } from '@opentelemetry/api';\nfunction (`);
  return cwd;
}

it.each(['json', 'stylish'])('several threads find what one finds (%s)', async (format) => {
  const cwd = shop();
  const one = await runCli(cwd, ['check', '--format', format, '--concurrency', 'off']);
  const four = await runCli(cwd, ['check', '--format', format, '--concurrency', '4']);
  expect(one.out.split('user.email').length).toBeGreaterThan(60);
  expect(four).toEqual(one);
});

it('a run with fewer files than threads ends', async () => {
  const cwd = workspace({ 'src/a.ts': 'export const a = 1;\n' });
  expect(await runCli(cwd, ['check', '--concurrency', '4'])).toEqual({ code: 0, out: '', err: '' });
});

it('a thread is used where it has enough to do', () => {
  expect(threadsFor(20, 'auto')).toBe(1);
  expect(threadsFor(100_000, 'auto')).toBe(Math.min(availableParallelism(), 8));
  expect(threadsFor(3, 4)).toBe(4);
});

it.each([
  ['0', '--concurrency must be a number from 1, "auto" or "off", not "0".'],
  ['many', '--concurrency must be a number from 1, "auto" or "off", not "many".'],
])('--concurrency %s is a mistake', async (value, message) => {
  const { code, err } = await runCli(workspace({}), ['check', '--concurrency', value]);
  expect([code, err]).toEqual([2, `telint: ${message}\n`]);
});
