import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFINES } from '../../src/analysis/collect-inventory.ts';
import { PATTERNS } from '../../src/analysis/relevance.ts';

const ALL = Object.entries({ ...PATTERNS, DEFINES });

/** The pattern without `\\b`, which the generator of texts does not know: what it makes is held against the whole one. */
const withoutBoundaries = ({ source }: RegExp): RegExp => new RegExp(source.replaceAll('\\b', ''));

it.each(ALL)('%s matches nothing that its words rule out', (_, guarded) => {
  const around = fc.constantFrom('', ' ', 'x', '$', '.', 'é', '\n', '日');
  let matched = 0;
  fc.assert(
    fc.property(around, fc.stringMatching(withoutBoundaries(guarded.pattern)), around, (before, match, after) => {
      const text = before + match + after;
      if (!guarded.pattern.test(text)) return;
      matched++;
      expect(guarded.mayMatch(text)).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect(matched).toBeGreaterThan(100);
});

it.each(ALL)('%s is not looked for in other code', (_, guarded) => {
  expect(guarded.mayMatch('export const price = (items: Item[]) => items.length * rate;\n'.repeat(200))).toBe(false);
});
