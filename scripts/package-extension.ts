/**
 * Packs the extension: `node scripts/package-extension.ts [--target linux-x64] [--all] [--out folder]`.
 *
 * Without a target it makes the package for every platform, with `--all` that one and one for each platform that has a
 * native parser. Nothing is read from the network but native parsers that are not installed.
 */
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { buildExtension } from './build-extension.ts';
import { nativeTargets } from './lib/oxc-bindings.ts';
import { inRoot } from './lib/paths.ts';

/** Largest package in bytes: what people wait for when they install it. */
const BUDGET = { universal: 3_000_000, native: 5_000_000 };

/** A package on disk. */
export interface Package {
  readonly file: string;
  readonly bytes: number;
}

/** Builds and packs the extension for one platform or for all; throws when the package is larger than its budget. */
export async function packageExtension(target: string | undefined, folder: string): Promise<Package> {
  await buildExtension({ ...(target === undefined ? {} : { target }), minify: true });
  const { name, version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${version}${target === undefined ? '' : `-${target}`}.vsix`);
  rmSync(file, { force: true });
  await createVSIX({
    cwd: inRoot('.'),
    packagePath: file,
    dependencies: false,
    readmePath: 'client/README.md',
    changelogPath: 'client/CHANGELOG.md',
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
    ...(target === undefined ? {} : { target }),
  });
  const bytes = statSync(file).size;
  const budget = target === undefined ? BUDGET.universal : BUDGET.native;
  console.log(`${file}: ${(bytes / 1e6).toFixed(2)} MB of ${budget / 1e6} MB`);
  if (bytes > budget) throw new Error(`${file} is larger than ${budget} bytes: see what dist/ holds.`);
  return { file, bytes };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { target: { type: 'string' }, all: { type: 'boolean' }, out: { type: 'string', default: inRoot('.') } },
  });
  const targets = values.all === true ? [undefined, ...nativeTargets] : [values.target];
  for (const target of targets) await packageExtension(target, values.out);
}
