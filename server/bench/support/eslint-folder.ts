/** Lints the source files of a folder with ESLint, typescript-eslint's parser without types, and the recommended preset. */
import * as tsParser from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import { Workspace } from '../../../eslint-plugin/src/host/workspace.ts';
import telint from '../../../eslint-plugin/src/index.ts';

const [, , folder = ''] = process.argv;
const eslint = new ESLint({
  cwd: folder,
  overrideConfigFile: true,
  ruleFilter: ({ ruleId }) => ruleId.startsWith('telint/'),
  overrideConfig: [
    { files: ['**/*.{ts,mts,cts,tsx}'], languageOptions: { parser: tsParser } },
    { files: ['**/*.{js,jsx,mjs}'], languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } } },
    telint.configs.recommended,
  ] as NonNullable<ESLint.Options['overrideConfig']>,
});
const results = await eslint.lintFiles([...new Workspace(folder).files()]);
console.log(results.reduce((sum, { messages }) => sum + messages.length, 0));
