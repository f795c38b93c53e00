import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encode } from '../../src/host/bytes.ts';
import { hashesOf, hasWord, WordFilter } from '../../src/analysis/word-filter.ts';

const word = fc.stringMatching(/^[a-z$_ö]{1,6}$/);
const text = fc.array(fc.oneof(word, fc.constantFrom('.', '(', ' ', '\n', 'new ')), { maxLength: 60 });

function holds(bytes: string, searched: string): boolean {
  const filter = new WordFilter(bytes);
  return filter.mayHaveAll(hashesOf(searched)) && hasWord(bytes, searched);
}

it.each([
  ['recordHit(path)', 'recordHit', true],
  ['recordHits(path)', 'recordHit', false],
  ['record.recordHits(); recordHit()', 'recordHit', true],
  ['metrics.recordHit (path)', '.recordHit(', false],
  ['metrics.recordHit(path)', '.recordHit(', true],
  ['new Counters()', 'new Counter', false],
  ['renew Counter()', 'new Counter', false],
  ['größe', 'größe', true],
  ['größer', 'größe', false],
  ['$route', 'route', false],
])('%j: %s', (bytes, searched, expected) => {
  expect(holds(encode(bytes), encode(searched))).toBe(expected);
});

it('says the same as a search for whole words', () => {
  fc.assert(
    fc.property(text, fc.tuple(fc.constantFrom('', '.', 'new '), word), (parts, [prefix, name]) => {
      const bytes = encode(parts.join(''));
      const searched = encode(prefix + name);
      const whole = new RegExp(
        `${prefix === '.' ? '' : '(?<![\\w$\\x80-\\xff])'}${searched.replace(/[.$]/g, '\\$&')}(?![\\w$\\x80-\\xff])`,
      );
      expect(holds(bytes, searched)).toBe(whole.test(bytes));
    }),
  );
});

it('tells most texts without a word at once', () => {
  const names = (prefix: string): string[] => Array.from({ length: 2000 }, (_, i) => `${prefix}${i}`);
  const filter = new WordFilter(names('present').join(' '));
  const mistaken = names('absent').filter((name) => filter.mayHaveAny(hashesOf(name)));
  expect(mistaken.length).toBeLessThan(200);
});
