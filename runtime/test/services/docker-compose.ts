import { spawnSync } from 'node:child_process';
import { findProgram } from '../../../scripts/lib/programs.ts';

const program = (): string | undefined => findProgram('docker-compose');

/** True when Debian's `docker-compose` is installed; it checks files without a Docker daemon. */
export const available = (): boolean => program() !== undefined;

/** What `docker-compose config` complains about; empty when it is content. */
export function checkCompose(files: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const tool = program();
  if (tool === undefined) throw new Error('docker-compose is not installed (Debian package docker-compose).');
  const parameters = files.flatMap((file) => ['-f', file]);
  const { status, stdout, stderr } = spawnSync(tool, [...parameters, 'config', '--quiet'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return status === 0 ? '' : `exit ${status ?? 'by signal'}: ${stdout}${stderr}`.trim();
}
