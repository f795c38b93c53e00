import { describe, expect, it } from 'vitest';
import { replaceBetween, table } from '../lib/markdown.ts';
import { exportNameOf, ruleFiles } from '../lib/rule-template.ts';
import { descriptionOf, RULE_NAME } from '../lib/rules.ts';

describe('replaceBetween', () => {
  it('replaces only what stands between the markers, and again gives the same', () => {
    const once = replaceBetween('head\n<!-- a -->\nold\n<!-- b -->\ntail', '<!-- a -->', '<!-- b -->', 'new');
    expect(once).toBe('head\n<!-- a -->\n\nnew\n\n<!-- b -->\ntail');
    expect(replaceBetween(once, '<!-- a -->', '<!-- b -->', 'new')).toBe(once);
  });

  it.each(['no markers', '<!-- a --> only', '<!-- b --> before <!-- a -->'])('throws for %s', (document) => {
    expect(() => replaceBetween(document, '<!-- a -->', '<!-- b -->', 'new')).toThrow('missing');
  });
});

describe('table', () => {
  it('escapes pipes', () => {
    expect(table(['A', 'B'], [['x | y', 'z']])).toBe('| A | B |\n| --- | --- |\n| x \\| y | z |');
  });
});

describe('rules', () => {
  it('have a verb of the convention in their name', () => {
    expect(['no-raw-sql', 'require-span-end', 'valid-http2-label'].every((name) => RULE_NAME.test(name))).toBe(true);
    expect(
      ['index', 'no', 'no_raw', 'no-Raw', 'span-end', 'no-raw-', '../no-raw'].some((name) => RULE_NAME.test(name)),
    ).toBe(false);
  });

  it('need a description', () => {
    const rule = (description: string) => ({ name: 'no-x', exportName: 'noX', meta: { docs: { description } } });
    expect(descriptionOf(rule('Finds x.'))).toBe('Finds x');
    expect(() => descriptionOf(rule(''))).toThrow('no meta.docs.description');
  });

  it('start as three files', () => {
    expect(exportNameOf('no-raw-sql-in-spans')).toBe('noRawSqlInSpans');
    expect([...ruleFiles('no-raw-sql').keys()]).toEqual([
      'eslint-plugin/src/rules/no-raw-sql.ts',
      'eslint-plugin/test/rules/no-raw-sql.test.ts',
      'eslint-plugin/docs/rules/no-raw-sql.md',
    ]);
  });
});
