import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Workspace } from '../src/host/workspace.ts';
import { workspace } from './support/workspace.ts';

const FILES = {
  'package.json': '{ "name": "shop" }',
  'lib/sold/package.json': '{ "name": "@shop/orders" }',
  'lib/sold/src/index.ts': `export * from './counter.ts';`,
  'lib/sold/src/counter.ts': 'export const orders = 1;',
  'app/main.ts': `import { orders } from '@shop/orders';`,
  'app/other.ts': `import { orders } from '@shop/sales';`,
  'app/near.ts': `import { orders } from '../lib/sold/src/index.ts';\nimport './index';`,
};

const QUESTIONS: readonly { readonly words: readonly string[]; readonly importing?: string }[] = [
  { words: ['orders'] },
  { words: ['import', 'orders'] },
  { words: ['größe'] },
  { words: [], importing: 'lib/sold/src/index.ts' },
  { words: ['orders'], importing: 'lib/sold/src/index.ts' },
  { words: [], importing: 'lib/sold/src/counter.ts' },
  { words: [], importing: 'app/main.ts' },
];

const SPECIFIERS = ['@shop/orders', '@shop/sales', './new.ts', './other', '../lib/sold/src'];

/** What an index answers to every question. */
function answers(index: Workspace, root: string): readonly unknown[] {
  const mentions = QUESTIONS.map(({ words, importing }) =>
    index.mentioning(words, importing === undefined ? {} : { importing: join(root, importing) }),
  );
  return [...mentions, SPECIFIERS.map((specifier) => index.resolve(specifier, join(root, 'app/main.ts')))];
}

function write(root: string, path: string, content: string | undefined): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  if (content === undefined) rmSync(file, { force: true });
  else writeFileSync(file, content);
}

it('a package that gets another name is imported by that name', () => {
  const root = workspace(FILES);
  const index = new Workspace(root);
  const importers = (): readonly string[] =>
    index
      .mentioning([], { importing: join(root, 'lib/sold/src/index.ts') })
      .map((path) => relative(root, path).replaceAll('\\', '/'));
  expect(importers()).toEqual(['app/main.ts', 'app/near.ts']);
  write(root, 'lib/sold/package.json', '{ "name": "@shop/sales" }');
  index.update(join(root, 'lib/sold/package.json'));
  expect(importers()).toEqual(['app/near.ts', 'app/other.ts']);
});

it('a file that imports another in two ways is one importer', () => {
  const root = workspace(FILES);
  const index = new Workspace(root);
  write(root, 'app/near.ts', `import '../lib/sold/src';\nimport './src';\nimport '.';`);
  expect(index.mentioning([], { importing: join(root, 'lib/sold/src/index.ts') })).toEqual([
    join(root, 'app/main.ts'),
    join(root, 'app/near.ts'),
  ]);
});

it('an index file is imported by its folder or the one around `src`', () => {
  const imports = ['.', '../src', '../src/index.js', '../../sold', '../../sold/src/index.ts'];
  const near = Object.fromEntries(imports.map((specifier, i) => [`lib/sold/bin/${i}.ts`, `import '${specifier}';`]));
  const root = workspace({ ...FILES, 'app/main.ts': `import '@shop/orders';`, ...near, 'lib/sold/src/src.ts': '' });
  const index = new Workspace(root);
  const importing = join(root, 'lib/sold/src/index.ts');
  const found = index.mentioning([], { importing }).filter((path) => path.includes('bin'));
  expect(found).toEqual(imports.map((_, i) => join(root, `lib/sold/bin/${i}.ts`)));
  expect(index.mentioning([], { importing: join(root, 'lib/sold/src/src.ts') })).toContain(
    join(root, 'lib/sold/bin/1.ts'),
  );
});

const contents = fc.constantFrom(
  undefined,
  'export const orders = 1;',
  'export const größe = 1;',
  ...Object.values(FILES),
  '{ "name": "@shop/sales" }',
  `import '.';\nimport '../sold';\nimport './main.ts';`,
);
const change = fc.record({
  path: fc.constantFrom(...Object.keys(FILES), 'lib/package.json', 'app/new.ts', 'lib/sold/test/a.ts'),
  content: contents,
  shown: fc.boolean(),
});

it('an index that is kept up to date answers as a new one', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const root = workspace(FILES);
      const kept = new Workspace(root);
      answers(kept, root);
      for (const { path, content, shown } of changes) {
        write(root, path, content);
        // The text of an editor, or what is on disk.
        kept.update(join(root, path), shown ? content : undefined);
        const fresh = new Workspace(root);
        expect(answers(kept, root)).toEqual(answers(fresh, root));
      }
    }),
    { numRuns: 40, seed: 7 },
  );
});
