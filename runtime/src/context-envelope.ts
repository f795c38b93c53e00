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

/**
 * Sources of messages: workers, ports and processes (`on`, `off`), or `BroadcastChannel` (`addEventListener`). Their types
 * differ between versions of Node in overloads only, so that the signatures are left open.
 */
export interface MessageSource {
  readonly on?: unknown;
  readonly addEventListener?: unknown;
}

type Listening = (event: 'message', listener: (...args: never[]) => void) => unknown;

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
  const methods = source as Partial<Record<'on' | 'off' | 'addEventListener' | 'removeEventListener', Listening>>;
  if (typeof methods.on === 'function') {
    methods.on('message', receive);
    return () => void methods.off?.('message', receive);
  }
  const listener = (event: { readonly data: unknown }): void => void receive(event.data);
  methods.addEventListener?.('message', listener);
  return () => void methods.removeEventListener?.('message', listener);
}
