import { defineConfig } from 'tsdown';

// What is not a dependency or a peer is bundled, so that a user never installs the development tools of the plugin.
export default defineConfig({
  entry: 'src/index.ts',
  format: 'esm',
  platform: 'node',
  target: 'node22.15',
  fixedExtension: false,
  dts: true,
  sourcemap: false,
});
