import * as tsParser from '@typescript-eslint/parser';
import { Linter, type ESLint, type Rule } from 'eslint';
import { rules } from '../../src/rules/index.ts';

/** Every rule under the plugin's prefix, in the shape that ESLint's own types ask for. */
export const plugin = { rules: rules as unknown as Record<string, Rule.RuleModule> } satisfies ESLint.Plugin;

/** How a text is linted; without `cwd` no other file is looked at. */
export interface LintOptions {
  /** Absolute, or relative to `cwd`. */
  readonly filename?: string;
  /** Root of the workspace whose files count. */
  readonly cwd?: string;
  /** `settings.telint`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Rules without prefix, with their options; all rules of the plugin when left out. */
  readonly rules?: Readonly<Record<string, readonly unknown[]>>;
  /** ESLint's own parser in place of typescript-eslint's. */
  readonly espree?: boolean;
}

/** Findings of the rules in a text; syntax errors are findings without a rule. */
export function lint(text: string, options: LintOptions = {}): Linter.LintMessage[] {
  const {
    filename = 'src/file.ts',
    cwd,
    settings = cwd === undefined ? { crossFile: 'off' } : {},
    espree = false,
  } = options;
  const wanted = options.rules ?? Object.fromEntries(Object.keys(plugin.rules).map((name) => [name, []]));
  const linter = new Linter(cwd === undefined ? {} : { cwd });
  const config: Linter.Config = {
    files: ['**/*.{js,jsx,cjs,mjs,ts,tsx,cts,mts}'],
    plugins: { telint: plugin },
    rules: Object.fromEntries(Object.entries(wanted).map(([name, given]) => [`telint/${name}`, ['error', ...given]])),
    settings: { telint: settings },
    languageOptions: espree ? { sourceType: /\.cjs$/.test(filename) ? 'commonjs' : 'module' } : { parser: tsParser },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
  };
  const messages = linter.verify(text, config, { filename });
  const trouble = messages.find((m) => m.ruleId === null && m.fatal !== true);
  if (trouble) throw new Error(trouble.message);
  return messages;
}

/** Text after one suggestion of a finding. */
export function applySuggestion(text: string, fix: Rule.Fix): string {
  return text.slice(0, fix.range[0]) + fix.text + text.slice(fix.range[1]);
}

/** Findings without positions in the way: `rule line`, in the order of the text. */
export function places(messages: readonly Linter.LintMessage[]): string[] {
  return messages.map((m) => `${m.ruleId?.replace('telint/', '') ?? m.message} ${m.line}`);
}
