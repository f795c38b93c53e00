import { context, type Context } from '@opentelemetry/api';
import { overrideMethods, type Overrides } from './method-overrides.ts';

/** What `bindEmitter` needs of an emitter: the listener methods of `node:events`. */
export interface EmitterLike {
  on(event: never, listener: never): unknown;
  removeListener(event: never, listener: never): unknown;
}

type Listener = (...args: unknown[]) => unknown;
/** `listener` is where `node:events` looks for the original of a wrapped listener, in `removeListener` and `listeners`. */
type Wrapped = Listener & { listener?: Listener };

/**
 * A view of an emitter whose listeners run in the context in which they were added, or in `ctx` when it is given, instead
 * of the context of whoever emits. `removeListener`, `off`, `once` and `listeners` work with the original functions, on
 * the view and on the emitter itself.
 */
export function bindEmitter<E extends EmitterLike>(emitter: E, ctx?: Context): E {
  const raw = emitter as unknown as Record<string, ((event: unknown, listener: Listener) => unknown) | undefined>;
  const wrap = (listener: Listener): Wrapped => {
    const bound = context.bind(ctx ?? context.active(), listener);
    const wrapped: Wrapped = function (this: unknown, ...args) {
      return bound.apply(this === emitter ? view : this, args);
    };
    wrapped.listener = listener;
    return wrapped;
  };
  const adder = (method: string) => (event: unknown, listener: Listener) => {
    // `on` throws the right error for what is no function.
    raw[method]?.call(emitter, event, typeof listener === 'function' ? wrap(listener) : listener);
    return view;
  };
  // Node's own `once` would hide the original behind two wrappers, so that it could not be removed any more.
  const onceAdder = (method: string) => (event: unknown, listener: Listener) => {
    if (typeof listener !== 'function') return adder(method)(event, listener);
    const bound = wrap(listener);
    const once: Wrapped = function (this: unknown, ...args) {
      raw['removeListener']?.call(emitter, event, once);
      return bound.apply(this, args);
    };
    once.listener = listener;
    raw[method]?.call(emitter, event, once);
    return view;
  };
  const candidates: Overrides = {
    on: adder('on'),
    addListener: adder('addListener'),
    prependListener: adder('prependListener'),
    once: onceAdder('on'),
    prependOnceListener: onceAdder('prependListener'),
  };
  const view = overrideMethods(
    emitter,
    Object.fromEntries(Object.entries(candidates).filter(([name]) => typeof raw[name] === 'function')),
  );
  return view;
}
