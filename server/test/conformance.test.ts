import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { workspace } from '../../eslint-plugin/test/support/workspace.ts';
import { byEslint, byOxlint, byRunner, differences } from './support/hosts.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FIXTURES = join(ROOT, 'eslint-plugin/test/regression/fixtures');

/** A copy outside of folders that are called like tests, without the marks, which would be read as code otherwise. */
function copyOf(folder: string): string {
  const root = workspace({});
  cpSync(folder, root, { recursive: true, filter: (path) => !path.includes('node_modules') });
  for (const path of filesBelow(root))
    if (/\.[cm]?[jt]sx?$/.test(path))
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/\s*\/\/ (?:\$|OK:) \S.*$/gm, ''));
  return root;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile());
}

describe('ESLint, oxlint and the own runner find the same', { timeout: 120_000 }, () => {
  const folders = [
    ['examples/shop', join(ROOT, 'examples/shop')] as const,
    ...readdirSync(FIXTURES)
      .sort()
      .map((name) => [`regression/${name}`, join(FIXTURES, name)] as const),
  ];

  it.each(folders)('%s', async (_, folder) => {
    const root = copyOf(folder);
    const own = byRunner(root);
    const eslint = await byEslint(root);
    expect(differences(eslint, own)).toEqual([]);
    expect(differences(byOxlint(root), own)).toEqual([]);
    if (folder.endsWith('shop')) expect(own.length).toBeGreaterThan(20);
  });

  it('on nothing only where there is nothing', () => {
    const counts = folders.map(([, folder]) => byRunner(copyOf(folder)).length);
    expect(counts.reduce((a, b) => a + b, 0)).toBeGreaterThan(150);
  });
});

/** `TELINT_CONFORMANCE=folder,folder npx vitest run server/test/conformance` compares the hosts on other code. */
const given = (process.env['TELINT_CONFORMANCE'] ?? '').split(',').filter((folder) => folder !== '');

describe.runIf(given.length > 0)('on the folders of TELINT_CONFORMANCE', { timeout: 600_000 }, () => {
  it.each(given)('%s', async (folder) => {
    expect(existsSync(folder)).toBe(true);
    const own = byRunner(folder);
    const eslint = await byEslint(folder);
    const wrong = differences(eslint, own);
    expect(wrong, `${relative(ROOT, folder)}: ${eslint.length} findings\n${wrong.join('\n')}`).toEqual([]);
  });
});
