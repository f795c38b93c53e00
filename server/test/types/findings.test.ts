import { rmSync } from 'node:fs';
import * as parser from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import { describe, expect, it, onTestFinished } from 'vitest';
import telint from '../../../eslint-plugin/src/index.ts';
import { makeFolder, type Files } from '../support/define-test.ts';
import { runCli } from '../support/run-cli.ts';
import { install, TYPED_SERVICE, TYPESCRIPT } from './support/projects.ts';

/** A service in which types find, take back and leave alone, in several files. */
const SERVICE: Files = {
  ...TYPED_SERVICE,
  'node_modules/kit/index.d.ts': `${TYPED_SERVICE['node_modules/kit/index.d.ts'] ?? ''}export interface Caller { readonly userId: 'north' | 'south'; readonly email: string }\n`,
  'telint.json': JSON.stringify({ preset: 'all' }),
  'src/plan.ts': `export type UserId = 'north' | 'south';\nexport declare function whose(): UserId;\n`,
  'src/known.ts': `import { Counter } from 'prom-client';
import type { Caller } from 'kit';
import { whose, type UserId } from './plan.js';

const all = new Counter({ name: 'all_total', help: 'All', labelNames: ['user', 'tier'] });

export function known(caller: Caller, userId: UserId, email: string, tier: keyof { free: 1; paid: 2 }) {
  all.inc({ user: userId });
  all.inc({ user: email });
  all.inc({ user: whose(), tier });
  all.inc({ user: caller.userId });
}
`,
  'src/generic.ts': `import { counterOf } from 'kit';

export class Writer<T extends 'a' | 'b'> {
  readonly #counter = counterOf('generic_total');

  write(userId: T, email: string, sessionId: string) {
    this.#counter.inc({ user: userId });
    this.#counter.inc({ user: email });
    this.#counter.labels({ user: sessionId }).inc();
  }
}
`,
};

interface Message {
  readonly ruleId: string | null;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

function linesOf(results: readonly { readonly filePath: string; readonly messages: readonly Message[] }[]) {
  return results
    .flatMap(({ filePath, messages }) =>
      messages.map((m) => `${filePath}:${m.line}:${m.column} ${m.ruleId ?? ''} ${m.message}`),
    )
    .sort();
}

async function byEslint(cwd: string): Promise<readonly string[]> {
  const eslint = new ESLint({
    cwd,
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ['**/*.ts'],
        languageOptions: { parser, parserOptions: { projectService: true, tsconfigRootDir: cwd } },
      },
      telint.configs.all,
      { settings: { telint: { types: true } } },
    ] as NonNullable<ESLint.Options['overrideConfig']>,
  });
  return linesOf(await eslint.lintFiles(['src/**/*.ts']));
}

async function byCheck(cwd: string, args: readonly string[]): Promise<readonly string[]> {
  const { out, err } = await runCli(cwd, ['check', '--format', 'json', ...args, 'src']);
  expect(err).toBe('');
  const results = JSON.parse(out) as Parameters<typeof linesOf>[0];
  // Checks of the workspace are no rules of a file.
  const isRule = (id: string | null): boolean => Object.hasOwn(telint.rules, (id ?? '').replace('telint/', ''));
  return linesOf(results.map((r) => ({ ...r, messages: r.messages.filter((m) => isRule(m.ruleId)) })));
}

describe.each(Object.keys(TYPESCRIPT) as (keyof typeof TYPESCRIPT)[])('telint check --types (%s)', (typescript) => {
  it('finds what ESLint finds with types', { timeout: 300_000 }, async () => {
    const root = makeFolder(SERVICE);
    onTestFinished(() => {
      rmSync(root, { recursive: true, force: true });
    });
    install(root, typescript);
    const typed = await byCheck(root, ['--types']);
    expect(typed).toEqual(await byEslint(root));
    const untyped = await byCheck(root, []);
    expect(typed.filter((line) => !untyped.includes(line)).length).toBeGreaterThan(2);
    expect(untyped.filter((line) => !typed.includes(line)).length).toBeGreaterThan(0);
  });
});

it('telint check --types says that there is no TypeScript to ask', { timeout: 120_000 }, async () => {
  const root = makeFolder(SERVICE);
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  install(root, undefined);
  const { code, err } = await runCli(root, ['check', '--types', 'src']);
  expect(err).toMatch(/no TypeScript from 5 on is installed/);
  expect(code).toBe(1);
});
