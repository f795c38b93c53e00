import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFINES } from '../../src/analysis/collect-inventory.ts';
import * as relevance from '../../src/analysis/relevance.ts';

const PATTERNS = Object.entries({
  METRIC_CALLS: relevance.METRIC_CALLS,
  WEAK_METRIC_CALLS: relevance.WEAK_METRIC_CALLS,
  SPAN_CALLS: relevance.SPAN_CALLS,
  SPAN_STARTS: relevance.SPAN_STARTS,
  SEND_CALLS: relevance.SEND_CALLS,
  DECORATORS: relevance.DECORATORS,
  CARRIERS: relevance.CARRIERS,
  DEFINES,
});

/** The pattern without `\\b`, which the generator of texts does not know: what it makes is held against the whole one. */
const withoutBoundaries = ({ source }: RegExp): RegExp => new RegExp(source.replaceAll('\\b', ''));

it.each(PATTERNS)('%s matches nothing that its words rule out', (_, guarded) => {
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

it.each(PATTERNS)('%s is not looked for in other code', (_, guarded) => {
  expect(guarded.mayMatch('export const price = (items: Item[]) => items.length * rate;\n'.repeat(200))).toBe(false);
});
