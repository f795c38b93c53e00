import { SpanStatusCode, trace } from '@opentelemetry/api';
import { connect, headers, JSONCodec, type Msg, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { consumeEach, traceNats } from '../src/propagation.ts';
import { startNatsStandIn } from './services/nats-stand-in.ts';
import { collectSpans, inRequest, type SpanCollector } from './support/spans.ts';

describe('the nats client against a stand-in that speaks the protocol', () => {
  let server: Awaited<ReturnType<typeof startNatsStandIn>>;
  let collector: SpanCollector;
  let raw: NatsConnection;
  let connection: NatsConnection;

  beforeAll(async () => {
    server = await startNatsStandIn();
    collector = collectSpans();
    raw = await connect({ port: server.port });
    connection = traceNats(raw, { headers });
  });
  afterEach(() => collector.reset());
  afterAll(async () => {
    await raw.close();
    await server.stop();
    await collector.shutdown();
  });

  it('carries the context in headers from publish to a callback, headers of the service kept', async () => {
    const own = headers();
    own.append('tenant', 'a');
    own.append('tenant', 'b');
    const got = new Promise<[Msg, string | undefined]>((resolve) => {
      connection.subscribe('orders.*', {
        max: 1,
        queue: 'workers',
        callback: (_, message) => resolve([message, trace.getActiveSpan()?.spanContext().traceId]),
      });
    });
    let traceId = '';
    await inRequest('POST /orders', async (span) => {
      traceId = span.spanContext().traceId;
      connection.publish('orders.eu', JSONCodec().encode({ id: 1 }), { headers: own });
      await raw.flush();
    });
    const [message, seen] = await got;
    expect(seen).toBe(traceId);
    expect(message.json()).toEqual({ id: 1 });
    expect(message.headers?.values('tenant')).toEqual(['a', 'b']);
    expect(own.has('traceparent')).toBe(false);
    await collector.until((spans) => spans.length === 3, 'three spans');
    expect(collector.tree()).toEqual([
      'POST /orders [SERVER]',
      '  publish orders.eu [PRODUCER]',
      '    process orders.* [CONSUMER]',
    ]);
    expect(collector.one('process orders.*').attributes).toMatchObject({
      'messaging.system': 'nats',
      'messaging.consumer.group.name': 'workers',
    });
  });

  it('request and reply, iterated subscriptions, errors of handlers', async () => {
    const subscription = connection.subscribe('sum', { max: 2 });
    const error = new Error('second');
    let count = 0;
    const consumed = expect(
      consumeEach(subscription, { system: 'nats', destination: 'sum' }, (message) => {
        message.respond('42');
        if (++count === 2) throw error;
      }),
    ).rejects.toBe(error);
    await inRequest('request', async () => {
      expect((await connection.request('sum', '40+2')).string()).toBe('42');
      expect((await connection.request('sum', '40+2', { timeout: 2000 })).string()).toBe('42');
    });
    await consumed;
    expect(collector.named('request sum')).toHaveLength(2);
    const spans = collector.named('process sum');
    expect(spans.map((span) => span.parentSpanContext?.spanId)).toEqual(
      collector.named('request sum').map((span) => span.spanContext().spanId),
    );
    expect(spans.map((span) => span.status.code === SpanStatusCode.ERROR)).toEqual([false, true]);
    await expect(connection.request('nobody', '', { timeout: 20 })).rejects.toThrow(/TIMEOUT/);
    expect(collector.one('request nobody').status.code).toBe(SpanStatusCode.ERROR);
  });

  it('JetStream publishes the same way: acknowledged, with headers', async () => {
    const codec = JSONCodec();
    const seen: (string | undefined)[] = [];
    raw.subscribe('stream.a', {
      callback: (_, message) => {
        seen.push(message.headers?.get('traceparent'));
        message.respond(codec.encode({ stream: 'S', seq: 7 }));
      },
    });
    const jetstream = traceNats(raw.jetstream(), { headers });
    const ack = await inRequest('request', () => jetstream.publish('stream.a', 'x', { msgID: 'id-1' }));
    expect(ack.seq).toBe(7);
    expect(seen[0]).toContain(collector.one('publish stream.a').spanContext().spanId);
  });

  it('a server without headers still gets its messages; 10,000 messages leave no subscription', async () => {
    const old = await startNatsStandIn({ headers: false });
    const plain = await connect({ port: old.port });
    const traced = traceNats(plain, { headers });
    const got = new Promise<Msg>((resolve) => {
      traced.subscribe('x', { callback: (_, message) => resolve(message) });
    });
    traced.publish('x', 'y');
    expect((await got).headers).toBeUndefined();
    await plain.close();
    await old.stop();

    const before = server.subscriptions();
    let count = 0;
    const subscription = connection.subscribe('flood', { callback: () => count++ });
    for (let i = 0; i < 10_000; i++) connection.publish('flood', 'x');
    await raw.flush();
    await collector.until(() => count === 10_000, '10,000 messages');
    subscription.unsubscribe();
    await raw.flush();
    expect(server.subscriptions()).toBe(before);
    expect(trace.getActiveSpan()).toBeUndefined();
  });
});
