type Method = (...args: unknown[]) => unknown;

/** Functions that replace methods of a wrapped object; they do not use `this`. */
export type Overrides = Readonly<Record<string, (...args: never[]) => unknown>>;

/**
 * A view of an object where some methods are replaced and all else is the object's own: methods run with the real object
 * as `this` (private fields keep working), and what returns the object returns the view. The object is not changed.
 */
export function overrideMethods<T extends object>(target: T, overrides: Overrides): T {
  const bound = new Map<PropertyKey, { from: unknown; to: unknown }>();
  const replaced = new Map<PropertyKey, Method>();
  for (const [key, method] of Object.entries(overrides)) {
    replaced.set(key, (...args) => {
      const result = method(...(args as never[]));
      return result === target ? view : result;
    });
  }
  const view: T = new Proxy(target, {
    get(_, key) {
      const override = replaced.get(key);
      if (override !== undefined) return override;
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || key === 'constructor') return value;
      // Proxies must give back frozen own properties as they are.
      const own = Reflect.getOwnPropertyDescriptor(target, key);
      if (own?.configurable === false && own.writable === false) return value;
      const known = bound.get(key);
      if (known?.from === value) return known.to;
      const to = new Proxy(value, {
        apply(method, self, args) {
          const result: unknown = Reflect.apply(method as never, self === view ? target : self, args);
          return result === target ? view : result;
        },
      });
      bound.set(key, { from: value, to });
      return to;
    },
    set: (_, key, value) => Reflect.set(target, key, value, target),
  });
  return view;
}
