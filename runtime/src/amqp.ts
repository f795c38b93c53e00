import {
  bindContext,
  untilDone,
  withConsumerSpan,
  withProducerSpan,
  withReceiveSpan,
  type ConsumerOptions,
} from './messaging.ts';
import { overrideMethods } from './method-overrides.ts';

/** A delivered message of amqplib, as far as the adapter reads it. */
export interface AmqpMessage {
  readonly fields: { readonly exchange: string; readonly routingKey: string; readonly deliveryTag: number };
  readonly properties: { readonly headers?: object | undefined; readonly messageId?: unknown };
}

/** A channel or confirm channel of amqplib (promise API). */
export interface AmqpChannel {
  publish(exchange: string, routingKey: string, content: Buffer, options?: object): boolean;
  sendToQueue(queue: string, content: Buffer, options?: object): boolean;
  consume(
    queue: string,
    onMessage: (message: AmqpMessage | null) => void,
    options?: object,
  ): Promise<{ consumerTag: string }>;
  get(queue: string, options?: object): Promise<object | false>;
}

type Publish = (...args: [string, string, Buffer, object?, ConfirmCallback?]) => boolean;
type ConfirmCallback = (error: unknown, ok: unknown) => void;
type Handler = (message: AmqpMessage | null) => unknown;

/** Names that the broker makes up: they would give a span name per connection. */
const isGenerated = (name: string): boolean => name.startsWith('amq.gen-') || name.startsWith('amq.rabbitmq.reply-to');

/** `exchange:routing key:queue` without empty parts and repetitions, as the RabbitMQ conventions name a destination. */
function destinationOf(...parts: readonly string[]): string {
  const named = [...new Set(parts)].filter((part) => part !== '');
  return named.length === 0 ? 'amq.default' : named.join(':');
}

function routing(exchange: string, routingKey: string, ...queue: string[]) {
  return {
    system: 'rabbitmq',
    destination: destinationOf(exchange, routingKey, ...queue),
    temporary: [routingKey, ...queue].some(isGenerated),
  };
}

function messageAttributes({ fields, properties }: AmqpMessage, queue: string) {
  const id = properties.messageId;
  return {
    ...(fields.routingKey === '' ? {} : { 'messaging.rabbitmq.destination.routing_key': fields.routingKey }),
    'messaging.rabbitmq.message.delivery_tag': fields.deliveryTag,
    'messaging.destination.subscription.name': queue,
    ...(typeof id === 'string' ? { 'messaging.message.id': id } : {}),
  };
}

/** Options of a publish with the fields added: a copy, because services keep such objects in constants. */
const withFields = (options: object | undefined, fields: Record<string, string>): object => ({
  ...options,
  headers: { ...(options as { headers?: object } | undefined)?.headers, ...fields },
});

/**
 * A view of an amqplib channel: `publish` and `sendToQueue` make PRODUCER spans and put the context into the headers,
 * handlers of `consume` run inside CONSUMER spans, `get` makes a receive span. Acknowledging stays with the handler; on a
 * confirm channel with a callback the span ends with the confirmation.
 */
export function traceChannel<C extends AmqpChannel>(channel: C, options: ConsumerOptions = {}): C {
  const raw = channel as unknown as {
    publish: Publish;
    consume(queue: string, onMessage: Handler, options?: object): Promise<{ consumerTag: string }>;
    get(queue: string, options?: object): Promise<AmqpMessage | false>;
  };
  const publish: Publish = (exchange, routingKey, content, publishOptions, confirmed) => {
    const producer = {
      ...options,
      ...routing(exchange, routingKey),
      operation: 'publish',
      attributes: {
        ...(routingKey === '' ? {} : { 'messaging.rabbitmq.destination.routing_key': routingKey }),
        ...options.attributes,
      },
    };
    if (typeof confirmed !== 'function') {
      return withProducerSpan(producer, (fields) =>
        raw.publish(exchange, routingKey, content, withFields(publishOptions, fields)),
      );
    }
    const answer = bindContext(confirmed);
    return untilDone<[fields: Record<string, string>], boolean>(
      (body) => withProducerSpan(producer, body),
      (done, fields) =>
        raw.publish(exchange, routingKey, content, withFields(publishOptions, fields), (error, ok) => {
          done(error);
          answer(error, ok);
        }),
    );
  };
  return overrideMethods(channel, {
    publish,
    sendToQueue: (queue: string, content: Buffer, publishOptions?: object, confirmed?: ConfirmCallback) =>
      publish('', queue, content, publishOptions, confirmed),
    consume: (queue: string, onMessage: Handler, consumeOptions?: object) =>
      raw.consume(
        queue,
        (message) =>
          // null tells that the broker cancelled the consumer.
          message === null
            ? onMessage(null)
            : withConsumerSpan(
                {
                  ...options,
                  ...routing(message.fields.exchange, message.fields.routingKey, queue),
                  carrier: message.properties.headers,
                  attributes: { ...messageAttributes(message, queue), ...options.attributes },
                },
                () => onMessage(message),
              ),
        consumeOptions,
      ),
    get: (queue: string, getOptions?: object) =>
      withReceiveSpan(
        {
          ...options,
          system: 'rabbitmq',
          destination: queue,
          temporary: isGenerated(queue),
          operation: 'get',
          carriersOf: (message: AmqpMessage | false) => (message === false ? [] : [message.properties.headers]),
        },
        () => raw.get(queue, getOptions),
      ),
  });
}
