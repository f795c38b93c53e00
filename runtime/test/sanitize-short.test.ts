import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretRules } from '../src/sanitize-rules.ts';
import { isShortWord } from '../src/sanitize-scan.ts';

const rules = secretRules();

/** Texts that a rule begins with: what its pattern takes, with the keyword before it or the run after it. */
function samplesOf({ pattern, kind, keywords, run }: (typeof rules)[number]): string[] {
  const source = pattern.source.replaceAll('\\b', '').replaceAll(/\(\?[=!][^()]*\)/g, '');
  const texts = fc.sample(fc.stringMatching(new RegExp(`^(?:${source})$`)), { numRuns: 30, seed: 3 });
  const before = kind === 'context' ? (keywords.toSorted((a, b) => a.length - b.length)[0] ?? '') : '';
  return texts.map((text) => `${before}${text}${'1'.repeat(run?.min ?? 0)}`);
}

describe('a text that is passed on because it is short', () => {
  it.each(rules.map((rule) => [rule.id, rule] as const))('is no secret of the rule %s', (_id, rule) => {
    const samples = samplesOf(rule);
    expect(samples.length).toBe(30);
    expect(samples.filter((text) => isShortWord(text))).toEqual([]);
  });
});
