import { REDACTED } from './sanitize-replace.ts';

declare const secretBrand: unique symbol;
declare const piiBrand: unique symbol;

/** A value that only `reveal()` gives away; every way to print it shows `[REDACTED]`. */
class Sealed<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself, for the one place that needs it. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}

/** A credential: key, password, token. Neither assignable to `T` nor to `Pii<T>`. */
export type Secret<T> = Sealed<T> & { readonly [secretBrand]: true };

/** Personal data: an address, a name, a number of a person. Neither assignable to `T` nor to `Secret<T>`. */
export type Pii<T> = Sealed<T> & { readonly [piiBrand]: true };

/** Wraps a credential, so that no log line, template or `JSON.stringify` can show it. */
export function secret<T>(value: T): Secret<T> {
  return Object.freeze(new Sealed(value)) as Secret<T>;
}

/** Wraps personal data, so that no log line, template or `JSON.stringify` can show it. */
export function pii<T>(value: T): Pii<T> {
  return Object.freeze(new Sealed(value)) as Pii<T>;
}

/** True for values made by `secret()` and `pii()`. */
export function isSealed(value: unknown): boolean {
  return value instanceof Sealed;
}
