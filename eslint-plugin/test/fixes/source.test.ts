import { parse } from '@typescript-eslint/parser';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { calleeStart, closeAfter, codeOnly, openBefore, statementOf, usesOf } from '../../src/fixes/source.ts';

const NAMES = new Set<string>(['Identifier', 'Keyword']);

describe('codeOnly', () => {
  const cases: readonly [name: string, text: string, code: string][] = [
    ['strings', `a('b') + "c\\"d"`, `a(' ') + "    "`],
    ['comments', 'a /* b */ // c\nd', `a${' '.repeat(13)}\nd`],
    ['templates', '`a ${b} c ${`d ${e}`} f`', '`  ${b}   ${`  ${e}`}  `'],
    ['objects in templates', '`${f({ a: `b` })} c`', '`${f({ a: ` ` })}  `'],
    ['regular expressions', "x = /'[/]\\/`/g.test(y)", `x = ${' '.repeat(10)}.test(y)`],
    ['a division', 'x = a / b / c', 'x = a / b / c'],
    ['a regular expression after return', 'return /"/.exec(x)', 'return    .exec(x)'],
  ];
  it.each(cases)('%s', (_, text, code) => {
    expect(codeOnly(text)).toBe(code);
  });

  it('agrees with the parser on the identifiers of this package', () => {
    const folder = fileURLToPath(new URL('../../src/fixes/', import.meta.url));
    const files = readdirSync(folder).filter((f) => f.endsWith('.ts'));
    for (const file of files) {
      const text = readFileSync(folder + file, 'utf8');
      const code = codeOnly(text);
      expect(code).toHaveLength(text.length);
      const { tokens } = parse(text, { tokens: true, range: true });
      for (const { type, range, value } of tokens) {
        if (NAMES.has(type)) expect(code.slice(...range), file).toBe(value);
        else if (/^(['"]).{3,}\1$/.test(value))
          expect(
            code
              .slice(...range)
              .slice(1, -1)
              .trim(),
            file,
          ).toBe('');
      }
    }
    expect(files.length).toBeGreaterThan(5);
  });
});

describe('places in code', () => {
  it('finds the brackets around an offset', () => {
    const code = 'f(a, { b: [1] }, c)';
    expect(openBefore(code, code.indexOf('c'))).toBe(1);
    expect(openBefore(code, code.indexOf('b'))).toBe(5);
    expect(closeAfter(code, code.indexOf('b'))).toBe(14);
    expect(openBefore(code, 0)).toBe(-1);
    expect(closeAfter(code, code.length)).toBe(-1);
  });

  it('tells uses of a variable from properties of the same name', () => {
    expect(usesOf('user', 'user.user + x.user + [...user] + users + #user')).toEqual([0, 25]);
    expect(usesOf('#user', 'this.#user + #user in x')).toEqual([5, 13]);
  });

  it('finds where a called expression begins', () => {
    const code = 'x; trace.getSpan(a)?.list[0]!.set(1)';
    expect(calleeStart(code, code.indexOf('(1)'))).toBe(3);
  });

  const statements: readonly [text: string, removable: boolean][] = [
    ['a();\nf(x);\nb();', true],
    ['a()\nf(x)\nb()', true],
    ['{ f(x) }', true],
    ['async () => { await f(x); }', true],
    ['if (a) f(x);', false],
    ['if (a)\n  f(x);\nb();', false],
    ['if (a) b();\nelse\n  f(x);', false],
    ['const y = f(x);', false],
    ['() => f(x);', false],
    ['f(x).g();', false],
    ['f(x)\n  .g();', false],
    ['return f(x);', false],
    ['a && f(x);', false],
  ];
  it.each(statements)('sees whether a call is a statement: %s', (text, removable) => {
    const start = text.indexOf('f(x)');
    expect(statementOf(text, { start, end: start + 4 }) !== undefined).toBe(removable);
  });
});
