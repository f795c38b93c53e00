import { kill } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Batch, BatchAnswers, Installation, WorkerReply, WorkerRequest, WorkerStart } from './batch.ts';

/** Entry of the thread: from source, and where the packages are built. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './types/worker.js', import.meta.url);

/** How long the thread has to end its process: nobody else can, what a thread leaves behind stays as a defunct process. */
const END_MS = 2000;

interface Waiting {
  readonly id: number;
  readonly resolve: (answers: BatchAnswers) => void;
  readonly reject: (error: Error) => void;
}

/** A thread in which TypeScript answers: whatever happens there, this one goes on and can end it. */
export class TypesThread {
  readonly #worker: Worker;
  readonly #cancelled = new SharedArrayBuffer(4);
  readonly #installation: Installation;
  readonly #children = new Set<number>();
  readonly #exited: Promise<void>;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended: Promise<void> | undefined;

  constructor(installation: Installation, cwd: string) {
    this.#installation = installation;
    const start: WorkerStart = { installation, cwd, cancelled: this.#cancelled };
    // Output of a compiler would get between the messages of the server.
    this.#worker = new Worker(ENTRY, { workerData: start, stdout: true, stderr: true, execArgv: [] });
    this.#worker.on('message', (reply: WorkerReply) => {
      this.#take(reply);
    });
    this.#worker.on('error', (error) => {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail(new Error('the thread has ended'));
        resolve();
      });
    });
    // Nobody waits for types to end.
    this.#worker.unref();
  }

  /** Answers to a batch; rejects when there are none after `patience` milliseconds, or TypeScript has failed. */
  async ask(batch: Batch, signal: AbortSignal, patience: number): Promise<BatchAnswers> {
    const id = ++this.#lastId;
    const cancel = (): void => {
      Atomics.store(new Int32Array(this.#cancelled), 0, id);
    };
    const answers = new Promise<BatchAnswers>((resolve, reject) => {
      this.#waiting.set(id, { id, resolve, reject });
    });
    const timer = setTimeout(() => {
      this.#fail(new Error(`no answer within ${Math.round(patience / 1000)} s`));
    }, patience);
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      this.#worker.postMessage({ id, batch } satisfies WorkerRequest);
      return await answers;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      this.#waiting.delete(id);
    }
  }

  /** Ends the thread, and the process of TypeScript with it. */
  async end(): Promise<void> {
    await (this.#ended ??= this.#end());
  }

  async #end(): Promise<void> {
    // A compiler in the thread itself may be busy for long, and leaves nothing behind.
    if (this.#installation.kind === 'native') {
      this.#worker.ref();
      this.#worker.postMessage({ end: true } satisfies WorkerRequest);
      await Promise.race([this.#exited, delay(END_MS, undefined, { ref: false })]);
    }
    await this.#worker.terminate();
    for (const child of this.#children) {
      try {
        kill(child, 'SIGKILL');
      } catch {
        // It has ended by itself: its standard input was closed.
      }
    }
  }

  #take(reply: WorkerReply): void {
    if ('child' in reply) {
      if (reply.isAlive) this.#children.add(reply.child);
      else this.#children.delete(reply.child);
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    if ('error' in reply) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply.answers);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}
