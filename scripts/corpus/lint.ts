/** Runs the plugin from its source over files of a checkout, in this process. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as parser from '@typescript-eslint/parser';
import { ESLint, type Linter } from 'eslint';
import type { Finding } from './matching.ts';

/** Namespace of the rules. */
const PREFIX = 'telint/';

type Plugin = ESLint.Plugin & { readonly configs?: Record<string, Linter.Config | Linter.Config[]> };

/** Everything the parser without types needs to read any file of a service. */
export const PARSE_CONFIG: Linter.Config = {
  files: ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}'],
  languageOptions: {
    parser,
    parserOptions: { ecmaFeatures: { jsx: true }, sourceType: 'module' },
  },
  linterOptions: { reportUnusedDisableDirectives: 'off' },
};

/** Loads the plugin from a file whose default export it is. */
export async function loadPlugin(file: string): Promise<Plugin> {
  const module = (await import(pathToFileURL(resolve(file)).href)) as { default: Plugin };
  return module.default;
}

/** Names of the rules that a plugin has, without prefix. */
export function rulesOf(plugin: Plugin): Set<string> {
  return new Set(Object.keys(plugin.rules ?? {}));
}

/** Flat config with a preset, and with `extraRules` (names without prefix) switched on where the preset leaves them off. */
export function presetConfig(plugin: Plugin, preset: string, extraRules: readonly string[] = []): Linter.Config[] {
  const found = plugin.configs?.[preset];
  if (found === undefined) throw new Error(`The plugin has no preset ${preset}.`);
  const presetConfigs = [found].flat();
  const on = new Set(presetConfigs.flatMap((config) => Object.keys(config.rules ?? {})));
  const missing = extraRules.filter((rule) => !on.has(PREFIX + rule) && plugin.rules?.[rule] !== undefined);
  const extra: Linter.Config = {
    // A preset may bring a copy of the plugin, and a second object under the same name is an error.
    plugins: presetConfigs.some((config) => config.plugins?.['telint']) ? {} : { telint: plugin },
    rules: Object.fromEntries(missing.map((rule) => [PREFIX + rule, 'warn' as const])),
  };
  return [PARSE_CONFIG, ...presetConfigs, ...(missing.length > 0 ? [extra] : [])];
}

/** An ESLint for one folder that reads neither configuration, comments nor ignore files from it. */
export function createLinter(cwd: string, config: Linter.Config[]): ESLint {
  return new ESLint({
    cwd,
    overrideConfigFile: true,
    overrideConfig: config,
    allowInlineConfig: false,
    ignore: false,
    errorOnUnmatchedPattern: false,
  });
}

/** What a run over one file gave; `fatal` is the parser's message when it could not read the file. */
export interface FileResult {
  readonly findings: readonly Finding[];
  readonly fatal?: string;
}

/** Lints one file, as if it stood at `filePath`; findings of rules outside the plugin are left out. */
export async function lintFile(eslint: ESLint, file: string, filePath: string = file): Promise<FileResult> {
  const [result] = await eslint.lintText(await readFile(file, 'utf8'), { filePath });
  const messages = result?.messages ?? [];
  const fatal = messages.find((message) => message.fatal)?.message;
  const findings = messages.flatMap((message) =>
    message.ruleId?.startsWith(PREFIX)
      ? [
          {
            rule: message.ruleId.slice(PREFIX.length),
            line: message.line,
            endLine: message.endLine ?? message.line,
            message: message.message,
          },
        ]
      : [],
  );
  return fatal === undefined ? { findings } : { findings, fatal };
}
