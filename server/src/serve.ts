import { flushCompileCache } from 'node:module';
import { createConnection, ProposedFeatures, type Connection } from 'vscode-languageserver/node';
import { NO_PARSER, useFallbackParser } from './fallback-parser.ts';
import { useFastParser } from './fast-parser.ts';
import { MessageGuard } from './features/message-guard.ts';
import { keepHeapSmall } from './heap.ts';
import { startServer } from './server.ts';
import { stdioTransport } from './features/stdio.ts';

/** When what was compiled is kept for the next start, in milliseconds: editors end servers without asking. */
const KEEP_COMPILED_MS = 20_000;

function connect(guard: MessageGuard, args: readonly string[]): Connection {
  if (!args.includes('--stdio')) return createConnection(ProposedFeatures.all, guard.options);
  const { reader, writer } = stdioTransport(() => guard.isShutDown);
  return createConnection(ProposedFeatures.all, reader, writer, guard.options);
}

/** Serves the editor that has started this process; never returns while it is there. */
export function serve(args: readonly string[]): void {
  keepHeapSmall();
  useFallbackParser();
  if (!useFastParser({ keep: true })) process.stderr.write(`telint: ${NO_PARSER}\n`);
  const guard = new MessageGuard();
  const connection = connect(guard, args);
  guard.attach(connection);
  // A mistake in one piece of work must not end the server with all unsaved state of the session.
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'ERR_IPC_CHANNEL_CLOSED') process.exit(1);
    process.stderr.write(`telint: ${error.stack ?? String(error)}\n`);
  });
  process.on('disconnect', () => process.exit(1));
  startServer(connection);
  setTimeout(flushCompileCache, KEEP_COMPILED_MS).unref();
}
