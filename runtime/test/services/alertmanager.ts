import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../../scripts/lib/programs.ts';
import { isReady, startServer, type Service } from './process.ts';

const server = (): string | undefined => findProgram('prometheus-alertmanager') ?? findProgram('alertmanager');

/** True when Debian's `prometheus-alertmanager` is installed. */
export const available = (): boolean => server() !== undefined;

/** True when `amtool` is there, which comes with it. */
export const amtool = (): string | undefined => findProgram('amtool');

/** An Alertmanager on its own, without a cluster. */
export interface Alertmanager extends Service {
  readonly url: string;
}

/** Starts Alertmanager on loopback; `configuration` is the content of alertmanager.yml. */
export async function startAlertmanager(configuration: object): Promise<Alertmanager> {
  const program = server();
  if (program === undefined) throw new Error('alertmanager is not installed (Debian package prometheus-alertmanager).');
  const service = await startServer(
    'alertmanager',
    (port, folder) => {
      // JSON is YAML.
      const file = join(folder, 'alertmanager.yml');
      writeFileSync(file, JSON.stringify(configuration));
      return [
        ...([program, `--config.file=${file}`, `--storage.path=${join(folder, 'data')}`] as const),
        ...[`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address=', '--log.level=warn'],
      ];
    },
    isReady,
  );
  return { ...service, url: `http://127.0.0.1:${service.port}` };
}

/** What `amtool check-config` complains about; empty when it is content. */
export function checkConfiguration(path: string): string {
  const tool = amtool();
  if (tool === undefined) throw new Error('amtool is not installed (Debian package prometheus-alertmanager).');
  const { status, stdout, stderr } = spawnSync(tool, ['check-config', path], { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}`.trim();
}
