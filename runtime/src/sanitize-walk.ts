import { isCardNumber } from '../../eslint-plugin/src/analysis/check-digits.ts';
import { isSealed } from './sanitize-brands.ts';
import { isKnownClean, markClean, type KeyNode, type KeyRules } from './sanitize-keys.ts';
import type { SanitizerSettings } from './sanitize-options.ts';
import { REDACTED } from './sanitize-replace.ts';
import { isShortWord } from './sanitize-scan.ts';
import { copyWith, makeShapes, rememberClean } from './sanitize-shapes.ts';
import { looksSecret } from './sanitize-text.ts';

/** Stands for a value that leaves its object altogether. */
export const DROPPED = Symbol('dropped');
const TRUNCATED = '[TRUNCATED]';
const CIRCULAR = '[CIRCULAR]';
/** The least card numbers: Maestro's with 12 digits. Timestamps in milliseconds of this century are no cards. */
const LEAST_CARD = 501_800_000_000;
const LEAST_LONG_CARD = 4_000_000_000_000;
const SHORTEST_TEXT = 5;
/** Ends the fast walk: objects contain themselves, or are deeper than allowed. */
const TOO_DEEP = Symbol('too deep');

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

/**
 * One call. The fast walk knows only its depth; what throws there or goes too deep is walked again with `around`, the
 * objects around the current one, which finds circles and replaces exactly what fails.
 */
interface Walk {
  left: number;
  depth: number;
  readonly around: object[] | undefined;
}

/** Makes the function that copies a value without what is sensitive; parts without a change are shared, not copied. */
export function makeWalker(host: WalkHost): (value: unknown) => unknown {
  const { keys, settings } = host;
  const { maxDepth, maxValues } = settings;
  const isRedact = settings.mode === 'redact';
  const isPlainWord = settings.addresses ? () => false : isShortWord;

  const byNode = (node: KeyNode, value: unknown, walk: Walk): unknown => {
    switch (node.action) {
      case 'scan':
        return any(value, node, walk);
      case 'replace':
        return host.whole(value);
      case 'suspect':
        return isLeaf(value) && looksSecret(String(value)) ? host.whole(value) : any(value, node, walk);
      case 'url':
        return typeof value === 'string' ? host.url(value) : any(value, node, walk);
      case 'statement':
        return typeof value === 'string' ? host.statement(value) : any(value, node, walk);
      case 'headers':
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return host.whole(value);
        return inside(value, node, walk, true);
    }
  };

  const text = (value: string, node: KeyNode): string => {
    if (value.length < SHORTEST_TEXT || isKnownClean(node, value)) return value;
    const clean = host.text(value);
    if (clean === value) markClean(node, value);
    return clean;
  };

  const any = (value: unknown, node: KeyNode, walk: Walk): unknown => {
    switch (typeof value) {
      case 'string':
        return text(value, node);
      case 'number':
        return mayBeCard(value) && isCardNumber(String(value)) ? host.whole(value) : value;
      case 'bigint':
        return isCardNumber(String(value)) ? host.whole(value) : value;
      case 'object':
        return value === null ? value : inside(value, node, walk, false);
      case 'symbol':
        return host.text(value.description ?? '') === (value.description ?? '') ? value : REDACTED;
      case 'function':
        return '[FUNCTION]';
      default:
        return value;
    }
  };

  const inside = (value: object, node: KeyNode, walk: Walk, asHeaders: boolean): unknown => {
    if (walk.around !== undefined) return carefully(value, node, walk, asHeaders, walk.around);
    // Thrown to ourselves, once for a whole call: no error with a stack is needed.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    if (walk.depth >= maxDepth || --walk.left < 0) throw TOO_DEEP;
    walk.depth++;
    const clean = object(value, node, walk, asHeaders);
    walk.depth--;
    return clean;
  };

  const carefully = (value: object, node: KeyNode, walk: Walk, asHeaders: boolean, around: object[]): unknown => {
    if (around.includes(value)) return CIRCULAR;
    if (around.length >= maxDepth || --walk.left < 0) return TRUNCATED;
    around.push(value);
    try {
      return object(value, node, walk, asHeaders);
    } catch {
      return REDACTED;
    } finally {
      around.pop();
    }
  };

  const object = (value: object, node: KeyNode, walk: Walk, asHeaders: boolean): unknown => {
    if (Array.isArray(value)) return array(value, node, walk);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return exotic(value, node, walk, asHeaders);
    return asHeaders || walk.around !== undefined
      ? slowRecord(value as Record<string, unknown>, node, walk, asHeaders)
      : record(value as Record<string, unknown>, node, walk);
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

  const record = (value: Record<string, unknown>, node: KeyNode, walk: Walk): unknown => {
    const shapes = (node.shapes ??= makeShapes(node));
    let shape = shapes.start;
    let copy: Record<string, unknown> | undefined;
    // Inherited keys, if somebody extended Object.prototype, are judged like own ones.
    for (const key in value) {
      const { next } = shape;
      shape = next !== undefined && next.key === key ? next : keys.follow(node, shapes, shape, key);
      const child = shape.node;
      const old = value[key];
      let clean: unknown;
      if (!child.isOnlySearched) clean = --walk.left < 0 ? TRUNCATED : decided(value, key, child, old, walk);
      else if (typeof old === 'string') {
        if (old.length < SHORTEST_TEXT || old === shape.lastClean) continue;
        clean = --walk.left < 0 ? TRUNCATED : isPlainWord(old) ? old : text(old, child);
        if (clean === old) rememberClean(shape, old);
      } else if (typeof old === 'number') {
        if (!mayBeCard(old)) continue;
        clean = --walk.left < 0 ? TRUNCATED : any(old, child, walk);
      } else if (typeof old !== 'boolean' && old !== null && old !== undefined) {
        clean = --walk.left < 0 ? TRUNCATED : any(old, child, walk);
      } else continue;
      if (clean === old && child.name === key) continue;
      if (clean === DROPPED || child.name !== key || key === '__proto__')
        copy = put(copy ?? { ...value }, key, child.name, clean);
      else if (copy === undefined) copy = copyWith(value, shape, key, clean);
      else copy[key] = clean;
    }
    return copy ?? value;
  };

  const decided = (value: Record<string, unknown>, key: string, node: KeyNode, old: unknown, walk: Walk): unknown => {
    if (isRedact && node.action === 'replace' && typeof old === 'string') return old === '' ? old : REDACTED;
    return byNode(key === 'value' ? namedBeside(value, node) : node, old, walk);
  };

  /** `{ name: 'authorization', value: '…' }`: the name beside a value decides about it. */
  const namedBeside = (value: Record<string, unknown>, node: KeyNode): KeyNode => {
    const name = value['name'] ?? value['key'];
    if (typeof name !== 'string' || node.action !== 'scan') return node;
    const named = keys.below(keys.root, name);
    return named.action === 'scan' ? node : { ...named, name: node.name, isOnlySearched: false };
  };

  /** For class instances, headers, and whatever the fast walk failed on: own keys only, each guarded. */
  const slowRecord = (value: Record<string, unknown>, node: KeyNode, walk: Walk, asHeaders: boolean): unknown => {
    const copy: Record<string, unknown> = {};
    let changed = false;
    for (const key of Object.keys(value)) {
      const own = asHeaders ? host.headerNode(key) : keys.below(node, key);
      const child = key === 'value' ? namedBeside(value, own) : own;
      let clean: unknown = REDACTED;
      let old: unknown;
      try {
        old = value[key];
        clean = --walk.left < 0 ? TRUNCATED : byNode(child, old, walk);
      } catch {
        // A getter that throws, or a value of a kind of its own: nothing of it gets through.
        if (walk.around === undefined) throw TOO_DEEP; // eslint-disable-line @typescript-eslint/only-throw-error
      }
      changed ||= clean !== old || child.name !== key;
      put(copy, key, child.name, clean);
    }
    return changed ? copy : value;
  };

  const exotic = (value: object, node: KeyNode, walk: Walk, asHeaders: boolean): unknown => {
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
      return slowRecord(Object.fromEntries(value), node, walk, true);
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef)
      return `[${value.constructor.name.toUpperCase()}]`;
    const toJson: unknown = (value as { toJSON?: unknown }).toJSON;
    if (typeof toJson === 'function') return any(toJson.call(value, ''), node, walk);
    return slowRecord(value as Record<string, unknown>, node, walk, asHeaders);
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
    const clean = slowRecord(plain, node, walk, false);
    return clean === plain ? error : clean;
  };

  return (value) => {
    try {
      return any(value, keys.root, { left: maxValues, depth: 0, around: undefined });
    } catch {
      return any(value, keys.root, { left: maxValues, depth: 0, around: [] });
    }
  };
}

function isLeaf(value: unknown): value is string | number | bigint {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
}

/** True for numbers in the ranges of card numbers. */
function mayBeCard(value: number): boolean {
  return value >= LEAST_LONG_CARD || (value >= LEAST_CARD && value < 700_000_000_000);
}

/** Writes a decided value into a copy: under its clean name, or not at all. */
function put(copy: Record<string, unknown>, key: string, name: string, value: unknown): Record<string, unknown> {
  if (value === DROPPED || name !== key) Reflect.deleteProperty(copy, key);
  if (value !== DROPPED) setOwn(copy, name, value);
  return copy;
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
