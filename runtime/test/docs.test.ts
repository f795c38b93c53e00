import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { entryFiles } from '../../scripts/lib/runtime-api.ts';
import { compileBlocks, docsBlocks, type DocsBlock } from './support/docs-compiler.ts';

const FOLDER = fileURLToPath(new URL('../', import.meta.url));
const pages = ['README.md', ...globSync('docs/*.md', { cwd: FOLDER }).sort()];
const text = (page: string): string => readFileSync(FOLDER + page, 'utf8');
const blocks = pages.flatMap((page) => docsBlocks(page, text(page)));
const block = (code: string): DocsBlock => ({ page: 'test.md', line: 1, text: code, isChecked: true });

describe('examples of the documentation', () => {
  it('compile against this package and the real types of other libraries', () => {
    expect(compileBlocks(blocks)).toEqual([]);
    expect(blocks.length).toBeGreaterThan(40);
  }, 120_000);

  it('are all compiled but one', () => {
    // Set-up of packages that the repository does not have.
    const unchecked = blocks
      .filter(({ isChecked }) => !isChecked)
      .map(({ page, text: code }) => [page, /'(.*)'/.exec(code)?.[1]]);
    expect(unchecked).toEqual([['docs/migration.md', '@opentelemetry/sdk-node']]);
    // Every fence is one that the test knows: no `typescript`, no `js`.
    const languages = new Set(
      pages.flatMap((page) => [...text(page).matchAll(/^```(\S.*)$/gm)].map(([, name]) => name)),
    );
    expect([...languages].filter((name) => !['ts', 'ts no-check', 'sh', 'yaml', 'json'].includes(name ?? ''))).toEqual(
      [],
    );
  });

  it('are found wrong when they are', () => {
    const problems = compileBlocks([
      block("import { withSpan } from '@telint/runtime';\n"),
      block("const answer: string = withSpan('name', () => 42);\n"),
      block("import { noSuchThing } from '@telint/runtime/metrics';\nconst undeclared = notKnownHere;\n"),
    ]);
    expect(problems).toEqual([
      expect.stringContaining("Type 'number' is not assignable to type 'string'"),
      expect.stringContaining('noSuchThing'),
      expect.stringContaining("Cannot find name 'notKnownHere'"),
    ]);
  }, 60_000);
});

it('README.md says what every sub-path is for, and links every document', () => {
  const readme = text('README.md');
  const rows = readme.split('\n').filter((line) => line.startsWith('| `@telint/runtime'));
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(.+?)`/g)].map(([, name = '']) =>
      name.startsWith('/') ? `@telint/runtime${name}` : name,
    ),
  );
  expect(named.sort()).toEqual([...entryFiles().keys()].sort());
  expect(pages.filter((page) => page !== 'README.md' && !readme.includes(`](${page})`))).toEqual([]);
});

describe('links of the documentation', () => {
  it('lead to files and headings that exist', () => {
    const slug = (heading: string): string =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-');
    const broken = pages.flatMap((page) =>
      [...text(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)].flatMap(([link, file, anchor]) => {
        try {
          const target = file === '' || file === undefined ? page : new URL(file, `file://${FOLDER}${page}`);
          const content = typeof target === 'string' ? text(target) : readFileSync(target, 'utf8');
          if (anchor === undefined) return [];
          const headings = [...content.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => slug(heading ?? ''));
          return headings.includes(anchor) ? [] : [`${page}: ${link}`];
        } catch {
          return [`${page}: ${link}`];
        }
      }),
    );
    expect(broken).toEqual([]);
  });
});
