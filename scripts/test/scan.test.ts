import { describe, expect, it } from 'vitest';
import { findLeaks } from '../scan/search.ts';
import { scan } from '../scan/scan.ts';
import { cardNumber, createSeeds, disguisesOf } from '../scan/seeds.ts';

const PLACES = ['metrics', 'spans', 'OTLP bodies', 'logs', 'headers to others', 'disk queue'];

describe('the search', () => {
  const seeds = createSeeds();
  const disguises = disguisesOf(seeds);

  it('makes cards with a right check digit', () => {
    const digits = Array.from(cardNumber(), Number).toReversed();
    const sum = digits.reduce(
      (total, digit, i) => total + (i % 2 === 1 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit),
      0,
    );
    expect(sum % 10).toBe(0);
  });

  it.each(seeds.map(({ kind, text }) => [kind, text]))('finds a %s in every form', (kind, text) => {
    const forms: Readonly<Record<string, string>> = {
      'as it is': `before ${text} after`,
      'upper case': text.toUpperCase(),
      'percent-encoded': `/x?y=${encodeURIComponent(text)}`,
      base64: Buffer.from(`user:${text};more`).toString('base64'),
      base64url: Buffer.from(`{"a":"${text}"}`).toString('base64url'),
      hexadecimal: Buffer.from(text).toString('hex'),
      'inside JSON': JSON.stringify({ text }),
      'in groups': text.replace(/(.{4})(?=.)/g, '$1 '),
    };
    for (const [form, emitted] of Object.entries(forms)) {
      const kinds = findLeaks([{ place: 'logs', text: emitted }], disguises).map((leak) => leak.kind);
      expect(kinds, form).toContain(kind);
    }
  });

  it('is silent about other seeds', () => {
    const emissions = createSeeds().map(({ text }) => ({ place: 'logs', text }));
    expect(findLeaks(emissions, disguises)).toEqual([]);
  });
});

describe('the fixed example under hostile input', { timeout: 600_000 }, () => {
  it('leaks nothing', async () => {
    const { leaks, seen } = await scan('shop');
    expect(leaks).toEqual([]);
    for (const place of PLACES) expect(seen[place], place).toBeGreaterThan(0);
  });

  it('would be caught: a service that leaks on purpose is, in every place', async () => {
    const { leaks, kinds } = await scan('control');
    for (const place of PLACES.filter((one) => one !== 'disk queue')) {
      const found = new Set(leaks.filter((leak) => leak.place === place).map(({ kind }) => kind));
      expect([...found].sort(), place).toEqual([...kinds].sort());
    }
    expect(leaks.some(({ place }) => place === 'disk queue')).toBe(true);
  });
});
