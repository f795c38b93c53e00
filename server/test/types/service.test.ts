import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FileQuestions } from '../../src/types/batch.ts';
import { TypeService } from '../../src/types/service.ts';
import { makeFolder, type Files } from '../support/define-test.ts';
import { install, type TYPESCRIPT } from './support/projects.ts';

const OPTIONS = { strict: true, target: 'es2022', module: 'nodenext', types: [], skipLibCheck: true };
const CONFIG = JSON.stringify({ compilerOptions: OPTIONS, include: ['**/*'] });

interface Told {
  readonly service: TypeService;
  readonly problems: string[];
  readonly logged: string[];
}

function start(given: { trusted?: boolean; patience?: number } = {}): Told {
  const problems: string[] = [];
  const logged: string[] = [];
  const service = new TypeService({
    trusted: true,
    budget: 600_000,
    patience: 600_000,
    onProblem: (message) => problems.push(message),
    onLog: (message) => logged.push(message),
    ...given,
  });
  onTestFinished(() => service.end());
  return { service, problems, logged };
}

function folder(files: Files, typescript?: keyof typeof TYPESCRIPT): string {
  const root = makeFolder(files);
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  install(root, typescript);
  return root;
}

/** The question about the marked place of a text. */
function question(path: string, marked: string): FileQuestions {
  const start = marked.indexOf('«');
  return { path, text: marked.replace(/[«»]/g, ''), places: [[start, marked.indexOf('»') - 1]] };
}

async function answerTo({ service }: Told, path: string, marked: string, open: Files = {}) {
  const answers = await service.ask([question(path, marked)], open, new AbortController().signal);
  return answers.get(path)?.[0];
}

const TWO = { kind: 'union', count: 2 };
const THREE = { kind: 'union', count: 3 };

describe.each(['native', 'classic'] as const)('TypeScript of the project (%s)', { timeout: 900_000 }, (typescript) => {
  it('sees what an editor shows, in the file itself and in others, and what has changed on disk', async () => {
    const root = folder({ 'tsconfig.json': CONFIG, 'plan.ts': `export type Plan = 'a' | 'b';` }, typescript);
    const told = start();
    const [path, plan] = [join(root, 'new.ts'), join(root, 'plan.ts')];
    const text = `import type { Plan } from './plan.js'; declare const plan: Plan; void «plan»;`;
    writeFileSync(path, '');
    expect(await answerTo(told, path, text)).toEqual(TWO);
    expect(await answerTo(told, path, text, { [plan]: `export type Plan = 'a' | 'b' | 'c';` })).toEqual(THREE);
    expect(await answerTo(told, path, text)).toEqual(TWO);
    writeFileSync(plan, `export type Plan = 'a' | 'b' | 'd';`);
    told.service.changedOnDisk([plan]);
    expect(await answerTo(told, path, text)).toEqual(THREE);
    writeFileSync(join(root, 'later.ts'), `export type Plan = 'x' | 'y';`);
    told.service.changedOnDisk([join(root, 'later.ts')]);
    expect(await answerTo(told, path, text.replace('./plan.js', './later.js'))).toEqual(TWO);
    expect(told.problems).toEqual([]);
  });

  it('counts as the analysis does in a text with a mark at its beginning, and with two units per character', async () => {
    const root = folder({ 'tsconfig.json': CONFIG, 'a.ts': '' }, typescript);
    const text = `\uFEFF/* 😀 */ declare const plan: 'a' | 'b';\r\nconst all = [«plan»];\r\nexport { all };`;
    expect(await answerTo(start(), join(root, 'a.ts'), text)).toEqual(TWO);
  });

  it('takes the nearest configuration, and one that it refers to; files of none are projects of their own', async () => {
    const paths = (target: string): string =>
      JSON.stringify({
        compilerOptions: { ...OPTIONS, composite: true, paths: { '#plan': [target] } },
        include: ['src'],
      });
    const root = folder(
      {
        'one/tsconfig.json': paths('./plan.d.ts'),
        'one/plan.d.ts': `export type Plan = 'a' | 'b';`,
        'one/src/a.ts': '',
        'two/tsconfig.json': JSON.stringify({ files: [], references: [{ path: './tsconfig.app.json' }] }),
        'two/tsconfig.app.json': paths('./plan.d.ts'),
        'two/plan.d.ts': `export type Plan = 'a' | 'b' | 'c';`,
        'two/src/a.ts': '',
        'three/a.ts': '',
      },
      typescript,
    );
    const told = start();
    const text = `import type { Plan } from '#plan'; declare const plan: Plan; void «plan»;`;
    const lone = `declare const plan: 'a' | 'b' | undefined; void «plan»; export {};`;
    const files = [
      question(join(root, 'one/src/a.ts'), text),
      question(join(root, 'two/src/a.ts'), text),
      question(join(root, 'three/a.ts'), lone),
    ];
    const answers = await told.service.ask(files, {}, new AbortController().signal);
    expect(files.map(({ path }) => answers.get(path)?.[0])).toEqual([TWO, THREE, TWO]);
  });

  it('says once that a configuration is broken, and goes on with the others', async () => {
    const root = folder(
      {
        'broken/tsconfig.json': '{ "compilerOptions": { "strict": tru',
        'broken/a.ts': '',
        'lost/tsconfig.json': JSON.stringify({ extends: './nowhere.json' }),
        'lost/a.ts': '',
        'good/tsconfig.json': CONFIG,
        'good/a.ts': '',
      },
      typescript,
    );
    const told = start();
    const text = `declare const plan: 'a' | 'b'; void «plan»; export {};`;
    const files = ['broken', 'lost', 'good'].map((name) => question(join(root, name, 'a.ts'), text));
    for (let i = 0; i < 2; i++) {
      const answers = await told.service.ask(files, {}, new AbortController().signal);
      expect([...answers.keys()]).toEqual([join(root, 'good/a.ts')]);
    }
    expect(told.problems.sort()).toEqual([
      expect.stringContaining(join(root, 'broken/tsconfig.json')),
      expect.stringContaining(join(root, 'lost/tsconfig.json')),
    ]);
    expect(told.problems[0]).toMatch(/judged without types\.$/);
  });

  it('answers a thousand questions about one file in one batch, and none after the signal', async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `declare const v${i}: 'a' | 'b'; void v${i};\n`);
    const text = `${lines.join('')}export {};\n`;
    const root = folder({ 'tsconfig.json': CONFIG, 'a.ts': text }, typescript);
    const path = join(root, 'a.ts');
    const places = [...text.matchAll(/(?<=void )v\d+/g)].map((m) => [m.index, m.index + m[0].length] as const);
    const { service } = start();
    const signal = new AbortController().signal;
    const answers = (await service.ask([{ path, text, places }], {}, signal)).get(path);
    expect(answers).toHaveLength(1000);
    expect(new Set(answers?.map((answer) => answer?.count))).toEqual(new Set([2]));
    const late = (await service.ask([{ path, text, places }], {}, AbortSignal.abort())).get(path);
    expect(late?.some((answer) => answer !== null) ?? false).toBe(false);
  });
});

/** Processes that this one has started and not seen end: a defunct one is among them. */
function children(): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(parent) === process.pid ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

// Elsewhere there is no such list, and on Windows no process that stays behind.
it.runIf(process.platform === 'linux')(
  'leaves no process behind, not even a defunct one',
  async () => {
    const root = folder({ 'tsconfig.json': CONFIG, 'a.ts': '' }, 'native');
    const told = start();
    const before = new Set(children());
    expect(await answerTo(told, join(root, 'a.ts'), `declare const a: 'x' | 'y'; void «a»; export {};`)).toEqual(TWO);
    const started = children().filter((pid) => !before.has(pid));
    expect(started).toHaveLength(1);
    await told.service.end();
    expect(children().filter((pid) => started.includes(pid))).toEqual([]);
  },
  120_000,
);

/** A package that calls itself TypeScript, and says that it was run. */
function fake(root: string, code: string): string {
  const ran = join(root, 'ran');
  const at = join(root, 'node_modules/typescript');
  rmSync(at, { recursive: true, force: true });
  const files = {
    'package.json': JSON.stringify({ name: 'typescript', version: '5.9.0', main: 'index.js' }),
    'index.js': `require('node:fs').appendFileSync(${JSON.stringify(ran)}, 'x');\n${code}`,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, name)), { recursive: true });
    writeFileSync(join(at, name), text);
  }
  return ran;
}

describe('a TypeScript that cannot be relied on', { timeout: 120_000 }, () => {
  const text = `declare const plan: 'a' | 'b'; void «plan»; export {};`;

  it('is not run where the workspace is not trusted, and is when it is', async () => {
    const root = folder({ 'a.ts': '' });
    const ran = fake(root, '');
    const told = start({ trusted: false });
    expect(told.service.knows(join(root, 'a.ts'))).toBe(false);
    expect(await answerTo(told, join(root, 'a.ts'), text)).toBeUndefined();
    expect(existsSync(ran)).toBe(false);
    told.service.trusted = true;
    await answerTo(told, join(root, 'a.ts'), text);
    expect(existsSync(ran)).toBe(true);
  });

  it.each([
    ['throws', `throw new Error('out of order');`],
    ['ends its thread', `process.exit(3);`],
    ['never ends', `for (;;);`],
  ])('that %s is started three times, and then left alone with one message', async (_, code) => {
    const root = folder({ 'a.ts': '' });
    fake(root, code);
    const told = start({ patience: 3000 });
    for (let i = 0; i < 5; i++) expect(await answerTo(told, join(root, 'a.ts'), text)).toBeUndefined();
    expect(told.logged).toHaveLength(2);
    expect(told.problems).toEqual([expect.stringMatching(/Types are not asked for any more\.$/)]);
  });

  it('is told from one that is too old', () => {
    const root = folder({ 'node_modules/typescript/package.json': '{"version":"4.9.5"}', 'a.ts': '' });
    expect(start().service.knows(join(root, 'a.ts'))).toBe(false);
    writeFileSync(join(root, 'node_modules/typescript/package.json'), 'no json');
    expect(start().service.knows(join(root, 'a.ts'))).toBe(false);
  });
});
