import { defineConfig } from 'tsdown';

// What is not a dependency or a peer is bundled, so that a user never installs the development tools of the plugin.
const common = {
  format: 'esm',
  platform: 'node',
  target: 'node22.15',
  fixedExtension: false,
  sourcemap: false,
  minify: true,
} as const;

// The engine is a file of its own: it is loaded when the first file is linted.
export default defineConfig([
  { ...common, entry: 'src/index.ts', dts: true },
  { ...common, entry: 'src/engine.ts', dts: false, clean: false },
]);
