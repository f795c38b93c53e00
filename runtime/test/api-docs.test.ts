import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hiddenTypes } from '../../scripts/lib/hidden-types.ts';
import { apiExports, entryFiles } from '../../scripts/lib/runtime-api.ts';
import { tableRows } from './support/markdown.ts';

const page = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), tableRows(section, 'export')] as const),
);
const exported = apiExports();

it('has a section for every sub-path of the package and no other', () => {
  expect([...sections.keys()]).toEqual([...entryFiles().keys()]);
});

it('names no type in a signature that nobody can import', () => {
  expect(hiddenTypes()).toEqual([]);
}, 120_000);

describe.each([...exported])('%s', (subPath, exports) => {
  const rows = sections.get(subPath) ?? [];

  it('lists every export, value or type, and nothing else', () => {
    const listed = rows.map(([signature = '']) => /^`(\w+)/.exec(signature)?.[1]);
    expect(listed).toEqual(exports.map(({ name }) => name));
  });

  it('says how it is called and what it is', () => {
    expect(rows).toEqual(exports.map(({ signature, kind, summary }) => [`\`${signature}\``, kind, summary]));
    const notTold = exports.filter(({ summary }) => !/^[\p{Lu}`].{8,}[.…]$/u.test(summary));
    expect(notTold.map(({ name, summary }) => `${name}: ${summary}`)).toEqual([]);
  });

  // Importing `register` would start tracing in this process.
  if (subPath.endsWith('/register')) return;

  it('lists what is there at run time', async () => {
    const module = (await import(pathToFileURL(entryFiles().get(subPath) ?? '').href)) as object;
    const values = exports.filter(({ kind }) => kind !== 'type').map(({ name }) => name);
    expect(values.sort()).toEqual(Object.keys(module).sort());
  });
});
