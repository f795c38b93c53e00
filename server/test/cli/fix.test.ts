import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import telint from '../../../eslint-plugin/src/index.ts';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import type { Result } from '../../src/cli/results.ts';
import { runCli } from '../support/run-cli.ts';

const HEAD = `import { trace } from '@opentelemetry/api';\nconst tracer = trace.getTracer('shop');\n`;
const ends = (count: number): string =>
  `${HEAD}export function work() {\n  const span = tracer.startSpan('work');\n${'  span.end();\n'.repeat(count)}}\n`;
const OPEN = `${HEAD}export async function work() {\n  const span = tracer.startSpan('work');\n  await fetch('/');\n}\n`;

describe('telint check --fix', () => {
  it('repairs what is safe, leaves the rest, and says both', async () => {
    const cwd = workspace({ 'src/a.js': ends(4), 'src/b.js': OPEN });
    const run = await runCli(cwd, ['check', '--fix']);
    expect([run.code, run.err]).toEqual([1, '']);
    expect(run.out).toContain('3 findings fixed\n1 error in 1 file\n');
    expect(readFileSync(join(cwd, 'src/a.js'), 'utf8')).toBe(ends(1));
    expect(readFileSync(join(cwd, 'src/b.js'), 'utf8')).toBe(OPEN);
  });

  it('only touches the files that are named', async () => {
    const cwd = workspace({ 'src/a.js': ends(2), 'src/b.js': ends(2) });
    expect((await runCli(cwd, ['check', '--fix', 'src/a.js'])).code).toBe(0);
    expect(readFileSync(join(cwd, 'src/a.js'), 'utf8')).toBe(ends(1));
    expect(readFileSync(join(cwd, 'src/b.js'), 'utf8')).toBe(ends(2));
  });

  it('keeps a byte order mark and line ends, and leaves a file alone that is no UTF-8', async () => {
    const cwd = workspace({ 'src/a.js': '', 'src/b.js': '' });
    writeFileSync(join(cwd, 'src/a.js'), `\uFEFF${ends(2).replaceAll('\n', '\r\n')}`);
    const latin1 = Buffer.from(`// caf\u00E9\n${ends(2)}`, 'latin1');
    writeFileSync(join(cwd, 'src/b.js'), latin1);
    const { code, out } = await runCli(cwd, ['check', '--fix']);
    expect(readFileSync(join(cwd, 'src/a.js'), 'utf8')).toBe(`\uFEFF${ends(1).replaceAll('\n', '\r\n')}`);
    expect(readFileSync(join(cwd, 'src/b.js')).equals(latin1)).toBe(true);
    expect([code, out.includes('1 finding fixed'), out.includes('src/b.js')]).toEqual([1, true, true]);
  });

  it('says without --fix what it could do, in words and in the JSON of ESLint', async () => {
    const cwd = workspace({ 'src/a.js': ends(2), 'src/b.js': OPEN });
    expect((await runCli(cwd, ['check'])).out).toMatch(/2 errors in 2 files\n1 finding can be fixed with --fix\n$/);
    const results = JSON.parse((await runCli(cwd, ['check', '--format', 'json'])).out) as Result[];
    const [message] = results.find(({ filePath }) => filePath.endsWith('a.js'))?.messages ?? [];
    const fix = message?.fix;
    expect(ends(2).slice(0, fix?.range[0]) + (fix?.text ?? '') + ends(2).slice(fix?.range[1])).toBe(ends(1));
    expect(message?.suggestions).toBeUndefined();
    expect(results.find(({ filePath }) => filePath.endsWith('b.js'))?.messages[0]).not.toHaveProperty('fix');
  });

  it('writes what `eslint --fix` writes', async () => {
    const cwd = workspace({ 'src/a.js': ends(3) });
    const eslint = new ESLint({
      cwd,
      overrideConfigFile: true,
      overrideConfig: [telint.configs.recommended],
      fix: true,
    });
    const [result] = await eslint.lintFiles('src/a.js');
    await runCli(cwd, ['check', '--fix']);
    expect(readFileSync(join(cwd, 'src/a.js'), 'utf8')).toBe(result?.output);
  });
});
