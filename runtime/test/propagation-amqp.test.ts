import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { connect, type Channel, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { traceChannel } from '../src/amqp.ts';
import { traceQueries } from '../src/postgres.ts';
import * as postgres from './services/postgres.ts';
import { describeWith, sleep } from './services/process.ts';
import * as rabbitmq from './services/rabbitmq.ts';
import { collectSpans, inRequest, type SpanCollector } from './support/spans.ts';

describeWith({ rabbitmq, postgres }, 'amqplib against a real RabbitMQ and PostgreSQL', () => {
  let broker: Awaited<ReturnType<typeof rabbitmq.startRabbitmq>>;
  let database: Awaited<ReturnType<typeof postgres.startPostgres>>;
  let collector: SpanCollector;
  let connection: ChannelModel;
  let rawPool: pg.Pool;
  let pool: pg.Pool;
  let http: Server;

  beforeAll(async () => {
    [broker, database] = await Promise.all([rabbitmq.startRabbitmq(), postgres.startPostgres()]);
    connection = await connect(broker.url);
    rawPool = new pg.Pool({ connectionString: database.url });
    pool = traceQueries(rawPool, { namespace: 'postgres' });
    await rawPool.query('CREATE TABLE orders (id int)');
  }, 120_000);
  afterAll(async () => {
    http.close();
    await connection.close();
    await rawPool.end();
    await Promise.all([broker.stop(), database.stop()]);
    await collector.shutdown();
  }, 60_000);
  beforeAll(() => {
    collector = collectSpans();
  });
  afterEach(() => collector.reset());

  /** A channel for each test, and a queue of its own. */
  async function open(queue: string): Promise<Channel> {
    const channel = traceChannel(await connection.createChannel());
    await channel.assertQueue(queue, { autoDelete: true });
    return channel;
  }

  it('makes one trace from the HTTP request to the query of the consumer', async () => {
    const channel = await open('orders');
    const insert = async (message: ConsumeMessage | null): Promise<void> => {
      if (message === null) return;
      await pool.query('INSERT INTO orders VALUES ($1)', [Number(message.content.toString())]);
      channel.ack(message);
    };
    // The type of amqplib wants no promise, services give one all the same.
    await channel.consume('orders', (message): unknown => insert(message));
    http = createServer((_, response) => {
      void inRequest('POST /orders', () => {
        channel.sendToQueue('orders', Buffer.from('42'));
        response.end();
        return Promise.resolve();
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    await (await fetch(`http://127.0.0.1:${port}/orders`, { method: 'POST' })).text();

    await collector.until((spans) => spans.length === 4, 'four spans');
    expect(collector.tree()).toEqual([
      'POST /orders [SERVER]',
      '  publish orders [PRODUCER]',
      '    process orders [CONSUMER]',
      '      INSERT postgres [CLIENT]',
    ]);
    expect(new Set(collector.spans().map((span) => span.spanContext().traceId)).size).toBe(1);
    expect((await rawPool.query('SELECT id FROM orders')).rows).toEqual([{ id: 42 }]);
    expect(collector.one('publish orders').attributes).toEqual({
      'messaging.system': 'rabbitmq',
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'orders',
      'messaging.rabbitmq.destination.routing_key': 'orders',
    });
    expect(collector.one('process orders').attributes).toMatchObject({
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'orders',
      'messaging.rabbitmq.message.delivery_tag': 1,
    });
    await channel.close();
  });

  it('keeps the headers of the service and does not touch its options object', async () => {
    const channel = await open('headers');
    const options = Object.freeze({ headers: Object.freeze({ tenant: 'a' }), messageId: 'm-1' });
    const got = new Promise<ConsumeMessage>((resolve) => {
      void channel.consume('headers', (message) => message !== null && resolve(message), { noAck: true });
    });
    await inRequest('request', () => Promise.resolve(channel.publish('', 'headers', Buffer.from('x'), options)));
    const message = await got;
    expect(Object.keys(message.properties.headers ?? {}).sort()).toEqual(['tenant', 'traceparent']);
    expect(options).toEqual({ headers: { tenant: 'a' }, messageId: 'm-1' });
    await collector.until((spans) => spans.length === 3, 'three spans');
    expect(collector.one('process headers').attributes['messaging.message.id']).toBe('m-1');
    await channel.close();
  });

  it('starts a linked trace with relation: link, and filters baggage on the way out', async () => {
    const channel = traceChannel(await connection.createChannel(), {
      relation: 'link',
      baggage: (key, value) => (key === 'tenant' ? value : undefined),
    });
    await channel.assertQueue('linked', { autoDelete: true });
    const baggage = new Promise<unknown>((resolve) => {
      void channel.consume(
        'linked',
        () =>
          resolve(
            propagation
              .getActiveBaggage()
              ?.getAllEntries()
              .map(([key, entry]) => [key, entry.value]),
          ),
        { noAck: true },
      );
    });
    await inRequest('request', () => {
      const entries = propagation.createBaggage({ tenant: { value: 'a' }, email: { value: 'x@example.com' } });
      context.with(propagation.setBaggage(context.active(), entries), () => {
        channel.sendToQueue('linked', Buffer.from('x'));
      });
      return Promise.resolve();
    });
    expect(await baggage).toEqual([['tenant', 'a']]);
    await collector.until((spans) => spans.length === 3, 'three spans');
    expect(collector.tree()).toEqual([
      'request [SERVER]',
      '  publish linked [PRODUCER]',
      'process linked [CONSUMER] links:1',
    ]);
    const [link] = collector.one('process linked').links;
    expect(link?.context.spanId).toBe(collector.one('publish linked').spanContext().spanId);
    await channel.close();
  });

  it('leaves nack and redelivery to the handler, and its error to amqplib', async () => {
    const channel = await open('retry');
    const seen: boolean[] = [];
    const done = new Promise<void>((resolve) => {
      void channel.consume('retry', (message) => {
        if (message === null) return;
        seen.push(message.fields.redelivered);
        if (message.fields.redelivered) {
          channel.ack(message);
          resolve();
        } else channel.nack(message, false, true);
      });
    });
    await inRequest('request', () => Promise.resolve(channel.sendToQueue('retry', Buffer.from('x'))));
    await done;
    expect(seen).toEqual([false, true]);
    await collector.until(() => collector.named('process retry').length === 2, 'two deliveries');
    await channel.close();

    collector.reset();
    const failing = await open('failing');
    const thrown = new TypeError('broken handler');
    const reported = new Promise<unknown>((resolve) => {
      connection.once('handler-error', resolve);
      failing.once('handler-error', resolve);
      failing.once('error', resolve);
      connection.once('error', resolve);
    });
    await failing.consume('failing', () => {
      throw thrown;
    });
    failing.sendToQueue('failing', Buffer.from('x'));
    expect(await reported).toBe(thrown);
    await collector.until(() => collector.named('process failing').length === 1, 'the failed span');
    const span = collector.one('process failing');
    expect(span.status.code).toBe(2);
    expect(span.attributes['error.type']).toBe('TypeError');
    expect(span.parentSpanContext?.spanId).toBe(collector.one('publish failing').spanContext().spanId);
  });

  it('ends the span of a confirmed publish with the confirmation, and calls back in the context of the caller', async () => {
    const raw: ConfirmChannel = await connection.createConfirmChannel();
    const channel: ConfirmChannel = traceChannel(raw);
    await channel.assertQueue('confirmed', { autoDelete: true });
    let endedBefore = true;
    await inRequest('request', async (span) => {
      await new Promise<void>((resolve, reject) => {
        const written = channel.sendToQueue('confirmed', Buffer.from('x'), {}, (error) => {
          expect(trace.getActiveSpan()).toBe(span);
          if (error) reject(error as Error);
          else resolve();
        });
        expect(written).toBe(true);
        endedBefore = collector.named('publish confirmed').length > 0;
      });
    });
    expect(endedBefore).toBe(false);
    await collector.until((spans) => spans.length === 2, 'two spans');
    await channel.waitForConfirms();
    expect(() => channel.sendToQueue('confirmed', 'no buffer' as never, {}, () => undefined)).toThrow(TypeError);
    await channel.close();
  });

  it('links a polled message, and names the destination by exchange, key and queue without generated names', async () => {
    const channel = await open('polled');
    await inRequest('request', async () => {
      channel.sendToQueue('polled', Buffer.from('x'));
      await Promise.resolve();
    });
    let message: Awaited<ReturnType<Channel['get']>> = false;
    while (message === false) {
      message = await channel.get('polled', { noAck: true });
      if (message === false) await sleep(5);
    }
    const receive = collector.named('get polled').at(-1);
    expect(receive?.links[0]?.context.spanId).toBe(collector.one('publish polled').spanContext().spanId);

    await channel.assertExchange('events', 'topic', { autoDelete: true });
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, 'events', 'order.*');
    await channel.consume(queue, () => undefined, { noAck: true });
    channel.publish('events', 'order.paid', Buffer.from('x'));
    await collector.until(
      () => collector.named('process (temporary)').length === 1,
      'the consumer of a generated queue',
    );
    expect(collector.one('publish events:order.paid').attributes['messaging.destination.name']).toBe(
      'events:order.paid',
    );
    const attributes = collector.one('process (temporary)').attributes;
    expect(attributes['messaging.destination.name']).toBe(`events:order.paid:${queue}`);
    expect(attributes['messaging.destination.temporary']).toBe(true);
    await channel.close();
  });

  it('10,000 messages leave no listener, no consumer and no context behind', async () => {
    const raw = await connection.createChannel();
    const channel = traceChannel(raw);
    const { queue } = await channel.assertQueue('flood', { autoDelete: true });
    let count = 0;
    const listeners = () => raw.eventNames().map((name) => raw.listenerCount(name));
    const before = listeners();
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message !== null) channel.ack(message);
      count++;
    });
    for (let i = 0; i < 10_000; i++) {
      if (!channel.sendToQueue(queue, Buffer.from('x'))) await new Promise((resolve) => channel.once('drain', resolve));
    }
    await collector.until(() => count === 10_000, '10,000 deliveries');
    await channel.cancel(consumerTag);
    expect(listeners()).toEqual(before);
    expect(context.active()).toBe(ROOT_CONTEXT);
    expect(collector.named('process flood')).toHaveLength(10_000);
    await channel.close();
  }, 30_000);
});
