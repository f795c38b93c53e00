import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { inRoot } from './paths.ts';

/** Native parser by target of a Visual Studio Code package. */
const BINDINGS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64-gnu',
  'linux-arm64': 'linux-arm64-gnu',
  'linux-armhf': 'linux-arm-gnueabihf',
  'alpine-x64': 'linux-x64-musl',
  'alpine-arm64': 'linux-arm64-musl',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'win32-x64-msvc',
  'win32-arm64': 'win32-arm64-msvc',
};

/** Targets that a package with the native parser can be built for. */
export const nativeTargets = Object.keys(BINDINGS);

/** File of the native parser for a target; downloaded from the npm registry where it is not installed. */
export function bindingFile(target: string): string {
  const binding = BINDINGS[target];
  if (binding === undefined)
    throw new Error(`There is no native parser for ${target}. Targets: ${nativeTargets.join(', ')}.`);
  const file = `parser.${binding}.node`;
  const installed = inRoot(`node_modules/@oxc-parser/binding-${binding}/${file}`);
  return existsSync(installed) ? installed : join(downloaded(binding), file);
}

function downloaded(binding: string): string {
  const { version } = JSON.parse(readFileSync(inRoot('node_modules/oxc-parser/package.json'), 'utf8')) as {
    version: string;
  };
  const folder = cacheFolder(`oxc-parser-${version}-${binding}`);
  if (existsSync(join(folder, 'package.json'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const spec = `@oxc-parser/binding-${binding}@${version}`;
  const pack = spawnSync('npm', ['pack', '--silent', spec], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (pack.status !== 0) throw new Error(`${spec} cannot be downloaded: ${pack.stderr}`);
  const archive = pack.stdout.trim();
  const tar = spawnSync('tar', ['xzf', archive, '--strip-components=1'], { cwd: folder, encoding: 'utf8' });
  if (tar.status !== 0) throw new Error(`${archive} cannot be unpacked: ${tar.stderr}`);
  rmSync(join(folder, archive));
  return folder;
}
