import { enableCompileCache } from 'node:module';
import { createConnection, ProposedFeatures, type Connection } from 'vscode-languageserver/node';
import { version } from './cli/version.ts';
import { NO_PARSER, useFallbackParser } from './fallback-parser.ts';
import { useFastParser } from './fast-parser.ts';
import { MessageGuard } from './features/message-guard.ts';
import { startServer } from './server.ts';
import { stdioTransport } from './features/stdio.ts';

const USAGE = `telint-language-server ${version()}: the language server of Telint, to be started by an editor.

  --stdio          speak over standard input and output
  --node-ipc       speak over the channel of a Node.js parent
  --socket=<port>  connect to a port of this machine
  --pipe=<name>    connect to a named pipe
  --version        print the version
`;

const args = process.argv.slice(2);
if (args.includes('--version')) process.stdout.write(`${version()}\n`);
else if (!args.some((arg) => /^--(?:stdio|node-ipc|socket|pipe)\b/.test(arg))) {
  process.stderr.write(USAGE);
  process.exitCode = args.includes('--help') ? 0 : 2;
} else serve();

function connect(guard: MessageGuard): Connection {
  if (!args.includes('--stdio')) return createConnection(ProposedFeatures.all, guard.options);
  const { reader, writer } = stdioTransport(() => guard.isShutDown);
  return createConnection(ProposedFeatures.all, reader, writer, guard.options);
}

function serve(): void {
  enableCompileCache();
  useFallbackParser();
  if (!useFastParser({ keep: true })) process.stderr.write(`telint: ${NO_PARSER}\n`);
  const guard = new MessageGuard();
  const connection = connect(guard);
  guard.attach(connection);
  // A mistake in one piece of work must not end the server with all unsaved state of the session.
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'ERR_IPC_CHANNEL_CLOSED') process.exit(1);
    process.stderr.write(`telint: ${error.stack ?? String(error)}\n`);
  });
  process.on('disconnect', () => process.exit(1));
  startServer(connection);
}
