/**
 * Bundles the extension into `dist/`: `node scripts/build-extension.ts [--target linux-x64] [--no-minify]`.
 *
 * Without a target the package is for every platform and parses with JavaScript; with one it carries the native
 * parser of that platform. What is loaded late stays a package of its own in `dist/server/node_modules`, each one file.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type BuildOptions, type BuildResult, type Plugin } from 'esbuild';
import { bindingFile } from './lib/oxc-bindings.ts';
import { inRoot } from './lib/paths.ts';
import { thirdPartyNotices } from './lib/third-party-notices.ts';

const DIST = inRoot('dist');
const PACKAGES = join(DIST, 'server/node_modules');

/** TypeScript is in the package once: ts-morph's own copy, for the fallback parser too. */
const TYPESCRIPT = '@ts-morph/common/dist/typescript.js';

const shareTypeScript: Plugin = {
  name: 'share-typescript',
  setup(build) {
    build.onResolve({ filter: /^typescript$|^\.\/typescript(?:\.js)?$/ }, () => ({
      path: 'typescript',
      external: true,
    }));
    // The declarations of the standard library are for projects that are type-checked; edits of one file need none.
    build.onLoad({ filter: /ts-morph-common\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace(/^const libFiles = \[\{[\s\S]*?^ *\}\];$/m, 'const libFiles = [];');
      if (contents === text) throw new Error(`${path} has another shape than expected: libFiles is not found.`);
      return { contents };
    });
  },
};

type Common = BuildOptions & { readonly metafile: true };
type Bundle = BuildResult<{ metafile: true }>;

/** What to build. */
export interface ExtensionBuild {
  /** Platform in the words of Visual Studio Code; undefined for all of them. */
  readonly target?: string;
  readonly minify: boolean;
}

/** Bundles client and server into `dist/`. */
export async function buildExtension({ target, minify }: ExtensionBuild): Promise<void> {
  const common = {
    absWorkingDir: inRoot('.'),
    bundle: true,
    platform: 'node',
    // What Visual Studio Code 1.101 runs on.
    target: 'node22.15',
    minify,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  } satisfies BuildOptions;
  rmSync(DIST, { recursive: true, force: true });
  const { version } = JSON.parse(readFileSync(inRoot('server/package.json'), 'utf8')) as { version: string };
  write('package.json', JSON.stringify({ name: 'telint', version, type: 'module' }));
  const bundles = await Promise.all([
    build({
      ...common,
      entryPoints: ['client/src/extension.ts'],
      outfile: join(DIST, 'extension.cjs'),
      format: 'cjs',
      external: ['vscode'],
    }),
    build({
      ...common,
      entryPoints: { main: 'server/src/main.ts', 'types/worker': 'server/src/types/worker.ts' },
      outdir: join(DIST, 'server'),
      format: 'esm',
      splitting: true,
      // The CommonJS files of jsonc-parser require others by names that no bundler can follow.
      mainFields: ['module', 'main'],
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    }),
    bundlePackage(common, 'typescript', `module.exports = require('${TYPESCRIPT}')`, []),
    bundlePackage(common, 'ts-morph', "export * from 'ts-morph'", [shareTypeScript]),
    bundlePackage(
      common,
      '@typescript-eslint/typescript-estree',
      "export { parse } from '@typescript-eslint/typescript-estree'",
      [shareTypeScript],
    ),
    ...(target === undefined ? [] : [bundleNativeParser(common, target)]),
  ]);
  const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)).map((file) => inRoot(file));
  write('third-party-notices.txt', thirdPartyNotices(inputs));
  console.log(`Built dist/ ${target === undefined ? 'for every platform' : `for ${target}`}.`);
}

function write(file: string, text: string): void {
  const path = join(DIST, file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

/** One CommonJS file that answers to the name of a package. */
async function bundlePackage(
  common: Common,
  name: string,
  contents: string,
  plugins: readonly Plugin[],
): Promise<Bundle> {
  const bundle = await build({
    ...common,
    stdin: { contents, resolveDir: inRoot('server'), sourcefile: `${name}.js` },
    outfile: join(PACKAGES, name, 'index.js'),
    format: 'cjs',
    plugins: [...plugins],
  });
  write(`server/node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
  return bundle;
}

async function bundleNativeParser(common: Common, target: string): Promise<Bundle> {
  const name = 'oxc-parser';
  const bundle = await bundlePackage(
    { ...common, external: ['./parser.node'] },
    name,
    `import { wrap } from 'oxc-parser/src-js/wrap.js';
const { parseSync: parse } = require('./parser.node');
export const parseSync = (...args) => wrap(parse(...args));`,
    [],
  );
  cpSync(bindingFile(target), join(PACKAGES, name, 'parser.node'));
  return bundle;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { target: { type: 'string' }, minify: { type: 'boolean', default: true } },
    allowNegative: true,
  });
  const { target, minify } = values;
  await buildExtension({ ...(target === undefined ? {} : { target }), minify });
}
