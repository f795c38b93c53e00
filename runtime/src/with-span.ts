import { context, trace, type Context, type Span, type SpanOptions, type Tracer } from '@opentelemetry/api';
import { recordError } from './span-errors.ts';
import { SpannedSteps, type AnyGenerator, type Opened } from './spanned-steps.ts';

/** Options of `withSpan` and `traced`: those of `startSpan`, and where the span comes from. */
export interface WithSpanOptions extends SpanOptions {
  /** Tracer to use; the global tracer `@telint/runtime` without it. */
  readonly tracer?: Tracer;
  /** Context of the parent; the active one without it. */
  readonly context?: Context;
  /** Sanitizer for error messages and stacks before they reach the span; wins over `setSpanRedaction`. */
  readonly redact?: (text: string) => string;
}

interface Started {
  readonly span: Span;
  readonly active: Context;
}

function startSpan(name: string, options: WithSpanOptions): Started {
  const parent = options.context ?? context.active();
  const span = (options.tracer ?? trace.getTracer('@telint/runtime')).startSpan(name, options, parent);
  return { span, active: trace.setSpan(parent, span) };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

function run<T>(name: string, options: WithSpanOptions, fn: (span: Span) => T): T {
  const fnTag = tagOf(fn);
  if (fnTag === '[object GeneratorFunction]' || fnTag === '[object AsyncGeneratorFunction]') {
    // The parent is the context of the call, not of the first step, which may happen anywhere.
    const late = { ...options, context: options.context ?? context.active() };
    const open = (): Opened => {
      const started = startSpan(name, late);
      return { ...started, inner: fn(started.span) as AnyGenerator };
    };
    const steps = new SpannedSteps(open, options.redact);
    return (fnTag === '[object GeneratorFunction]' ? steps.sync() : steps.async()) as T;
  }
  const started = startSpan(name, options);
  const { span, active } = started;
  let result: T;
  try {
    result = context.with(active, fn, undefined, span);
  } catch (error) {
    recordError(span, error, options.redact);
    span.end();
    throw error;
  }
  const tag = tagOf(result);
  if (tag === '[object Generator]' || tag === '[object AsyncGenerator]') {
    const steps = new SpannedSteps(undefined, options.redact);
    const outer = tag === '[object Generator]' ? steps.sync() : steps.async();
    steps.enter({ ...started, inner: result as AnyGenerator }, outer);
    return outer as T;
  }
  if (!isThenable(result)) {
    span.end();
    return result;
  }
  return result.then(
    (value) => {
      span.end();
      return value;
    },
    (error: unknown) => {
      recordError(span, error, options.redact);
      span.end();
      throw error;
    },
  ) as T;
}

/**
 * Runs `fn` inside a new span: active while `fn` runs (over awaits and generator steps too), ended always and once, the
 * error recorded and thrown on unchanged. Returns what `fn` returns; a generator is returned as a generator.
 */
export function withSpan<T>(name: string, fn: (span: Span) => T): T;
export function withSpan<T>(name: string, options: WithSpanOptions, fn: (span: Span) => T): T;
export function withSpan<T>(
  name: string,
  optionsOrFn: WithSpanOptions | ((span: Span) => T),
  maybeFn?: (span: Span) => T,
): T {
  const fn = typeof optionsOrFn === 'function' ? optionsOrFn : (maybeFn as (span: Span) => T);
  const options = typeof optionsOrFn === 'function' ? {} : optionsOrFn;
  return run(name, options, fn);
}

/** `run` tells generator functions by their tag; a closure around one has to carry it. */
function sameKind<T>(fn: unknown, call: () => T): () => T {
  const tag = (fn as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (tag === 'GeneratorFunction' || tag === 'AsyncGeneratorFunction') {
    Object.defineProperty(call, Symbol.toStringTag, { value: tag });
  }
  return call;
}

/** Makes a function that runs inside a span of its own at every call; `this`, arguments and result are kept. */
export function traced<This, Args extends unknown[], T>(
  name: string,
  fn: (this: This, ...args: Args) => T,
): (this: This, ...args: Args) => T;
export function traced<This, Args extends unknown[], T>(
  name: string,
  options: WithSpanOptions,
  fn: (this: This, ...args: Args) => T,
): (this: This, ...args: Args) => T;
export function traced<This, Args extends unknown[], T>(
  name: string,
  optionsOrFn: WithSpanOptions | ((this: This, ...args: Args) => T),
  maybeFn?: (this: This, ...args: Args) => T,
): (this: This, ...args: Args) => T {
  const fn = typeof optionsOrFn === 'function' ? optionsOrFn : (maybeFn as (this: This, ...args: Args) => T);
  const options = typeof optionsOrFn === 'function' ? {} : optionsOrFn;
  const wrapper = function (this: This, ...args: Args): T {
    return run(
      name,
      options,
      sameKind(fn, () => fn.apply(this, args)),
    );
  };
  Object.defineProperty(wrapper, 'name', { value: fn.name, configurable: true });
  Object.defineProperty(wrapper, 'length', { value: fn.length, configurable: true });
  return wrapper;
}
