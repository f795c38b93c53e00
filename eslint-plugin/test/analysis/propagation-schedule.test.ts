import { describe, expect, it } from 'vitest';
import { bareSdk, problemsOf } from './propagation-fixture.ts';

const WORKER = `import { Worker } from 'bullmq';
import { run } from './work';
export const worker = new Worker('tick', async (job) => { await run(job.id); });
`;
const reported = ['no-extract bullmq Worker'];

/** Problems of a worker of the queue `tick` beside another file of the workspace. */
function besides(producer: string, worker = WORKER): readonly string[] {
  return problemsOf(worker, { files: { 'tracing.ts': bareSdk, 'src/producer.ts': producer } });
}

describe('a worker of a queue that only a schedule feeds', () => {
  const cases: readonly [name: string, producer: string][] = [
    [
      'a job scheduler',
      `import { Queue } from 'bullmq'; const queue = new Queue('tick'); export async function start() { await queue.upsertJobScheduler('t', { every: 1000 }); }`,
    ],
    [
      'a repeated job',
      `import { Queue } from 'bullmq'; const queue = new Queue('tick'); export async function start() { await queue.add('t', {}, { repeat: { every: 1000 } }); }`,
    ],
    [
      'a schedule and a timer',
      `import { Queue } from 'bullmq'; const queue = new Queue('tick'); setInterval(() => { void queue.add('t', {}); }, 1000);
      export async function start() { await queue.upsertJobScheduler('t', { every: 1000 }); }`,
    ],
    [
      'a schedule beside jobs of another queue',
      `import { Queue } from 'bullmq'; const queue = new Queue('tick'); const mail = new Queue('mail');
      export async function start() { await queue.upsertJobScheduler('t', { every: 1000 }); }
      export async function send(id: string) { await mail.add('send', { id }); }`,
    ],
    [
      'an injected queue',
      `import { InjectQueue } from '@nestjs/bullmq'; import { Queue } from 'bullmq';
      export class Ticker { constructor(@InjectQueue('tick') private readonly queue: Queue) {} async start() { await this.queue.upsertJobScheduler('t', { every: 1000 }); } }`,
    ],
  ];
  it.each(cases)('%s', (_, producer) => {
    expect(besides(producer)).toEqual([]);
  });

  it('by the name in a constant of another file', () => {
    const files = {
      'tracing.ts': bareSdk,
      'src/names.ts': `export const NAMES = { tick: 'tick' } as const;`,
      'src/producer.ts': `import { Queue } from 'bullmq'; import { NAMES } from './names'; const queue = new Queue(NAMES.tick); export async function start() { await queue.upsertJobScheduler('t', { every: 1000 }); }`,
    };
    const worker = WORKER.replace("'tick'", 'NAMES.tick').replace(
      "import { run } from './work';",
      "import { NAMES } from './names';",
    );
    expect(problemsOf(worker, { files })).toEqual([]);
  });

  it('of Bull', () => {
    const queue = `import Queue from 'bull'; const queue = new Queue('tick'); queue.process(async (job) => { await run(job.id); });\n`;
    expect(
      problemsOf(`${queue}export async function start() { await queue.add({}, { repeat: { every: 1 } }); }`),
    ).toEqual([]);
    expect(problemsOf(`${queue}export async function go(id: string) { await queue.add({ id }); }`)).toEqual([
      'no-inject bull add',
      'no-extract bull process',
    ]);
  });
});

describe('a worker of a queue that requests feed too', () => {
  const cases: readonly [name: string, producer: string][] = [
    [
      'no schedule at all',
      `import { Queue } from 'bullmq'; const queue = new Queue('tick'); export async function go(id: string) { await queue.add('t', { id }); }`,
    ],
    [
      'a schedule, and a job for a caller',
      `import { Queue } from 'bullmq'; const queue = new Queue('tick'); export async function start() { await queue.upsertJobScheduler('t', { every: 1000 }); }
      export async function go(id: string) { await queue.add('t', { id }); }`,
    ],
    [
      'the schedule of another queue',
      `import { Queue } from 'bullmq'; const queue = new Queue('other'); export async function start() { await queue.upsertJobScheduler('t', { every: 1000 }); }`,
    ],
    [
      'a schedule, and a flow that names the queue',
      `import { FlowProducer, Queue } from 'bullmq'; const queue = new Queue('tick'); const flow = new FlowProducer();
      export async function start() { await queue.upsertJobScheduler('t', { every: 1000 }); }
      export async function go(id: string) { await flow.add({ name: 't', queueName: 'tick', data: { id } }); }`,
    ],
    ['nobody in sight', `export const nothing = 1;`],
  ];
  it.each(cases)('%s', (_, producer) => {
    expect(besides(producer)).toEqual(reported);
  });
});
