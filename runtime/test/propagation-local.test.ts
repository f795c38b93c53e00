import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { context, createContextKey, ROOT_CONTEXT, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  bindAsyncIterable,
  bindContext,
  bindEmitter,
  bindIterable,
  bindStream,
  consumeEach,
  contextPool,
  envWithContext,
  onMessageWithContext,
  postMessageWithContext,
  sendWithContext,
  traceHttpClients,
  traceJob,
  withJobSpan,
  withoutContext,
  withProducerSpan,
  workerDataWithContext,
} from '../src/propagation.ts';
import { collectSpans, inRequest, type SpanCollector } from './support/spans.ts';

const FILE = fileURLToPath(new URL('./support/context-worker.ts', import.meta.url));
const KEY = createContextKey('test');
const marked = (mark: string): Context => ROOT_CONTEXT.setValue(KEY, mark);
const mark = (): unknown => context.active().getValue(KEY);

let collector: SpanCollector;
beforeAll(() => {
  collector = collectSpans();
});
afterEach(() => collector.reset());
afterAll(() => collector.shutdown());

interface Answer {
  readonly question: string;
  readonly spanId?: string;
  readonly environment?: string;
  readonly started?: unknown;
}

describe('threads and processes', () => {
  it('a worker gets the context of its start and of each message, and plain messages still arrive', async () => {
    await inRequest('request', async (span) => {
      const { spanId } = span.spanContext();
      const worker = new Worker(FILE, { workerData: workerDataWithContext({ name: 'w' }) });
      const answers: Answer[] = [];
      const stop = onMessageWithContext<Answer>(worker, (answer) => answers.push(answer));
      postMessageWithContext(worker, { question: 'with' });
      worker.postMessage({ question: 'without' });
      while (answers.length < 2) await once(worker, 'message');
      expect(answers).toEqual([
        { question: 'with', spanId, started: { name: 'w', spanId } },
        { question: 'without', spanId: undefined, started: { name: 'w', spanId } },
      ]);
      stop();
      expect(worker.listenerCount('message')).toBe(0);
      await worker.terminate();
    });
  });

  it('a child process gets it over the environment and over IPC', async () => {
    await inRequest('request', async (span) => {
      const { spanId } = span.spanContext();
      const stale = { ...process.env, TRACESTATE: 'old=1', BAGGAGE: 'old=1' };
      const env = envWithContext(stale);
      expect(env).not.toHaveProperty('TRACESTATE');
      expect(env).not.toHaveProperty('BAGGAGE');
      const child = fork(FILE, { env: env });
      const answer = new Promise<Answer>((resolve) => onMessageWithContext<Answer>(child, resolve));
      expect(sendWithContext(child, { question: 'ipc' })).toBe(true);
      expect(await answer).toEqual({ question: 'ipc', spanId, environment: spanId });
      child.disconnect();
      await once(child, 'exit');
    });
    expect(sendWithContext({}, 'x')).toBe(false);
  });

  it('ports and BroadcastChannel, with transfer; 10,000 messages leave no listener', async () => {
    const { port1, port2 } = new MessageChannel();
    const seen: unknown[] = [];
    let total = 0;
    const stop = onMessageWithContext<ArrayBuffer | number>(port2, (message) => {
      total++;
      if (typeof message !== 'number') seen.push(message.byteLength, trace.getActiveSpan()?.spanContext().spanId);
    });
    await inRequest('request', async (span) => {
      const bytes = new ArrayBuffer(8);
      postMessageWithContext(port1, bytes, [bytes]);
      expect(bytes.byteLength).toBe(0);
      for (let i = 1; i < 10_000; i++) postMessageWithContext(port1, i);
      while (total < 10_000) await new Promise((resolve) => setImmediate(resolve));
      expect(seen).toEqual([8, span.spanContext().spanId]);
    });
    stop();
    expect(port2.listenerCount('message')).toBe(0);
    port1.close();
    const [from, to] = [new BroadcastChannel('telint'), new BroadcastChannel('telint')];
    const got = new Promise<unknown>((resolve) => {
      onMessageWithContext<string>(to, (message) => resolve([message, trace.getActiveSpan()?.spanContext().spanId]));
    });
    await inRequest('request', async (span) => {
      postMessageWithContext(from, 'hello');
      expect(await got).toEqual(['hello', span.spanContext().spanId]);
    });
    from.close();
    to.close();
  });
});

describe('emitters and streams', () => {
  it('listeners run in the context in which they were added, and go by their original function', () => {
    const emitter = new EventEmitter();
    const bound = bindEmitter(emitter);
    const seen: unknown[] = [];
    const listener = (value: unknown): void => void seen.push([value, mark()]);
    context.with(marked('adder'), () => bound.on('x', listener).once('x', listener));
    expect(bound.prependListener('x', listener)).toBe(bound);
    context.with(marked('emitter'), () => emitter.emit('x', 1));
    expect(seen).toEqual([
      [1, undefined],
      [1, 'adder'],
      [1, 'adder'],
    ]);
    expect(emitter.listeners('x')).toEqual([listener, listener]);
    emitter.removeListener('x', listener);
    bound.off('x', listener);
    bound.once('x', listener);
    bound.removeListener('x', listener);
    expect(emitter.listenerCount('x')).toBe(0);
    expect(() => bound.on('x', 'no function' as never)).toThrow(TypeError);
    for (let i = 0; i < 10_000; i++) bound.once('y', listener).emit('y', i);
    expect(emitter.eventNames()).toEqual([]);
  });

  it('a fixed context wins over the one of the listener', () => {
    const bound = bindEmitter(new EventEmitter(), marked('fixed'));
    let seen: unknown;
    context.with(marked('adder'), () => bound.on('x', () => (seen = mark())));
    bound.emit('x');
    expect(seen).toBe('fixed');
  });

  it('streams keep working: pipe, pipeline, async iteration', async () => {
    const bound = bindStream(new PassThrough(), marked('stream'));
    const seen: unknown[] = [];
    bound.on('data', (chunk: Buffer) => seen.push([chunk.toString(), mark()]));
    await pipeline(Readable.from(['a', 'b']), bound);
    expect(seen).toEqual([
      ['a', 'stream'],
      ['b', 'stream'],
    ]);
    const chunks: unknown[] = [];
    for await (const chunk of bindStream(Readable.from(['a', 'b']))) chunks.push(chunk);
    expect(chunks).toEqual(['a', 'b']);
  });
});

describe('pools, functions and generators', () => {
  it('a callback runs in the context of its caller and not of whoever freed the place', () => {
    class Pool {
      #waiting: ((resource: string) => void)[] = [];
      acquire(use: (resource: string) => void): this {
        this.#waiting.push(use);
        return this;
      }
      free(): void {
        this.#waiting.shift()?.('r');
      }
    }
    const pool = contextPool(new Pool());
    const seen: unknown[] = [];
    context.with(marked('first'), () => expect(pool.acquire((r) => seen.push([r, mark()]))).toBe(pool));
    context.with(marked('second'), () => pool.free());
    expect(seen).toEqual([['r', 'first']]);
  });

  it('callable limiters, lists of tasks and single functions', async () => {
    const tasks: (() => unknown)[] = [];
    const limit = contextPool((task: () => unknown) => tasks.push(task));
    context.with(marked('caller'), () => limit(mark));
    expect(tasks[0]?.()).toBe('caller');
    const queue = contextPool({ addAll: (all: (() => unknown)[]) => Promise.all(all.map((task) => task())) }, [
      'addAll',
    ]);
    expect(await context.with(marked('all'), () => queue.addAll([mark, mark]))).toEqual(['all', 'all']);
    expect(context.with(marked('bound'), () => bindContext(mark))()).toBe('bound');
    expect(bindContext(mark, marked('given'))()).toBe('given');
  });

  it('generators run in their own context whoever iterates them', async () => {
    const steps: unknown[] = [];
    async function* source(): AsyncGenerator<number> {
      try {
        steps.push(mark());
        yield 1;
        await new Promise((resolve) => setImmediate(resolve));
        steps.push(mark());
        yield 2;
      } finally {
        steps.push(mark());
      }
    }
    const bound = context.with(marked('maker'), () => bindAsyncIterable(source()));
    await context.with(marked('reader'), async () => {
      for await (const value of bound) if (value === 2) break;
    });
    expect(steps).toEqual(['maker', 'maker', 'maker']);
    const sync = bindIterable(
      {
        *[Symbol.iterator]() {
          yield mark();
        },
      },
      marked('sync'),
    );
    expect([...sync]).toEqual(['sync']);
    const iterable = bindAsyncIterable(
      {
        async *[Symbol.asyncIterator]() {
          yield await Promise.resolve(mark());
        },
      },
      marked('async'),
    );
    for await (const value of iterable) expect(value).toBe('async');
  });

  it('consumeEach gives every message its own span and stops at the first error', async () => {
    const fields = withProducerSpan({ system: 'test', destination: 'q' }, (out) => out);
    const error = new Error('third');
    let count = 0;
    const handle = (): void => {
      if (++count === 3) throw error;
    };
    const messages = Readable.from([1, 2, 3, 4].map(() => ({ headers: fields })));
    await expect(consumeEach(messages, { system: 'test', destination: 'q' }, handle)).rejects.toBe(error);
    const spans = collector.named('process q');
    expect(spans.map((span) => span.status.code === SpanStatusCode.ERROR)).toEqual([false, false, true]);
    expect(new Set(spans.map((span) => span.parentSpanContext?.spanId)).size).toBe(1);
  });
});

describe('jobs', () => {
  it('every run is a new trace with a link to the scheduler', async () => {
    const runs: unknown[] = [];
    let job: (value: number) => string = () => '';
    let scheduler = '';
    await inRequest('request', (span) => {
      scheduler = span.spanContext().spanId;
      job = traceJob('cleanup', (value: number) => {
        runs.push([value, mark()]);
        return 'done';
      });
      return Promise.resolve();
    });
    expect(context.with(marked('timer'), () => job(1))).toBe('done');
    job(2);
    expect(runs).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
    const spans = collector.named('cleanup');
    expect(spans.map((span) => span.parentSpanContext)).toEqual([undefined, undefined]);
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(2);
    expect(spans.map((span) => span.links[0]?.context.spanId)).toEqual([scheduler, scheduler]);
    const error = new Error('job');
    await expect(withJobSpan('failing', () => Promise.reject(error))).rejects.toBe(error);
    expect(collector.one('failing').status.code).toBe(SpanStatusCode.ERROR);
    expect(collector.one('failing').links).toEqual([]);
    expect(context.with(marked('request'), () => withoutContext(mark))).toBeUndefined();
  });
});

describe('HTTP clients over diagnostics_channel', () => {
  it('fetch and node:http get spans and headers; suppressed, ignored and parentless requests do not', async () => {
    const received: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      received.push(request.headers['traceparent'] as string | undefined);
      response.statusCode = request.url === '/broken?secret=1' ? 503 : 200;
      response.end('x');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const stop = traceHttpClients({ ignore: ({ path }) => path === '/ignored' });
    const nodeGet = (path: string) =>
      new Promise<void>((resolve, reject) => {
        get(url + path, (response) => response.resume().once('end', resolve)).once('error', reject);
      });
    await inRequest('request', async () => {
      await (await fetch(`${url}/broken?secret=1`)).text();
      await nodeGet('/node');
      await (await fetch(`${url}/ignored`)).text();
      await context.with(suppressTracing(context.active()), () => nodeGet('/suppressed'));
      await (await fetch(url, { headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } })).text();
    });
    await nodeGet('/root');
    stop();
    await inRequest('after', () => nodeGet('/after'));
    server.close();

    const clients = collector.named('GET');
    const header = (i: number) =>
      `00-${clients[i]?.spanContext().traceId ?? ''}-${clients[i]?.spanContext().spanId ?? ''}-01`;
    expect(clients).toHaveLength(3);
    expect(received).toEqual([
      header(0),
      header(1),
      undefined,
      undefined,
      `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      undefined,
      undefined,
    ]);
    expect(clients[0]?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 503,
      'error.type': '503',
      'server.address': '127.0.0.1',
      'url.scheme': 'http',
    });
    expect(JSON.stringify(clients.map((span) => span.attributes))).not.toContain('secret');
    expect(clients.map((span) => span.parentSpanContext?.spanId)).toEqual(
      Array(3).fill(collector.one('request').spanContext().spanId),
    );
  });

  it('an aborted and a refused request end their spans', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const stop = traceHttpClients();
    await inRequest('request', async () => {
      const aborted = get({ port, host: '127.0.0.1' });
      aborted.once('error', () => undefined);
      await once(server, 'request');
      aborted.destroy();
      await expect(fetch(`http://127.0.0.1:${port}`, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
    });
    await collector.until(() => collector.named('GET').length === 3, 'three ended client spans');
    stop();
  });
});
