import { context, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import { extract, inject, type CarrierOptions } from './carriers.ts';

/** Keys of the envelope; a message of the service will hardly have exactly these two. */
const CONTEXT_KEY = 'telint:context';
const MESSAGE_KEY = 'telint:message';

/** Puts a message and the fields of the active context into a plain object that both JSON and structured clone carry. */
export function wrapMessage(message: unknown, options?: CarrierOptions): Record<string, unknown> {
  return { [CONTEXT_KEY]: inject(undefined, options), [MESSAGE_KEY]: message };
}

/** What `unwrapMessage` finds; `context` is the root for a message without an envelope. */
export interface Unwrapped {
  readonly message: unknown;
  readonly context: Context;
  readonly wrapped: boolean;
}

/** Takes a message out of its envelope; any other message comes back as it is. */
export function unwrapMessage(received: unknown, options?: CarrierOptions): Unwrapped {
  if (
    typeof received !== 'object' ||
    received === null ||
    !Object.hasOwn(received, CONTEXT_KEY) ||
    Object.keys(received).some((key) => key !== CONTEXT_KEY && key !== MESSAGE_KEY)
  ) {
    return { message: received, context: options?.context ?? ROOT_CONTEXT, wrapped: false };
  }
  const envelope = received as Record<string, unknown>;
  return { message: envelope[MESSAGE_KEY], context: extract(envelope[CONTEXT_KEY], options), wrapped: true };
}

/** Emitters of messages: workers, ports, processes (`on`), and `BroadcastChannel` (`addEventListener`). */
export interface MessageSource {
  on?(event: 'message', listener: (...args: never[]) => void): unknown;
  off?(event: 'message', listener: (...args: never[]) => void): unknown;
  addEventListener?(type: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  removeEventListener?(type: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}

/**
 * Calls the handler with every message, in the context that it came with (the root for messages without an envelope).
 * Returns the function that stops listening.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the type of a message is the caller's claim
export function onMessageWithContext<M>(
  source: MessageSource,
  handler: (message: M, ...rest: unknown[]) => unknown,
  options?: CarrierOptions,
): () => void {
  const receive = (received: unknown, ...rest: unknown[]): unknown => {
    const { message, context: sent } = unwrapMessage(received, options);
    return context.with(sent, handler, undefined, message as M, ...rest);
  };
  if (source.on !== undefined) {
    const listener = receive as (...args: never[]) => void;
    source.on('message', listener);
    return () => void source.off?.('message', listener);
  }
  const listener = (event: { readonly data: unknown }): void => void receive(event.data);
  source.addEventListener?.('message', listener);
  return () => void source.removeEventListener?.('message', listener);
}
