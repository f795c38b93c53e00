import { isSealed } from './sanitize-brands.ts';
import type { KeyNode, KeyRules } from './sanitize-keys.ts';
import { isCardNumber } from './sanitize-numbers.ts';
import type { SanitizerSettings } from './sanitize-options.ts';
import { REDACTED } from './sanitize-replace.ts';

/** Stands for a value that leaves its object altogether. */
export const DROPPED = Symbol('dropped');
const TRUNCATED = '[TRUNCATED]';
const CIRCULAR = '[CIRCULAR]';
const LEAST_CARD = 100_000_000_000;

/** What the walk through objects asks of the sanitizer around it. */
export interface WalkHost {
  readonly keys: KeyRules;
  readonly settings: SanitizerSettings;
  /** Replaces what is sensitive inside of a text. */
  text(value: string): string;
  /** Replaces a whole value; booleans, nothing and empty texts tell nothing and stay. */
  whole(value: unknown): unknown;
  url(value: string): string;
  statement(value: string): string;
  headerNode(name: string): KeyNode;
}

/** One call: how much it may still look at, and the objects around the current one. */
interface Walk {
  left: number;
  readonly around: object[];
}

/** Makes the function that copies a value without what is sensitive; parts without a change are shared, not copied. */
export function makeWalker(host: WalkHost): (value: unknown, node?: KeyNode) => unknown {
  const { keys, settings } = host;
  const { maxDepth, maxValues } = settings;

  const byNode = (node: KeyNode, value: unknown, walk: Walk): unknown => {
    switch (node.action) {
      case 'scan':
        return typeof value === 'string' ? host.text(value) : any(value, node, walk);
      case 'replace':
        return host.whole(value);
      case 'url':
        return typeof value === 'string' ? host.url(value) : any(value, node, walk);
      case 'statement':
        return typeof value === 'string' ? host.statement(value) : any(value, node, walk);
      case 'headers':
        return isRecord(value) ? inside(value, walk, () => record(value, node, walk, true)) : host.whole(value);
    }
  };

  const any = (value: unknown, node: KeyNode, walk: Walk): unknown => {
    switch (typeof value) {
      case 'string':
        return host.text(value);
      case 'number':
        return value >= LEAST_CARD && isCardNumber(String(value)) ? host.whole(value) : value;
      case 'bigint':
        return isCardNumber(String(value)) ? host.whole(value) : value;
      case 'object':
        return value === null ? value : inside(value, walk, () => object(value, node, walk));
      case 'symbol':
        return host.text(value.description ?? '') === (value.description ?? '') ? value : REDACTED;
      case 'function':
        return '[FUNCTION]';
      default:
        return value;
    }
  };

  const inside = (value: object, walk: Walk, run: () => unknown): unknown => {
    if (walk.around.includes(value)) return CIRCULAR;
    if (walk.around.length >= maxDepth || --walk.left < 0) return TRUNCATED;
    walk.around.push(value);
    try {
      return run();
    } catch {
      return REDACTED;
    } finally {
      walk.around.pop();
    }
  };

  const object = (value: object, node: KeyNode, walk: Walk): unknown => {
    if (Array.isArray(value)) return array(value, node, walk);
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null
      ? record(value as Record<string, unknown>, node, walk, false)
      : exotic(value, node, walk);
  };

  const array = (value: readonly unknown[], node: KeyNode, walk: Walk): unknown => {
    let copy: unknown[] | undefined;
    for (let at = 0; at < value.length; at++) {
      const old: unknown = value[at];
      if (--walk.left < 0) return [...(copy ?? value.slice(0, at)), TRUNCATED];
      const clean = any(old, node, walk);
      if (clean !== old) copy ??= value.slice(0, at);
      copy?.push(clean === DROPPED ? REDACTED : clean);
    }
    return copy ?? value;
  };

  const record = (value: Record<string, unknown>, node: KeyNode, walk: Walk, asHeaders: boolean): unknown => {
    let copy: Record<string, unknown> | undefined;
    for (const key in value) {
      if (!Object.hasOwn(value, key)) continue;
      const old = value[key];
      const child = asHeaders ? host.headerNode(key) : (node.below.get(key) ?? keys.below(node, key));
      const clean = --walk.left < 0 ? TRUNCATED : byNode(child, old, walk);
      if (clean === old && child.name === key) continue;
      copy ??= { ...value };
      if (clean === DROPPED || child.name !== key) Reflect.deleteProperty(copy, key);
      if (clean !== DROPPED) setOwn(copy, child.name, clean);
    }
    return symbolsOf(value, copy, node, walk);
  };

  const symbolsOf = (
    value: Record<string, unknown>,
    copy: Record<string, unknown> | undefined,
    node: KeyNode,
    walk: Walk,
  ): unknown => {
    const symbols = Object.getOwnPropertySymbols(value);
    if (symbols.length === 0) return copy ?? value;
    const bare: Record<string | symbol, unknown> = { ...(copy ?? value) };
    let changed = false;
    for (const symbol of symbols) {
      const old = (value as Record<symbol, unknown>)[symbol];
      const clean = byNode(keys.below(node, symbol.description ?? ''), old, walk);
      if (clean === old) continue;
      changed = true;
      bare[symbol] = clean === DROPPED ? undefined : clean;
    }
    return changed ? bare : (copy ?? value);
  };

  const exotic = (value: object, node: KeyNode, walk: Walk): unknown => {
    if (isSealed(value)) return REDACTED;
    if (value instanceof Error) return failure(value, node, walk);
    if (value instanceof Map) return map(value, node, walk);
    if (value instanceof Set) return set(value, node, walk);
    if (value instanceof Date) return value;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
      return `[BINARY ${value.byteLength} bytes]`;
    if (value instanceof URL || value instanceof URLSearchParams || value instanceof RegExp)
      return value instanceof URL ? host.url(value.href) : host.text(String(value));
    if (value instanceof String || value instanceof Number || value instanceof Boolean)
      return any(value.valueOf(), node, walk);
    if (typeof Headers === 'function' && value instanceof Headers)
      return record(Object.fromEntries(value), node, walk, true);
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef)
      return `[${value.constructor.name.toUpperCase()}]`;
    const toJson: unknown = (value as { toJSON?: unknown }).toJSON;
    if (typeof toJson === 'function') return any(toJson.call(value, ''), node, walk);
    return record(value as Record<string, unknown>, node, walk, false);
  };

  const map = (value: ReadonlyMap<unknown, unknown>, node: KeyNode, walk: Walk): unknown => {
    const copy = new Map<unknown, unknown>();
    let changed = false;
    for (const [key, old] of value) {
      if (--walk.left < 0) {
        copy.set(TRUNCATED, TRUNCATED);
        return copy;
      }
      const child = typeof key === 'string' ? keys.below(node, key) : undefined;
      const cleanKey = child === undefined ? any(key, node, walk) : child.name;
      const clean = child === undefined ? any(old, node, walk) : byNode(child, old, walk);
      changed ||= clean !== old || cleanKey !== key;
      if (clean !== DROPPED) copy.set(cleanKey, clean);
    }
    return changed ? copy : value;
  };

  const set = (value: ReadonlySet<unknown>, node: KeyNode, walk: Walk): unknown => {
    const members = [...value];
    const clean = array(members, node, walk);
    return clean === members ? value : new Set(clean as unknown[]);
  };

  const failure = (error: Error, node: KeyNode, walk: Walk): unknown => {
    const plain = plainError(error);
    const clean = record(plain, node, walk, false);
    return clean === plain ? error : clean;
  };

  return (value, node = keys.root) => any(value, node, { left: maxValues, around: [] });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Assigns also `__proto__` as a property like any other. */
function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

/** The parts of an error that loggers write down: name, message, stack, cause, `errors` and its own fields. */
export function plainError(error: Error): Record<string, unknown> {
  const plain: Record<string, unknown> = { name: error.name, message: error.message, stack: error.stack };
  if (error.cause !== undefined) plain['cause'] = error.cause;
  if (error instanceof AggregateError) plain['errors'] = error.errors;
  for (const [key, value] of Object.entries(error)) setOwn(plain, key, value);
  return plain;
}
