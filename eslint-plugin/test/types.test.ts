import { fileURLToPath } from 'node:url';
import * as parser from '@typescript-eslint/parser';
import { ESLint, type Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import telint from '../src/index.ts';

const cwd = fileURLToPath(new URL('fixtures/typed', import.meta.url));

async function linesWith(preset: Linter.Config, parserOptions: Linter.ParserOptions): Promise<readonly number[]> {
  const eslint = new ESLint({
    cwd,
    overrideConfigFile: true,
    overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser, parserOptions } }, preset],
  });
  const [result] = await eslint.lintFiles(['src/orders.ts']);
  return (result?.messages ?? []).map((m) => m.line);
}

describe('type information', () => {
  it('finds a metric that only the type checker knows, and stays silent on unions', async () => {
    const typed = await linesWith(telint.configs.recommendedTypeChecked, {
      projectService: true,
      tsconfigRootDir: cwd,
    });
    expect(typed).toEqual([9]);
  });
  it('is not needed: without types the unknown receiver stays silent', async () => {
    expect(await linesWith(telint.configs.recommended, {})).toEqual([]);
    expect(await linesWith(telint.configs.recommendedTypeChecked, {})).toEqual([]);
  });
});
