import { context } from '@opentelemetry/api';
import { overrideMethods, type Overrides } from './method-overrides.ts';

/** Methods by which pools, limiters and queues take work in, over the common libraries. */
const WORK_METHODS: readonly string[] = [
  ...['acquire', 'add', 'addAll', 'connect', 'enqueue', 'exec', 'execute', 'getConnection', 'map', 'push'],
  ...['pushAsync', 'query', 'run', 'runExclusive', 'runTask', 'schedule', 'submit', 'unshift', 'use'],
];

type Method = (...args: unknown[]) => unknown;

function bindAll(args: readonly unknown[]): unknown[] {
  const active = context.active();
  return args.map((arg: unknown): unknown => {
    if (Array.isArray(arg))
      return arg.some((item) => typeof item === 'function') ? bindAll(arg as unknown[]) : (arg as unknown[]);
    return typeof arg === 'function' ? context.bind<unknown>(active, arg) : arg;
  });
}

/**
 * A view of a pool, limiter or queue that runs every function it is given in the context of the call, not of whoever made
 * the pool or freed a place in it. Works for objects (`methods`: default the usual names) and for callable limiters.
 */
export function contextPool<P extends object>(pool: P, methods: readonly (keyof P & string)[] = []): P {
  const names: readonly string[] = methods.length > 0 ? methods : WORK_METHODS;
  const overrides: Record<string, Overrides[string]> = {};
  for (const name of names) {
    const method: unknown = Reflect.get(pool, name);
    if (typeof method !== 'function') continue;
    overrides[name] = (...args: unknown[]): unknown => Reflect.apply(method as Method, pool, bindAll(args));
  }
  const view = overrideMethods(pool, overrides);
  if (typeof pool !== 'function') return view;
  return new Proxy(view, {
    apply: (_, self, args: unknown[]): unknown => Reflect.apply(pool, self, bindAll(args)),
  });
}
