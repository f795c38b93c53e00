import {
  ErrorCodes,
  Message,
  ResponseError,
  type Connection,
  type ConnectionOptions,
  type RequestMessage,
} from 'vscode-languageserver/node';
import { mistakeIn } from './message-shapes.ts';

/** Method that refused requests are passed on to: it answers with the code and the text that it is given. */
const REFUSED = '$/refused';

/** Looks at messages before anybody else does, so that features see only what the protocol allows, and when it does. */
export class MessageGuard {
  #state: 'new' | 'serving' | 'ended' = 'new';
  #connection: Connection | undefined;

  /** For the connection that `attach` is called with. */
  readonly options: ConnectionOptions = {
    messageStrategy: {
      handleMessage: (message, next) => {
        if (Message.isRequest(message)) return next(this.#request(message));
        if (!Message.isNotification(message)) return next(message);
        if (message.method === 'exit') return next(message);
        // Nobody can be told of a mistake before the first and after the last answer.
        if (this.#state !== 'serving') return undefined;
        const mistake = mistakeIn(message.method, message.params);
        if (mistake === undefined) return next(message);
        this.#connection?.console.error(`A notification is left alone: ${mistake}`);
        return undefined;
      },
    },
  };

  /** The client has said that it will end the server. */
  get isShutDown(): boolean {
    return this.#state === 'ended';
  }

  attach(connection: Connection): void {
    this.#connection = connection;
    connection.onRequest(REFUSED, (code: number, text: string) => {
      throw new ResponseError(code, text);
    });
  }

  /** The request itself, or one that is answered with what is wrong with it. */
  #request(message: RequestMessage): Message {
    const { method, params } = message;
    const refuse = (code: number, text: string): Message =>
      ({ ...message, method: REFUSED, params: [code, text] }) as RequestMessage;
    const isFirst = method === 'initialize';
    if (this.#state === 'ended') return refuse(ErrorCodes.InvalidRequest, 'The server is shut down.');
    if (this.#state === 'new' && !isFirst)
      return refuse(ErrorCodes.ServerNotInitialized, 'The server is not initialized.');
    if (this.#state === 'serving' && isFirst)
      return refuse(ErrorCodes.InvalidRequest, 'The server is initialized already.');
    const mistake = mistakeIn(method, params);
    if (mistake !== undefined) return refuse(ErrorCodes.InvalidParams, mistake);
    if (isFirst) this.#state = 'serving';
    if (method === 'shutdown') this.#state = 'ended';
    return message;
  }
}
