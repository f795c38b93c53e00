import { withConsumerSpan, withProducerSpan, type ConsumerOptions } from './messaging.ts';
import { overrideMethods, type Overrides } from './method-overrides.ts';

/** First field of a JSON message that carries the context; consumers without the adapter see one field more. */
const FIELD = '{"_trace":';
/** The field is ours to write, so that it is at most this long: 3 fields of 8 KiB and their quotes. */
const MAX_FIELD = 3 * 8192 + 256;

/**
 * Puts fields in front of a message that is the text of a JSON object, without parsing it. Redis has no headers for
 * pub/sub; other messages (binary, plain text) stay as they are and carry no context.
 */
export function wrapRedisMessage(message: string, fields: Readonly<Record<string, string>>): string {
  if (!message.startsWith('{') || message.startsWith(FIELD) || Object.keys(fields).length === 0) return message;
  const rest = message.slice(1);
  const separator = rest.trimStart().startsWith('}') ? '' : ',';
  return `${FIELD}${JSON.stringify(fields)}${separator}${rest}`;
}

/** Takes the fields off again; the message is then what was published, byte for byte. */
export function unwrapRedisMessage(message: string): { readonly message: string; readonly carrier: unknown } {
  const nothing = { message, carrier: undefined };
  if (!message.startsWith(FIELD)) return nothing;
  // The fields are a flat object of strings: the first brace outside of quotes ends them.
  const end = /^\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}/.exec(message.slice(FIELD.length, FIELD.length + MAX_FIELD))?.[0];
  if (end === undefined) return nothing;
  try {
    const carrier: unknown = JSON.parse(end);
    const rest = message.slice(FIELD.length + end.length);
    return { message: `{${rest.startsWith(',') ? rest.slice(1) : rest}`, carrier };
  } catch {
    return nothing;
  }
}

/** A client of ioredis or of redis (node-redis). */
export interface RedisPubSub {
  publish(channel: never, message: never): unknown;
}

type Listener = (...args: unknown[]) => unknown;
type Method = (...args: unknown[]) => unknown;

/** Where the message and its channel stand in the listeners of ioredis' events. */
const EVENTS: Readonly<Record<string, { readonly channel: number; readonly message: number }>> = {
  message: { channel: 0, message: 1 },
  messageBuffer: { channel: 0, message: 1 },
  pmessage: { channel: 1, message: 2 },
  pmessageBuffer: { channel: 1, message: 2 },
  smessage: { channel: 0, message: 1 },
  smessageBuffer: { channel: 0, message: 1 },
};

const text = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString() : String(value));

/** Message without its fields, in the type that it came in. */
function open(message: unknown): { readonly message: unknown; readonly carrier: unknown } {
  if (typeof message === 'string') return unwrapRedisMessage(message);
  if (!(message instanceof Uint8Array)) return { message, carrier: undefined };
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (!bytes.subarray(0, FIELD.length).equals(Buffer.from(FIELD))) return { message, carrier: undefined };
  const opened = unwrapRedisMessage(bytes.toString());
  return opened.carrier === undefined
    ? { message, carrier: undefined }
    : { message: Buffer.from(opened.message), carrier: opened.carrier };
}

/**
 * A view of an ioredis or node-redis client for pub/sub: `publish` makes PRODUCER spans and puts the context into JSON
 * messages, listeners run inside CONSUMER spans and get the message as it was published. Listeners can be removed by their
 * original function.
 */
export function traceRedisPubSub<C extends RedisPubSub>(client: C, options: ConsumerOptions = {}): C {
  const raw = client as unknown as Record<string, Method | undefined>;
  const overrides: Record<string, Overrides[string]> = {};
  const replace = (name: string, method: (original: Method) => Method): void => {
    const original = raw[name];
    if (typeof original === 'function') overrides[name] = method((...args) => original.apply(client, args));
  };
  const handle = (
    listener: Listener,
    args: unknown[],
    channelAt: number,
    messageAt: number,
    self?: unknown,
  ): unknown => {
    const { message, carrier } = open(args[messageAt]);
    const opened = args.with(messageAt, message);
    return withConsumerSpan({ ...options, system: 'redis', destination: text(args[channelAt]), carrier }, () =>
      listener.apply(self, opened),
    );
  };

  for (const name of ['publish', 'spublish', 'sPublish']) {
    replace(
      name,
      (publish) =>
        (channel, message, ...rest) =>
          withProducerSpan(
            { ...options, system: 'redis', destination: text(channel), operation: 'publish' },
            (fields) =>
              publish(channel, typeof message === 'string' ? wrapRedisMessage(message, fields) : message, ...rest),
          ),
    );
  }

  // node-redis: listeners are arguments of subscribe. One wrapper per listener, because Redis compares them.
  const wrapped = new WeakMap<Listener, Listener>();
  const wrap = (listener: Listener): Listener => {
    const known = wrapped.get(listener);
    if (known !== undefined) return known;
    const traced: Listener = (...args) => handle(listener, args, 1, 0);
    wrapped.set(listener, traced);
    return traced;
  };
  for (const name of ['subscribe', 'pSubscribe', 'sSubscribe', 'unsubscribe', 'pUnsubscribe', 'sUnsubscribe']) {
    replace(
      name,
      (method) =>
        (channels, second, ...rest) =>
          // ioredis takes a callback for the answer of the server here, and only as its last argument.
          typeof second === 'function' && typeof raw['pSubscribe'] === 'function'
            ? method(channels, wrap(second as Listener), ...rest)
            : second === undefined && rest.length === 0
              ? channels === undefined
                ? method()
                : method(channels)
              : method(channels, second, ...rest),
    );
  }

  // ioredis: listeners are those of an emitter; `listener` lets removeListener find the original.
  for (const name of ['on', 'addListener', 'prependListener', 'once', 'prependOnceListener']) {
    const adds = name.startsWith('prepend') ? 'prependListener' : 'on';
    replace(name, (add) => (event, listener) => {
      const at = typeof event === 'string' && Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined;
      if (at === undefined || typeof listener !== 'function') {
        add(event, listener);
        return view;
      }
      const traced: Listener & { listener?: unknown } = function (this: unknown, ...args) {
        if (/once/i.test(name)) raw['removeListener']?.call(client, event, traced);
        return handle(listener as Listener, args, at.channel, at.message, this);
      };
      traced.listener = listener;
      raw[adds]?.call(client, event, traced);
      return view;
    });
  }
  const view = overrideMethods(client, overrides);
  return view;
}
