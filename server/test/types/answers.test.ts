import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tsParser from '@typescript-eslint/parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TypeAnswer } from '../../../eslint-plugin/src/analysis/host.ts';
import { childrenOf, walk } from '../../../eslint-plugin/src/analysis/ast.ts';
import { typeOracleOf } from '../../../eslint-plugin/src/host/type-oracle.ts';
import type { FileQuestions } from '../../src/types/batch.ts';
import { TypeService } from '../../src/types/service.ts';
import { makeFolder } from '../support/define-test.ts';
import { CASES } from './support/cases.ts';
import { startEditorTypeScript, type RunningTypeScript } from './support/editor-typescript.ts';
import { install, TYPESCRIPT } from './support/projects.ts';

const CONFIG = {
  compilerOptions: { strict: true, target: 'es2022', module: 'nodenext', noEmit: true, types: [], skipLibCheck: true },
};

interface Marked extends FileQuestions {
  readonly name: string;
}

/** All cases are modules of one project. */
function write(root: string): readonly Marked[] {
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify(CONFIG));
  return CASES.map(({ name, code, files = {} }, i) => {
    const folder = join(root, `case-${i}`);
    const start = code.indexOf('«');
    const end = code.indexOf('»') - 1;
    const text = `${code.replace(/[«»]/g, '')}\ndeclare function use(value: unknown): void;\nexport {};\n`;
    mkdirSync(folder);
    for (const [path, content] of Object.entries({ 'a.ts': text, ...files }))
      writeFileSync(join(folder, path), content);
    return { name, path: join(folder, 'a.ts'), text, places: [[start, end]] };
  });
}

/** Answers by the name of the case. */
type Answers = Readonly<Record<string, TypeAnswer | null | undefined>>;

const EXPECTED: Answers = Object.fromEntries(CASES.map(({ name, answer }) => [name, answer]));

async function byService(service: TypeService, cases: readonly Marked[]): Promise<Answers> {
  try {
    const answers = await service.ask(cases, {}, new AbortController().signal);
    return Object.fromEntries(cases.map(({ name, path }) => [name, answers.get(path)?.[0]]));
  } finally {
    await service.end();
  }
}

/** What ESLint's typed parser says of the node that takes the place. */
function byEslint(root: string, cases: readonly Marked[]): Answers {
  return Object.fromEntries(
    cases.map(({ name, path, text, places: [place] }) => {
      const { ast, services } = tsParser.parseForESLint(text, {
        filePath: path,
        project: join(root, 'tsconfig.json'),
        range: true,
      });
      const oracle = typeOracleOf(services);
      let answer: TypeAnswer | undefined;
      walk(ast, (node) => {
        if (
          node.range[0] === place?.[0] &&
          node.range[1] === place[1] &&
          childrenOf(node).every((child) => child.range[0] !== node.range[0] || child.range[1] !== node.range[1])
        )
          answer = oracle?.typeOf(node);
        return undefined;
      });
      return [name, answer];
    }),
  );
}

describe('all sources of types give the same answers', { timeout: 240_000 }, () => {
  let root = '';
  let cases: readonly Marked[] = [];
  let editor: RunningTypeScript | undefined;
  const problems: string[] = [];
  const service = (): TypeService =>
    new TypeService({
      trusted: true,
      budget: 600_000,
      patience: 600_000,
      onProblem: (message) => problems.push(message),
      onLog: (message) => problems.push(message),
    });

  beforeAll(() => {
    root = makeFolder({});
    cases = write(root);
  });
  afterAll(async () => {
    await editor?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  const reinstall = (typescript: keyof typeof TYPESCRIPT | undefined): void => {
    rmSync(join(root, 'node_modules'), { recursive: true, force: true });
    install(root, typescript);
    expect(existsSync(join(root, 'node_modules/typescript'))).toBe(typescript !== undefined);
  };

  it('more than forty constructs are in the table, each once', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
    expect(CASES.length).toBeGreaterThan(40);
  });

  it('ESLint with typescript-eslint', () => {
    reinstall(undefined);
    expect(byEslint(root, cases)).toEqual(EXPECTED);
  });

  it('TypeScript 6 in a thread', async () => {
    reinstall('classic');
    expect(await byService(service(), cases)).toEqual(EXPECTED);
    expect(problems).toEqual([]);
  });

  it('TypeScript 7.1 as a process', async () => {
    reinstall('native');
    expect(await byService(service(), cases)).toEqual(EXPECTED);
    expect(problems).toEqual([]);
  });

  it('TypeScript 7.1 of the editor', async () => {
    reinstall(undefined);
    editor = await startEditorTypeScript(root);
    const attached = service();
    attached.attach({ pipe: await editor.pipe(), packageJson: join(TYPESCRIPT.native, 'package.json') });
    expect(await byService(attached, cases)).toEqual(EXPECTED);
    expect(problems).toEqual([]);
  });
});
