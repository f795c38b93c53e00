import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inRoot } from './paths.ts';

/** Builds a workspace whose output is missing. */
export function ensureBuilt(workspace: 'eslint-plugin' | 'runtime'): void {
  if (existsSync(inRoot(`${workspace}/dist/index.js`))) return;
  console.log(`Building ${workspace} first …`);
  const { status } = spawnSync('npm', ['run', '--silent', 'build', '--workspace', workspace], {
    cwd: inRoot('.'),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${workspace} could not be built.`);
}
