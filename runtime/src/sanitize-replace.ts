import { createHmac } from 'node:crypto';
import type { Category, SanitizerSettings } from './sanitize-options.ts';

/** What stands for a value that nothing is told about. */
export const REDACTED = '[REDACTED]';

/** A sensitive part of a text: what it is, and how many characters at its start and end may stay when it is masked. */
export interface Find {
  readonly start: number;
  readonly end: number;
  readonly category: Category;
  /** How `mask` shows it; the default shows nothing. */
  readonly mask?: MaskKind | undefined;
  /** Length of a public prefix such as `sk_live_`, for `mask`. */
  readonly prefix?: number;
}

/** Formats with a harmless part. */
export type MaskKind = 'card' | 'email' | 'tail';

/** Turns sensitive values into what may be written down. */
export interface Replacer {
  (value: string, find?: Pick<Find, 'mask' | 'prefix'>): string;
}

/** Hexadecimal digits of the HMAC that are kept: 96 bits, no collision among a billion values. */
const HASH_DIGITS = 24;
const OWN_HASH = /^\[HASH:[0-9a-f]{24}\]$/;
const OWN_MASK = /^(?:[\w.~-]{1,24}\[REDACTED\]|\*{3,4}(?:-\*{2,4}){0,3}-?[\dA-Z]{0,4}|[^\s@*]?\*{3}@[\w.-]{1,253})$/;

/** True for a text that a sanitizer put there, so that sanitizing twice equals sanitizing once. */
export function isReplacement(text: string, mode: SanitizerSettings['mode']): boolean {
  if (text === REDACTED) return true;
  if (mode === 'hash') return OWN_HASH.test(text);
  return mode === 'mask' && text.length < 300 && OWN_MASK.test(text);
}

function lastFour(value: string): string {
  return value
    .replaceAll(/[^\dA-Z]/gi, '')
    .slice(-4)
    .toUpperCase();
}

/** Shows what is harmless: the last four of a number, the domain of an address, the public prefix of a token. */
export function maskValue(value: string, { mask, prefix = 0 }: Pick<Find, 'mask' | 'prefix'>): string {
  switch (mask) {
    case 'card':
      return `****-****-****-${lastFour(value)}`;
    case 'tail':
      return `****${lastFour(value)}`;
    case 'email':
      return `${value.charAt(0)}***${value.slice(value.lastIndexOf('@'))}`;
    default:
      return prefix > 0 ? value.slice(0, prefix) + REDACTED : REDACTED;
  }
}

/** Makes the function that replaces values in the mode of the settings. */
export function makeReplacer({ mode, hashKey }: Pick<SanitizerSettings, 'mode' | 'hashKey'>): Replacer {
  switch (mode) {
    case 'redact':
      return () => REDACTED;
    case 'drop':
      return () => '';
    case 'mask':
      return (value, find = {}) => maskValue(value, find);
    case 'hash': {
      const key = hashKey ?? new Uint8Array();
      return (value) => `[HASH:${createHmac('sha256', key).update(value).digest('hex').slice(0, HASH_DIGITS)}]`;
    }
  }
}
