import { describe, expect, it } from 'vitest';
import { bareSdk, factsOf, problemsOf } from './propagation-fixture.ts';

const THREAD = `import { Worker } from 'node:worker_threads';
import { withSpan } from './spans';
const thread = new Worker('./thread.js');
export function render(id: string) { return withSpan('render', async () => { thread.postMessage({ id }); }); }
`;

describe('messages to threads', () => {
  it('are reported where the file gets its spans from a file that uses the API', () => {
    const files = {
      'tracing.ts': bareSdk,
      'src/spans.ts': `import { trace } from '@opentelemetry/api'; export const withSpan = trace.getTracer('x').startActiveSpan;`,
    };
    expect(problemsOf(THREAD, { files })).toEqual(['no-inject a worker thread postMessage']);
    expect(factsOf(THREAD, { files })[0]).toMatchObject({ kind: 'worker-message', optIn: 'workers' });
  });
  it('are silent where nothing here or next to here traces', () => {
    const files = {
      'tracing.ts': bareSdk,
      'src/spans.ts': `export const withSpan = (name: string, run: () => unknown) => run();`,
    };
    expect(problemsOf(THREAD, { files })).toEqual([]);
  });
});

describe('a function that injects for a message of its own', () => {
  const QUEUES = `import { context, propagation } from '@opentelemetry/api';
import { Queue } from 'bullmq';
const a = new Queue('a');
const b = new Queue('b');
`;
  const sendA = `export async function sendA(order: { id: string }) { const carrier = {}; propagation.inject(context.active(), carrier); await a.add('x', { id: order.id, carrier }); }\n`;
  it('does not carry for the message beside it', () => {
    expect(
      problemsOf(
        `${QUEUES}${sendA}export async function place(order: { id: string }) { await sendA(order); await b.add('y', { id: order.id }); }`,
      ),
    ).toEqual(['no-inject bullmq add']);
  });
  it('does not carry for a message that its callers send through another helper', () => {
    const code = `${QUEUES}${sendA}export async function sendB(id: string) { const data = { id }; await b.add('y', data, { attempts: 3 }); }
export async function place(order: { id: string }) { await sendA(order); await sendB(order.id); }`;
    expect(problemsOf(code)).toEqual(['no-inject bullmq add']);
  });
  const fills: readonly [name: string, helper: string][] = [
    ['into a part of it', `function stamp(data: any) { propagation.inject(context.active(), data.meta); }`],
    [
      'through a property',
      `function stamp(data: any) { const c = {}; propagation.inject(context.active(), c); data.meta = c; }`,
    ],
    [
      'with Object.assign',
      `function stamp(data: any) { const c = {}; propagation.inject(context.active(), c); Object.assign(data, { meta: c }); }`,
    ],
    [
      'one call further',
      `function write(d: any) { propagation.inject(context.active(), d); }\nfunction stamp(data: any) { write(data.meta); }`,
    ],
  ];
  it.each(fills)('carries for the object that it writes %s', (_, helper) => {
    expect(
      problemsOf(
        `${QUEUES}${helper}\nexport async function send(id: string) { const data = { id, meta: {} }; stamp(data); await b.add('y', data); }`,
      ),
    ).toEqual([]);
  });
});
