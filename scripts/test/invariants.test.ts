import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { inRoot } from '../lib/paths.ts';

const INVARIANTS = new Set(['@typescript-eslint/no-restricted-imports', 'no-restricted-syntax', 'max-lines']);
const eslint = new ESLint({
  cwd: inRoot(''),
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => INVARIANTS.has(ruleId),
});

async function broken(file: string, code: string): Promise<(string | null)[]> {
  const results = await eslint.lintText(code, { filePath: inRoot(`eslint-plugin/src/${file}`) });
  return results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));
}

describe('architecture invariants', () => {
  it.each([
    ['knowledge/words.ts', `import { readFile } from 'node:fs/promises';`],
    ['knowledge/words.ts', `import type { Facts } from '../analysis/facts.ts';`],
    ['knowledge/libraries/web.ts', `import type { Facts } from '../../analysis/facts.ts';`],
    ['knowledge/libraries/web.ts', `import { Counter } from 'prom-client';`],
    ['analysis/facts.ts', `import { Linter } from 'eslint';`],
    ['analysis/facts.ts', `import { AST_NODE_TYPES } from '@typescript-eslint/types';`],
    ['analysis/facts.ts', `import { readFileSync } from 'node:fs';`],
    ['analysis/facts.ts', `import { rules } from '../rules/index.ts';`],
    ['analysis/facts.ts', `import type { Position } from 'vscode-languageserver';`],
    ['rules/no-thing.ts', `import { ESLintUtils } from '@typescript-eslint/utils';`],
    ['rules/no-thing.ts', `import { readFileSync } from 'node:fs';`],
    ['fixes/edit.ts', `import ts from 'typescript';`],
    ['host/eslint.ts', `import { ESLint } from 'eslint';`],
  ])('%s may not contain %s', async (file, code) => {
    expect(await broken(file, code)).toEqual(['@typescript-eslint/no-restricted-imports']);
  });

  it.each([
    ['knowledge/words.ts', `import type { Word } from './types.ts';`],
    ['knowledge/words.ts', `import { web } from './libraries/web.ts';`],
    ['knowledge/libraries/web.ts', `import type { Library } from '../types.ts';`],
    ['analysis/facts.ts', `import type { TSESTree } from '@typescript-eslint/types';`],
    ['analysis/facts.ts', `import { libraries } from '../knowledge/libraries/index.ts';`],
    ['rules/no-thing.ts', `import type { Rule } from 'eslint';`],
    ['host/files.ts', `import { readFileSync } from 'node:fs';`],
    ['index.ts', `export default {};`],
  ])('%s may contain %s', async (file, code) => {
    expect(await broken(file, code)).toEqual([]);
  });

  it.each([`export * from './facts.ts';`, `export default 1;`])('nothing exports with %s', async (code) => {
    expect(await broken('analysis/index.ts', code)).toEqual(['no-restricted-syntax']);
  });

  it('limits a rule to 200 lines, a file to 400, and a table not at all', async () => {
    const lines = (count: number): string => 'let a;\n'.repeat(count - 1) + 'let a;';
    expect(await broken('rules/no-thing.ts', lines(201))).toEqual(['max-lines']);
    expect(await broken('analysis/facts.ts', lines(400))).toEqual([]);
    expect(await broken('analysis/facts.ts', lines(401))).toEqual(['max-lines']);
    expect(await broken('knowledge/words.ts', lines(401))).toEqual([]);
  });
});
