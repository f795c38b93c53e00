import {
  findProgram,
  freePort,
  listens,
  removeFolder,
  startProcess,
  temporaryFolder,
  untilReady,
  type Service,
} from './process.ts';

const program = (): string | undefined => findProgram('redis-server');

/** True when Debian's `redis-server` is installed. */
export const available = (): boolean => program() !== undefined;

/** Starts Redis without persistence. */
export async function startRedis(): Promise<Service & { readonly url: string }> {
  const server = program();
  if (server === undefined) throw new Error('redis-server is not installed (Debian package redis-server).');
  const port = await freePort();
  const folder = temporaryFolder('redis');
  const running = startProcess(server, [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
    ...['--save', '', '--appendonly', 'no', '--daemonize', 'no', '--maxmemory-policy', 'noeviction'],
  ]);
  await untilReady('redis-server', running, () => listens(port));
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      await running.end();
      removeFolder(folder);
    },
  };
}
