import { AsyncResource } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { JobOptions, QueuedJob } from '../queue/broker.ts';

type State = 'waiting' | 'active' | 'delayed' | 'failed';

/** The jobs of one queue. */
class Jobs {
  readonly waiting: QueuedJob[] = [];
  readonly counts: Record<Exclude<State, 'waiting'>, number> = { active: 0, delayed: 0, failed: 0 };
  wake = (): void => undefined;

  put(job: QueuedJob): void {
    this.waiting.push(job);
    this.wake();
  }

  putLater(job: QueuedJob, delayMs: number): void {
    this.counts.delayed += 1;
    setTimeout(() => {
      this.counts.delayed -= 1;
      this.put(job);
    }, delayMs).unref();
  }
}

const broker = new Map<string, Jobs>();

function jobsOf(name: string): Jobs {
  const jobs = broker.get(name) ?? new Jobs();
  broker.set(name, jobs);
  return jobs;
}

/** Stands in for a queue of `bullmq`: jobs wait in this process, as the text that Redis would hold. */
export class EmbeddedQueue<Data> {
  readonly name: string;
  readonly #jobs: Jobs;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string) {
    this.name = name;
    this.#jobs = jobsOf(name);
  }

  add(name: string, data: Data, opts: JobOptions = {}): Promise<QueuedJob> {
    const job: QueuedJob = {
      id: randomUUID(),
      name,
      queueName: this.name,
      ...(JSON.parse(JSON.stringify({ data, opts })) as Pick<QueuedJob, 'data' | 'opts'>),
      attemptsMade: 0,
    };
    if (opts.delay === undefined || opts.delay === 0) this.#jobs.put(job);
    else this.#jobs.putLater(job, opts.delay);
    return Promise.resolve(job);
  }

  addBulk(jobs: readonly { name: string; data: Data; opts?: JobOptions }[]): Promise<QueuedJob[]> {
    return Promise.all(jobs.map(({ name, data, opts }) => this.add(name, data, opts)));
  }

  upsertJobScheduler(_id: string, { every }: { every: number }, { name }: { name: string }): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.add(name, {} as Data), every);
    return Promise.resolve();
  }

  getJobCounts(...states: State[]): Promise<Record<string, number>> {
    const { waiting, counts } = this.#jobs;
    return Promise.resolve(
      Object.fromEntries(states.map((state) => [state, state === 'waiting' ? waiting.length : counts[state]])),
    );
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return Promise.resolve();
  }
}

/** Stands in for a worker of `bullmq`: one job after the other, with the attempts that the job asks for. */
export class EmbeddedWorker extends EventEmitter {
  readonly #jobs: Jobs;
  readonly #process: (job: QueuedJob) => Promise<unknown>;
  #draining: Promise<void> = Promise.resolve();
  #isDraining = false;
  #isClosed = false;

  constructor(name: string, process: (job: QueuedJob) => Promise<unknown>) {
    super();
    this.#jobs = jobsOf(name);
    this.#process = process;
    // Whoever adds a job must not lend its context to the worker: between the two is the queue.
    this.#jobs.wake = AsyncResource.bind(() => {
      setImmediate(() => {
        if (!this.#isDraining) this.#draining = this.#drain();
      });
    });
    this.#jobs.wake();
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    for (let job = this.#jobs.waiting.shift(); job && !this.#isClosed; job = this.#jobs.waiting.shift()) {
      this.#jobs.counts.active += 1;
      try {
        await this.#process(job);
        this.emit('completed', job);
      } catch (error) {
        job.attemptsMade += 1;
        if (job.attemptsMade < (job.opts.attempts ?? 1)) this.#jobs.putLater(job, 100);
        else this.#jobs.counts.failed += 1;
        this.emit('failed', job, error);
      } finally {
        this.#jobs.counts.active -= 1;
      }
    }
    this.#isDraining = false;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#draining;
  }
}
