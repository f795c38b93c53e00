import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { extract, inject, type CarrierOptions } from './carriers.ts';
import { withSpan, type WithSpanOptions } from './with-span.ts';

/** Options that every adapter takes. */
export interface TracingOptions {
  /** Tracer for the spans; the global one without it. */
  readonly tracer?: Tracer | undefined;
  /** Filter for the baggage of messages, both ways; `false` leaves all of it out. */
  readonly baggage?: CarrierOptions['baggage'];
  /** Attributes for every span of the adapter (`server.address`, the name of a consumer group …). */
  readonly attributes?: Attributes | undefined;
}

/**
 * How the span of a consumer hangs on the one of the producer: `parent` makes one trace of both; `link` starts a new
 * trace that points to it, for long queues and fan-out, where one trace would grow without end.
 */
export type Relation = 'parent' | 'link';

/** Options of the adapters for consumers. */
export interface ConsumerOptions extends TracingOptions {
  /** Default `parent`. */
  readonly relation?: Relation | undefined;
}

/** A place where messages go, in the words of the messaging conventions of OpenTelemetry. */
export interface Destination {
  /** `messaging.system`: `rabbitmq`, `kafka`, `aws_sqs` … */
  readonly system: string;
  /** `messaging.destination.name`: queue, topic, subject; undefined where one operation has several. */
  readonly destination?: string | undefined;
  /** True for queues and inboxes with generated names: these stay out of the span's name. */
  readonly temporary?: boolean | undefined;
}

/** What `withProducerSpan` needs to know. */
export interface ProducerSpanOptions extends Destination, TracingOptions {
  /** `messaging.operation.name`, the library's own word; default `send`. */
  readonly operation?: string | undefined;
}

/** What `withConsumerSpan` needs to know. */
export interface ConsumerSpanOptions extends Destination, ConsumerOptions {
  /** Headers, properties or attributes of the message. */
  readonly carrier?: unknown;
  /** `messaging.operation.name`; default `process`. */
  readonly operation?: string | undefined;
}

/** What `withBatchSpan` needs to know. */
export interface BatchSpanOptions<M> extends Destination, TracingOptions {
  /** Where a message keeps its context; default: its `headers`, then `properties.headers`, `MessageAttributes`, itself. */
  readonly carrierOf?: ((message: M) => unknown) | undefined;
  /** `messaging.operation.name`; default `process`. */
  readonly operation?: string | undefined;
}

type OperationType = 'send' | 'receive' | 'process';

/** Links that the SDK keeps on a span by default (`linkCountLimit`); more would only cost time. */
const MAX_LINKS = 128;

function spanName(operation: string, { destination, temporary }: Destination): string {
  if (temporary === true) return `${operation} (temporary)`;
  return destination === undefined || destination === '' ? operation : `${operation} ${destination}`;
}

function spanOptions(
  target: Destination & TracingOptions,
  kind: SpanKind,
  operation: string,
  type: OperationType,
): WithSpanOptions & { attributes: Attributes } {
  return {
    kind,
    ...(target.tracer === undefined ? {} : { tracer: target.tracer }),
    attributes: {
      'messaging.system': target.system,
      'messaging.operation.name': operation,
      'messaging.operation.type': type,
      ...(target.destination === undefined ? {} : { 'messaging.destination.name': target.destination }),
      ...(target.temporary === true ? { 'messaging.destination.temporary': true } : {}),
      ...target.attributes,
    },
  };
}

/**
 * Runs `send` inside a PRODUCER span and hands it the fields to put on the message. The span ends when `send` returns or
 * its promise settles; errors pass unchanged.
 */
export function withProducerSpan<T>(
  options: ProducerSpanOptions,
  send: (fields: Record<string, string>, span: Span) => T,
): T {
  const operation = options.operation ?? 'send';
  return withSpan(spanName(operation, options), spanOptions(options, SpanKind.PRODUCER, operation, 'send'), (span) =>
    send(inject(undefined, { baggage: options.baggage }), span),
  );
}

/**
 * Keeps the span of a callback API open until `done` is called, while the call itself returns (or throws) at once: the
 * error goes onto the span here and to the caller through its callback.
 */
export function untilDone<A extends unknown[], R>(
  inSpan: (body: (...args: A) => Promise<void>) => Promise<void>,
  start: (done: (error?: unknown) => void, ...args: A) => R,
): R {
  let outcome!: { readonly value: R } | { readonly error: unknown };
  inSpan(
    (...args) =>
      new Promise<void>((resolve, reject) => {
        const done = (error?: unknown): void => {
          if (error == null) resolve();
          else reject(error instanceof Error ? error : new Error('The callback got an error that is no Error.'));
        };
        try {
          outcome = { value: start(done, ...args) };
        } catch (error) {
          outcome = { error };
          done(error ?? new Error('undefined was thrown'));
        }
      }),
  ).catch(() => undefined);
  // The executor of a promise runs at once, so that the outcome is there.
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** A link to the span in a context; undefined when there is none. */
export function linkTo(ctx: Context): Link | undefined {
  const spanContext = trace.getSpanContext(ctx);
  return spanContext === undefined || !trace.isSpanContextValid(spanContext) ? undefined : { context: spanContext };
}

/**
 * Runs the handler of one message inside a CONSUMER span: child of the producer's span, or linked to it. The context that
 * happens to be active (a connection made inside of a request) is no parent. Errors pass unchanged, and so does the promise.
 */
export function withConsumerSpan<T>(options: ConsumerSpanOptions, handle: (span: Span) => T): T {
  const operation = options.operation ?? 'process';
  const remote = extract(options.carrier, { baggage: options.baggage, context: ROOT_CONTEXT });
  const link = options.relation === 'link' ? linkTo(remote) : undefined;
  return withSpan(
    spanName(operation, options),
    {
      ...spanOptions(options, SpanKind.CONSUMER, operation, 'process'),
      context: options.relation === 'link' ? trace.deleteSpan(remote) : remote,
      ...(link === undefined ? {} : { links: [link] }),
    },
    handle,
  );
}

function defaultCarrier(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return undefined;
  const { headers, properties, MessageAttributes, messageAttributes } = message as Record<string, unknown>;
  if (headers != null) return headers;
  if (typeof properties === 'object' && properties !== null) return (properties as { headers?: unknown }).headers;
  return MessageAttributes ?? messageAttributes ?? message;
}

/** Links to the producers of messages, one per span and 128 at most; messages without a context make none. */
export function linksOf<M>(messages: Iterable<M>, carrierOf: (message: M) => unknown = defaultCarrier): Link[] {
  const links = new Map<string, Link>();
  for (const message of messages) {
    if (links.size === MAX_LINKS) break;
    let carrier: unknown;
    try {
      carrier = carrierOf(message);
    } catch {
      continue;
    }
    const link = linkTo(extract(carrier));
    if (link !== undefined) links.set(`${link.context.traceId} ${link.context.spanId}`, link);
  }
  return [...links.values()];
}

/**
 * Runs the handler of a batch inside one CONSUMER span of a new trace, linked to the producer of each message (a span has
 * one parent only, so that a batch has none).
 */
export function withBatchSpan<M, T>(
  messages: readonly M[],
  options: BatchSpanOptions<M>,
  handle: (messages: readonly M[], span: Span) => T,
): T {
  const operation = options.operation ?? 'process';
  const base = spanOptions(options, SpanKind.CONSUMER, operation, 'process');
  return withSpan(
    spanName(operation, options),
    {
      ...base,
      context: ROOT_CONTEXT,
      links: linksOf(messages, options.carrierOf),
      attributes: { ...base.attributes, 'messaging.batch.message_count': messages.length },
    },
    (span) => handle(messages, span),
  );
}

/** What `withReceiveSpan` needs to know. */
export interface ReceiveSpanOptions<R> extends Destination, TracingOptions {
  readonly operation: string;
  /** Carriers of the messages that came. */
  readonly carriersOf: (result: R) => readonly unknown[];
}

/** Runs a polling call (`get`, `ReceiveMessage`) in a CLIENT span under the active one, linked to what it brought. */
export function withReceiveSpan<R>(options: ReceiveSpanOptions<R>, receive: () => Promise<R>): Promise<R> {
  return withSpan(
    spanName(options.operation, options),
    spanOptions(options, SpanKind.CLIENT, options.operation, 'receive'),
    async (span) => {
      const result = await receive();
      if (span.isRecording()) {
        const carriers = options.carriersOf(result);
        // The messages are known only now, and api 1.9 has `addLink` on all spans, a no-op span included.
        for (const link of linksOf(carriers, (carrier) => carrier)) span.addLink(link);
        span.setAttribute('messaging.batch.message_count', carriers.length);
      }
      return result;
    },
  );
}

/**
 * Runs `handle` for each message of an async iterable (a NATS subscription, a stream) inside a CONSUMER span of its own,
 * one after the other; a `for await` body cannot get a context of its own. The first error ends it, as `for await` does.
 */
export async function consumeEach<M>(
  messages: AsyncIterable<M>,
  options: Omit<ConsumerSpanOptions, 'carrier'> & { readonly carrierOf?: (message: M) => unknown },
  handle: (message: M, span: Span) => unknown,
): Promise<void> {
  const carrierOf = options.carrierOf ?? defaultCarrier;
  for await (const message of messages) {
    await withConsumerSpan({ ...options, carrier: carrierOf(message) }, (span) => handle(message, span));
  }
}

/** Binds a function to the active context, or to the one given. */
export function bindContext<F extends (...args: never[]) => unknown>(fn: F, ctx: Context = context.active()): F {
  return context.bind(ctx, fn);
}
