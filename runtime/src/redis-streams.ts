import type { Span } from '@opentelemetry/api';
import { inject } from './carriers.ts';
import { withConsumerSpan, withProducerSpan, type ConsumerOptions, type TracingOptions } from './messaging.ts';
import { overrideMethods } from './method-overrides.ts';

type Method = (...args: unknown[]) => unknown;

const text = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString() : String(value));

/**
 * A view of an ioredis or node-redis client for streams: `xadd` and `xAdd` make PRODUCER spans and add the context to the
 * fields of the entry. Entries are handled with `withStreamEntry`.
 */
export function traceRedisStreams<C extends object>(client: C, options: TracingOptions = {}): C {
  const { xadd, xAdd } = client as { readonly xadd?: unknown; readonly xAdd?: unknown };
  const producer = (key: unknown, operation: string) => ({
    ...options,
    system: 'redis',
    destination: text(key),
    operation,
  });
  return overrideMethods(client, {
    ...(typeof xadd === 'function'
      ? {
          // The fields end the command, so that ours go last; a callback may come after them.
          xadd: (key: unknown, ...args: unknown[]): unknown =>
            withProducerSpan(producer(key, 'xadd'), (fields) => {
              const callback = typeof args.at(-1) === 'function' ? [args.at(-1)] : [];
              const command = callback.length === 0 ? args : args.slice(0, -1);
              return (xadd as Method).call(client, key, ...command, ...Object.entries(fields).flat(), ...callback);
            }),
        }
      : {}),
    ...(typeof xAdd === 'function'
      ? {
          xAdd: (key: unknown, id: unknown, message: unknown, ...rest: unknown[]): unknown =>
            withProducerSpan(producer(key, 'xAdd'), (fields) =>
              (xAdd as Method).call(client, key, id, withFields(message, fields), ...rest),
            ),
        }
      : {}),
  });
}

/** node-redis takes an object, a flat list or a list of pairs. */
function withFields(message: unknown, fields: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(message)) {
    const list = message as unknown[];
    return Array.isArray(list[0]) ? [...list, ...Object.entries(fields)] : [...list, ...Object.entries(fields).flat()];
  }
  return typeof message === 'object' && message !== null ? { ...message, ...fields } : message;
}

/** Fields of a stream entry with the active context, for `multi` and pipelines: `xadd('s', '*', ...withStreamFields([…]))`. */
export function withStreamFields(fields: readonly string[], options?: TracingOptions): string[] {
  return [...fields, ...Object.entries(inject(undefined, { baggage: options?.baggage })).flat()];
}

/** An entry of a stream: `[id, [name, value, …]]` of ioredis, `{ id, message }` of node-redis. */
export type StreamEntry =
  readonly [id: string, fields: readonly string[]] | { readonly id: string; readonly message: object };

/** Options of `withStreamEntry`. */
export interface StreamEntryOptions extends ConsumerOptions {
  readonly stream: string;
  /** `messaging.consumer.group.name`. */
  readonly group?: string | undefined;
}

/** Runs the handler of one stream entry inside a CONSUMER span; `XACK` stays with the handler. */
export function withStreamEntry<T>(entry: StreamEntry, options: StreamEntryOptions, handle: (span: Span) => T): T {
  const [id, carrier] = 'id' in entry ? [entry.id, entry.message] : entry;
  const { stream, group } = options;
  return withConsumerSpan(
    {
      ...options,
      system: 'redis',
      destination: stream,
      carrier,
      attributes: {
        'messaging.message.id': id,
        ...(group === undefined ? {} : { 'messaging.consumer.group.name': group }),
        ...options.attributes,
      },
    },
    handle,
  );
}
