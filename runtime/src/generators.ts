import { context, type Context } from '@opentelemetry/api';
import { bindEmitter, type EmitterLike } from './emitter.ts';

type Step = 'next' | 'return' | 'throw';

/** A generator body runs at `next`, in the context of whoever asks for the value: every step is bound instead. */
function bindIterator<I extends object>(iterator: I, ctx: Context, self: symbol): I {
  const source = iterator as Partial<Record<Step, (...args: unknown[]) => unknown>>;
  const bound: Record<PropertyKey, unknown> = {};
  for (const step of ['next', 'return', 'throw'] as const) {
    const method = source[step];
    if (typeof method === 'function') {
      bound[step] = (...args: unknown[]): unknown => context.with(ctx, () => method.apply(iterator, args));
    }
  }
  bound[self] = () => bound;
  if (Symbol.asyncDispose in iterator && self === Symbol.asyncIterator) {
    bound[Symbol.asyncDispose] = async () => {
      await (bound['return'] as (() => unknown) | undefined)?.();
    };
  }
  return bound as I;
}

/**
 * Binds an async generator (or any async iterable) to the active context, or to `ctx`: its code runs there at every step,
 * whoever iterates it.
 */
export function bindAsyncIterable<T extends AsyncIterable<unknown>>(iterable: T, ctx: Context = context.active()): T {
  const source = iterable as unknown as Partial<AsyncIterator<unknown>> & AsyncIterable<unknown>;
  if (typeof source.next === 'function') return bindIterator(iterable, ctx, Symbol.asyncIterator);
  const bound: AsyncIterable<unknown> = {
    [Symbol.asyncIterator]: () =>
      context.with(ctx, () => bindIterator(iterable[Symbol.asyncIterator](), ctx, Symbol.asyncIterator)),
  };
  return bound as T;
}

/** The same for generators and iterables that are not async. */
export function bindIterable<T extends Iterable<unknown>>(iterable: T, ctx: Context = context.active()): T {
  const source = iterable as unknown as Partial<Iterator<unknown>>;
  if (typeof source.next === 'function') return bindIterator(iterable, ctx, Symbol.iterator);
  const bound: Iterable<unknown> = {
    [Symbol.iterator]: () => context.with(ctx, () => bindIterator(iterable[Symbol.iterator](), ctx, Symbol.iterator)),
  };
  return bound as T;
}

/**
 * A view of a stream whose listeners (`data`, `end`, `error` …) run in the context in which they were added, or in `ctx`.
 * `pipe` and `pipeline` work on it as on the stream.
 */
export function bindStream<S extends EmitterLike>(stream: S, ctx?: Context): S {
  return bindEmitter(stream, ctx);
}
