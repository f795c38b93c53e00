import { traceProcessor, traceQueue } from '@telint/runtime/propagation';
import { Queue, Worker } from 'bullmq';
import { config } from '../config.ts';
import { EmbeddedQueue, EmbeddedWorker } from '../stand-ins/queue.ts';

/** Options of a job, as far as the shop uses them. */
export interface JobOptions {
  readonly delay?: number;
  readonly attempts?: number;
  readonly telemetry?: { readonly metadata?: string };
}

/** A job as a worker gets it. */
export interface QueuedJob<Data = unknown> {
  readonly id?: string | undefined;
  readonly name: string;
  readonly queueName: string;
  readonly data: Data;
  readonly opts: JobOptions;
  attemptsMade: number;
}

/** What the shop needs of a queue of `bullmq`. */
export interface JobQueue<Data> {
  readonly name: string;
  add(name: string, data: Data, options?: JobOptions): Promise<unknown>;
  addBulk(jobs: { name: string; data: Data }[]): Promise<unknown>;
  upsertJobScheduler(id: string, repeat: { every: number }, template: { name: string }): Promise<unknown>;
  getJobCounts(...states: ('waiting' | 'active' | 'delayed' | 'failed')[]): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** What the shop needs of a worker of `bullmq`. */
export interface JobWorker {
  on(event: 'completed', listener: (job: QueuedJob) => void): unknown;
  on(event: 'failed', listener: (job: QueuedJob | undefined, error: Error) => void): unknown;
  close(): Promise<void>;
}

/** A queue whose jobs carry the trace of whoever adds them. */
export function openQueue<Data>(name: string): JobQueue<Data> {
  const queue = config.redisUrl
    ? (new Queue(name, { connection: { url: config.redisUrl } }) as JobQueue<Data>)
    : new EmbeddedQueue<Data>(name);
  return traceQueue<JobQueue<Data>>(queue);
}

/** A worker whose jobs run in the trace of whoever added them. */
export function openWorker<Data>(name: string, run: (job: QueuedJob<Data>) => Promise<unknown>): JobWorker {
  const processor = traceProcessor(run);
  return config.redisUrl
    ? (new Worker<Data>(name, processor as never, { connection: { url: config.redisUrl } }) as JobWorker)
    : new EmbeddedWorker(name, (job) => processor(job as QueuedJob<Data>));
}
