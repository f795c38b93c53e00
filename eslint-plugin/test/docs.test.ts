import { describe, expect, it } from 'vitest';
import { rules } from '../src/rules/index.ts';
import { codeBlocks, rulePages } from './support/docs.ts';
import { lint } from './support/lint.ts';

const pages = new Map(rulePages().map((page) => [page.rule, page.text]));

describe.each(Object.entries(rules))('%s', (name, rule) => {
  const page = pages.get(name) ?? '';

  it('has a page with examples of both kinds', () => {
    const marks = codeBlocks(page).map((block) => block.mark);
    expect(marks).toContain('❌');
    expect(marks).toContain('✅');
  });

  it('says when not to use it', () => {
    expect(page).toMatch(/^## When not to use it\n\n\S/m);
  });

  it('explains every option', () => {
    const [options] = rule.meta.schema as readonly { properties?: Record<string, unknown> }[];
    for (const option of Object.keys(options?.properties ?? {})) expect(page, option).toContain(`\`${option}\``);
  });

  it.each(codeBlocks(page))('line $line: $mark', ({ mark, language, code }) => {
    const messages = lint(code, { filename: `src/example.${language}`, rules: { [name]: [] } });
    expect(messages.filter((m) => m.fatal === true)).toEqual([]);
    if (mark === '❌') expect(messages).not.toEqual([]);
    else expect(messages.map((m) => m.message)).toEqual([]);
  });

  it('has messages that end with a full stop and say what to do', () => {
    for (const [id, text] of Object.entries(rule.meta.messages)) {
      if (id === 'fix') continue;
      expect(text, id).toMatch(/[^.]\.$/);
      const advice = text.split(/[.:] /).at(-1) ?? '';
      expect(startsWithVerb(advice) || advice.startsWith('{{'), `${id}: ${advice}`).toBe(true);
    }
  });

  it('has suggestions that begin with a verb and have no full stop', () => {
    for (const block of codeBlocks(page).filter((b) => b.mark === '❌')) {
      for (const message of lint(block.code, { filename: `src/example.${block.language}`, rules: { [name]: [] } })) {
        for (const { desc } of message.suggestions ?? []) {
          expect(startsWithVerb(desc), desc).toBe(true);
          expect(desc).not.toMatch(/\.$/);
        }
      }
    }
  });
});

it('has no page without a rule', () => {
  expect([...pages.keys()].filter((name) => !(name in rules))).toEqual([]);
});

const VERBS = new Set([
  'add',
  'await',
  'bind',
  'call',
  'carry',
  'continue',
  'convert',
  'copy',
  'drop',
  'end',
  'extract',
  'give',
  'inject',
  'keep',
  'link',
  'mask',
  'move',
  'pass',
  'put',
  'remove',
  'return',
  'run',
  'send',
  'set',
  'spread',
  'start',
  'store',
  'use',
  'wait',
  'wrap',
  'write',
]);

/** Titles and advice tell the reader to do something. */
function startsWithVerb(text: string): boolean {
  return VERBS.has((/^[A-Za-z]+/.exec(text)?.[0] ?? '').toLowerCase());
}
