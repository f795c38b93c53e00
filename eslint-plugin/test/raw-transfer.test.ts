import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { parseFile, useRawTransfer } from '../src/host/parse.ts';

interface Oxc {
  readonly parseSync: (path: string, text: string, options: object) => { readonly program: unknown };
}
const { parseSync } = createRequire(import.meta.url)('oxc-parser') as Oxc;

useRawTransfer();

/** The tree as the parser hands it over in JSON, which is what `parseFile` falls back to. */
function byJson(path: string, text: string): unknown {
  const options = /\.[cm]?tsx?$/.test(path) ? {} : { lang: 'jsx', astType: 'ts' };
  return parseSync(path, text, { preserveParens: false, ...options }).program;
}

const SOURCES: Readonly<Record<string, string>> = {
  'literals.ts': 'export const all = [1n, /é+/giu, `a${1}😀`, "\\u{1F600}", 0x1f, 1e400, null, true];',
  'types.ts':
    'enum A { X = "x" } namespace N { export type T<K extends string> = { [P in K]?: P } } abstract class C<T> implements I { @d() private readonly x!: number; constructor(private y = 1) { super(); } static { } get z(): asserts this is T { return 1 as const satisfies number; } }',
  'view.tsx': 'const View = ({ a, ...rest }: Props) => <Box {...rest} title="é">{a ?? <b>😀</b>}<></></Box>;',
  'script.js':
    "#!/usr/bin/env node\n'use strict';\nconst a = async function* () { for await (const x of y) yield x?.[0]?.(); };",
  'module.mjs':
    "import a, { default as b } from './b.mjs' with { type: 'json' }; export * as c from 'c'; export default a;",
  'odd text.ts': '// \u2028 lone \ud800 surrogate\nconst t = "\ud800"; label: for (;;) break label;\r\nexport {};',
  'empty.ts': '',
};

test.each(Object.entries(SOURCES))('%s has the tree that JSON gives', (path, text) => {
  expect(parseFile(path, text)?.ast).toEqual(byJson(path, text));
});

test('a text without any statement that can be read has no tree', () => {
  expect(parseFile('broken.ts', 'const a = ;\nfunction f( {')).toBeUndefined();
});

test('what is nested as deeply as may be is parsed', () => {
  const brackets = `const a = ${'['.repeat(900)}${']'.repeat(900)};`;
  const links = `const a = b${'.c'.repeat(1900)};`;
  for (const text of [brackets, links, `const x = ${"'a' + ".repeat(1900)}'a';`])
    expect(parseFile('deep.ts', text)?.ast.body).toHaveLength(1);
  expect(parseFile('after.ts', 'const a = 1;')?.ast).toEqual(byJson('after.ts', 'const a = 1;'));
});
