import { warn } from './diagnostics.ts';
import { withConsumerSpan, withProducerSpan, type ConsumerOptions } from './messaging.ts';
import { overrideMethods, type Overrides } from './method-overrides.ts';

/** Headers of a NATS message. */
export interface NatsHeaders extends Iterable<[string, string[]]> {
  append(name: string, value: string): void;
  set(name: string, value: string): void;
  get(name: string): string;
}

/** A connection of NATS, or a JetStream client: whatever publishes with headers. */
export interface NatsPublisher {
  publish(subject: string, payload?: never, options?: object): unknown;
}

/** Options of `traceNats`. */
export interface NatsOptions extends ConsumerOptions {
  /** The function `headers` of the NATS library; headers can only be made by it. */
  readonly headers: () => NatsHeaders;
}

interface WithHeaders {
  readonly headers?: NatsHeaders | undefined;
}
interface NatsMessage extends WithHeaders {
  readonly subject: string;
}
type SubscribeCallback = (error: unknown, message: NatsMessage) => unknown;

/** Reply subjects are random: they would give a span name per request. */
const isInbox = (subject: string): boolean => subject.startsWith('_INBOX.');

/**
 * A view of a NATS connection or JetStream client: `publish`, `request`, `requestMany` and `publishMessage` make PRODUCER
 * spans with the context in the headers, callbacks of `subscribe` run inside CONSUMER spans. For subscriptions that are
 * iterated take `consumeEach`. A server without headers gets messages without a context.
 */
export function traceNats<N extends NatsPublisher>(connection: N, options: NatsOptions): N {
  const raw = connection as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined> & {
    readonly info?: { readonly headers?: boolean };
  };
  const withFields = <O extends WithHeaders>(target: O, fields: Record<string, string>): O => {
    if (raw.info?.headers === false) return target;
    try {
      const headers = options.headers();
      // Copied, because the service may send the same headers again.
      for (const [name, values] of target.headers ?? []) {
        if (!Object.hasOwn(fields, name.toLowerCase())) for (const value of values) headers.append(name, value);
      }
      for (const [name, value] of Object.entries(fields)) headers.set(name, value);
      return { ...target, headers };
    } catch (error) {
      warn(
        'TELINT_CARRIER_UNWRITABLE',
        `NATS headers could not be made: ${String(error)}. Pass \`headers\` of your NATS library.`,
        'nats',
      );
      return target;
    }
  };
  const target = (subject: string) => ({
    ...options,
    system: 'nats',
    destination: subject,
    temporary: isInbox(subject),
  });
  const sender = (operation: string) => (subject: string, payload: unknown, sendOptions?: WithHeaders) =>
    withProducerSpan({ ...target(subject), operation }, (fields) =>
      // `request` has a default of its own that an options object of ours would displace.
      raw[operation]?.call(connection, subject, payload, withFields(sendOptions ?? defaultsOf(operation), fields)),
    );
  const publishMessage = (message: NatsMessage & { readonly data: unknown; readonly reply?: string }): unknown =>
    withProducerSpan({ ...target(message.subject), operation: 'publish' }, (fields) =>
      raw['publish']?.call(
        connection,
        message.subject,
        message.data,
        withFields({ reply: message.reply, headers: message.headers }, fields),
      ),
    );
  const subscribe = (
    subject: string,
    subscribeOptions?: { readonly callback?: SubscribeCallback; readonly queue?: string },
  ) => {
    const callback = subscribeOptions?.callback;
    const { queue } = subscribeOptions ?? {};
    const attributes = {
      ...(queue === undefined ? {} : { 'messaging.consumer.group.name': queue }),
      // The pattern is the name of few spans; the subject of each message may be one of many.
      ...(/[*>]/.test(subject) ? { 'messaging.destination.template': subject } : {}),
      ...options.attributes,
    };
    const traced: SubscribeCallback | undefined =
      typeof callback !== 'function'
        ? undefined
        : (error, message) =>
            // An error (permission, timeout) comes without a message.
            error != null
              ? callback(error, message)
              : withConsumerSpan({ ...target(subject), carrier: message.headers, attributes }, () =>
                  callback(error, message),
                );
    return raw['subscribe']?.call(
      connection,
      subject,
      traced === undefined ? subscribeOptions : { ...subscribeOptions, callback: traced },
    );
  };
  const all: Overrides = {
    publish: sender('publish'),
    request: sender('request'),
    requestMany: sender('requestMany'),
    publishMessage,
    subscribe,
  };
  return overrideMethods(
    connection,
    Object.fromEntries(Object.entries(all).filter(([name]) => typeof raw[name] === 'function')),
  );
}

/** What the NATS library takes when no options are given. */
function defaultsOf(operation: string): object {
  if (operation === 'request') return { timeout: 1000, noMux: false };
  return operation === 'requestMany' ? { maxWait: 1000, maxMessages: -1 } : {};
}
