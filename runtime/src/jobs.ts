import {
  context,
  ROOT_CONTEXT,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { linkTo } from './messaging.ts';
import { withSpan } from './with-span.ts';

/** Options of `withJobSpan` and `traceJob`. */
export interface JobOptions {
  readonly tracer?: Tracer | undefined;
  readonly attributes?: Attributes | undefined;
  /** Context that scheduled the job; the span is linked to it. Default: the active one. */
  readonly scheduler?: Context | undefined;
  /** Further links. */
  readonly links?: readonly Link[] | undefined;
}

function runJob<T>(name: string, link: Link | undefined, options: JobOptions, job: (span: Span) => T): T {
  const { tracer, attributes, links = [] } = options;
  return withSpan(
    name,
    {
      context: ROOT_CONTEXT,
      links: link === undefined ? [...links] : [link, ...links],
      ...(tracer === undefined ? {} : { tracer }),
      ...(attributes === undefined ? {} : { attributes }),
    },
    job,
  );
}

/**
 * Runs one run of a job in a new trace, linked to the context that scheduled it: a job that inherits the trace of the
 * request that started the timer would add to that trace for as long as the process lives.
 */
export function withJobSpan<T>(name: string, job: (span: Span) => T, options: JobOptions = {}): T {
  return runJob(name, linkTo(options.scheduler ?? context.active()), options, job);
}

/**
 * Makes the function to give to `setInterval`, `setTimeout` or a scheduler: every run is a new trace, linked to the context
 * in which `traceJob` was called. Only the ids of that context are kept, not its values.
 */
export function traceJob<This, Args extends unknown[], T>(
  name: string,
  job: (this: This, ...args: Args) => T,
  options: JobOptions = {},
): (this: This, ...args: Args) => T {
  const link = linkTo(options.scheduler ?? context.active());
  const { tracer, attributes, links } = options;
  return function (this: This, ...args: Args): T {
    return runJob(name, link, { tracer, attributes, links }, () => job.apply(this, args));
  };
}

/** Runs `fn` outside of every trace: for timers, watchers and pools that are made during a request and outlive it. */
export function withoutContext<T>(fn: () => T): T {
  return context.with(ROOT_CONTEXT, fn);
}
