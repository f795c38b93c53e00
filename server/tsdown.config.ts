import { defineConfig, type UserConfig } from 'tsdown';

const shared: UserConfig = {
  platform: 'node',
  target: 'node22.15',
  fixedExtension: false,
  sourcemap: false,
  minify: true,
  dts: false,
};

/** TypeScript comes with ts-morph: a second copy would double what is installed. */
const typescriptOfTsMorph = {
  name: 'typescript-of-ts-morph',
  resolveId: (id: string) => (id === 'typescript' ? { id: '\0typescript.cjs', external: false } : undefined),
  load: (id: string) => (id === '\0typescript.cjs' ? "module.exports = require('ts-morph').ts;" : undefined),
};

const PROGRAMS = new Set(['main.js', 'telint.js']);

export default defineConfig([
  // The rules and all libraries but the parser and ts-morph are bundled: starting a server reads two files, not hundreds.
  {
    ...shared,
    entry: {
      main: 'src/main.ts',
      telint: 'src/telint.ts',
      'lint-worker': 'src/cli/lint-worker.ts',
      'types/worker': 'src/types/worker.ts',
    },
    format: 'esm',
    // jsonc-parser's `main` is UMD, whose requires no bundler follows.
    inputOptions: { resolve: { mainFields: ['module', 'main'] } },
    // Not in the sources: typescript-eslint would load the whole project a second time for a file that begins so.
    banner: ({ fileName }) => (PROGRAMS.has(fileName) ? '#!/usr/bin/env node' : ''),
  },
  // The parser for machines that oxc-parser has no binary for.
  {
    ...shared,
    entry: { 'typescript-estree': '../node_modules/@typescript-eslint/typescript-estree/dist/index.js' },
    format: 'cjs',
    clean: false,
    plugins: [typescriptOfTsMorph],
  },
]);
