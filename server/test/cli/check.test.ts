import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import telint from '../../../eslint-plugin/src/index.ts';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import type { Result } from '../../src/cli/results.ts';
import { runCli } from '../support/run-cli.ts';

const METRICS = `import { Counter } from 'prom-client';
export const requests = new Counter({ name: 'requests_total', help: 'Requests.', labelNames: ['path', 'user'] });
`;
const APP = `import express from 'express';
import { requests } from './metrics';
const app = express();
app.get('/orders/:id', (req, res) => {
  const path = req.path;
  requests.inc({ path });
  res.end();
});
`;
const FILES = { 'package.json': '{ "name": "shop" }', 'src/metrics.ts': METRICS, 'src/app.ts': APP };
const RULE = 'telint/no-unbounded-metric-labels';

function resultsOf(out: string): Result[] {
  return JSON.parse(out) as Result[];
}

describe('exit codes', () => {
  it('0 and nothing on a clean project', async () => {
    const cwd = workspace({ 'src/a.ts': 'export const a = 1;\n' });
    expect(await runCli(cwd, ['check'])).toEqual({ code: 0, out: '', err: '' });
  });

  it('1 for an error', async () => {
    expect((await runCli(workspace(FILES), ['check'])).code).toBe(1);
  });

  it('0 for a warning, and 1 for more than are allowed', async () => {
    const cwd = workspace({ ...FILES, 'telint.json': `{ "rules": { "${RULE}": "warn" } }` });
    expect((await runCli(cwd, ['check'])).code).toBe(0);
    const many = await runCli(cwd, ['check', '--max-warnings', '0']);
    expect([many.code, many.err]).toEqual([1, '1 warning, and --max-warnings allows 0.\n']);
    const quiet = await runCli(cwd, ['check', '--quiet']);
    expect([quiet.code, quiet.out]).toEqual([0, '']);
  });

  it.each([
    [
      ['check', '--formt', 'json'],
      'telint: telint check has no option --formt. Did you mean --format? See `telint check --help`.\n',
    ],
    [
      ['check', '--format', 'jsno'],
      'telint: --format must be one of stylish, json, sarif, github, not "jsno". Did you mean json?\n',
    ],
    [['check', '--format'], 'telint: --format needs a value: --format <name>.\n'],
    [['check', '--quiet=yes'], 'telint: --quiet takes no value.\n'],
    [['check', '--max-warnings', 'x'], 'telint: --max-warnings must be a number from 0, not "x".\n'],
    [['chek'], 'telint: there is no command "chek". Did you mean `telint check`? See `telint --help`.\n'],
    [['--quiet'], /^telint: a command comes first: check, /],
    [['check', 'lib'], /^telint: no source file matches "lib" in /],
    [['check', '..'], /is outside of .*Name the folder of the project with --cwd\.\n$/],
    [['check', '--config', 'none.json'], /none\.json does not exist\.\n$/],
    [['check', '--cwd', 'none'], /none is not a folder\.\n$/],
    [
      ['check', '--suppress-all', '--prune-suppressions'],
      'telint: use either --suppress-all or --prune-suppressions.\n',
    ],
    [
      ['check', '--suppressions-location', 'none.json'],
      /none\.json does not exist\. Create it with --suppress-all\.\n$/,
    ],
  ])('2 for %j', async (args, message) => {
    const { code, out, err } = await runCli(workspace(FILES), args);
    expect([code, out]).toEqual([2, '']);
    if (typeof message === 'string') expect(err).toBe(message);
    else expect(err).toMatch(message);
  });

  it.each([
    [
      '{ "budget": { "perMetrik": 1 } }',
      /"budget\.perMetrik" is not known\. Known keys: perMetric, perService, metrics\./,
    ],
    ['{ "budget": { "perMetric": 0 } }', /"budget\.perMetric" must be a whole number of time series from 1\./],
    ['{ "rules": { "no-such": "error" } }', /there is no rule "no-such"\. Known rules: .*no-unused-metric/],
    ['{ "preset": ', /telint\.json:1:\d+: Value expected\./],
  ])('2 for the configuration %s', async (config, message) => {
    const { code, err } = await runCli(workspace({ ...FILES, 'telint.json': config }), ['check']);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('files', () => {
  const two = { ...FILES, 'src/other.ts': APP.replace('./metrics', './metrics.ts') };
  const checked = async (cwd: string, ...args: string[]): Promise<string[]> => {
    const { out } = await runCli(cwd, ['check', '--format', 'json', ...args]);
    return resultsOf(out).map((r) => r.filePath.slice(cwd.length + 1));
  };

  it('all, a folder, a file, a glob', async () => {
    const cwd = workspace({ ...two, 'lib/x.ts': 'export {};\n' });
    expect(await checked(cwd)).toEqual(['lib/x.ts', 'src/app.ts', 'src/metrics.ts', 'src/other.ts']);
    expect(await checked(cwd, 'lib')).toEqual(['lib/x.ts']);
    expect(await checked(cwd, './src/app.ts')).toEqual(['src/app.ts']);
    expect(await checked(cwd, 'src/{app,other}.ts', 'lib/**')).toEqual(['lib/x.ts', 'src/app.ts', 'src/other.ts']);
  });

  it('without what telint.json ignores', async () => {
    const cwd = workspace({ ...two, 'telint.json': '{ "ignore": ["src/o*.ts", "lib"] }', 'lib/x.ts': 'export {};\n' });
    expect(await checked(cwd)).toEqual(['src/app.ts', 'src/metrics.ts']);
  });

  it('that cannot be read, are huge or broken are named and stop nothing', async () => {
    const cwd = workspace({
      ...FILES,
      'src/broken.ts': `${METRICS}\nexport const = {{{\nrequests.inc({ a });`,
      'src/huge.js': `// ${'x'.repeat(1_100_000)}\n`,
    });
    const { code, out } = await runCli(cwd, ['check']);
    expect(code).toBe(1);
    expect(out).toContain('Not checked: src/huge.js cannot be read, or is larger than 1 MB.');
    expect(out).toContain('Not checked: src/broken.ts cannot be parsed.');
    expect(out).toContain('src/app.ts');
  });
});

describe('formats', () => {
  it('stylish shows the line, the trace and a summary, without colours in a pipe', async () => {
    const { out } = await runCli(workspace(FILES), ['check']);
    const steps = out.split('\n').filter((line) => line.includes('←')).length;
    expect(steps).toBeGreaterThanOrEqual(1);
    expect(out).toContain('src/app.ts\n  6:18  error  Label `path` takes the raw request path');
    expect(out).toContain('    6 | requests.inc({ path });\n      |                ^^^^\n');
    expect(out).toMatch(/← `req` {2}src\/app\.ts:5\n/);
    expect(out).toMatch(/\n1 error in 1 file\n$/);
    expect(out).not.toContain('\u001b');
  });

  it('colours and progress on a terminal; NO_COLOR switches colours off', async () => {
    const cwd = workspace(FILES);
    const shown = await runCli(cwd, ['check'], { outIsTerminal: true, errIsTerminal: true });
    expect(shown.out).toContain('\u001b[31merror');
    expect(shown.err).toMatch(/^\r\u001b\[KChecking file 1 of 2[^]*\r\u001b\[K$/);
    const plain = await runCli(cwd, ['check'], { outIsTerminal: true, env: { NO_COLOR: '1' } });
    expect(plain.out).not.toContain('\u001b');
    expect(plain.err).toBe('');
  });

  it('github escapes what ends a command', async () => {
    const cwd = workspace({ ...FILES, 'src/a,b.ts': APP });
    const { out } = await runCli(cwd, ['check', '--format', 'github', 'src/a,b.ts']);
    expect(out).toMatch(
      /^::error file=src\/a%2Cb\.ts,line=6,endLine=6,col=18,endColumn=22,title=telint\/no-unbounded-metric-labels::Label `path`[^\n]*\n$/,
    );
  });

  it('json has the shape of ESLint, with the same messages, places and fixes', async () => {
    const cwd = workspace(FILES);
    const { out } = await runCli(cwd, ['check', '--format', 'json', 'src/app.ts']);
    const [own] = resultsOf(out);
    const tsParser = await import('@typescript-eslint/parser');
    const eslint = new ESLint({
      cwd,
      overrideConfigFile: true,
      overrideConfig: [
        { files: ['**/*.ts'], languageOptions: { parser: tsParser } },
        telint.configs.recommended,
      ] as NonNullable<ESLint.Options['overrideConfig']>,
    });
    const [theirs] = await eslint.lintFiles(['src/app.ts']);
    expect(own?.filePath).toBe(theirs?.filePath);
    expect(own?.errorCount).toBe(theirs?.errorCount);
    expect(theirs?.messages.length).toBeGreaterThan(0);
    expect(own?.messages.map((m) => ({ ...m, suggestions: m.suggestions, related: undefined }))).toEqual(
      theirs?.messages.map((m) => ({
        ruleId: m.ruleId,
        severity: m.severity,
        message: m.message,
        messageId: m.messageId,
        line: m.line,
        column: m.column,
        endLine: m.endLine,
        endColumn: m.endColumn,
        suggestions: m.suggestions?.map(({ desc, fix }) => ({ desc, fix })),
      })),
    );
  });
});

describe('baseline', () => {
  it('is written, holds, shows what is new, is pruned, and is ESLint’s own', async () => {
    const cwd = workspace({
      ...FILES,
      'eslint-suppressions.json': '{ "src/app.ts": { "no-console": { "count": 2 } } }',
    });
    const path = join(cwd, 'eslint-suppressions.json');
    expect((await runCli(cwd, ['check', '--suppress-all'])).code).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      'src/app.ts': { 'no-console': { count: 2 }, [RULE]: { count: 1 } },
    });
    expect((await runCli(cwd, ['check'])).out).toBe('1 finding in the baseline\n');
    writeFileSync(
      join(cwd, 'src/app.ts'),
      APP.replace('requests.inc({ path });', 'requests.inc({ path });\n  requests.inc({ path });'),
    );
    const more = await runCli(cwd, ['check', '--format', 'json']);
    expect([more.code, resultsOf(more.out)[0]?.errorCount]).toEqual([1, 2]);
    writeFileSync(join(cwd, 'src/app.ts'), 'export {};\n');
    const fixed = await runCli(cwd, ['check']);
    expect([fixed.code, fixed.err]).toEqual([
      0,
      '1 finding of the baseline no longer exists. Run `telint check --prune-suppressions`.\n',
    ]);
    expect((await runCli(cwd, ['check', '--prune-suppressions'])).err).toBe('');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ 'src/app.ts': { 'no-console': { count: 2 } } });
  });

  it('takes a location, and says what is wrong with a file that is none', async () => {
    const cwd = workspace({ ...FILES, 'bad.json': '[1]' });
    await runCli(cwd, ['check', '--suppress-all', '--suppressions-location', 'known.json']);
    expect((await runCli(cwd, ['check', '--suppressions-location', 'known.json'])).code).toBe(0);
    const bad = await runCli(cwd, ['check', '--suppressions-location', 'bad.json']);
    expect([bad.code, bad.err]).toEqual([
      2,
      `telint: ${join(cwd, 'bad.json')} must map files to rules to { "count": number }, as ESLint writes it.\n`,
    ]);
  });
});

describe('help', () => {
  it('of the program and of every command', async () => {
    const cwd = workspace({});
    const { code, out } = await runCli(cwd, ['--help']);
    expect(code).toBe(0);
    const commands = [...out.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map((m) => m[1] ?? '');
    expect(commands).toEqual(expect.arrayContaining(['check', 'coverage', 'metrics', 'mcp']));
    for (const command of commands) {
      const help = await runCli(cwd, [command, '--help']);
      expect(help.code).toBe(0);
      expect(help.out).toContain(`Usage: telint ${command} [options]`);
      expect(help.out).toContain('--cwd <dir>');
    }
  });
});
