import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createSanitizer } from '../src/sanitize.ts';

const { cases } = JSON.parse(readFileSync(new URL('data/presidio-cases.json', import.meta.url), 'utf8')) as {
  cases: Record<string, readonly (readonly [text: string, count: number])[]>;
};
const sanitizer = createSanitizer({ categories: { online: true } });

/** Texts that we judge otherwise, on purpose. */
const OTHERWISE: readonly string[] = [
  // One digit in ten is a right check digit: fifteen digits with a 1 in front are more often an id than a UATP card.
  '122000000000003',
  // Length and check digits are right; the structure of the account number behind them is not looked at.
  'RS35 2600 0560 1001 6113 70',
  // Nine digits without the dashes are any number.
  '078-051121 07805-1121', '078051121',
  // Loopback and unspecified addresses are nobody's.
  'Use local ipv6 ::', 'my ip: ::1', 'connecting from ::1', 'src=:: dst=::1', 'Unspecified ::', 'Loopback ::1', '::1/128',
  '::/0', '::/128', 'fe80::/10',
  // The part before the wrong one is an address.
  '::ffff:256.0.0.1', '::ffff:192.168.1', '2001:db8::256.1.1.1',
  // Five numbers are a version.
  '192.168.1.1.1',
]; // prettier-ignore

function found(text: string): number {
  return sanitizer.value(text).split('[REDACTED]').length - 1;
}

describe.each(Object.entries(cases))('test strings of Presidio: %s', (_kind, rows) => {
  it('has them', () => expect(rows.length).toBeGreaterThan(7));

  it.each(rows.filter(([text]) => !OTHERWISE.includes(text)))('%s: %i', (text, count) => {
    expect(found(text)).toBe(count);
  });

  it('is judged otherwise only where it says so', () => {
    for (const [text, count] of rows) if (OTHERWISE.includes(text)) expect(found(text)).not.toBe(count);
  });
});
