import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as tsParser from '@typescript-eslint/parser';
import * as eslint10 from 'eslint';
import { describe, expect, it } from 'vitest';
import telint from '../src/index.ts';
import { workspace } from './support/workspace.ts';

const require = createRequire(import.meta.url);
/** A package of its own, so that the command of the old version does not hide the current one. */
const eslint9 = createRequire(new URL('../../scripts/hosts/eslint-9/package.json', import.meta.url))(
  'eslint',
) as typeof eslint10;
const PLUGIN = fileURLToPath(new URL('../src/index.ts', import.meta.url));

const PROJECT = {
  'package.json': '{ "name": "shop", "type": "module", "dependencies": { "express": "5", "bullmq": "5" } }',
  'tsconfig.json': '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } }',
  'src/metrics.ts': `import { Counter } from 'prom-client';
const requests = new Counter({ name: 'http_requests_total', help: 'Requests.', labelNames: ['route', 'user'] });
export function hit(route: string): void {
  requests.inc({ route });
}
export const count = (user: User) => requests.inc({ user: user.email });
`,
  'src/app.ts': `import express from 'express';
import { propagation, trace } from '@opentelemetry/api';
import { hit } from '~/metrics';
const app = express();
app.use((req, res) => {
  hit(req.path);
  hit(req.route?.path ?? 'unmatched');
  trace.getActiveSpan()?.setAttribute('user.email', req.body.email);
  propagation.createBaggage({ ip: { value: req.ip } });
  console.log(req.body.password);
});
export async function job(run: () => Promise<void>) {
  const span = trace.getTracer('shop').startSpan('job');
  await run();
  span.end();
}
`,
  'src/queue.ts': `import { trace } from '@opentelemetry/api';
import { Queue } from 'bullmq';
const mails = new Queue('mails');
export async function send(id: string) {
  await mails.add('welcome', { id });
}
`,
  'src/legacy.cjs': `const { trace } = require('@opentelemetry/api');
module.exports = (user) => trace.getActiveSpan()?.setAttribute('who', user.email);
`,
  'src/clean.ts': `export const add = (a: number, b: number): number => a + b;\n`,
};

interface Finding {
  readonly file: string;
  readonly rule: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

function sorted(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column || (a.rule < b.rule ? -1 : 1),
  );
}

/** Findings and texts of suggestions of one version of ESLint. */
async function byEslint(
  { ESLint }: typeof eslint10,
  cwd: string,
): Promise<{ findings: Finding[]; suggestions: string[] }> {
  const config = [
    { files: ['**/*.ts'], languageOptions: { parser: tsParser } },
    { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' as const } },
    telint.configs.all,
  ] as eslint10.Linter.Config[];
  const results = await new ESLint({ cwd, overrideConfigFile: true, overrideConfig: config }).lintFiles(['src']);
  const findings: Finding[] = [];
  const suggestions: string[] = [];
  for (const { filePath, messages } of results) {
    for (const m of messages) {
      findings.push({
        file: filePath.slice(cwd.length + 1),
        rule: m.ruleId ?? '',
        line: m.line,
        column: m.column,
        message: m.message,
      });
      for (const s of m.suggestions ?? [])
        suggestions.push(`${m.ruleId ?? ''} ${m.line}: ${s.desc} ${JSON.stringify(s.fix)}`);
    }
  }
  return { findings: sorted(findings), suggestions: suggestions.sort() };
}

/** Findings of oxlint, which loads the plugin through `jsPlugins`. */
function byOxlint(cwd: string): Finding[] {
  const bin = join(require.resolve('oxlint/package.json'), '../bin/oxlint');
  const run = spawnSync(process.execPath, [bin, '--format', 'json', 'src'], { cwd, encoding: 'utf8' });
  expect(run.stderr).toBe('');
  const { diagnostics } = JSON.parse(run.stdout) as {
    diagnostics: {
      code: string;
      message: string;
      filename: string;
      labels: { span: { line: number; column: number } }[];
    }[];
  };
  return sorted(
    diagnostics.map(({ code, message, filename, labels: [label] }) => ({
      file: filename,
      rule: code.replace(/\((.*)\)$/, '/$1'),
      line: label?.span.line ?? 0,
      column: label?.span.column ?? 0,
      message,
    })),
  );
}

const OXLINT_CONFIG = JSON.stringify({
  categories: { correctness: 'off' },
  plugins: [],
  jsPlugins: [PLUGIN],
  settings: telint.configs.all['settings'],
  rules: telint.configs.all['rules'],
});

describe('the same project under every host', { timeout: 30_000 }, () => {
  it('ESLint 10 finds every kind of problem', async () => {
    const { findings } = await byEslint(eslint10, workspace(PROJECT));
    expect([...new Set(findings.map((f) => f.rule))].sort()).toEqual(
      Object.keys(telint.rules)
        .map((name) => `telint/${name}`)
        .sort(),
    );
    expect(findings.filter((f) => f.file === 'src/clean.ts')).toEqual([]);
  });

  it('ESLint 9.15 finds and suggests the same as ESLint 10', async () => {
    expect(eslint9.ESLint.version).toBe('9.15.0');
    expect(eslint10.ESLint.version).toMatch(/^10\./);
    const cwd = workspace(PROJECT);
    expect(await byEslint(eslint9, cwd)).toEqual(await byEslint(eslint10, cwd));
  });

  it('oxlint finds the same as ESLint 10', async () => {
    const cwd = workspace({ ...PROJECT, '.oxlintrc.json': OXLINT_CONFIG });
    expect(byOxlint(cwd)).toEqual((await byEslint(eslint10, cwd)).findings);
  });
});

describe('loading the plugin', () => {
  /** URLs of all modules that a program loads, natives included. */
  function loaded(program: string): string[] {
    const script = `import { registerHooks } from 'node:module';
      const urls = [];
      registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
      ${program}
      process.stdout.write(JSON.stringify(urls.concat(process.report.getReport().sharedObjects)));`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout) as string[];
  }
  const HEAVY = /node_modules\/(?:eslint|typescript|@typescript-eslint|@eslint)\//;
  const source = JSON.stringify(pathToFileURL(PLUGIN).href);

  it('sees what is loaded', () => {
    const urls = loaded(`await import(${JSON.stringify(pathToFileURL(require.resolve('typescript')).href)});`);
    expect(urls.some((url) => HEAVY.test(url))).toBe(true);
  });

  it('loads neither ESLint nor TypeScript, and no parser before a file is linted', () => {
    const urls = loaded(
      `const { default: plugin } = await import(${source}); if (Object.keys(plugin.rules).length === 0) throw new Error('no rules');`,
    );
    expect(urls.some((url) => url.endsWith('/rules/index.ts'))).toBe(true);
    expect(urls.filter((url) => HEAVY.test(url) || url.includes('oxc'))).toEqual([]);
  });

  it('loads neither of them to read other files', () => {
    const urls = loaded(
      `const { parseFile } = await import(${JSON.stringify(new URL('../src/host/parse.ts', import.meta.url).href)}); if (!parseFile('/a.ts', 'export const a = 1;')) throw new Error('not parsed');`,
    );
    expect(urls.some((url) => url.includes('oxc'))).toBe(true);
    expect(urls.filter((url) => HEAVY.test(url))).toEqual([]);
  });

  it('works with require()', () => {
    const script = `const { default: plugin } = require(${JSON.stringify(PLUGIN)}); process.stdout.write(plugin.meta.name);`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=commonjs', '-e', script], {
      encoding: 'utf8',
    });
    expect([stdout, stderr.replace(/\(node:\d+\) ExperimentalWarning[^]*/, '')]).toEqual(['eslint-plugin-telint', '']);
  });
});
