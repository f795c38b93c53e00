import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exampleAfter } from './support/document.ts';

const text = readFileSync(new URL('../../docs/quick-fixes.md', import.meta.url), 'utf8');
const EXAMPLE = /<!-- ([^\n]*) -->\n\nBefore:\n\n```(\w+)\n([\s\S]*?)```\n\nAfter:\n\n```\w+\n([\s\S]*?)```/g;
const examples = [...text.matchAll(EXAMPLE)].map(([, recipe = '', language = '', before = '', after = '']) => ({
  recipe,
  language,
  before,
  after,
}));

describe('docs/quick-fixes.md', () => {
  it('has a before and an after for each code block', () => {
    expect(text.match(/^```\w+$/gm)).toHaveLength(examples.length * 2);
    expect(examples.length).toBeGreaterThanOrEqual(9);
  });

  it.each(examples)('$recipe gives what the document shows', ({ recipe, language, before, after }) => {
    expect(exampleAfter(recipe, language, before)).toBe(after);
  });
});
