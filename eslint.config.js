import { existsSync } from 'node:fs';
import { defineConfig, globalIgnores } from 'eslint/config';
import eslintPlugin from 'eslint-plugin-eslint-plugin';
import tseslint from 'typescript-eslint';

const SOURCE = 'eslint-plugin/src';
const OWN_PLUGIN = new URL(`./${SOURCE}/index.ts`, import.meta.url);

/** The plugin on its own code, from source: nothing to build before `npm run lint`. */
const ownPlugin = existsSync(OWN_PLUGIN)
  ? [/** @type {{ default: import('eslint').ESLint.Plugin }} */ (await import(OWN_PLUGIN.href)).default]
  : [];

/**
 * Forbids imports by a regular expression on the specifier. `allowTypeImports` lets types through, which are gone at
 * run time.
 * @param {...{ regex: string, message: string, allowTypeImports?: boolean }} patterns
 */
const forbidImports = (...patterns) => ({
  '@typescript-eslint/no-restricted-imports': /** @type {import('eslint').Linter.RuleEntry} */ ([
    'error',
    { patterns },
  ]),
});

const NO_HOST_PACKAGES = {
  regex: '^(?:eslint|typescript|@typescript-eslint|typescript-eslint)(?:/|$)',
  message: 'The core runs without ESLint and TypeScript: import types only.',
  allowTypeImports: true,
};
const NO_EDITOR = { regex: '^vscode', message: 'Only server/ and client/ know the editor.' };
const DATA_ONLY = 'Knowledge is data and imports only knowledge.';
const NAMED_EXPORTS = [
  { selector: 'ExportAllDeclaration', message: 'Name what is exported: no `export *`.' },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
];

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/coverage/',
    'examples/',
    'eslint-plugin/test/regression/fixtures/',
    'eslint-plugin/test/fixtures/',
    'test/vscode/fixtures/',
    'client/walkthrough/example/',
    // Functions as people write them: what the quick fixes are tried on.
    'server/test/instrument/table/',
  ]),
  tseslint.configs.strictTypeChecked,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', 400],
      'no-restricted-syntax': ['error', ...NAMED_EXPORTS],
    },
  },
  {
    name: 'configuration files and the entry of the plugin have a default export',
    files: ['*.config.{js,ts}', '*/*.config.ts', 'test/*/*.config.ts', `${SOURCE}/index.ts`],
    rules: { 'no-restricted-syntax': ['error', ...NAMED_EXPORTS.slice(0, 1)] },
  },
  {
    name: 'the plugin imports neither ESLint nor TypeScript at run time',
    files: [`${SOURCE}/**/*.ts`],
    rules: {
      ...forbidImports(NO_HOST_PACKAGES, NO_EDITOR),
      // Node types are compared with strings, because the enum of them is a value and would be a run-time import.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
    },
  },
  {
    name: 'knowledge/ is data: it imports only knowledge/',
    files: [`${SOURCE}/knowledge/*/*.ts`],
    rules: forbidImports({ regex: '^(?!\\.\\.?/[\\w-]+\\.ts$)', message: DATA_ONLY }),
  },
  {
    name: 'files directly in knowledge/ do not reach above it',
    files: [`${SOURCE}/knowledge/*.ts`],
    rules: forbidImports({ regex: '^(?!\\./)', message: DATA_ONLY }),
  },
  {
    files: [
      `${SOURCE}/knowledge/**/*.ts`,
      `${SOURCE}/rules/index.ts`,
      '**/*.generated.ts',
      'runtime/src/core-metrics-table.ts',
    ],
    rules: { 'max-lines': 'off' },
  },
  {
    name: 'analysis/ turns an AST into facts: no host, no disk, no rules',
    files: [`${SOURCE}/analysis/**/*.ts`],
    rules: forbidImports(NO_HOST_PACKAGES, NO_EDITOR, {
      regex: '^node:|^(?:\\.\\./)+(?:rules|fixes|host)/',
      message: 'The analysis sees an AST and knowledge; files and hosts come in through the ModuleHost.',
    }),
  },
  {
    name: 'trees come from several parsers and from broken code: their types promise more than holds',
    files: [`${SOURCE}/{analysis,fixes}/**/*.ts`],
    rules: { '@typescript-eslint/no-unnecessary-condition': 'off' },
  },
  {
    name: 'rules and fixes consume facts',
    files: [`${SOURCE}/{rules,fixes}/**/*.ts`],
    rules: forbidImports(NO_HOST_PACKAGES, NO_EDITOR, {
      regex: '^node:',
      message: 'A rule turns facts into findings and does not touch the disk.',
    }),
  },
  {
    name: 'only the entry and the features of the server know the protocol of editors',
    files: ['server/src/**/*.ts'],
    ignores: ['server/src/{serve,server,session,settings,documents,projects}.ts', 'server/src/features/**/*.ts'],
    rules: forbidImports({
      regex: '^vscode(?!-uri)',
      message: 'Types of the protocol stay in serve, server and features/.',
    }),
  },
  {
    name: 'trees are compared with strings outside of the plugin too',
    files: ['server/src/instrument/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-enum-comparison': 'off' },
  },
  {
    name: 'the runtime has no dependency at run time',
    files: ['runtime/src/**/*.ts'],
    rules: {
      ...forbidImports({
        regex: '^(?!node:|\\.|@opentelemetry/api$)',
        message:
          'The runtime imports Node, its own files and @opentelemetry/api; other libraries are taken by their shape.',
      }),
    },
  },
  {
    name: 'rules are short and well-formed',
    files: [`${SOURCE}/rules/*.ts`],
    ignores: [`${SOURCE}/rules/index.ts`],
    extends: [eslintPlugin.configs['rules-recommended']],
    rules: {
      'max-lines': ['error', 200],
      'eslint-plugin/require-meta-docs-description': 'error',
      'eslint-plugin/require-meta-type': 'error',
    },
  },
  ownPlugin.map((plugin) => ({
    name: 'telint on itself',
    plugins: { telint: plugin },
    rules: Object.fromEntries(Object.keys(plugin.rules ?? {}).map((rule) => [`telint/${rule}`, 'error'])),
  })),
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
