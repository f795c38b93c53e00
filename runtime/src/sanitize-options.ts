import type { SensitiveCategory } from '../../eslint-plugin/src/knowledge/sensitive-types.ts';
import { TelintError } from './diagnostics.ts';

/** Kinds of sensitive data, the same as in the messages of the linter. */
export type Category = SensitiveCategory;

/**
 * What stands in the place of a sensitive value: `redact` `[REDACTED]`; `mask` the harmless part
 * (`****-****-****-1111`, `sk_live_[REDACTED]`); `hash` a keyed HMAC, equal for equal values; `drop` nothing.
 */
export type SanitizeMode = 'redact' | 'mask' | 'hash' | 'drop';

/** Options of `createSanitizer`. */
export interface SanitizerOptions {
  /** Default `redact`. */
  readonly mode?: SanitizeMode;
  /** Key of the HMAC, 16 bytes or more; `hash` asks for it. A hash without a key can be undone by trying every value. */
  readonly hashKey?: string | Uint8Array;
  /** Keys and names that are never sensitive, on top of the vocabulary; a key may end in `*`. Their values are still searched. */
  readonly allowKeys?: readonly string[];
  /** Keys and names that are always sensitive, on top of the vocabulary; a key may end in `*`. */
  readonly denyKeys?: readonly string[];
  /**
   * Categories to switch on or off. Default: all but `identifier` (pseudonymous ids). `online: true` also replaces IP
   * addresses inside of texts, which by default only count under a key that names them.
   */
  readonly categories?: Partial<Readonly<Record<Category, boolean>>>;
  /** Longer texts are cut there, in UTF-16 units; default 8192. */
  readonly maxStringLength?: number;
  /** Deeper objects are replaced; default 12. */
  readonly maxDepth?: number;
  /** Values that one call looks at; the ones after are replaced. Default 20,000. */
  readonly maxValues?: number;
  /** Makes a database statement harmless (`db.query.text`); default: literals go. */
  readonly statement?: (text: string) => string;
}

/** Options with their defaults. */
export interface SanitizerSettings {
  readonly mode: SanitizeMode;
  readonly hashKey: Uint8Array | undefined;
  readonly allowKeys: readonly string[];
  readonly denyKeys: readonly string[];
  readonly isOn: (category: Category) => boolean;
  /** True when IP addresses inside of texts go too. */
  readonly addresses: boolean;
  readonly maxStringLength: number;
  readonly maxDepth: number;
  readonly maxValues: number;
  readonly statement: ((text: string) => string) | undefined;
}

const MODES: readonly string[] = ['redact', 'mask', 'hash', 'drop'] satisfies SanitizeMode[];
const LEAST_KEY_BYTES = 16;
/** A text must have room for the mark of the cut. */
const LEAST_STRING_LENGTH = 64;

function invalid(message: string): never {
  throw new TelintError('TELINT_OPTION_INVALID', message);
}

function count(name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least)
    invalid(`createSanitizer: ${name} is ${value}. Give a whole number of ${least} or more.`);
  return value;
}

function keyBytes(key: string | Uint8Array | undefined): Uint8Array | undefined {
  if (key === undefined) return undefined;
  const bytes = typeof key === 'string' ? new TextEncoder().encode(key) : Uint8Array.from(key);
  if (bytes.length < LEAST_KEY_BYTES)
    invalid(
      `createSanitizer: hashKey has ${bytes.length} bytes. Give ${LEAST_KEY_BYTES} or more, from a secret store.`,
    );
  return bytes;
}

/** Checks the options; throws a `TelintError` that says what to write instead. */
export function resolveOptions(options: SanitizerOptions): SanitizerSettings {
  const { mode = 'redact', categories = {} } = options;
  if (!MODES.includes(mode)) invalid(`createSanitizer: mode is ${mode}. Write one of ${MODES.join(', ')}.`);
  const hashKey = keyBytes(options.hashKey);
  if (mode === 'hash' && hashKey === undefined)
    invalid('createSanitizer: mode is hash, but there is no hashKey. Give a secret of 16 bytes or more.');
  const off = new Set<Category>(['identifier']);
  for (const [category, on] of Object.entries(categories) as [Category, boolean][]) {
    if (on) off.delete(category);
    else off.add(category);
  }
  return {
    mode,
    hashKey,
    allowKeys: options.allowKeys ?? [],
    denyKeys: options.denyKeys ?? [],
    isOn: (category) => !off.has(category),
    addresses: categories.online === true,
    maxStringLength: count('maxStringLength', options.maxStringLength ?? 8192, LEAST_STRING_LENGTH),
    maxDepth: count('maxDepth', options.maxDepth ?? 12, 1),
    maxValues: count('maxValues', options.maxValues ?? 20_000, 1),
    statement: options.statement,
  };
}
