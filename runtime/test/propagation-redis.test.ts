import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { FlowProducer, Queue, UnrecoverableError, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  bullTelemetry,
  traceFlowProducer,
  traceProcessor,
  traceQueue,
  traceRedisCommands,
  traceRedisPubSub,
  traceRedisStreams,
  withStreamEntry,
  withStreamFields,
} from '../src/propagation.ts';
import { describeWith } from './services/process.ts';
import * as redis from './services/redis.ts';
import { collectSpans, inRequest, type SpanCollector } from './support/spans.ts';

describeWith({ redis }, 'a real Redis', () => {
  let server: Awaited<ReturnType<typeof redis.startRedis>>;
  let collector: SpanCollector;
  const closers: (() => unknown)[] = [];
  const ioredis = (): Redis => {
    const client = new Redis(server.url, { maxRetriesPerRequest: null });
    closers.push(() => client.quit());
    return client;
  };
  const nodeRedis = async () => {
    const client = createClient({ url: server.url });
    await client.connect();
    closers.push(() => client.close());
    return client;
  };
  const connection = () => ({ url: server.url, maxRetriesPerRequest: null });
  const names = () => collector.spans().map((span) => span.name);

  beforeAll(async () => {
    server = await redis.startRedis();
    collector = collectSpans();
  }, 60_000);
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    collector.reset();
  });
  afterAll(async () => {
    await server.stop();
    await collector.shutdown();
  });

  it('bullmq: job under its producer, Redis commands under both, data untouched, error unchanged', async () => {
    const stop = traceRedisCommands();
    closers.push(stop);
    const queue: Queue<{ to: string }> = traceQueue(new Queue<{ to: string }>('mail', { connection: connection() }));
    const client = ioredis();
    const failed = new UnrecoverableError('no such address');
    const processor = async (job: Job<{ to: string }>): Promise<string> => {
      await client.set('last', job.data.to);
      if (job.name === 'broken') throw failed;
      return 'sent';
    };
    const worker = new Worker('mail', traceProcessor(processor), { connection: connection() });
    closers.push(
      () => queue.close(),
      () => worker.close(),
    );
    const errors: unknown[] = [];
    worker.on('failed', (_, error) => errors.push(error));

    await inRequest('POST /mail', () => queue.add('welcome', { to: 'a' }));
    await collector.until(() => names().includes('process mail'), 'the job');
    expect(collector.tree().filter((line) => /POST|add|process|SET/.test(line))).toEqual([
      'POST /mail [SERVER]',
      '  add mail [PRODUCER]',
      '    process mail [CONSUMER]',
      '      SET [CLIENT]',
    ]);
    const add = collector.one('add mail').spanContext().spanId;
    expect(
      collector
        .spans()
        .filter(({ name }) => name.startsWith('EVAL'))
        .map((s) => s.parentSpanContext?.spanId),
    ).toContain(add);
    expect(collector.one('SET').attributes).toMatchObject({
      'db.system.name': 'redis',
      'db.operation.name': 'SET',
      'server.port': server.port,
    });
    expect(collector.one('process mail').attributes).toMatchObject({
      'messaging.system': 'bullmq',
      'messaging.operation.type': 'process',
      'messaging.bullmq.job.name': 'welcome',
    });
    const [job] = await queue.getJobs();
    expect(job?.data).toEqual({ to: 'a' });

    collector.reset();
    await inRequest('POST /mail', () => queue.add('broken', { to: 'b' }, { attempts: 3 }));
    await collector.until(() => errors.length === 1, 'the failure');
    expect(errors[0]).toBe(failed);
    expect(collector.one('process mail').status).toMatchObject({ code: 2, message: 'no such address' });
  });

  it('bullmq: bulk jobs, flows, retries and link relation', async () => {
    const queue = traceQueue(new Queue('bulk', { connection: connection() }));
    const flows = traceFlowProducer(new FlowProducer({ connection: connection() }));
    let failures = 1;
    const processor = async (job: Job): Promise<void> => {
      await Promise.resolve();
      if (job.name === 'flaky' && failures-- > 0) throw new Error('once');
    };
    const worker = new Worker('bulk', traceProcessor(processor), { connection: connection() });
    const linked = new Worker('linked', traceProcessor(processor, { relation: 'link' }), { connection: connection() });
    closers.push(
      () => queue.close(),
      () => flows.close(),
      () => worker.close(),
      () => linked.close(),
    );
    await inRequest('bulk', () =>
      queue.addBulk([
        { name: 'one', data: {} },
        { name: 'flaky', data: {}, opts: { attempts: 2 } },
      ]),
    );
    await collector.until(() => collector.named('process bulk').length === 3, 'two jobs and one retry');
    const parent = collector.one('addBulk bulk').spanContext();
    for (const span of collector.named('process bulk')) expect(span.parentSpanContext?.spanId).toBe(parent.spanId);

    collector.reset();
    await inRequest('flow', () =>
      flows.add({ name: 'parent', queueName: 'linked', children: [{ name: 'child', queueName: 'bulk', data: {} }] }),
    );
    await collector.until(() => names().includes('process linked'), 'the parent of the flow');
    expect(collector.tree()).toEqual([
      'flow [SERVER]',
      '  addFlow linked [PRODUCER]',
      '    process bulk [CONSUMER]',
      'process linked [CONSUMER] links:1',
    ]);
  });

  it("bullmq's own telemetry option: same trace, no endless roots, no results in spans", async () => {
    const telemetry = bullTelemetry();
    const queue = new Queue('native', { connection: connection(), telemetry });
    const worker = new Worker('native', () => Promise.resolve({ secret: 's3cr3t' }), {
      connection: connection(),
      telemetry,
    });
    closers.push(
      () => queue.close(),
      () => worker.close(),
    );
    await inRequest('request', () => queue.add('job', {}));
    await collector.until(() => names().includes('process native'), 'the job');
    const process = collector.one('process native');
    const add = collector.one('add native.job');
    expect(process.parentSpanContext?.spanId).toBe(add.spanContext().spanId);
    expect(JSON.stringify(collector.spans().map((span) => [span.attributes, span.events]))).not.toContain('s3cr3t');
    const roots = collector.spans().filter((span) => span.parentSpanContext === undefined);
    expect(roots.map((span) => span.name)).toEqual(['request']);
  });

  it('ioredis pub/sub: context in JSON messages, messages as published, listeners removable', async () => {
    const publisher = traceRedisPubSub(ioredis());
    const subscriber = traceRedisPubSub(ioredis());
    const plain = ioredis();
    const got: [string, string, string | undefined][] = [];
    const listener = (channel: string, message: string) => {
      got.push([channel, message, trace.getActiveSpan()?.spanContext().traceId]);
    };
    const raw: string[] = [];
    plain.on('message', (_, message) => raw.push(message));
    subscriber.on('message', listener);
    await subscriber.subscribe('news', 'text');
    await plain.subscribe('news');
    const message = '{ "headline": "ü", "_trace": 1 }';
    let traceId = '';
    await inRequest('request', async (span) => {
      traceId = span.spanContext().traceId;
      await publisher.publish('news', message);
      await publisher.publish('text', 'no JSON');
    });
    await collector.until(() => got.length === 2 && raw.length === 1, 'two messages');
    expect(got[0]).toEqual(['news', message, traceId]);
    expect(got[1]?.slice(0, 2)).toEqual(['text', 'no JSON']);
    // A consumer without the adapter still reads its fields.
    expect(JSON.parse(raw[0] ?? '')).toMatchObject({ headline: 'ü' });
    expect(collector.one('process news').parentSpanContext?.spanId).toBe(
      collector.one('publish news').spanContext().spanId,
    );
    subscriber.off('message', listener);
    expect(subscriber.listenerCount('message')).toBe(0);
  });

  it('node-redis pub/sub: patterns, buffers, unsubscribe with the original listener', async () => {
    const publisher = traceRedisPubSub(await nodeRedis());
    const subscriber = traceRedisPubSub(await nodeRedis());
    const got: [unknown, unknown][] = [];
    const listener = (message: string, channel: string) => void got.push([message, channel]);
    const buffers: Buffer[] = [];
    await subscriber.subscribe('one', listener);
    await subscriber.pSubscribe('o*', (message: Buffer) => void buffers.push(message), true);
    await inRequest('request', () => publisher.publish('one', '{"a":1}'));
    await collector.until(() => got.length === 1 && buffers.length === 1, 'both listeners');
    expect(got).toEqual([['{"a":1}', 'one']]);
    expect(buffers[0]?.toString()).toBe('{"a":1}');
    expect(collector.named('process one').map((span) => span.parentSpanContext?.spanId)).toEqual(
      Array(2).fill(collector.one('publish one').spanContext().spanId),
    );
    await subscriber.unsubscribe('one', listener);
    await publisher.publish('one', '{"a":2}');
    await collector.until(() => buffers.length === 2, 'the pattern still listens');
    expect(got).toHaveLength(1);
    await subscriber.pUnsubscribe();
    expect(await publisher.publish('one', '{"a":3}')).toBe(0);
  });

  it('streams of both clients carry the context to a consumer group', async () => {
    const writer = traceRedisStreams(ioredis());
    const reader = await nodeRedis();
    const writer2 = traceRedisStreams(reader);
    const reader2 = ioredis();
    await inRequest('first', () => writer.xadd('s1', 'MAXLEN', '~', 1000, '*', 'order', '1'));
    await inRequest('second', () => writer2.xAdd('s2', '*', { order: '2' }));
    await inRequest('third', () => reader2.xadd('s2', '*', ...withStreamFields(['order', '3'])));
    await reader.xGroupCreate('s1', 'g', '0');
    const read = (await reader.xReadGroup('g', 'c', { key: 's1', id: '>' })) as unknown as
      { messages: { id: string; message: Record<string, string> }[] }[] | null;
    const entry = read?.[0]?.messages[0];
    if (entry === undefined) throw new Error('no entry');
    expect(entry.message['order']).toBe('1');
    await withStreamEntry(entry, { stream: 's1', group: 'g' }, () => reader.xAck('s1', 'g', entry.id));
    const entries = await reader2.xrange('s2', '-', '+');
    for (const each of entries) withStreamEntry(each, { stream: 's2' }, () => undefined);
    expect(collector.one('process s1').parentSpanContext?.spanId).toBe(collector.one('xadd s1').spanContext().spanId);
    const [second, third] = collector.named('process s2');
    expect(second?.parentSpanContext?.spanId).toBe(collector.one('xAdd s2').spanContext().spanId);
    expect(third?.parentSpanContext?.spanId).toBe(collector.one('third').spanContext().spanId);
    expect(collector.one('process s1').attributes['messaging.consumer.group.name']).toBe('g');
  });

  it('commands of both clients, batches and errors from diagnostics_channel; none without a parent or when stopped', async () => {
    const first = ioredis();
    const second = await nodeRedis();
    // ioredis publishes a command that waited for the connection in the context of the connection.
    await first.ping();
    const stop = traceRedisCommands({ statement: (command, args) => `${command} ${args.length}` });
    await inRequest('request', async () => {
      await first.set('k', 'v');
      await second.get('k');
      await first.multi().incr('n').incr('n').exec();
      await second.multi().incr('n').incr('n').exec();
      await expect(first.incr('k')).rejects.toThrow('not an integer');
      await expect(second.incr('k')).rejects.toThrow('not an integer');
    });
    await second.get('k');
    stop();
    await inRequest('after', () => first.get('k'));
    const clients = collector.spans().filter((span) => span.attributes['db.system.name'] === 'redis');
    expect(clients.map((span) => span.name)).toEqual(expect.arrayContaining(['SET', 'GET', 'INCR', 'MULTI']));
    expect(collector.named('GET')).toHaveLength(1);
    expect(collector.named('SET')).toHaveLength(1);
    expect(collector.one('SET').attributes['db.query.text']).toMatch(/^set \d$/i);
    const failed = clients.filter((span) => span.status.code === SpanStatusCode.ERROR);
    expect(failed.map((span) => span.name)).toEqual(['INCR', 'INCR']);
    const batches = clients.filter((span) => span.attributes['db.operation.batch.size'] === 2);
    expect(batches.length).toBeGreaterThanOrEqual(2);
    const root = collector.one('request').spanContext().traceId;
    expect(new Set(clients.map((span) => span.spanContext().traceId))).toEqual(new Set([root]));
  });

  it('10,000 published messages leave no listener and no context behind', async () => {
    const publisher = traceRedisPubSub(ioredis());
    const rawSubscriber = ioredis();
    const subscriber = traceRedisPubSub(rawSubscriber);
    let count = 0;
    subscriber.on('message', () => {
      count++;
    });
    await subscriber.subscribe('flood');
    const before = rawSubscriber.eventNames().map((name) => rawSubscriber.listenerCount(name));
    const baggage = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ k: { value: 'v' } }));
    for (let i = 0; i < 100; i++) {
      await Promise.all(
        Array.from({ length: 100 }, () => context.with(baggage, () => publisher.publish('flood', '{"i":1}'))),
      );
      collector.reset();
    }
    await collector.until(() => count === 10_000, '10,000 messages');
    expect(rawSubscriber.eventNames().map((name) => rawSubscriber.listenerCount(name))).toEqual(before);
    expect(context.active()).toBe(ROOT_CONTEXT);
  });
});
