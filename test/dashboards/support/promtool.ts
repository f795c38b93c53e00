import { spawnSync } from 'node:child_process';
import { findProgram } from '../../../scripts/lib/programs.ts';

/** Runs promtool; its output and whether it was content. */
export function promtool(...args: readonly string[]): { readonly isFine: boolean; readonly output: string } {
  const program = findProgram('promtool');
  if (program === undefined) throw new Error('promtool is not installed (Debian package prometheus).');
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return { isFine: status === 0, output: `${stdout}${stderr}` };
}
