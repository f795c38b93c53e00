import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Context,
  type TextMapGetter,
  type TextMapSetter,
} from '@opentelemetry/api';
import { warn } from './diagnostics.ts';

/** What a message keeps its context in: header bags, `[name, value]` pairs, flat header lists, plain objects. */
export type Carrier = object;

/**
 * Decides about one baggage entry at the border of the process: the value that goes on, or undefined to leave the entry
 * out. A filter that throws leaves it out too.
 */
export type BaggageFilter = (key: string, value: string) => string | undefined;

/** Options of `inject` and `extract`. */
export interface CarrierOptions {
  /** `inject`: the context to write (default: the active one). `extract`: the one to build on (default: the root). */
  readonly context?: Context | undefined;
  /** Filter for baggage; `false` leaves all of it out. */
  readonly baggage?: BaggageFilter | false | undefined;
}

/** Longer values are ignored, in UTF-16 units or bytes: the limit of W3C Baggage, the longest standard field. */
const MAX_VALUE_LENGTH = 8192;
/** Names that are looked through for another spelling (`Traceparent`); a bag with more is read by exact name only. */
const MAX_NAMES = 256;

interface HeaderBag {
  get(name: string): unknown;
  set(name: string, value: string): unknown;
}

function isHeaderBag(carrier: object): carrier is HeaderBag {
  const { get, set } = carrier as Partial<Record<'get' | 'set', unknown>>;
  return typeof get === 'function' && typeof set === 'function';
}

const sameName = (a: unknown, b: string): boolean =>
  typeof a === 'string' && a.length === b.length && a.toLowerCase() === b.toLowerCase();

const isPair = (entry: unknown): entry is unknown[] => Array.isArray(entry) && entry.length >= 2;

/** `[[name, value], …]` (an empty list too) and not `[name, value, …]`. */
const isPairList = (carrier: unknown[]): boolean => carrier.length === 0 || isPair(carrier[0]);

/** Own key of a plain carrier in the spelling that it has there; header names differ in case between languages. */
function ownKey(carrier: object, name: string): string | undefined {
  if (Object.hasOwn(carrier, name)) return name;
  const keys = Object.keys(carrier);
  return keys.length > MAX_NAMES ? undefined : keys.find((key) => sameName(key, name));
}

function bagNames(bag: HeaderBag): string[] {
  const { keys } = bag as { keys?: unknown };
  if (typeof keys !== 'function') return [];
  const names: string[] = [];
  for (const name of keys.call(bag) as Iterable<unknown>) {
    if (names.length === MAX_NAMES) return [];
    if (typeof name === 'string') names.push(name);
  }
  return names;
}

/** Index of the value in a flat list or of the pair in a list of pairs; −1 without one. */
function listIndex(list: unknown[], name: string): number {
  if (isPairList(list)) return list.findIndex((entry) => isPair(entry) && sameName(decode(entry[0]), name));
  for (let i = 0; i + 1 < list.length; i += 2) if (sameName(decode(list[i]), name)) return i + 1;
  return -1;
}

/**
 * The text of a header value: a string, bytes (Kafka), the first of several, an attribute of SQS (`StringValue`), of a
 * Lambda event (`stringValue`) or of an SNS notification (`Value`). Everything else, and what is too long, is no value.
 */
function decode(value: unknown): string | undefined {
  if (typeof value === 'string') return value.length > MAX_VALUE_LENGTH ? undefined : value;
  if (value instanceof Uint8Array) {
    return value.byteLength > MAX_VALUE_LENGTH ? undefined : Buffer.from(value).toString('utf8');
  }
  if (Array.isArray(value)) return value.length === 0 || Array.isArray(value[0]) ? undefined : decode(value[0]);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const key of ['StringValue', 'stringValue', 'Value']) {
    if (!Object.hasOwn(value, key)) continue;
    const text = (value as Record<string, unknown>)[key];
    return typeof text === 'string' ? decode(text) : undefined;
  }
  return undefined;
}

function read(carrier: unknown, name: string): string | undefined {
  if (typeof carrier !== 'object' || carrier === null) return undefined;
  if (Array.isArray(carrier)) {
    const entry: unknown = carrier[listIndex(carrier, name)];
    return decode(isPair(entry) ? entry[1] : entry);
  }
  if (isHeaderBag(carrier)) {
    const value = decode(carrier.get(name));
    if (value !== undefined && value !== '') return value;
    const other = bagNames(carrier).find((key) => sameName(key, name));
    return other === undefined ? undefined : decode(carrier.get(other));
  }
  const key = ownKey(carrier, name);
  return key === undefined ? undefined : decode((carrier as Record<string, unknown>)[key]);
}

function names(carrier: unknown): string[] {
  if (typeof carrier !== 'object' || carrier === null) return [];
  if (isHeaderBag(carrier)) return bagNames(carrier);
  if (!Array.isArray(carrier)) return Object.keys(carrier).slice(0, MAX_NAMES);
  const list = isPairList(carrier)
    ? carrier.slice(0, MAX_NAMES).map((entry: unknown) => decode(isPair(entry) ? entry[0] : undefined))
    : carrier.slice(0, 2 * MAX_NAMES).map((entry: unknown, i) => (i % 2 === 0 ? decode(entry) : undefined));
  return list.filter((name) => name !== undefined);
}

function write(carrier: object, name: string, value: string): void {
  if (Array.isArray(carrier)) {
    const index = listIndex(carrier, name);
    if (isPairList(carrier)) {
      if (index === -1) carrier.push([name, value]);
      else carrier[index] = [name, value];
    } else if (index === -1) carrier.push(name, value);
    else carrier[index] = value;
    return;
  }
  if (isHeaderBag(carrier)) {
    carrier.set(name, value);
    return;
  }
  // Defined, not assigned: a carrier with a setter or with such a key on its prototype must not run or swallow it.
  Object.defineProperty(carrier, ownKey(carrier, name) ?? name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** A failure of one field must not lose the others, nor reach the caller. */
const getter: TextMapGetter<unknown> = {
  get(carrier, key) {
    try {
      return read(carrier, key);
    } catch {
      return undefined;
    }
  },
  keys(carrier) {
    try {
      return names(carrier);
    } catch {
      return [];
    }
  },
};

const setter: TextMapSetter<Carrier> = {
  set(carrier, key, value) {
    try {
      write(carrier, key, value);
    } catch (error) {
      warn(
        'TELINT_CARRIER_UNWRITABLE',
        `The field ${key} could not be written into a carrier (${String(error)}): pass an object that can be changed.`,
        key,
      );
    }
  },
};

function filterBaggage(ctx: Context, filter: CarrierOptions['baggage']): Context {
  if (filter === undefined) return ctx;
  const baggage = propagation.getBaggage(ctx);
  if (baggage === undefined) return ctx;
  if (filter === false) return propagation.deleteBaggage(ctx);
  let kept = propagation.createBaggage();
  for (const [key, entry] of baggage.getAllEntries()) {
    let value: unknown;
    try {
      value = filter(key, entry.value);
    } catch {
      value = undefined;
    }
    if (typeof value === 'string') kept = kept.setEntry(key, { ...entry, value });
  }
  return propagation.setBaggage(ctx, kept);
}

/**
 * Writes the active context (or `options.context`) into a carrier and returns it; without one, into a new plain object.
 * Only the fields of the global propagator are written; a field that is there in another spelling is replaced.
 */
export function inject(carrier?: undefined, options?: CarrierOptions): Record<string, string>;
export function inject<C extends Carrier>(carrier: C, options?: CarrierOptions): C;
export function inject(carrier: Carrier = {}, options: CarrierOptions = {}): Carrier {
  try {
    propagation.inject(filterBaggage(options.context ?? context.active(), options.baggage), carrier, setter);
  } catch (error) {
    warn('TELINT_PROPAGATOR_FAILED', `The propagator threw while it wrote a context: ${String(error)}.`, 'inject');
  }
  return carrier;
}

/**
 * Reads the context of a message, built on the root context (or `options.context`). Any carrier is accepted, hostile ones
 * too: only own fields of the global propagator are read, in any spelling; wrong types and values over 8 KiB are ignored.
 */
export function extract(carrier: unknown, options: CarrierOptions = {}): Context {
  const base = options.context ?? ROOT_CONTEXT;
  try {
    return filterBaggage(propagation.extract(base, carrier, getter), options.baggage);
  } catch (error) {
    warn('TELINT_PROPAGATOR_FAILED', `The propagator threw while it read a context: ${String(error)}.`, 'extract');
    return base;
  }
}
