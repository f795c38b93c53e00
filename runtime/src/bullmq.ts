import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { extract, inject } from './carriers.ts';
import { withConsumerSpan, withProducerSpan, type ConsumerOptions, type TracingOptions } from './messaging.ts';
import { overrideMethods } from './method-overrides.ts';
import { recordError } from './span-errors.ts';

interface JobOptions {
  readonly telemetry?:
    { readonly metadata?: string | undefined; readonly omitContext?: boolean | undefined } | undefined;
}
interface NewJob {
  readonly name: string;
  readonly opts?: JobOptions | undefined;
}
interface Flow extends NewJob {
  readonly queueName: string;
  readonly children?: readonly Flow[] | undefined;
}

/** A queue of bullmq. */
export interface BullQueue {
  readonly name: string;
  add(name: never, data: never, options?: object): Promise<unknown>;
  addBulk(jobs: never): Promise<unknown>;
}

/** A flow producer of bullmq. */
export interface BullFlowProducer {
  add(flow: never, options?: object): Promise<unknown>;
  addBulk(flows: never): Promise<unknown>;
}

/** A job as a processor gets it. */
export interface BullJob {
  readonly id?: string | undefined;
  readonly name: string;
  readonly queueName: string;
  readonly opts: object;
}

/** The job options of bullmq carry the context in `telemetry.metadata`, so that the data of the job stays untouched. */
function withMetadata<O extends JobOptions>(options: O | undefined, metadata: string): O | JobOptions {
  return options?.telemetry?.omitContext === true
    ? options
    : { ...options, telemetry: { ...options?.telemetry, metadata } };
}

/** Reads the JSON text that bullmq stores; other texts give no context. */
function carrierOf(metadata: unknown): unknown {
  if (typeof metadata !== 'string' || metadata.length > 65_536) return undefined;
  try {
    return JSON.parse(metadata);
  } catch {
    return undefined;
  }
}

/**
 * A view of a bullmq queue: `add` and `addBulk` make PRODUCER spans and store the context in the job options. Job schedulers
 * are left alone: each of their jobs starts a trace of its own.
 */
export function traceQueue<Q extends BullQueue>(queue: Q, options: TracingOptions = {}): Q {
  const raw = queue as unknown as {
    add(name: string, data: unknown, options?: JobOptions): Promise<unknown>;
    addBulk(jobs: readonly NewJob[]): Promise<unknown>;
  };
  const producer = (operation: string, attributes: Attributes) => ({
    ...options,
    system: 'bullmq',
    destination: queue.name,
    operation,
    attributes: { ...attributes, ...options.attributes },
  });
  return overrideMethods(queue, {
    add: (name: string, data: unknown, jobOptions?: JobOptions) =>
      withProducerSpan(producer('add', { 'messaging.bullmq.job.name': name }), (fields) =>
        raw.add(name, data, withMetadata(jobOptions, JSON.stringify(fields))),
      ),
    addBulk: (jobs: readonly NewJob[]) =>
      withProducerSpan(producer('addBulk', { 'messaging.batch.message_count': jobs.length }), (fields) => {
        const metadata = JSON.stringify(fields);
        return raw.addBulk(jobs.map((job) => ({ ...job, opts: withMetadata(job.opts, metadata) })));
      }),
  });
}

/** A view of a bullmq flow producer: parents and children of a flow get the context of one PRODUCER span. */
export function traceFlowProducer<F extends BullFlowProducer>(producer: F, options: TracingOptions = {}): F {
  const raw = producer as unknown as {
    add(flow: Flow, options?: object): Promise<unknown>;
    addBulk(flows: readonly Flow[]): Promise<unknown>;
  };
  const fill = (flow: Flow, metadata: string): Flow => ({
    ...flow,
    opts: withMetadata(flow.opts, metadata),
    ...(flow.children === undefined ? {} : { children: flow.children.map((child) => fill(child, metadata)) }),
  });
  return overrideMethods(producer, {
    add: (flow: Flow, flowOptions?: object) =>
      withProducerSpan({ ...options, system: 'bullmq', destination: flow.queueName, operation: 'addFlow' }, (fields) =>
        raw.add(fill(flow, JSON.stringify(fields)), flowOptions),
      ),
    addBulk: (flows: readonly Flow[]) =>
      withProducerSpan({ ...options, system: 'bullmq', operation: 'addBulkFlows' }, (fields) => {
        const metadata = JSON.stringify(fields);
        return raw.addBulk(flows.map((flow) => fill(flow, metadata)));
      }),
  });
}

/**
 * Wraps the processor of a bullmq worker: each attempt of a job runs inside a CONSUMER span under the span that added the
 * job. Results and errors (retries, `UnrecoverableError`, `DelayedError`) pass unchanged.
 */
export function traceProcessor<J extends BullJob, Args extends unknown[], R>(
  processor: (job: J, ...rest: Args) => R,
  options: ConsumerOptions = {},
): (job: J, ...rest: Args) => R {
  const traced = (job: J, ...rest: Args): R =>
    withConsumerSpan(
      {
        ...options,
        system: 'bullmq',
        destination: job.queueName,
        carrier: carrierOf((job.opts as JobOptions).telemetry?.metadata),
        attributes: {
          'messaging.bullmq.job.name': job.name,
          ...(job.id === undefined ? {} : { 'messaging.message.id': job.id }),
          ...options.attributes,
        },
      },
      () => processor(job, ...rest),
    );
  // bullmq counts the parameters to know whether the processor wants the abort signal.
  Object.defineProperty(traced, 'length', { value: processor.length, configurable: true });
  return traced;
}

/** Event and span attributes of bullmq that carry data of the service: results, options, errors of jobs. */
const PRIVATE_ATTRIBUTES = new Set([
  ...['bullmq.job.result', 'bullmq.job.failed.reason', 'bullmq.job.options', 'bullmq.job.progress'],
  ...['bullmq.job.deduplication.key', 'bullmq.worker.options', 'bullmq.queue.options'],
]);

function publicAttributes(attributes: object | undefined): Attributes {
  const kept: Attributes = {};
  for (const [key, value] of Object.entries((attributes ?? {}) as Attributes)) {
    if (!PRIVATE_ATTRIBUTES.has(key)) kept[key] = value;
  }
  return kept;
}

/** The `telemetry` option of bullmq's queues and workers, as far as bullmq calls it. */
export interface BullTelemetry {
  readonly tracer: { startSpan(name: string, options?: { readonly kind: SpanKind }, ctx?: Context): BullSpan };
  readonly contextManager: {
    with<F extends (...args: never[]) => unknown>(ctx: Context, fn: F): ReturnType<F>;
    active(): Context;
    root(): Context;
    getMetadata(ctx: Context): string;
    fromMetadata(active: Context, metadata: string): Context;
  };
}

/** A span as bullmq uses it. */
export interface BullSpan {
  setSpanOnContext(ctx: Context): Context;
  setAttribute(key: string, value: unknown): void;
  setAttributes(attributes: object): void;
  addEvent(name: string, attributes?: object): void;
  recordException(exception: unknown): void;
  end(): void;
}

function bullSpan(span: Span): BullSpan {
  return {
    setSpanOnContext: (ctx) => trace.setSpan(ctx, span),
    setAttribute: (key, value) => void span.setAttributes(publicAttributes({ [key]: value })),
    setAttributes: (attributes) => void span.setAttributes(publicAttributes(attributes)),
    addEvent(name, attributes) {
      span.addEvent(name, publicAttributes(attributes));
      // The only sign that bullmq gives of a failed attempt: it handles the error itself.
      if (name === 'job failed') span.setStatus({ code: SpanStatusCode.ERROR });
    },
    recordException: (exception) => recordError(span, exception),
    end: () => span.end(),
  };
}

/**
 * The `telemetry` option for bullmq itself, in the place of the wrappers above: bullmq then makes the spans, its internal
 * steps included. Steps of a worker that waits make no traces of their own, and results of jobs stay out of the spans.
 */
export function bullTelemetry(options: TracingOptions = {}): BullTelemetry {
  const tracer = () => options.tracer ?? trace.getTracer('@telint/runtime');
  return {
    tracer: {
      startSpan(name, spanOptions, ctx = context.active()) {
        const kind: SpanKind = spanOptions?.kind ?? SpanKind.INTERNAL;
        // A worker asks for jobs for ever: without a job behind it such a step is no trace.
        if (kind === SpanKind.INTERNAL && trace.getSpan(ctx) === undefined) {
          return bullSpan(trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }));
        }
        const attributes = { 'messaging.system': 'bullmq', ...options.attributes };
        return bullSpan(tracer().startSpan(name, { kind, attributes }, ctx));
      },
    },
    contextManager: {
      with: (ctx, fn) => context.with(ctx, fn as unknown as () => ReturnType<typeof fn>),
      active: () => context.active(),
      root: () => ROOT_CONTEXT,
      getMetadata: (ctx) => JSON.stringify(inject(undefined, { context: ctx, baggage: options.baggage })),
      fromMetadata: (active, metadata) =>
        extract(carrierOf(metadata), { context: trace.deleteSpan(active), baggage: options.baggage }),
    },
  };
}
