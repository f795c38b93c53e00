import { findProgram } from '../../../scripts/lib/programs.ts';
import { startServer, type Service } from './process.ts';

const program = (): string | undefined => findProgram('redis-server');

/** True when Debian's `redis-server` is installed. */
export const available = (): boolean => program() !== undefined;

/** Starts Redis without persistence. */
export async function startRedis(): Promise<Service & { readonly url: string }> {
  const server = program();
  if (server === undefined) throw new Error('redis-server is not installed (Debian package redis-server).');
  const service = await startServer('redis', (port, folder) => [
    ...([server, '--port', String(port), '--bind', '127.0.0.1', '--dir', folder] as const),
    ...['--save', '', '--appendonly', 'no', '--daemonize', 'no', '--maxmemory-policy', 'noeviction'],
  ]);
  return { ...service, url: `redis://127.0.0.1:${service.port}` };
}
