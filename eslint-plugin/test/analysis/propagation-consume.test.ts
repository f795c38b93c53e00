import { describe, expect, it } from 'vitest';
import { factsOf, problemsOf } from './propagation-fixture.ts';

const API = `import { context, propagation } from '@opentelemetry/api';\n`;

describe('a handler ignores the context of its message', () => {
  const cases: readonly [name: string, code: string, expected: string][] = [
    [
      'a BullMQ worker',
      `import { Worker } from 'bullmq'; export const worker = new Worker('mail', async (job) => { await send(job.data); });`,
      'no-extract bullmq Worker',
    ],
    [
      'a named processor',
      `import { Worker, Job } from 'bullmq'; async function handle(job: Job) { await send(job.data); }\nexport const worker = new Worker('mail', handle);`,
      'no-extract bullmq Worker',
    ],
    [
      'a wrapped processor',
      `import { Worker } from 'bullmq'; const timed = (fn: any) => async (job: any) => { const t = Date.now(); await fn(job); console.log(Date.now() - t); };\nexport const worker = new Worker('mail', timed(async (job: any) => { await send(job.data); }));`,
      'no-extract bullmq Worker',
    ],
    [
      'a worker host of Nest',
      `import { Processor, WorkerHost } from '@nestjs/bullmq'; @Processor('mail') export class Mail extends WorkerHost { async process(job: any) { await send(job.data); } }`,
      'no-extract bullmq process',
    ],
    [
      'a Bull processor',
      `import Queue from 'bull'; const mail = new Queue('mail'); mail.process('send', 5, async (job) => { await send(job.data); });`,
      'no-extract bull process',
    ],
    [
      'a Bull processor of Nest',
      `import { Process, Processor } from '@nestjs/bull'; @Processor('mail') export class Mail { @Process() async handle(job: any) { await send(job.data); } }`,
      'no-extract bull @Process()',
    ],
    [
      'a Bull processor of Nest whose job another part of the workspace names',
      `import { Process, Processor } from '@nestjs/bull'; const SEND = 'send'; export const later = (add: any) => add(SEND); @Processor('mail') export class Mail { @Process(SEND) async handle(job: any) { await send(job.data); } }`,
      'no-extract bull @Process(SEND)',
    ],
    [
      'an event handler of Nest',
      `import { EventPattern, Transport } from '@nestjs/microservices'; export const o = { transport: Transport.NATS }; export class C { @EventPattern('order.placed') async on(data: any) { await save(data); } }`,
      "no-extract nats @EventPattern('order.placed')",
    ],
    [
      'KafkaJS',
      `import { Kafka } from 'kafkajs'; const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'g' }); export async function start() { await consumer.run({ eachMessage: async ({ message }) => { await save(message.value); } }); }`,
      'no-extract kafkajs eachMessage',
    ],
    [
      'options made with Object.assign',
      `import { Kafka } from 'kafkajs'; const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'g' }); export async function start(base: object) { const options = Object.assign(base, { eachMessage: async () => { await save(1); } }); await consumer.run(options); }`,
      'no-extract kafkajs eachMessage',
    ],
    [
      'the handler of a framework',
      `import { ServerKafka } from '@nestjs/microservices'; import { Consumer } from '@nestjs/microservices/external/kafka.interface';
      export class Transport extends ServerKafka { override async bindEvents(consumer: Consumer) { await consumer.run({ eachMessage: this.getMessageHandler() }); } }`,
      'no-extract kafkajs eachMessage',
    ],
    [
      'amqplib',
      `import type { Channel } from 'amqplib'; export async function start(channel: Channel) { await channel.consume('q', async (msg) => { await save(msg); }); }`,
      'no-extract amqplib consume',
    ],
    [
      'rabbitmq-client',
      `import { Connection } from 'rabbitmq-client'; const rabbit = new Connection('amqp://h'); export const sub = rabbit.createConsumer({ queue: 'q' }, async (msg) => { await save(msg.body); });`,
      'no-extract rabbitmq-client createConsumer',
    ],
    [
      'a NATS loop',
      `import { connect } from 'nats'; export async function start() { const nc = await connect(); const sub = nc.subscribe('s'); for await (const m of sub) { await save(m.data); } }`,
      'no-extract nats subscribe',
    ],
    [
      'two ways to one NATS loop',
      `import type { NatsConnection } from 'nats'; export async function start(nc: NatsConnection, queue?: string) { const sub = queue ? nc.subscribe('s', { queue }) : nc.subscribe('s'); for await (const m of sub) { await save(m.data); } }`,
      'no-extract nats subscribe',
    ],
    [
      'MQTT',
      `import mqtt from 'mqtt'; const client = mqtt.connect('mqtt://h'); client.on('message', (topic, payload) => { save(payload); });`,
      'no-extract mqtt on',
    ],
    [
      'a Postgres queue',
      `import PgBoss from 'pg-boss'; const boss = new PgBoss('pg'); export async function start() { await boss.work('mail', async ([job]) => { await send(job.data); }); }`,
      'no-extract pg-boss work',
    ],
  ];
  it.each(cases)('%s', (_, code, expected) => {
    expect(problemsOf(code)).toEqual([expected]);
  });
});

describe('a handler continues the trace, or cannot be judged', () => {
  const cases: readonly [name: string, code: string][] = [
    [
      'extract in the handler',
      `${API}import { Worker } from 'bullmq'; export const worker = new Worker('mail', (job) => context.with(propagation.extract(context.active(), job.data.meta), () => send(job.data)));`,
    ],
    [
      'extract two functions away',
      `${API}import { Worker } from 'bullmq'; function parent(meta: object) { return propagation.extract(context.active(), meta); }\nfunction inParent(job: any, fn: () => unknown) { return context.with(parent(job.data.meta), fn); }
      export const worker = new Worker('mail', async (job) => inParent(job, () => send(job.data)));`,
    ],
    [
      'a wrapper that extracts',
      `${API}import { Worker } from 'bullmq'; const traced = (fn: any) => (job: any) => context.with(propagation.extract(context.active(), job.data.meta), () => fn(job));\nexport const worker = new Worker('mail', traced(async (job: any) => send(job.data)));`,
    ],
    [
      'a wrapper of a package',
      `import { Worker } from 'bullmq'; import { wrap } from 'our-telemetry'; export const worker = new Worker('mail', wrap(async (job: any) => send(job.data)));`,
    ],
    [
      'a processor in a file of its own',
      `import { Worker } from 'bullmq'; export const worker = new Worker('mail', './processor.js');`,
    ],
    [
      'a processor that is out of reach',
      `import { Worker } from 'bullmq'; import { handle } from 'elsewhere'; export const worker = new Worker('mail', handle);`,
    ],
    [
      'a message read with its traceparent',
      `import { Worker } from 'bullmq'; import { resume } from 'elsewhere'; export const worker = new Worker('mail', async (job) => { await resume(job.data.traceparent, () => send(job.data)); });`,
    ],
    [
      'a subscription that is handed on',
      `import type { NatsConnection } from 'nats'; export function start(nc: NatsConnection) { return nc.subscribe('s'); }`,
    ],
    [
      'a NATS loop with extract',
      `${API}import { connect } from 'nats'; const getter = { get: (c: any, k: string) => c?.get(k), keys: () => [] };
      export async function start() { const nc = await connect(); const sub = nc.subscribe('s'); for await (const m of sub) { context.with(propagation.extract(context.active(), m.headers, getter), () => save(m.data)); } }`,
    ],
    [
      'other events of MQTT',
      `import mqtt from 'mqtt'; const client = mqtt.connect('mqtt://h'); client.on('connect', () => { save(1); });`,
    ],
    [
      'a job that only a scheduler adds',
      `import { Process } from '@nestjs/bull'; import { Queue } from 'bull'; const NIGHTLY = 'nightly'; export class Jobs { constructor(private readonly queue: Queue) {}
      async setUp() { await this.queue.add(NIGHTLY, {}, { repeat: { cron: '0 0 * * *' } }); } @Process(NIGHTLY) async run(job: any) { await send(job.data); } }`,
    ],
    [
      'a dispatcher that binds the handlers it was given',
      `${API}import mqtt from 'mqtt'; const client = mqtt.connect('mqtt://h'); const handlers: any[] = [];
      client.on('message', (topic, payload) => { for (const fn of handlers) fn.bind(client)(topic, payload); });
      export function say(text: string) { const carrier = {}; propagation.inject(context.active(), carrier); client.publish('t', JSON.stringify({ text, carrier })); }`,
    ],
    [
      'a job that nobody adds',
      `import { Process, Processor } from '@nestjs/bull'; export const NIGHTLY = 'nightly'; @Processor('jobs') export class Jobs { @Process(NIGHTLY) async run(job: any) { await send(job.data); } @Process('weekly') async weekly(job: any) { await send(job.data); } }`,
    ],
    ['a worker of threads', `import { Worker } from 'worker_threads'; export const worker = new Worker('./w.js');`],
  ];
  it.each(cases)('%s', (_, code) => {
    expect(problemsOf(code)).toEqual([]);
  });

  it('trusts an interceptor that extracts for every handler of Nest', () => {
    const files = {
      'tracing.ts': `import { NodeSDK } from '@opentelemetry/sdk-node'; new NodeSDK({ instrumentations: [] });`,
      'src/interceptor.ts': `${API}import { NestInterceptor } from '@nestjs/common'; export class Traces implements NestInterceptor { intercept(c: any, next: any) { return context.with(propagation.extract(context.active(), c.switchToRpc().getContext()), () => next.handle()); } }`,
    };
    const code = `import { EventPattern, Transport } from '@nestjs/microservices'; export const o = { transport: Transport.NATS }; export class C { @EventPattern('x') async on(data: any) { await save(data); } }`;
    expect(problemsOf(code, { files })).toEqual([]);
    expect(problemsOf(code)).toHaveLength(1);
  });
});

describe('carriers that the default getter and setter cannot use', () => {
  const cases: readonly [name: string, code: string, expected: readonly string[]][] = [
    [
      'headers of a Fetch request',
      `${API}export async function GET(request: Request) { return context.with(propagation.extract(context.active(), request.headers), () => load()); }`,
      ['default-getter-on-headers fetch request.headers'],
    ],
    [
      "Hono's raw request",
      `${API}import type { Context } from 'hono'; export const handler = async (c: Context) => context.with(propagation.extract(context.active(), c.req.raw.headers), () => load());`,
      ['default-getter-on-headers fetch c.req.raw.headers'],
    ],
    [
      'inject into Headers',
      `${API}export async function call(url: string) { const headers = new Headers(); propagation.inject(context.active(), headers); return fetch(url, { headers }); }`,
      ['default-setter-on-headers fetch headers'],
    ],
    [
      'inject into Headers made from others',
      `${API}export async function call(url: string, init?: RequestInit) { const headers = init?.headers ? new Headers(init.headers) : new Headers(); propagation.inject(context.active(), headers); return fetch(url, { headers }); }`,
      ['default-setter-on-headers fetch headers'],
    ],
    [
      'headers of NATS',
      `${API}import { headers } from 'nats'; export function stamp() { const h = headers(); propagation.inject(context.active(), h); return h; }`,
      ['default-setter-on-headers nats h'],
    ],
    [
      'a getter passed as the carrier',
      `${API}export function read(headers: Record<string, string>) { const carrier = { get: (k: string) => headers[k], set: (k: string, v: string) => { headers[k] = v; } }; return propagation.extract(context.active(), carrier); }`,
      ['default-getter-on-headers object carrier'],
    ],
    [
      'a Map',
      `${API}export function stamp() { const carrier = new Map<string, string>(); propagation.inject(context.active(), carrier); return carrier; }`,
      ['default-setter-on-headers map carrier'],
    ],
    [
      'entries of Headers',
      `${API}export async function GET(request: Request) { return context.with(propagation.extract(context.active(), Object.fromEntries(request.headers)), () => load()); }`,
      [],
    ],
    [
      'a getter as third argument',
      `${API}export async function GET(request: Request) { return context.with(propagation.extract(context.active(), request.headers, { get: (c, k) => c.get(k) ?? undefined, keys: (c) => [...c.keys()] }), () => load()); }`,
      [],
    ],
    [
      'headers of Node',
      `${API}import type { IncomingMessage } from 'http'; export function on(req: IncomingMessage) { return context.with(propagation.extract(context.active(), req.headers), () => load()); }`,
      [],
    ],
    [
      'a plain object',
      `${API}export function call() { const headers: Record<string, string> = {}; propagation.inject(context.active(), headers); return headers; }`,
      [],
    ],
  ];
  it.each(cases)('%s', (_, code, expected) => {
    expect(problemsOf(code)).toEqual(expected);
  });
});

it('a namesake of the API in the workspace is not the API', () => {
  const files = {
    'tracing.ts': `import { NodeSDK } from '@opentelemetry/sdk-node'; new NodeSDK({ instrumentations: [] });`,
    'src/own.ts': `export const propagation = { inject(context: object, headers: Headers) { headers.set('a', 'b'); } };`,
  };
  const code = (source: string): string =>
    `import { propagation } from '${source}'; export function call() { const h = new Headers(); propagation.inject({}, h); return h; }`;
  expect(problemsOf(code('./own'), { files })).toEqual([]);
  expect(problemsOf(code('@opentelemetry/api'), { files })).toHaveLength(1);
});

describe('an extracted context is thrown away', () => {
  const cases: readonly [name: string, code: string, count: number][] = [
    [
      'an empty callback',
      `${API}export function read(h: Record<string, string>) { const parent = propagation.extract(context.active(), h); context.with(parent, () => {}); }`,
      1,
    ],
    [
      'a callback that only resolves',
      `${API}export async function read(h: Record<string, string>) { const parent = propagation.extract(context.active(), h); await new Promise((resolve) => context.with(parent, async () => resolve(undefined))); await work(context.active()); }`,
      1,
    ],
    [
      'no use at all',
      `${API}export function read(h: Record<string, string>) { propagation.extract(context.active(), h); }`,
      1,
    ],
    [
      'a variable that nobody reads',
      `${API}export function read(h: Record<string, string>) { const parent = propagation.extract(context.active(), h); work(); }`,
      1,
    ],
    [
      'work inside the callback',
      `${API}export function read(h: Record<string, string>) { const parent = propagation.extract(context.active(), h); return context.with(parent, () => work()); }`,
      0,
    ],
    [
      'a parent for a span',
      `${API}import { trace } from '@opentelemetry/api'; export function read(h: Record<string, string>) { const parent = propagation.extract(context.active(), h); return trace.getTracer('x').startSpan('a', {}, parent); }`,
      0,
    ],
    [
      'returned',
      `${API}export function read(h: Record<string, string>) { return propagation.extract(context.active(), h); }`,
      0,
    ],
    [
      'a regular expression',
      `import { propagation } from './text'; export function read(t: string) { propagation.extracts(t); }`,
      0,
    ],
  ];
  it.each(cases)('%s', (_, code, count) => {
    expect(factsOf(code).map((f) => f.problem)).toEqual(Array(count).fill('extracted-context-discarded'));
  });
});

describe('server spans and baggage', () => {
  const server = (
    inside: string,
    third = '',
  ): string => `import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
    export function tracing(req: any, res: any, next: () => void) { ${inside} const span = trace.getTracer('http').startSpan(req.method, { kind: SpanKind.SERVER }${third}); span.setAttribute('a', req.headers['user-agent']); res.on('finish', () => span.end()); next(); }`;
  const http = {
    'tracing.ts': `import { NodeSDK } from '@opentelemetry/sdk-node'; import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'; new NodeSDK({ instrumentations: [new HttpInstrumentation()] });`,
  };
  it('reports a middleware without a parent', () => {
    expect(problemsOf(server(''))).toEqual(['server-span-ignores-parent http startSpan']);
  });
  it('accepts an extracted parent', () => {
    expect(
      problemsOf(server('const parent = propagation.extract(context.active(), req.headers);', ', parent')),
    ).toEqual([]);
  });
  it('leaves the parent to a registered HTTP instrumentation', () => {
    expect(problemsOf(server(''), { files: http })).toEqual([]);
  });
  it('reports a middleware that reads trace ids of its own instead', () => {
    expect(problemsOf(server("const id = req.headers['x-trace-id'];"), { files: http })).toEqual([
      'server-span-ignores-parent http startSpan',
    ]);
  });
  it('ignores spans of other kinds', () => {
    expect(problemsOf(server('').replace('SpanKind.SERVER', 'SpanKind.INTERNAL'))).toEqual([]);
  });
  it('reports ROOT_CONTEXT where the workspace uses baggage', () => {
    const code = `import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'; export function handle(req: any, span: any) { log(req.headers); return context.with(trace.setSpan(ROOT_CONTEXT, span), () => work()); }`;
    const files = {
      'tracing.ts': `import { NodeSDK } from '@opentelemetry/sdk-node'; new NodeSDK({});`,
      'bag.ts': `import { propagation, context } from '@opentelemetry/api'; export const bag = () => propagation.setBaggage(context.active(), propagation.createBaggage());`,
    };
    expect(problemsOf(code, { files })).toEqual(['root-context-drops-baggage baggage ROOT_CONTEXT']);
    expect(problemsOf(code)).toEqual([]);
  });
});
