import { describe, expect, it } from 'vitest';
import { bareSdk, bundleSdk, factsOf, problemsOf, type Fixture } from './propagation-fixture.ts';

const BULLMQ = `import { Queue } from 'bullmq'; const queue = new Queue('x'); export async function send(id: string) { await queue.add('a', { id }); }`;
const KAFKA = `import { Kafka } from 'kafkajs'; const producer = new Kafka({ brokers: [] }).producer(); export async function send(v: string) { await producer.send({ topic: 't', messages: [{ value: v }] }); }`;
const AMQP = `import type { Channel } from 'amqplib'; export function send(channel: Channel, b: Buffer) { channel.publish('x', 'k', b); }`;
const NATS = `import { connect } from 'nats'; export async function send(b: string) { const nc = await connect(); nc.publish('s', b); }`;

const sdk = (imports: string, list: string): string =>
  `import { NodeSDK } from '@opentelemetry/sdk-node';\n${imports}\nnew NodeSDK({ instrumentations: [${list}] }).start();`;
const kafkaSdk = sdk(
  "import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs';",
  'new KafkaJsInstrumentation()',
);
const bundle = (version: string): Fixture => ({
  files: { 'tracing.ts': bundleSdk },
  dependencies: { '@opentelemetry/api': '1', '@opentelemetry/auto-instrumentations-node': version },
});

describe('registered instrumentations', () => {
  const cases: readonly [name: string, code: string, fixture: Fixture, reported: boolean][] = [
    ['an explicit list with the instrumentation', KAFKA, { files: { 'tracing.ts': kafkaSdk } }, false],
    ['an explicit list without it', KAFKA, { files: { 'tracing.ts': bareSdk } }, true],
    [
      'a commented-out instrumentation',
      KAFKA,
      {
        files: {
          'tracing.ts': sdk(
            "// import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs';",
            '/* new KafkaJsInstrumentation() */',
          ),
        },
      },
      true,
    ],
    [
      'imported and not used',
      KAFKA,
      {
        files: {
          'tracing.ts': sdk("import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs';", ''),
        },
      },
      true,
    ],
    [
      'loaded with require',
      KAFKA,
      {
        files: {
          'tracing.js': `const { KafkaJsInstrumentation } = require('@opentelemetry/instrumentation-kafkajs'); const { NodeSDK } = require('@opentelemetry/sdk-node'); new NodeSDK({ instrumentations: [new KafkaJsInstrumentation()] });`,
        },
      },
      false,
    ],
    ['only in a test', KAFKA, { files: { 'tracing.ts': bareSdk, 'src/kafka.test.ts': kafkaSdk } }, true],
    ['the bundle with kafkajs', KAFKA, bundle('^0.60.0'), false],
    ['the bundle before it had kafkajs', KAFKA, bundle('^0.48.0'), true],
    ['the bundle of an unknown version', KAFKA, bundle('workspace:*'), false],
    ['the bundle with amqplib', AMQP, bundle('^0.48.0'), false],
    ['the bundle has no BullMQ', BULLMQ, bundle('^0.82.0'), true],
    ['the bundle has no NATS', NATS, bundle('^0.82.0'), true],
    [
      'the bundle without kafkajs by configuration',
      KAFKA,
      {
        ...bundle('^0.60.0'),
        files: {
          'tracing.ts': bundleSdk.replace(
            'getNodeAutoInstrumentations()',
            "getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-kafkajs': { enabled: false } })",
          ),
        },
      },
      true,
    ],
    [
      'the bundle with another part switched off',
      KAFKA,
      {
        ...bundle('^0.60.0'),
        files: {
          'tracing.ts': bundleSdk.replace(
            'getNodeAutoInstrumentations()',
            "getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-fs': { enabled: false } })",
          ),
        },
      },
      false,
    ],
    [
      'the bundle from the command line',
      KAFKA,
      {
        files: {},
        dependencies: { '@opentelemetry/api': '1', '@opentelemetry/auto-instrumentations-node': '^0.60.0' },
      },
      false,
    ],
    ['no set-up in sight', KAFKA, { files: {} }, false],
    ['no set-up in sight, and nothing would cover it', BULLMQ, { files: {} }, true],
    [
      'an instrumentation of BullMQ',
      BULLMQ,
      {
        files: {
          'tracing.ts': sdk(
            "import { BullMQInstrumentation } from '@appsignal/opentelemetry-instrumentation-bullmq';",
            'new BullMQInstrumentation()',
          ),
        },
      },
      false,
    ],
    [
      'telemetry of BullMQ itself',
      BULLMQ.replace("new Queue('x')", "new Queue('x', { telemetry: new BullMQOtel('x') })").replace(
        'import',
        "import { BullMQOtel } from 'bullmq-otel'; import",
      ),
      {},
      false,
    ],
    [
      'telemetry of BullMQ given elsewhere',
      BULLMQ,
      {
        files: {
          'tracing.ts': bareSdk,
          'src/queues.ts': `import { BullMQOtel } from 'bullmq-otel'; export const telemetry = new BullMQOtel('x');`,
        },
      },
      false,
    ],
    ['an agent', KAFKA, { dependencies: { '@opentelemetry/api': '1', 'dd-trace': '5' } }, false],
    [
      'an agent that knows nothing of NATS',
      NATS,
      { dependencies: { '@opentelemetry/api': '1', 'dd-trace': '5' } },
      true,
    ],
    ['a package named in the settings', NATS, { settings: { instrumented: ['nats'] } }, false],
  ];
  it.each(cases)('%s', (_, code, fixture, reported) => {
    expect(problemsOf(code, fixture)).toHaveLength(reported ? 1 : 0);
  });
});

describe('projects and files that are not concerned', () => {
  it('is silent without OpenTelemetry', () => {
    expect(problemsOf(BULLMQ, { files: {}, dependencies: { bullmq: '5' } })).toEqual([]);
  });
  it('is silent where only metrics are used', () => {
    expect(problemsOf(BULLMQ, { files: {}, dependencies: { '@opentelemetry/sdk-metrics': '2' } })).toEqual([]);
  });
  it('takes an optional require for use', () => {
    expect(
      problemsOf(BULLMQ, {
        files: {
          'tracing.ts': `const sdk = optionalRequire('@opentelemetry/sdk-node'); new sdk.NodeSDK({ instrumentations: [] });`,
        },
        dependencies: {},
      }),
    ).toHaveLength(1);
  });
  it.each(['src/mail.test.ts', 'src/__tests__/mail.ts', 'e2e/mail.ts', 'src/mail.e2e-spec.ts'])(
    'is silent in %s',
    (path) => {
      expect(problemsOf(BULLMQ, { path })).toEqual([]);
    },
  );
  it('is silent in components', () => {
    expect(
      problemsOf(
        `'use client';\nimport mqtt from 'mqtt'; const client = mqtt.connect('ws://h'); export function tell() { client.publish('t', 'x'); }`,
      ),
    ).toEqual([]);
  });
  it('asks for the transport of Nest clients', () => {
    const code = (transport: string): string =>
      `import { ClientProxy, Transport } from '@nestjs/microservices'; export const o = { transport: Transport.${transport} }; export class A { constructor(private readonly bus: ClientProxy) {} go(id: string) { this.bus.emit('x', { id }); } }`;
    expect(problemsOf(code('KAFKA'), { files: { 'tracing.ts': kafkaSdk } })).toEqual([]);
    expect(problemsOf(code('NATS'), { files: { 'tracing.ts': kafkaSdk } })).toEqual(['no-inject nats emit']);
    expect(problemsOf(code('TCP'), { files: { 'tracing.ts': kafkaSdk } })).toEqual(['no-inject Nest TCP emit']);
  });
  it('does not guess the transport of a Nest client', () => {
    expect(
      problemsOf(
        `import { ClientProxy } from '@nestjs/microservices'; export class A { constructor(private readonly bus: ClientProxy) {} go(id: string) { this.bus.emit('x', { id }); } }`,
      ),
    ).toEqual([]);
  });
});

describe('threads and sockets', () => {
  const OTEL = `import { trace } from '@opentelemetry/api';\n`;
  const POST = `import { Worker } from 'node:worker_threads'; const worker = new Worker('./w.js'); export function run(n: number) { worker.postMessage({ n }); }`;
  it('marks messages to threads, so that an option decides', () => {
    expect(factsOf(OTEL + POST)).toMatchObject([
      { kind: 'worker-message', problem: 'no-inject', broker: 'a worker thread', optIn: 'workers' },
    ]);
  });
  it('is silent in files without telemetry', () => {
    expect(factsOf(POST)).toEqual([]);
  });
  it('accepts a message with a carrier', () => {
    expect(factsOf(OTEL + POST.replace('{ n }', '{ n, traceparent: current() }'))).toEqual([]);
  });
  it('marks child processes', () => {
    expect(
      factsOf(
        `${OTEL}import { fork } from 'child_process'; const child = fork('./c.js'); export function run(n: number) { child.send({ n }); }`,
      ),
    ).toMatchObject([{ optIn: 'workers', broker: 'a child process' }]);
  });
  it('marks web sockets', () => {
    expect(
      factsOf(
        `${OTEL}import WebSocket from 'ws'; const socket = new WebSocket('ws://h'); export function tell(m: object) { socket.send(JSON.stringify(m)); }`,
      ),
    ).toMatchObject([{ optIn: 'sockets', broker: 'ws' }]);
  });
});

describe('several programs in one repository', () => {
  const files = { 'tracing.ts': bareSdk };
  it('is silent in a package that has nothing to do with those that trace', () => {
    const packageOf = (path: string): string => (path.startsWith('/w/tools/') ? 'cleanup' : 'app');
    expect(problemsOf(BULLMQ, { files, path: 'tools/app.ts', dependencies: {}, packageOf })).toEqual([]);
  });
  it('reports in a package of the same scope', () => {
    const packageOf = (path: string): string => (path.startsWith('/w/tools/') ? '@shop/relay' : '@shop/api');
    expect(problemsOf(BULLMQ, { files, path: 'tools/app.ts', dependencies: {}, packageOf })).toHaveLength(1);
  });
});

describe('a message that is handed on', () => {
  const worker = (data: string): string =>
    `import { Queue, Worker, Job } from 'bullmq'; import { run } from 'elsewhere'; const dead = new Queue('dead'); export const worker = new Worker('m', run); worker.on('failed', async (job: Job) => { await dead.add('x', ${data}); });`;
  it('keeps its carrier as a whole', () => {
    expect(problemsOf(worker('job.data'))).toEqual([]);
    expect(problemsOf(worker('{ ...job.data, at: 1 }'))).toEqual([]);
  });
  it('loses it in parts', () => {
    expect(problemsOf(worker('{ id: job.data.id }'))).toEqual(['no-inject bullmq add']);
  });
});

describe('Redis', () => {
  const put = `import Redis from 'ioredis'; const redis = new Redis(); export async function put(job: object) { await redis.rpush('jobs', JSON.stringify(job)); }\n`;
  it.each([
    ['the same list is waited for', "export async function run() { return redis.blpop('jobs', 0); }", 1],
    ['another list is waited for', "export async function run() { return redis.blpop('other', 0); }", 0],
    [
      'an element is taken and parsed',
      "export async function run() { const raw = await redis.lpop('jobs'); return raw && JSON.parse(raw); }",
      1,
    ],
    ['an element is dropped', "export async function run() { await redis.lpop('jobs'); }", 0],
  ])('%s', (_, consumer, count) => {
    expect(problemsOf(put + consumer)).toHaveLength(count);
  });
  it('marks publish and subscribe, so that an option decides', () => {
    const code = `import Redis from 'ioredis'; const redis = new Redis(); const sub = new Redis(); export function tell(m: object) { return redis.publish('c', JSON.stringify(m)); }\nvoid sub.subscribe('c');`;
    expect(factsOf(code)).toMatchObject([{ problem: 'no-inject', broker: 'Redis', optIn: 'pubsub' }]);
  });
});
