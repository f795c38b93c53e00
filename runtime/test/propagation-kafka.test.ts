import { SpanStatusCode, trace } from '@opentelemetry/api';
import { Kafka, logLevel, type Consumer, type Producer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { traceConsumer, traceProducer } from '../src/propagation.ts';
import { startKafkaStandIn } from './services/kafka-stand-in.ts';
import { collectSpans, inRequest, type SpanCollector } from './support/spans.ts';

describe('kafkajs against a stand-in that speaks the binary protocol', () => {
  let server: Awaited<ReturnType<typeof startKafkaStandIn>>;
  let collector: SpanCollector;
  let kafka: Kafka;
  let producer: Producer;
  const consumers: Consumer[] = [];

  beforeAll(async () => {
    server = await startKafkaStandIn();
    collector = collectSpans();
    kafka = new Kafka({
      brokers: [`127.0.0.1:${server.port}`],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 10, retries: 3 },
    });
    producer = traceProducer(kafka.producer());
    await producer.connect();
  });
  afterEach(async () => {
    for (const consumer of consumers.splice(0)) await consumer.disconnect();
    collector.reset();
  });
  afterAll(async () => {
    await producer.disconnect();
    await server.stop();
    await collector.shutdown();
  });

  async function consumer(groupId: string, topic: string): Promise<Consumer> {
    const made = traceConsumer(kafka.consumer({ groupId }), { groupId });
    consumers.push(made);
    await made.connect();
    await made.subscribe({ topics: [topic], fromBeginning: true });
    return made;
  }

  it('one trace from the request over the topic to eachMessage, headers kept, records untouched', async () => {
    const headers = Object.freeze({ tenant: 'a', Traceparent: 'old' });
    const record = { topic: 'orders', messages: [Object.freeze({ key: 'k', value: 'v', headers })] };
    await inRequest('POST /orders', () => producer.send(record));
    expect(headers).toEqual({ tenant: 'a', Traceparent: 'old' });
    const got: unknown[] = [];
    const orders = await consumer('billing', 'orders');
    await orders.run({
      eachMessage: ({ message }) => {
        const { tenant, ...others } = message.headers ?? {};
        got.push([
          message.value?.toString(),
          tenant?.toString(),
          Object.keys(others),
          trace.getActiveSpan() !== undefined,
        ]);
        return Promise.resolve();
      },
    });
    await collector.until((spans) => spans.length === 3, 'three spans');
    expect(got).toEqual([['v', 'a', ['traceparent'], true]]);
    expect(collector.tree()).toEqual([
      'POST /orders [SERVER]',
      '  send orders [PRODUCER]',
      '    process orders [CONSUMER]',
    ]);
    expect(collector.one('process orders').attributes).toMatchObject({
      'messaging.system': 'kafka',
      'messaging.consumer.group.name': 'billing',
      'messaging.destination.partition.id': '0',
      'messaging.kafka.offset': '0',
    });
  });

  it('eachBatch is one span linked to its producers; sendBatch fills every record', async () => {
    await inRequest('first', () => producer.send({ topic: 'batch', messages: [{ value: 'a' }, { value: 'b' }] }));
    await inRequest('second', () =>
      producer.sendBatch({
        topicMessages: [
          { topic: 'batch', messages: [{ value: 'c' }] },
          { topic: 'other', messages: [{ value: 'd' }] },
        ],
      }),
    );
    const values: string[] = [];
    const batches = await consumer('g', 'batch');
    await batches.run({
      eachBatch: ({ batch }) => {
        values.push(...batch.messages.map((message) => String(message.value)));
        return Promise.resolve();
      },
    });
    await collector.until(() => values.length === 3 && collector.named('process batch').length > 0, 'the batch');
    expect(values).toEqual(['a', 'b', 'c']);
    const links = collector.named('process batch').flatMap((span) => span.links.map((link) => link.context.spanId));
    expect(links).toEqual([
      collector.one('send batch').spanContext().spanId,
      collector.one('send').spanContext().spanId,
    ]);
    expect(collector.one('send').attributes['messaging.batch.message_count']).toBe(2);
  });

  it('an error goes to kafkajs, which delivers again; the offset is committed after the success only', async () => {
    await inRequest('request', () => producer.send({ topic: 'retry', messages: [{ value: 'x' }] }));
    const retry = await consumer('r', 'retry');
    let runs = 0;
    await retry.run({
      eachMessage: () => (++runs === 1 ? Promise.reject(new Error('first')) : Promise.resolve()),
    });
    await collector.until(() => collector.named('process retry').length === 2, 'two deliveries');
    const spans = collector.named('process retry');
    expect(spans.map((span) => span.status.code === SpanStatusCode.ERROR)).toEqual([true, false]);
    await collector.until(() => server.committed('r', 'retry') === 1n, 'the commit');
  });

  it('errors of a send pass unchanged', async () => {
    const broken = { topic: 'x', messages: undefined } as never;
    await expect(producer.send(broken)).rejects.toThrow(/Invalid messages array/);
    await expect(inRequest('request', () => producer.send({ topic: '', messages: [{ value: 'x' }] }))).rejects.toThrow(
      'Invalid topic',
    );
    expect(collector.one('send').status.code).toBe(SpanStatusCode.ERROR);
  });
});
