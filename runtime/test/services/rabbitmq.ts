import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, freePort } from '../../../scripts/lib/programs.ts';
import { listens, removeFolder, startProcess, temporaryFolder, untilReady, type Service } from './process.ts';

/** The broker itself: the wrapper in /usr/sbin changes the user and writes into the log folder of the system. */
const program = (): string | undefined => findProgram('rabbitmq-server', '/usr/lib/rabbitmq/bin');

/** True when Debian's RabbitMQ and the name server of Erlang are installed. */
export const available = (): boolean => program() !== undefined && findProgram('epmd') !== undefined;

/** Starts RabbitMQ with an empty database, user and password `guest`, and a name server of its own. */
export async function startRabbitmq(): Promise<Service & { readonly url: string }> {
  const server = program();
  const epmd = findProgram('epmd');
  if (server === undefined || epmd === undefined) {
    throw new Error('RabbitMQ is not installed (Debian package rabbitmq-server).');
  }
  const [port, distribution, names] = [await freePort(), await freePort(), await freePort()];
  const folder = temporaryFolder('rabbitmq');
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  // A broker that starts epmd itself leaves it running.
  const nameServer = startProcess(epmd, ['-port', String(names), '-address', '127.0.0.1']);
  await untilReady('epmd', nameServer, () => listens(names));
  const running = startProcess(server, [], {
    PATH: process.env['PATH'],
    HOME: folder,
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(names),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `telint${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_CONF_ENV_FILE: file('rabbitmq-env.conf', ''),
    RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', '[].'),
    RABBITMQ_CONFIG_FILE: file('rabbitmq.conf', 'log.console = true\nlog.console.level = warning\nlog.file = false\n'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}',
  });
  try {
    await untilReady('rabbitmq-server', running, () => listens(port));
  } catch (error) {
    await nameServer.end();
    throw error;
  }
  return {
    port,
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    async stop() {
      await running.end();
      await nameServer.end();
      removeFolder(folder);
    },
  };
}
