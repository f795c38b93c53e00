import { CARD_RANGES, IBAN_LENGTHS } from '../knowledge/sensitive-patterns.ts';

const shortestCard = 12;
const longestCard = 19;

/** Check digit of ISO/IEC 7812, annex B. */
function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, double = false; at >= 0; at--, double = !double) {
    const digit = digits.charCodeAt(at) - 48;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}

/** True for the digits of a payment card: range and length of a network, check digit, not one digit over and over. */
export function isCardNumber(digits: string): boolean {
  if (digits.length < shortestCard || digits.length > longestCard) return false;
  const isNetwork = CARD_RANGES.some(({ from, to, digits: count, lengths }) => {
    const start = Number(digits.slice(0, count));
    return start >= from && start <= to && lengths.includes(digits.length);
  });
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
