import { describe, expect, it } from 'vitest';
import { tidied } from '../../src/fixes/tidy.ts';

/** The text without what stands between « and », and without what nothing uses any more. */
function tidy(marked: string, replacement = ''): string {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  const text = marked.replace(/[«»]/g, '');
  let out = text;
  for (const e of [...tidied(text, [{ start, end, text: replacement }])].reverse())
    out = out.slice(0, e.start) + e.text + out.slice(e.end);
  return out;
}

describe('what nothing uses any more goes too', () => {
  const cases: readonly [name: string, before: string, after: string][] = [
    ['an import', "import { a, b, c } from './x';\nf(a, «b», c);", "import { a, c } from './x';\nf(a, , c);"],
    ['the last import of a list', "import { a, b } from './x';\nf(a, «b»);", "import { a } from './x';\nf(a, );"],
    ['the only import', "import { b } from './x';\nf(«b»);", 'f();'],
    ['a constant', "const v = req.get('x') ?? 'none';\nf(«v»);", 'f();'],
    ['a constant and its import', "import { mask } from './x';\nconst v = mask;\nf(«v»);", 'f();'],
    [
      'a parameter of an arrow function',
      "run('x', async (span) => {\n  f(«span»);\n});",
      "run('x', async () => {\n  f();\n});",
    ],
    [
      'a private field',
      'class A {\n  readonly #v: string;\n  constructor(v: string) {\n    this.#v = v;\n    keep(v);\n  }\n  m() {\n    f(«this.#v»);\n  }\n}',
      'class A {\n  constructor(v: string) {\n    keep(v);\n  }\n  m() {\n    f();\n  }\n}',
    ],
  ];
  it.each(cases)('%s', (_, before, after) => {
    expect(tidy(before)).toBe(after);
  });
});

describe('what may still be needed stays', () => {
  const cases: readonly [name: string, text: string][] = [
    ['a constant with another use', 'const v = x.y;\nf(«v»);\ng(v);'],
    ['a constant made by a call', 'const v = load();\nf(«v»);'],
    ['a constant that waits', 'const v = await x.y;\nf(«v»);'],
    ['an exported constant', 'export const v = 1;\nf(«v»);'],
    ['a variable', 'let v = 1;\nf(«v»);'],
    ['a renamed import', "import { a as b } from './x';\nf(«b»);"],
    ['a default import', "import b from './x';\nf(«b»);"],
    ['a parameter before others', 'run((a, b) => f(«a», b));'],
    ['a parameter of a declared function', 'function g(a) {\n  f(«a»);\n}'],
    ['a private field with two writes', 'class A {\n  #v = 1;\n  a() { this.#v = 2; }\n  b() { f(«this.#v»); }\n}'],
    ['a name that only a string has elsewhere', "const v = load('v');\nf(«v»);"],
    ['a part of a destructured object', 'const { v } = x;\nf(«v»);'],
    ['a constant without semicolon', 'const v = 1\nf(«v»)'],
  ];
  it.each(cases)('%s', (_, text) => {
    expect(tidy(text)).toBe(text.replace(/«[^»]*»/, ''));
  });
  it('a name that the new text uses', () => {
    expect(tidy("import { a } from './x';\nf(«a(req.path)»);", "a('/x')")).toBe(
      "import { a } from './x';\nf(a('/x'));",
    );
  });
});
