import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tsParser from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import telint from '../../../eslint-plugin/src/index.ts';
import { Workspace } from '../../../eslint-plugin/src/host/workspace.ts';
import { workspaceRoot } from '../../../eslint-plugin/src/host/workspace-root.ts';
import { configOf } from '../../src/config.ts';
import { Lines } from '../../src/cli/positions.ts';
import { relativePath } from '../../src/cli/select-files.ts';
import { Runner } from '../../src/runner.ts';

const require = createRequire(import.meta.url);
const PLUGIN = fileURLToPath(new URL('../../../eslint-plugin/src/index.ts', import.meta.url));

/** A finding as every host reports it: `file:line:column rule message`. */
export type Line = string;

/** Findings of the own runner with all rules of the plugin. */
export function byRunner(root: string): readonly Line[] {
  const runner = new Runner(root, configOf({ preset: 'all' }, 'telint.json'), new Workspace(workspaceRoot(root)));
  return runner.workspace.files().flatMap((path) => {
    const { findings } = runner.lint(path);
    const lines = new Lines(runner.workspace.text(path) ?? '');
    return findings.map((f) => {
      const { line, column } = lines.positionAt(f.range.start);
      return lineOf(relativePath(root, path), line, column, f.rule, f.message);
    });
  });
}

/** Findings of ESLint with its parsers and without types, in the files that the own runner looks at. */
export async function byEslint(root: string): Promise<readonly Line[]> {
  const eslint = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    ruleFilter: ({ ruleId }) => ruleId.startsWith('telint/'),
    overrideConfig: [
      { files: ['**/*.{ts,mts,cts,tsx}'], languageOptions: { parser: tsParser } },
      { files: ['**/*.{js,jsx,mjs}'], languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } } },
      { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
      { linterOptions: { reportUnusedDisableDirectives: 'off' } },
      telint.configs.all,
    ] as NonNullable<ESLint.Options['overrideConfig']>,
  });
  const files = new Workspace(workspaceRoot(root)).files().filter((path) => path.startsWith(`${root}/`));
  const results = await eslint.lintFiles([...files]);
  if (results.length !== files.length) throw new Error(`ESLint looked at ${results.length} of ${files.length} files.`);
  return results.flatMap(({ filePath, messages }) =>
    messages.flatMap((m) =>
      m.ruleId?.startsWith('telint/') === true
        ? [lineOf(relativePath(root, filePath), m.line, m.column, m.ruleId, m.message)]
        : [],
    ),
  );
}

interface OxlintDiagnostic {
  readonly code?: string;
  readonly message: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number; readonly column: number } }[];
}

/** Findings of oxlint, which loads the plugin through `jsPlugins`. */
export function byOxlint(root: string): readonly Line[] {
  const config = join(root, '.oxlintrc.json');
  writeFileSync(
    config,
    JSON.stringify({
      categories: { correctness: 'off' },
      plugins: [],
      jsPlugins: [PLUGIN],
      settings: telint.configs.all['settings'],
      rules: telint.configs.all['rules'],
    }),
  );
  const bin = join(require.resolve('oxlint/package.json'), '../bin/oxlint');
  const run = spawnSync(process.execPath, [bin, '--format', 'json', '--disable-nested-config', '-c', config, '.'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  rmSync(config);
  const { diagnostics } = JSON.parse(run.stdout) as { diagnostics: readonly OxlintDiagnostic[] };
  const files = new Set(new Workspace(workspaceRoot(root)).files().map((path) => relativePath(root, path)));
  return diagnostics.flatMap(({ code, message, filename, labels: [label] }) =>
    code?.startsWith('telint(') === true && files.has(filename)
      ? [lineOf(filename, label?.span.line ?? 0, label?.span.column ?? 0, code.replace(/\((.*)\)$/, '/$1'), message)]
      : [],
  );
}

/** What only one of two hosts finds: `- …` only the first, `+ …` only the second. */
export function differences(first: readonly Line[], second: readonly Line[]): readonly string[] {
  const rest = [...second];
  const missing = first.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return [...missing.map((line) => `- ${line}`), ...rest.map((line) => `+ ${line}`)].sort();
}

function lineOf(file: string, line: number, column: number, rule: string, message: string): Line {
  return `${file}:${line}:${column} ${rule} ${message}`;
}
