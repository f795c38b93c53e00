import { describe, expect, it } from 'vitest';
import { factsOf, problemsOf } from './propagation-fixture.ts';

const QUEUE = `import { Queue } from 'bullmq';
const queue = new Queue('mail');
`;

describe('a message is sent without a carrier', () => {
  const cases: readonly [name: string, code: string, expected: string][] = [
    [
      'a BullMQ queue',
      `${QUEUE}export async function send(id: string) { await queue.add('send', { id }); }`,
      'no-inject bullmq add',
    ],
    [
      'a bulk of jobs',
      `${QUEUE}export async function send(ids: string[]) { await queue.addBulk(ids.map((id) => ({ name: 'send', data: { id } }))); }`,
      'no-inject bullmq addBulk',
    ],
    [
      'a flow',
      `import { FlowProducer } from 'bullmq'; const flow = new FlowProducer(); export function go(id: string) { return flow.add({ name: 'a', queueName: 'q', data: { id } }); }`,
      'no-inject bullmq add',
    ],
    [
      'a Bull queue',
      `import Queue from 'bull'; const mail = new Queue('mail'); export const send = (id: string) => mail.add({ id });`,
      'no-inject bull add',
    ],
    [
      'an injected queue',
      `import { InjectQueue } from '@nestjs/bull'; import { Queue } from 'bull';
      export class Mail { constructor(@InjectQueue('mail') private readonly queue: Queue) {} async send(id: string) { await this.queue.add('send', { id }); } }`,
      'no-inject bull add',
    ],
    [
      'a Nest client over NATS',
      `import { ClientProxy, Transport } from '@nestjs/microservices'; export const options = { transport: Transport.NATS };
      export class Orders { constructor(@Inject('BUS') private readonly bus: ClientProxy) {} placed(id: string) { this.bus.emit('order.placed', { id }); } }`,
      'no-inject nats emit',
    ],
    [
      'a request over NATS',
      `import { connect } from 'nats'; export async function ask(body: Uint8Array) { const nc = await connect(); return nc.request('q', body); }`,
      'no-inject nats request',
    ],
    [
      'JetStream',
      `import type { JetStreamClient } from 'nats'; export async function put(js: JetStreamClient, body: Uint8Array) { await js.publish('s', body, { msgID: '1' }); }`,
      'no-inject nats publish',
    ],
    [
      'the new NATS client',
      `import { connect } from '@nats-io/transport-node'; export async function put(b: string) { const nc = await connect(); nc.publish('s', b); }`,
      'no-inject nats publish',
    ],
    [
      'rabbitmq-client',
      `import { Connection } from 'rabbitmq-client'; const rabbit = new Connection('amqp://h'); const out = rabbit.createPublisher(); export async function put(e: object) { await out.send({ routingKey: 'k' }, e); }`,
      'no-inject rabbitmq-client send',
    ],
    [
      'MQTT',
      `import mqtt from 'mqtt'; const client = mqtt.connect('mqtt://h'); export function put(e: object) { client.publish('t', JSON.stringify(e)); }`,
      'no-inject mqtt publish',
    ],
    [
      'KafkaJS without its instrumentation',
      `import { Kafka } from 'kafkajs'; const producer = new Kafka({ brokers: [] }).producer(); export async function put(v: string) { await producer.send({ topic: 't', messages: [{ value: v }] }); }`,
      'no-inject kafkajs send',
    ],
    [
      'the Confluent client',
      `import { KafkaJS } from '@confluentinc/kafka-javascript'; const producer = new KafkaJS.Kafka({}).producer(); export async function put(v: string) { await producer.send({ topic: 't', messages: [{ value: v }] }); }`,
      'no-inject @confluentinc/kafka-javascript send',
    ],
    [
      'amqplib without its instrumentation',
      `import type { Channel } from 'amqplib'; export function put(channel: Channel, b: Buffer) { channel.publish('x', 'k', b, { persistent: true }); }`,
      'no-inject amqplib publish',
    ],
    [
      'an SQS command',
      `import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs'; const sqs = new SQSClient(); export const put = (b: string) => sqs.send(new SendMessageCommand({ QueueUrl: 'u', MessageBody: b }));`,
      'no-inject @aws-sdk/client-sqs SendMessageCommand',
    ],
    [
      'a Postgres queue',
      `import PgBoss from 'pg-boss'; const boss = new PgBoss('pg'); export async function put(id: string) { await boss.send('mail', { id }); }`,
      'no-inject pg-boss send',
    ],
    [
      'an agenda job',
      `import { Agenda } from 'agenda'; const agenda = new Agenda(); export async function later(id: string) { await agenda.now('mail', { id }); }`,
      'no-inject agenda now',
    ],
    [
      'a Redis list that is a queue',
      `import Redis from 'ioredis'; const redis = new Redis(); export async function put(job: object) { await redis.lpush('jobs', JSON.stringify(job)); }
      export async function run() { for (;;) { const [, raw] = await redis.brpop('jobs', 0); console.log(raw); } }`,
      'no-inject Redis lpush',
    ],
    [
      'a job sent when another one failed',
      `${QUEUE}import { EventEmitter } from 'events'; const bus = new EventEmitter(); bus.on('failed', async (job) => { await queue.add('dead', { id: job.id }); });`,
      'no-inject bullmq add',
    ],
    [
      'a helper that sends what it is given',
      `${QUEUE}export function enqueue(name: string, data: object) { return queue.add(name, data); }\nexport function a() { return enqueue('x', { id: 1 }); }`,
      'no-inject bullmq add',
    ],
    [
      'an own trace id is not a carrier',
      `${QUEUE}export async function send(id: string, traceId: string) { await queue.add('send', { id, traceId }); }`,
      'no-inject bullmq add',
    ],
    [
      'one of several queues',
      `import { Queue } from 'bullmq'; const a = new Queue('a'); const b = new Queue('b'); const pick = (n: number) => (n > 1 ? a : b); export async function send(n: number) { await pick(n).add('x', { n }); }`,
      'no-inject bullmq add',
    ],
  ];
  it.each(cases)('%s', (_, code, expected) => {
    expect(problemsOf(code)).toEqual([expected]);
  });

  it('says where the carrier can travel', () => {
    const [fact] = factsOf(`${QUEUE}export const send = async (id: string) => { await queue.add('send', { id }); };`);
    expect(fact).toMatchObject({
      kind: 'publish',
      subject: 'queue',
      where: 'a field of the job data',
      optIn: undefined,
    });
  });

  it('reports a declared wrapper at its callers', () => {
    const settings = { wrappers: [{ name: 'emitMessage', kind: 'publish', message: 1 } as const] };
    expect(
      problemsOf(`import { bus } from './bus'; export function a() { return bus.emitMessage('t', { id: 1 }); }`, {
        settings,
      }),
    ).toEqual(['no-inject emitMessage emitMessage']);
  });
});

describe('a message carries context', () => {
  const API = `import { context, propagation } from '@opentelemetry/api';\n`;
  const cases: readonly [name: string, code: string][] = [
    [
      'injected into a field',
      `${QUEUE}${API}export async function send(id: string) { const carrier = {}; propagation.inject(context.active(), carrier); await queue.add('send', { id, carrier }); }`,
    ],
    [
      'injected after the message was built',
      `${QUEUE}${API}export async function send(id: string) { const data = { id, meta: {} }; propagation.inject(context.active(), data.meta); await queue.add('send', data); }`,
    ],
    [
      'spread from a helper of this file',
      `${QUEUE}${API}function headers() { const c = {}; propagation.inject(context.active(), c); return c; }\nexport async function send(id: string) { await queue.add('send', { id, ...headers() }); }`,
    ],
    [
      'written by a helper that gets the variable',
      `import { connect, headers } from 'nats';\n${API}function write(h: any) { propagation.inject(context.active(), h, { set: (c, k, v) => c.set(k, v) }); }
      export async function put(b: string) { const nc = await connect(); const h = headers(); write(h); nc.publish('s', b, { headers: h }); }`,
    ],
    [
      'a property called traceparent',
      `${QUEUE}export async function send(id: string, traceparent: string) { await queue.add('send', { id, traceparent }); }`,
    ],
    [
      'a helper out of reach with a telling name',
      `${QUEUE}import { injectTraceContext } from 'our-telemetry'; export async function send(id: string) { await queue.add('send', injectTraceContext({ id })); }`,
    ],
    [
      'handed to a callback by a helper that injects',
      `${QUEUE}${API}async function withCarrier(fn: (c: object) => Promise<unknown>) { const c = {}; propagation.inject(context.active(), c); return fn(c); }
      export async function send(id: string) { await withCarrier((c) => queue.add('send', { id, c })); }`,
    ],
    [
      'a wrapper whose callers add it',
      `${QUEUE}${API}export function enqueue(name: string, data: object) { return queue.add(name, data); }\nexport function a() { const otel = {}; propagation.inject(context.active(), otel); return enqueue('x', { id: 1, otel }); }`,
    ],
    [
      'a propagator object',
      `${QUEUE}import { W3CTraceContextPropagator } from '@opentelemetry/core'; import { context, defaultTextMapSetter } from '@opentelemetry/api';
      export async function send(id: string) { const c = {}; new W3CTraceContextPropagator().inject(context.active(), c, defaultTextMapSetter); await queue.add('send', { id, c }); }`,
    ],
  ];
  it.each(cases)('%s', (_, code) => {
    expect(problemsOf(code)).toEqual([]);
  });

  it('follows a helper of another file', () => {
    const files = {
      'tracing.ts': `import { NodeSDK } from '@opentelemetry/sdk-node'; new NodeSDK({ instrumentations: [] });`,
      'src/carrier.ts': `import { context, propagation } from '@opentelemetry/api';\nexport function stamp<T extends object>(data: T) { const c = {}; propagation.inject(context.active(), c); return { ...data, meta: c }; }`,
      'src/plain.ts': `export function stamp<T extends object>(data: T) { return { ...data, at: Date.now() }; }`,
    };
    const code = (file: string): string =>
      `${QUEUE}import { stamp } from './${file}'; export async function send(id: string) { await queue.add('send', stamp({ id })); }`;
    expect(problemsOf(code('carrier'), { files })).toEqual([]);
    expect(problemsOf(code('plain'), { files })).toEqual(['no-inject bullmq add']);
  });
});

describe('nothing to propagate', () => {
  const cases: readonly [name: string, code: string][] = [
    [
      'a repeated job',
      `${QUEUE}export async function setUp() { await queue.add('tick', {}, { repeat: { every: 60_000 } }); }`,
    ],
    [
      'a job scheduler',
      `${QUEUE}export async function setUp() { await queue.upsertJobScheduler('tick', { pattern: '0 * * * *' }); }`,
    ],
    [
      'an interval',
      `${QUEUE}async function tick() { await queue.add('tick', { at: 1 }); }\nsetInterval(() => void tick(), 1000);`,
    ],
    ['start-up code', `${QUEUE}async function main() { await queue.add('warm-up', { at: 1 }); }\nvoid main();`],
    [
      'a lock inside an interval',
      `import { Queue } from 'bullmq'; async function withLock(fn: () => Promise<void>) { await fn(); }
      async function tick(queue: Queue) { await withLock(async () => { await queue.add('tick', { at: 1 }); }); }\nfunction main() { const queue = new Queue('x'); setInterval(() => { void tick(queue); }, 1000); }\nmain();`,
    ],
    [
      'a cron method of Nest',
      `import { Queue } from 'bullmq'; export class Jobs { constructor(private readonly queue: Queue) {} @Cron('0 * * * *') async hourly() { await this.queue.add('x', { at: 1 }); } }`,
    ],
    [
      'a life-cycle method of Nest',
      `import { Queue } from 'bullmq'; export class Jobs { constructor(private readonly queue: Queue) {} async onModuleInit() { await this.queue.add('x', { at: 1 }); } }`,
    ],
    ['a Set', `const queue = new Set<string>(); export function add(id: string) { queue.add(id); }`],
    [
      'a subscription server of GraphQL',
      `import { PubSub } from 'graphql-subscriptions'; const pubsub = new PubSub(); export function tell(m: object) { return pubsub.publish('X', { m }); }`,
    ],
    [
      'an EventEmitter',
      `import { EventEmitter } from 'events'; const bus = new EventEmitter(); export function tell(m: object) { bus.emit('x', m); }`,
    ],
    [
      'a Redis list that nobody pops',
      `import Redis from 'ioredis'; const redis = new Redis(); export async function put(job: object) { await redis.lpush('recent', JSON.stringify(job)); }`,
    ],
    [
      'ids on a Redis list',
      `import Redis from 'ioredis'; const redis = new Redis(); export async function put(id: string) { await redis.lpush('ids', id); await redis.brpop('ids', 0); }`,
    ],
    [
      'a method of the same name',
      `class Queue { add(name: string, data: object) {} }\nconst queue = new Queue(); export function send(id: string) { queue.add('x', { id }); }`,
    ],
  ];
  it.each(cases)('%s', (_, code) => {
    expect(problemsOf(code).filter((p) => p.startsWith('no-inject'))).toEqual([]);
  });
});

describe('stored events', () => {
  const relay = (
    args: string,
  ): string => `export class Relay { constructor(private readonly prisma: any, private readonly bus: any) {}
    async drain() { const rows = await this.prisma.outbox.findMany({ take: 10 }); for (const row of rows) { await this.bus.publish(${args}); } } }`;
  it('reports a relay that sends rows without their context', () => {
    expect(problemsOf(relay('row.topic, row.payload'))).toEqual(['stored-without-context outbox publish']);
  });
  it('accepts a relay that sends the stored carrier', () => {
    expect(problemsOf(relay('row.topic, row.payload, { headers: { traceparent: row.traceparent } }'))).toEqual([]);
  });
  it('ignores rows of other tables', () => {
    expect(problemsOf(relay('row.topic, row.payload').replace('prisma.outbox', 'prisma.orders'))).toEqual([]);
  });
});
