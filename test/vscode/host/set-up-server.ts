import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../../scripts/lib/cache.ts';

/** Version of the npm package code-server, which carries the server of Visual Studio Code 1.139.1. */
const VERSION = '4.139.1';

/** Built-in extensions that no test needs; some of them ask the network. */
const EXTENSIONS = ['copilot', 'mermaid-markdown-features', 'git', 'github'];

/** Packages of features that no test needs: most of the size, and everything that is compiled on installation. */
const DEPENDENCIES = [
  '@devcontainers/cli',
  '@github/copilot-sdk',
  '@microsoft/mxc-sdk',
  '@vscode/copilot-api',
  '@vscode/fs-copyfile',
  '@vscode/sandbox-runtime',
  '@vscode/sqlite3',
  '@vscode/windows-process-tree',
  '@vscode/windows-registry',
  'kerberos',
  'ssh2',
  'tas-client',
];

interface Manifest {
  dependencies: Record<string, string>;
  overrides?: Record<string, unknown>;
}

/** Folder with the server: the workbench and the Node.js extension host, downloaded once through npm. */
export function setUpServer(): string {
  const folder = cacheFolder(`vscode-server-${VERSION}`);
  if (existsSync(join(folder, 'ready'))) return folder;
  console.log(`Setting up Visual Studio Code in ${folder} …`);
  const half = `${folder}.new`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  const archive = run('npm', ['pack', '--silent', `code-server@${VERSION}`], half).trim();
  run('tar', ['xzf', archive, '--strip-components=3', 'package/lib/vscode'], half);
  rmSync(join(half, archive));
  for (const name of EXTENSIONS) rmSync(join(half, 'extensions', name), { recursive: true, force: true });
  const manifest = JSON.parse(readFileSync(join(half, 'package.json'), 'utf8')) as Manifest;
  for (const name of DEPENDENCIES) Reflect.deleteProperty(manifest.dependencies, name);
  // An override of a package that is no longer there is an error.
  for (const key of Object.keys(manifest.overrides ?? {}))
    if (key.startsWith('kerberos')) Reflect.deleteProperty(manifest.overrides ?? {}, key);
  writeFileSync(join(half, 'package.json'), JSON.stringify(manifest, null, 2));
  const install = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', install, half);
  run('npm', install, join(half, 'extensions'));
  writeFileSync(join(half, 'ready'), '');
  // Renamed when it is complete: a download that breaks off leaves nothing that looks like a server.
  rmSync(folder, { recursive: true, force: true });
  renameSync(half, folder);
  return folder;
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${stderr}`);
  return stdout;
}
