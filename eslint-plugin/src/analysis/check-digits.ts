import { CARD_RANGES, IBAN_LENGTHS } from '../knowledge/sensitive-patterns.ts';

/** Digits of a payment card. Source: ISO/IEC 7812. */
export const SHORTEST_CARD = 12;
export const LONGEST_CARD = 19;

/** Check digit of ISO/IEC 7812, annex B. */
function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, double = false; at >= 0; at--, double = !double) {
    const digit = digits.charCodeAt(at) - 48;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}

/** Bit `n - SHORTEST_CARD` is set where some network has cards of `n` digits that begin with these four. */
const lengthsByStart = new Uint8Array(10_000);
for (const { from, to, digits, lengths } of CARD_RANGES) {
  const scale = 10 ** (4 - digits);
  const bits = lengths.reduce((mask, length) => mask | (1 << (length - SHORTEST_CARD)), 0);
  for (let start = from * scale; start < (to + 1) * scale; start++)
    lengthsByStart[start] = (lengthsByStart[start] ?? 0) | bits;
}

/** True for the digits of a payment card: range and length of a network, check digit, not one digit over and over. */
export function isCardNumber(digits: string): boolean {
  if (digits.length < SHORTEST_CARD || digits.length > LONGEST_CARD) return false;
  let start = 0;
  for (let at = 0; at < 4; at++) start = start * 10 + digits.charCodeAt(at) - 48;
  const lengths = lengthsByStart[start] ?? 0;
  const isNetwork = (lengths & (1 << (digits.length - SHORTEST_CARD))) !== 0;
  return isNetwork && luhn(digits) && !/^(\d)\1+$/.test(digits);
}

/**
 * True for an IBAN of the length of its country, written without separators in upper case. Check digits of ISO 13616:
 * letters count from 10, the number modulo 97 is 1.
 */
export function isIban(compact: string): boolean {
  if (IBAN_LENGTHS[compact.slice(0, 2)] !== compact.length) return false;
  let rest = 0;
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    const code = char.charCodeAt(0);
    rest = code <= 57 ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97;
  }
  return rest === 1;
}
