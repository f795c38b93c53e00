import { Console } from 'node:console';
import {
  Message,
  StreamMessageReader,
  StreamMessageWriter,
  type DataCallback,
  type Disposable,
} from 'vscode-languageserver/node';
import { mistakeIn } from './message-shapes.ts';

/** The library throws at some messages, which are no mistake of the stream that they come in. */
class TolerantReader extends StreamMessageReader {
  override listen(callback: DataCallback): Disposable {
    return super.listen((message) => {
      try {
        // Cancellations are taken in before the guard sees a message.
        if (!isBrokenCancellation(message)) callback(message);
      } catch (error) {
        process.stderr.write(`telint: A message is left alone: ${(error as Error).message}\n`);
      }
    });
  }
}

function isBrokenCancellation(message: Message): boolean {
  return (
    Message.isNotification(message) &&
    message.method === '$/cancelRequest' &&
    mistakeIn(message.method, message.params) !== undefined
  );
}

/** Messages over standard input and output; `isShutDown` tells whether the end of the input is expected. */
export function stdioTransport(isShutDown: () => boolean): {
  readonly reader: StreamMessageReader;
  readonly writer: StreamMessageWriter;
} {
  // A library that prints something would print it between the messages.
  globalThis.console = new Console(process.stderr, process.stderr);
  const reader = new TolerantReader(process.stdin);
  const end = (): never => process.exit(isShutDown() ? 0 : 1);
  process.stdin.on('end', end).on('close', end);
  reader.onError((error) => {
    // A message that is no JSON has an end. Headers that are none do not tell where the next message begins.
    if (error instanceof SyntaxError) process.stderr.write(`telint: A message is no JSON: ${error.message}\n`);
    else endWith(`The input is no sequence of messages: ${error.message}`);
  });
  const writer = new StreamMessageWriter(process.stdout);
  writer.onError(([error]) => {
    endWith(`Nobody reads the output: ${error.message}`);
  });
  return { reader, writer };
}

function endWith(message: string): never {
  process.stderr.write(`telint: ${message}\n`);
  process.exit(1);
}
