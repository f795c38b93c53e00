import * as tsParser from '@typescript-eslint/parser';
import { RuleTester, type Rule } from 'eslint';
import { describe, expect, it } from 'vitest';
import { applySuggestion, lint } from './lint.ts';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;

/** A suggestion that a finding must offer: its title and what the whole text is afterwards. */
interface ExpectedSuggestion {
  readonly title: string;
  readonly output: string;
}

/**
 * Code with « and » around what is reported; several findings are marked in the order of the text. The end of a mark is
 * held exactly; the range may begin earlier on its line, at the key or the method.
 */
export interface InvalidCase {
  readonly code: string;
  /** Part of the message of every finding, or one per finding. */
  readonly says: RegExp | readonly RegExp[];
  /** All suggestions of the findings, in their order. */
  readonly suggestions?: readonly (readonly ExpectedSuggestion[])[];
  readonly options?: readonly unknown[];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Parse as JavaScript with ESLint's own parser. */
  readonly js?: boolean;
}

/** Code in which the rule must stay silent. */
export type ValidCase = string | Omit<InvalidCase, 'says' | 'suggestions'>;

/** Code that should be reported and is not yet. */
export interface MissedCase extends Pick<InvalidCase, 'code' | 'settings'> {
  /** What the analysis does not do. */
  readonly why: string;
}

/** The cases of a rule. */
export interface RuleCases {
  readonly valid: readonly ValidCase[];
  readonly invalid: readonly InvalidCase[];
  readonly missed?: readonly MissedCase[];
}

interface Mark {
  readonly start: number;
  readonly end: number;
}

/**
 * Runs ESLint's RuleTester on compact cases, and checks that every suggestion leaves code that parses and no longer has
 * the finding.
 */
export function testRule(title: string, rule: unknown, cases: RuleCases): void {
  const name = title.replace(/:.*/, '');
  const ts = new RuleTester({ languageOptions: { parser: tsParser }, settings: { telint: { crossFile: 'off' } } });
  const js = new RuleTester({ settings: { telint: { crossFile: 'off' } } });
  const valid = cases.valid.map((c) => (typeof c === 'string' ? { code: c } : c));
  for (const [tester, espree] of [
    [ts, false],
    [js, true],
  ] as const) {
    const ofParser = <T extends { js?: boolean }>(list: readonly T[]): T[] =>
      list.filter((c) => (c.js ?? false) === espree);
    const tests = {
      valid: ofParser(valid).map(({ code, options, settings }) => ({
        name: titleOf(code),
        code,
        ...shared(options, settings),
      })),
      invalid: ofParser(cases.invalid).map((c) => invalidTest(name, c)),
    };
    if (tests.valid.length + tests.invalid.length > 0)
      tester.run(`${title} (${espree ? 'espree' : 'typescript-eslint'})`, rule as Rule.RuleModule, tests as never);
  }

  for (const c of cases.missed ?? [])
    it.fails(`known miss: ${c.why}`, () =>
      expect(lint(unmark(c.code).text, lintOptions(name, c))).toHaveLength(unmark(c.code).marks.length),
    );

  describe(`${title}: every case`, () => {
    const configured = valid.filter((c) => c.options ?? c.settings);
    if (configured.length > 0)
      it('is silent by options and settings only where it is not without them', () => {
        for (const c of configured)
          expect(
            lint(c.code, lintOptions(name, { code: c.code, ...(c.js === undefined ? {} : { js: c.js }) })),
            c.code,
          ).not.toEqual([]);
      });
    let suggestions = 0;
    it.each(cases.invalid.map((c) => [titleOf(c.code), c] as const))('is clean after each suggestion: %s', (_, c) => {
      const { text } = unmark(c.code);
      for (const finding of lint(text, lintOptions(name, c))) {
        for (const { desc, fix } of finding.suggestions ?? []) {
          suggestions++;
          const after = lint(applySuggestion(text, fix), lintOptions(name, c));
          const same = after.filter(
            (m) => m.fatal === true || (m.message === finding.message && m.line === finding.line),
          );
          expect(
            same.map((m) => m.message),
            `${desc}:\n${applySuggestion(text, fix)}`,
          ).toEqual([]);
        }
      }
    });
    it('has suggestions', () => expect(suggestions).toBeGreaterThan(0));
  });
}

function lintOptions(name: string, c: Exclude<ValidCase, string>): Parameters<typeof lint>[1] {
  return {
    rules: { [name]: c.options ?? [] },
    settings: { crossFile: 'off', ...c.settings },
    espree: c.js ?? false,
    filename: c.js ? 'src/file.js' : 'src/file.ts',
  };
}

function shared(
  options: readonly unknown[] | undefined,
  settings: Readonly<Record<string, unknown>> | undefined,
): object {
  return {
    ...(options ? { options } : {}),
    ...(settings ? { settings: { telint: { crossFile: 'off', ...settings } } } : {}),
  };
}

function invalidTest(name: string, c: InvalidCase): object {
  const { code, says, suggestions, options, settings } = c;
  const { text, marks } = unmark(code);
  if (marks.length === 0) throw new Error(`No « » in ${code}`);
  // RuleTester wants a number where the case does not say which suggestions there are.
  const found = suggestions ? [] : lint(text, lintOptions(name, c));
  const errors = marks.map((mark, i) => {
    const expected = suggestions?.[i]?.map(({ title, output }) => ({ desc: title, output }));
    const count = found[i]?.suggestions?.length ?? 0;
    return {
      message: says instanceof RegExp ? says : (says[i] ?? /.{999}/),
      ...location(text, mark),
      ...(expected ? { suggestions: expected } : count > 0 ? { suggestions: count } : {}),
    };
  });
  return { name: titleOf(code), code: text, errors, ...shared(options, settings) };
}

/** The line that matters: the first marked one, else the last. */
function titleOf(code: string): string {
  const lines = code.trim().split('\n');
  return (lines.find((l) => l.includes('«')) ?? lines.at(-1) ?? '').trim();
}

/** The text without marks and the ranges between them. */
export function unmark(code: string): { readonly text: string; readonly marks: readonly Mark[] } {
  const marks: Mark[] = [];
  let text = '';
  let start = 0;
  for (const part of code.split(/([«»])/)) {
    if (part === '«') start = text.length;
    else if (part === '»') marks.push({ start, end: text.length });
    else text += part;
  }
  return { text, marks };
}

function location(text: string, { start, end }: Mark): object {
  const [from, to] = [position(text, start), position(text, end)];
  return { line: from.line, endLine: to.line, endColumn: to.column };
}

function position(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
