import { defineConfig } from 'tsdown';

// The rules and all libraries but the parser and ts-morph are bundled: starting a server reads two files, not hundreds.
export default defineConfig({
  entry: { main: 'src/main.ts', telint: 'src/telint.ts', 'types/worker': 'src/types/worker.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node22.15',
  fixedExtension: false,
  sourcemap: false,
  minify: true,
  dts: false,
  // jsonc-parser's `main` is UMD, whose requires no bundler follows.
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
});
