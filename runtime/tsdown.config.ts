import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'tsdown';

interface Manifest {
  exports: Record<string, string | { import: { default: string } }>;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

/** Source files of the sub-paths that the manifest exports. */
const entry = Object.values(manifest.exports)
  .flatMap((target) => (typeof target === 'string' ? [] : [target.import.default]))
  .map((file) => file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))
  .filter((file) => existsSync(file));

// The vocabulary of the linter is bundled: the package has no dependency at run time.
export default defineConfig({
  entry,
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node22.15',
  fixedExtension: false,
  sourcemap: false,
  dts: true,
});
