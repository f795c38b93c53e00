import {
  withBatchSpan,
  withConsumerSpan,
  withProducerSpan,
  type ConsumerOptions,
  type TracingOptions,
} from './messaging.ts';
import { overrideMethods } from './method-overrides.ts';

interface KafkaHeaders {
  readonly [name: string]: unknown;
}
interface OutgoingMessage {
  readonly headers?: KafkaHeaders | undefined;
}
interface OutgoingRecord {
  readonly topic: string;
  readonly messages: readonly OutgoingMessage[];
}

/** A producer or transaction of kafkajs. */
export interface KafkaSender {
  send(record: never): Promise<unknown>;
  sendBatch(batch: never): Promise<unknown>;
}

/** A consumer of kafkajs. */
export interface KafkaConsumer {
  run(config?: object): Promise<void>;
}

interface IncomingMessage {
  readonly offset: string;
  readonly value: unknown;
  readonly headers?: KafkaHeaders | undefined;
}
interface EachMessage {
  readonly topic: string;
  readonly partition: number;
  readonly message: IncomingMessage;
}
interface EachBatch {
  readonly batch: { readonly topic: string; readonly partition: number; readonly messages: readonly IncomingMessage[] };
}
interface RunConfig {
  readonly eachMessage?: (payload: EachMessage) => Promise<void>;
  readonly eachBatch?: (payload: EachBatch) => Promise<void>;
}

/** Options of `traceConsumer`. */
export interface KafkaConsumerOptions extends ConsumerOptions {
  /** `messaging.consumer.group.name`; kafkajs does not tell it. */
  readonly groupId?: string | undefined;
}

/** Copies with the fields in their headers: services send the same objects again. */
const withFields = (messages: readonly OutgoingMessage[], fields: Record<string, string>): OutgoingMessage[] =>
  messages.map((message) => {
    // A forwarded message may carry the old context in another spelling (`Traceparent` of Go).
    const headers = { ...message.headers };
    for (const name of Object.keys(headers))
      if (Object.hasOwn(fields, name.toLowerCase())) Reflect.deleteProperty(headers, name);
    return { ...message, headers: { ...headers, ...fields } };
  });

/**
 * A view of a kafkajs producer (or transaction): `send` and `sendBatch` make one PRODUCER span per call and put the context
 * into the headers of every message. Records are copied, errors pass unchanged.
 */
export function traceProducer<P extends KafkaSender>(producer: P, options: TracingOptions = {}): P {
  const raw = producer as unknown as {
    send(record: OutgoingRecord): Promise<unknown>;
    sendBatch(batch: { readonly topicMessages?: readonly OutgoingRecord[] }): Promise<unknown>;
    readonly transaction?: (...args: unknown[]) => Promise<KafkaSender>;
  };
  const span = (topics: readonly string[], count: number) => {
    const distinct = [...new Set(topics)];
    return {
      ...options,
      system: 'kafka',
      ...(distinct.length === 1 ? { destination: distinct[0] } : {}),
      attributes: { ...(count === 1 ? {} : { 'messaging.batch.message_count': count }), ...options.attributes },
    };
  };
  const { transaction } = raw;
  return overrideMethods(producer, {
    // What is no record goes to kafkajs as it is, for its own error.
    send: (record: OutgoingRecord) =>
      Array.isArray((record as Partial<OutgoingRecord> | undefined)?.messages)
        ? withProducerSpan(span([record.topic], record.messages.length), (fields) =>
            raw.send({ ...record, messages: withFields(record.messages, fields) }),
          )
        : raw.send(record),
    sendBatch: (batch: { readonly topicMessages?: readonly OutgoingRecord[] }) => {
      const records = batch.topicMessages ?? [];
      if (!records.every((record) => Array.isArray(record.messages))) return raw.sendBatch(batch);
      const count = records.reduce((sum, record) => sum + record.messages.length, 0);
      return withProducerSpan(
        span(
          records.map((record) => record.topic),
          count,
        ),
        (fields) =>
          raw.sendBatch({
            ...batch,
            topicMessages: records.map((record) => ({ ...record, messages: withFields(record.messages, fields) })),
          }),
      );
    },
    ...(transaction === undefined
      ? {}
      : {
          transaction: async (...args: unknown[]) => traceProducer(await transaction.apply(producer, args), options),
        }),
  });
}

/**
 * A view of a kafkajs consumer: `eachMessage` runs inside a CONSUMER span per message, `eachBatch` inside one that is
 * linked to the producers. Offsets, heartbeats and errors stay with kafkajs.
 */
export function traceConsumer<C extends KafkaConsumer>(consumer: C, options: KafkaConsumerOptions = {}): C {
  const { groupId } = options;
  const target = (topic: string, partition: number, more: Record<string, string | boolean>) => ({
    ...options,
    system: 'kafka',
    destination: topic,
    attributes: {
      'messaging.destination.partition.id': String(partition),
      ...(groupId === undefined ? {} : { 'messaging.consumer.group.name': groupId }),
      ...more,
      ...options.attributes,
    },
  });
  const traced = (config: RunConfig): RunConfig => {
    const { eachMessage, eachBatch } = config;
    return {
      ...config,
      ...(eachMessage === undefined
        ? {}
        : {
            eachMessage: (payload) => {
              const { topic, partition, message } = payload;
              const tombstone = message.value === null ? { 'messaging.kafka.message.tombstone': true } : {};
              return withConsumerSpan(
                {
                  ...target(topic, partition, { 'messaging.kafka.offset': message.offset, ...tombstone }),
                  carrier: message.headers,
                },
                () => eachMessage(payload),
              );
            },
          }),
      ...(eachBatch === undefined
        ? {}
        : {
            eachBatch: (payload) => {
              const { topic, partition, messages } = payload.batch;
              return withBatchSpan(
                messages,
                { ...target(topic, partition, {}), carrierOf: (message) => message.headers },
                () => eachBatch(payload),
              );
            },
          }),
    };
  };
  return overrideMethods(consumer, {
    run: (config?: RunConfig) => consumer.run(config === undefined ? undefined : traced(config)),
  });
}
