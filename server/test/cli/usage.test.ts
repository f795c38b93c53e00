import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import { COMMANDS } from '../../src/cli/run.ts';
import { runCli } from '../support/run-cli.ts';

const FILES = {
  'package.json': '{ "name": "shop" }',
  'src/app.ts': `import { Counter } from 'prom-client';
const requests = new Counter({ name: 'requests_total', help: 'Requests.', labelNames: ['path'] });
export const hit = (req: import('express').Request) => requests.inc({ path: req.path });
`,
};
const CLEAN = { 'src/app.ts': 'export const a = 1;\n' };

describe('help', () => {
  const names = ['', ...COMMANDS.map(({ name }) => name)];

  it.each([60, 80, 200])('fits a terminal of %d columns, and keeps every word', async (columns) => {
    const cwd = workspace({});
    const words = (text: string): string[] => text.split(/\s+/);
    for (const name of names) {
      const args = name === '' ? ['--help'] : [name, '--help'];
      const { out } = await runCli(cwd, args, { columns });
      const lines = out.split('\n').filter((line) => !line.startsWith('Usage:'));
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.min(columns, 100));
      expect(words(out)).toEqual(words((await runCli(cwd, args, { columns: 100 })).out));
    }
  });

  it('is the same in all its spellings', async () => {
    const cwd = workspace({});
    const outputs = [
      ['check', '--help'],
      ['check', '-h'],
      ['help', 'check'],
      ['--help', 'check'],
    ];
    for (const args of outputs) expect(await runCli(cwd, args)).toEqual(await runCli(cwd, ['check', '-h']));
    expect(await runCli(cwd, ['-V'])).toEqual(await runCli(cwd, ['--version']));
  });

  it('names short options, which do the same', async () => {
    const { out } = await runCli(workspace({}), ['check', '--help']);
    for (const flag of ['-f, --format <name>', '-o, --out <file>', '-c, --config <file>', '-h, --help'])
      expect(out).toContain(`  ${flag}`);
    const cwd = workspace({ ...FILES, 'own.json': '{ "rules": { "no-unbounded-metric-labels": "warn" } }' });
    expect(await runCli(cwd, ['check', '-f', 'json', '-c', 'own.json'])).toEqual(
      await runCli(cwd, ['check', '--format', 'json', '--config=own.json']),
    );
  });
});

describe('mistakes in the use end with 2 and say what to write', () => {
  it.each<readonly [readonly string[], RegExp]>([
    [['help', 'chek'], /^telint: there is no command "chek"\. Did you mean `telint check`\?/],
    [['src'], /^telint: a command comes before files and folders: `telint check src`\.\n$/],
    [['.'], /`telint check \.`/],
    [['check', '-x'], /has no option -x/],
    [['check', '--max-warnings', '1.5'], /^telint: --max-warnings must be a whole number from 0, not "1\.5"\.\n$/],
    [['check', '--out', 'package.json/report'], /^telint: --out: .*report cannot be written: /],
    [['coverage', '--out', 'package.json/report'], /^telint: --out: .*report cannot be written: /],
    [['check', '--prune-suppressions'], /there is no .*eslint-suppressions\.json\. Create it with --suppress-all\.\n$/],
    [['dashboards', '--out', 'package.json'], /^telint: --out: .* cannot be written: /],
    [
      ['check', '--suppress-all', '--suppressions-location', 'package.json/known.json'],
      /^telint: --suppressions-location: .*known\.json cannot be written: /,
    ],
  ])('%j', async (args, message) => {
    const { code, out, err } = await runCli(workspace(FILES), args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  it.each([
    ['{ "rule": {} }', '"rule" is not known. Did you mean "rules"?'],
    ['{ "x": {} }', '"x" is not known. Known keys: $schema, preset, rules, settings, ignore, budget.'],
    ['{ "rules": { "no-pii-in-log": "off" } }', 'there is no rule "no-pii-in-log". Did you mean "no-pii-in-logs"?'],
    [
      '{ "rules": { "no-pii-in-logs": ["warn", { "ignored": [] }] } }',
      'rules["no-pii-in-logs"] has no option "ignored". Did you mean "ignore"?',
    ],
    [
      '{ "rules": { "no-pii-in-logs": ["warn", { "ignore": "email" }] } }',
      'rules["no-pii-in-logs"]: "ignore" must be an array of texts.',
    ],
    [
      '{ "rules": { "no-unbounded-metric-labels": ["warn", { "evidence": "all" }] } }',
      'rules["no-unbounded-metric-labels"]: "evidence" must be one of "proved", "named".',
    ],
    [
      '{ "rules": { "require-context-propagation": ["warn", { "workers": 1 }] } }',
      'rules["require-context-propagation"]: "workers" must be true or false.',
    ],
    ['{ "rules": { "require-span-end": ["warn", {}] } }', 'rules["require-span-end"] takes no options.'],
    ['{ "rules": { "no-unused-metric": ["warn", {}] } }', 'rules["no-unused-metric"] takes no options.'],
    [
      '{ "rules": { "no-pii-in-logs": ["warn", "email"] } }',
      'rules["no-pii-in-logs"] takes an object of options: ignore.',
    ],
  ])('the configuration %s', async (config, message) => {
    const cwd = workspace({ ...FILES, 'telint.json': config });
    const { code, out, err } = await runCli(cwd, ['check']);
    expect([code, out, err]).toEqual([2, '', `telint: ${join(cwd, 'telint.json')}: ${message}\n`]);
  });

  it('the configuration {bad, with line and column in plain words', async () => {
    const { code, err } = await runCli(workspace({ ...FILES, 'telint.json': '{\n  bad' }), ['check']);
    expect([code, err]).toEqual([2, expect.stringMatching(/telint\.json:2:3: Invalid symbol\. Write JSON/)]);
  });

  it('options of rules that are right are taken', async () => {
    const config =
      '{ "rules": { "no-unbounded-metric-labels": ["error", { "ignore": ["path"], "evidence": "proved" }] } }';
    expect(await runCli(workspace({ ...FILES, 'telint.json': config }), ['check'])).toEqual({
      code: 0,
      out: '',
      err: '',
    });
  });
});

describe('a run that looks at nothing', () => {
  it('is a mistake in an empty folder, and where all is ignored', async () => {
    const empty = await runCli(workspace({}), ['check']);
    expect([empty.code, empty.out]).toEqual([2, '']);
    expect(empty.err).toMatch(/^telint: there is no source file, dashboard or rule file in .*--cwd\.\n$/);
    const cwd = workspace({ ...CLEAN, 'telint.json': '{ "ignore": ["src"] }' });
    const ignored = await runCli(cwd, ['check', '--format', 'json']);
    expect([ignored.code, ignored.out, ignored.err]).toEqual([
      2,
      '',
      `telint: "ignore" leaves out every file of ${cwd}.\n`,
    ]);
  });

  it('is none where a hook names files that are ignored', async () => {
    const cwd = workspace({ ...CLEAN, 'telint.json': '{ "ignore": ["src"] }' });
    expect(await runCli(cwd, ['check', 'src/app.ts'])).toEqual({
      code: 0,
      out: '',
      err: 'telint: every file that was named is left out by "ignore".\n',
    });
  });
});

it('a terminal is told that nothing was found; a pipe gets nothing', async () => {
  const cwd = workspace(CLEAN);
  const shown = await runCli(cwd, ['check', '--no-color'], { outIsTerminal: true });
  expect([shown.code, shown.out]).toEqual([0, 'No findings in 1 file.\n']);
  expect((await runCli(cwd, ['check', '--quiet', '--no-color'], { outIsTerminal: true })).out).toBe(
    'No errors in 1 file.\n',
  );
  expect((await runCli(cwd, ['check'])).out).toBe('');
});

it('--color and --no-color win over the terminal and the environment', async () => {
  const cwd = workspace(FILES);
  const coloured = async (args: readonly string[], given: Parameters<typeof runCli>[2]): Promise<boolean> =>
    (await runCli(cwd, ['check', ...args], given)).out.includes('\u001b[');
  expect(await coloured(['--color'], { env: { NO_COLOR: '1' } })).toBe(true);
  expect(await coloured(['--no-color'], { env: { FORCE_COLOR: '1' }, outIsTerminal: true })).toBe(false);
});

it('--out writes any report to a file, in a folder that may be new, without colours', async () => {
  const cwd = workspace(FILES);
  for (const format of ['stylish', 'json', 'sarif', 'github']) {
    const printed = await runCli(cwd, ['check', '-f', format]);
    const args = ['check', '-f', format, '-o', `reports/${format}`];
    expect(await runCli(cwd, args, { outIsTerminal: true })).toEqual({ code: 1, out: '', err: '' });
    expect(readFileSync(join(cwd, 'reports', format), 'utf8')).toBe(printed.out);
  }
});

it('the baseline may be in a folder that is new', async () => {
  const cwd = workspace(FILES);
  const location = ['--suppressions-location', 'known/telint.json'];
  expect((await runCli(cwd, ['check', '--suppress-all', ...location])).code).toBe(0);
  expect((await runCli(cwd, ['check', ...location])).out).toBe('1 finding in the baseline\n');
});

it('paths for code hosts begin at the root of the repository, wherever the command runs', async () => {
  const root = workspace(Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`packages/a/${path}`, text])));
  const cwd = join(root, 'packages/a');
  const run = async (format: string, env: Record<string, string>): Promise<string> =>
    (await runCli(cwd, ['check', '-f', format], { env })).out;
  const env = { GITHUB_WORKSPACE: root };
  expect(await run('github', env)).toContain('file=packages/a/src/app.ts,');
  expect(await run('sarif', env)).toContain('"uri":"packages/a/src/app.ts"');
  expect(await run('github', {})).toContain('file=src/app.ts,');
  expect(await run('github', { GITHUB_WORKSPACE: join(root, 'other') })).toContain('file=src/app.ts,');
  expect(await run('stylish', env)).toMatch(/^src\/app\.ts\n/);
});

it('a mistake of its own ends with 2, not with the 1 of findings', async () => {
  const cwd = workspace(FILES);
  const { code, err } = await runCli(cwd, ['check'], {
    out: () => {
      throw new RangeError('no place');
    },
  });
  expect(code).toBe(2);
  expect(err).toMatch(
    /^telint \d+\.\d+\.\d+ failed, which is a mistake of its own; please report it\.\nRangeError: no place\n/,
  );
});
