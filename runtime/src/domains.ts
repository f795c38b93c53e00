/** What a label may hold. A domain bounds a label twice: its type for the compiler, its normaliser at run time. */
import { randomBytes } from 'node:crypto';
import { TelintError } from './diagnostics.ts';
import { MAX_VALUE_LENGTH, OTHER, ownCopy, type LabelValue } from './label-values.ts';
import { routeTemplate } from './route-template.ts';
import { sipHash, sipKey, type SipKey } from './sip-hash.ts';
import { SpaceSaving } from './top-k.ts';

/** Turns texts into values of a domain; one per label of a metric, because it may remember what it saw. */
export interface Normaliser {
  /** The value to store; `__other__` for what is outside. */
  normalise(text: string): string;
  /** False once a value that has series shall have none any more; absent where values stay for good. */
  holds?(value: string): boolean;
}

declare const INPUT: unique symbol;

/** A label domain; `Input` is the type of the values that callers pass. */
export interface Domain<Input extends LabelValue = LabelValue> {
  readonly kind: 'oneOf' | 'template' | 'statusClass' | 'bucketed' | 'topK' | 'free';
  /** Number of different values where the domain itself bounds it; such a label is folded last. */
  readonly size?: number;
  /** Different values that the label keeps, instead of `limits.valuesPerLabel`. */
  readonly max?: number;
  /** Every value goes through the normaliser, also one that has a series already. */
  readonly isEager?: true;
  /** Different texts for one value are few, so that lookups may remember them. */
  readonly hasFewSpellings?: true;
  readonly create: () => Normaliser;
  /** Only for the compiler. */
  readonly [INPUT]?: Input;
}

/** Domains by label name; their order is the order of the labels in the output. */
export type LabelDomains = Readonly<Record<string, Domain>>;

type InputOf<D> = D extends { readonly [INPUT]?: infer Input } ? Exclude<Input, undefined> : never;

/** Labels that a metric with these domains takes. */
export type LabelsOf<D> = { readonly [Name in keyof D]: InputOf<D[Name]> };

function checkCount(count: number, what: string, most: number): void {
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new TelintError('TELINT_LABEL_DOMAIN', `\`${what}\` must be a whole number from 1 to ${most}.`);
  }
}

const MAX_VALUES = 1_000_000;

/**
 * Exactly these values; anything else becomes `__other__`. The first choice wherever the values are known.
 * @throws TelintError TELINT_LABEL_DOMAIN when there is no value, or one twice.
 */
export function oneOf<const Values extends readonly [LabelValue, ...LabelValue[]]>(
  ...values: Values
): Domain<Values[number]> {
  const texts = new Set(values.map(String));
  if (values.length === 0 || texts.size < values.length || texts.has(OTHER)) {
    throw new TelintError(
      'TELINT_LABEL_DOMAIN',
      'Write every value of `oneOf` once, at least one, and not `__other__`.',
    );
  }
  const tooLong = [...texts].find((text) => text.length > MAX_VALUE_LENGTH);
  if (tooLong !== undefined) {
    throw new TelintError('TELINT_LABEL_DOMAIN', `A label value has at most ${MAX_VALUE_LENGTH} characters.`);
  }
  const normaliser = { normalise: (text: string) => (texts.has(text) ? text : OTHER) };
  return { kind: 'oneOf', size: texts.size, hasFewSpellings: true, create: () => normaliser };
}

/**
 * A route template such as `/users/:id`. Identifiers in a raw path become `:id`, the query is dropped; at most `max`
 * different templates are kept (default 500).
 */
export function template({ max = 500 }: { readonly max?: number } = {}): Domain<string> {
  checkCount(max, 'max', MAX_VALUES);
  return { kind: 'template', max, create: () => ({ normalise: routeTemplate }) };
}

/** A class of HTTP status codes. */
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx';

/** The class of an HTTP status code: 404 and `'404'` become `4xx`; what is no status code becomes `__other__`. */
export function statusClass(): Domain<number | StatusClass | `${number}`> {
  const normaliser = { normalise: (text: string) => (/^[1-5](?:xx|\d\d)$/.test(text) ? `${text.charAt(0)}xx` : OTHER) };
  return { kind: 'statusClass', size: 5, hasFewSpellings: true, create: () => normaliser };
}

/** Key of `bucketed` where none is given: fresh per process, so that nobody can aim values at one bucket. */
let processKey: SipKey | undefined;

/**
 * A keyed hash (SipHash-2-4) of an identifier, as one of `buckets` values `b00`, `b01` …: enough to see that a few
 * customers are hit, without naming them. Pass the same `key` (16 bytes) everywhere to compare processes.
 * @throws TelintError TELINT_LABEL_DOMAIN when `buckets` or `key` cannot work.
 */
export function bucketed(
  options: { readonly buckets?: number; readonly key?: Uint8Array } = {},
): Domain<string | number | bigint> {
  const { buckets = 64, key } = options;
  checkCount(buckets, 'buckets', 10_000);
  if (key !== undefined && key.length !== 16) {
    throw new TelintError(
      'TELINT_LABEL_DOMAIN',
      'The `key` of `bucketed` has 16 bytes: `crypto.randomBytes(16)`, kept as a secret.',
    );
  }
  processKey ??= sipKey(randomBytes(16));
  const words = key === undefined ? processKey : sipKey(key);
  const digits = String(buckets - 1).length;
  const names = Array.from({ length: buckets }, (_, index) => `b${String(index).padStart(digits, '0')}`);
  const bytes = Buffer.alloc(MAX_VALUE_LENGTH * 3);
  const bucketOf = (text: string): string => {
    const [low, high] = sipHash(words, bytes, bytes.write(text, 'utf8'));
    return names[((high % buckets) * (2 ** 32 % buckets) + low) % buckets] ?? OTHER;
  };
  return { kind: 'bucketed', size: buckets, isEager: true, create: () => ({ normalise: memoised(bucketOf) }) };
}

/** Counters per slot: Space-Saving then tells a value of 1/8 of the smallest share of the top apart. */
const COUNTERS_PER_SLOT = 8;

/**
 * The `k` values that come most often keep their names, the others are `__other__`. A value that is overtaken keeps its
 * series until two scrapes saw the last state of it, so that at most 2 × k exist and no sum jumps.
 * @throws TelintError TELINT_LABEL_DOMAIN when `k` is no whole number from 1 to 10,000.
 */
export function topK(k: number): Domain<string | number | bigint> {
  checkCount(k, 'k', 10_000);
  return { kind: 'topK', max: 2 * k, isEager: true, create: () => new TopValues(k) };
}

/** The holders of the k slots, chosen by a Space-Saving summary. */
class TopValues implements Normaliser {
  readonly #slots: number;
  readonly #summary: SpaceSaving;
  readonly #holders = new Set<string>();
  #weakest = '';
  /** No holder has a lower count: counts only rise, so an old figure is still a lower bound. */
  #floor = 0;

  constructor(slots: number) {
    this.#slots = slots;
    this.#summary = new SpaceSaving(slots * COUNTERS_PER_SLOT);
  }

  normalise(text: string): string {
    const sure = this.#summary.add(text);
    if (this.#holders.has(text)) return text;
    if (this.#holders.size >= this.#slots) {
      if (!this.#beats(sure)) return OTHER;
      this.#findWeakest();
      if (!this.#beats(sure)) return OTHER;
      this.#holders.delete(this.#weakest);
    }
    // A copy: the text may be a slice of something long.
    this.#holders.add(ownCopy(text));
    return text;
  }

  holds(value: string): boolean {
    return value === OTHER || this.#holders.has(value);
  }

  /** A quarter more than the weakest holder, or two values with equal shares would take turns. */
  #beats(sure: number): boolean {
    return sure > this.#floor * 1.25 + 1;
  }

  #findWeakest(): void {
    this.#floor = Infinity;
    for (const holder of this.#holders) {
      const count = this.#summary.count(holder);
      if (count >= this.#floor) continue;
      this.#floor = count;
      this.#weakest = holder;
    }
  }
}

/** Any text, at most `max` different ones (default: `limits.valuesPerLabel`); further ones become `__other__`. */
export function free({ max }: { readonly max?: number } = {}): Domain {
  if (max !== undefined) checkCount(max, 'max', MAX_VALUES);
  return { kind: 'free', ...(max !== undefined && { max }), create: () => ({ normalise: (text) => text }) };
}

const MEMO_SIZE = 512;

/** Remembers results for the texts seen last: two generations, so that a flood costs two small maps and no bookkeeping. */
function memoised(compute: (text: string) => string): (text: string) => string {
  let young = new Map<string, string>();
  let old = new Map<string, string>();
  return (text) => {
    let value = young.get(text);
    if (value !== undefined) return value;
    value = old.get(text) ?? compute(text);
    if (young.size >= MEMO_SIZE) {
      old = young;
      young = new Map();
    }
    young.set(ownCopy(text), value);
    return value;
  };
}
