import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { TSESTree } from '../src/analysis/ast.ts';
import { isTooDeep } from '../src/host/nesting.ts';
import { parseFile } from '../src/host/parse.ts';
import { Workspace } from '../src/host/workspace.ts';
import { factsOfText, factsOfTree } from './support/analysis.ts';
import { lint, places } from './support/lint.ts';
import { workspace } from './support/workspace.ts';

const HEAD = `import { Counter } from 'prom-client';
import express from 'express';
const requests = new Counter({ name: 'r_total', help: 'R.', labelNames: ['route'] });
const app = express();
`;
const BAD = `app.use((req, res) => { requests.inc({ route: req.path }); });`;
const FOUND = 'no-unbounded-metric-labels';

/** Findings in `src/app.ts` of a workspace. */
function inWorkspace(
  files: Readonly<Record<string, string | Uint8Array>>,
  text = `import { x } from '@t/x';\n${HEAD}${BAD}`,
): string[] {
  const cwd = workspace({ 'src/app.ts': text, ...files });
  return places(lint(text, { cwd, filename: join(cwd, 'src/app.ts') }));
}

describe('code that does not parse', () => {
  const broken = [
    `${HEAD}app.use((req, res) => { requests.inc({ route: req.path }`,
    `${HEAD}requests.inc({ route: });`,
    `const = 3;`,
    `class { inc( }`,
    '`${',
    `"unclosed`,
    `import {`,
    '\u0000\u0001',
    ')]}',
    '@@@',
    'a'.repeat(100_000),
  ];

  it.each(broken.map((t) => [t.slice(-40), t]))('is reported by the parser alone: %s', (_, text) => {
    for (const espree of [false, true]) {
      const messages = lint(text, { espree, filename: espree ? 'src/a.js' : 'src/a.ts' });
      expect(messages.every((m) => m.fatal === true)).toBe(true);
    }
  });

  it.each(broken.map((t) => [t.slice(-40), t]))('is analysed as far as it goes: %s', (_, text) => {
    expect(() => factsOfText(text)).not.toThrow();
  });

  it('does not hide what stands in a file that imports it', () => {
    expect(inWorkspace({ 'src/x.ts': 'export const x = ;' }, `import { x } from './x';\n${HEAD}${BAD}`)).toEqual([
      `${FOUND} 6`,
    ]);
  });
});

describe('a workspace with broken parts', () => {
  it.each<readonly [string, Readonly<Record<string, string | Uint8Array>>]>([
    ['no tsconfig', {}],
    ['an empty tsconfig', { 'tsconfig.json': '' }],
    ['a tsconfig that is no JSON', { 'tsconfig.json': '{ "compilerOptions": ' }],
    ['a tsconfig that is null', { 'tsconfig.json': 'null' }],
    ['a tsconfig that is a list', { 'tsconfig.json': '[]' }],
    [
      'a tsconfig with parts of other types',
      {
        'tsconfig.json':
          '{ "extends": 3, "compilerOptions": { "baseUrl": [], "paths": { "@t/*": "src/*", "@u/*": [null] } } }',
      },
    ],
    [
      'a tsconfig that extends itself',
      {
        'tsconfig.json': `{ "extends": ["./tsconfig.json", "./tsconfig.json", "./tsconfig.json", "./tsconfig.json", "./tsconfig.json", "./tsconfig.json", "./tsconfig.json", "./tsconfig.json"] }`,
      },
    ],
    [
      'two tsconfigs that extend each other',
      { 'tsconfig.json': '{ "extends": "./b.json" }', 'b.json': '{ "extends": "./tsconfig.json" }' },
    ],
    ['a tsconfig that extends a missing package', { 'tsconfig.json': '{ "extends": "@acme/tsconfig" }' }],
    [
      'a path that leads out of the workspace',
      { 'tsconfig.json': '{ "compilerOptions": { "paths": { "*": ["../../../../*"] } } }' },
    ],
    ['a package.json that is no JSON', { 'package.json': '{ "name": ' }],
    ['a package.json that is null', { 'package.json': 'null' }],
    [
      'a package.json with parts of other types',
      {
        'package.json':
          '{ "name": 3, "dependencies": ["express"], "devDependencies": "x", "workspaces": 5, "main": {}, "exports": 7 }',
      },
    ],
    [
      'a package.json in latin-1',
      { 'package.json': Uint8Array.from([0x7b, 0x22, 0xe9, 0xff, 0x22, 0x3a, 0x31, 0x7d]) },
    ],
    [
      'a package whose main is its own folder',
      { 'node.d/x/package.json': '{ "name": "@t/x", "main": "." }', 'node.d/x/src/none.txt': '', 'node.d/x/a.ts': '' },
    ],
    [
      'a package whose exports are nested',
      {
        'node.d/x/package.json': `{ "name": "@t/x", "exports": ${'{ "node": '.repeat(200)}"./a.js"${' }'.repeat(200)} }`,
        'node.d/x/a.ts': 'export const x = 1;',
      },
    ],
    ['a pnpm-workspace that is no YAML', { 'pnpm-workspace.yaml': '\t- [' }],
    ['a source that is no UTF-8', { 'src/x.ts': Uint8Array.from([0x65, 0xff, 0xfe, 0x00, 0xc3, 0x28, 0xf0, 0x9f]) }],
    ['a folder that is called like a source', { 'src/x.ts/index.ts': 'export const x = 1;' }],
  ])('%s', (_, files) => {
    expect(inWorkspace(files)).toEqual([`${FOUND} 6`]);
  });

  it.each([
    './x.ts',
    '/',
    '..',
    '.',
    '',
    '\u0000',
    'a\u0000b',
    '@',
    '@t',
    '@/x',
    '#internal',
    'https://example.org/x.js',
    'data:text/javascript,',
    `./${'x'.repeat(5000)}`,
    './../../../../../../../../etc/passwd',
  ])('an import of %j', (specifier) => {
    const text = `import { x } from ${JSON.stringify(specifier)};\n${HEAD}${BAD}`;
    expect(inWorkspace({ 'tsconfig.json': '{ "compilerOptions": { "baseUrl": "." } }' }, text)).toEqual([`${FOUND} 6`]);
  });

  it('a folder that may not be read', () => {
    const cwd = workspace({ 'src/x.ts': '' });
    const text = `import { x } from './secret/x';\n${HEAD}${BAD}`;
    mkdirSync(join(cwd, 'src/secret'));
    writeFileSync(join(cwd, 'src/secret/x.ts'), 'export const x = 1;');
    chmodSync(cwd, 0o755);
    chmodSync(join(cwd, 'src/secret'), 0);
    try {
      expect(asAnotherUser(() => places(lint(text, { cwd, filename: join(cwd, 'src/app.ts') })))).toEqual([
        `${FOUND} 6`,
      ]);
    } finally {
      chmodSync(join(cwd, 'src/secret'), 0o755);
    }
  });

  it('a file that is too large to be a source', () => {
    const cwd = workspace({ 'src/x.ts': `export const x = '${'x'.repeat(1_100_000)}';` });
    expect(new Workspace(cwd).parse(join(cwd, 'src/x.ts'))).toBeUndefined();
  });
});

describe('large and deep code', () => {
  const generated = (lines: number): string =>
    `${HEAD}${Array.from({ length: lines }, (_, i) => `export function f${i}(req, res) { const p = req.path; requests.inc({ route: p }); return g${i % 100}(p) + ${i}; }`).join('\n')}`;
  const duration = (text: string): number => {
    const started = performance.now();
    expect(factsOfText(text)?.emissions.length).toBeGreaterThan(0);
    return performance.now() - started;
  };

  it('takes time in proportion to the length', { timeout: 60_000 }, () => {
    duration(generated(1000));
    const [short, long] = [duration(generated(1500)), duration(generated(6000))];
    // Four times the text; sixteen times the time would be quadratic.
    expect(long / short).toBeLessThan(12);
  });

  it('finishes a generated file of 50,000 lines', { timeout: 60_000 }, () => {
    const text = `${HEAD}${Array.from({ length: 50_000 }, (_, i) => `export const v${i} = { id: ${i}, name: 'n${i}', next: v${i - 1} };`).join('\n')}\n${BAD}`;
    expect(factsOfText(text)?.emissions).toHaveLength(1);
  });

  it('finishes a file in one line, and takes a bundle of 300 kB for what nobody wrote', { timeout: 60_000 }, () => {
    const line = (length: number): string => {
      let text = HEAD.replaceAll('\n', '');
      for (let i = 0; text.length < length; i++) {
        const tests = Array.from({ length: 20 }, (_, k) => `g${k}(${k},e)?"${k}":`).join('');
        text += `function f${i}(b,c){var d=b.path,e=c?d:b.url;return ${tests}requests.inc({route:e}),e||f${i}(e,d)}`;
      }
      return text;
    };
    expect(factsOfText(line(95_000))?.emissions.length).toBeGreaterThan(150);
    expect(factsOfText(line(300_000))).toMatchObject({ emissions: [], writes: [], spanLife: [], propagation: [] });
  });

  const node = (type: string, rest: object): TSESTree.Node =>
    ({ type, range: [0, 1], ...rest }) as unknown as TSESTree.Node;
  const name = (id: string): TSESTree.Node => node('Identifier', { name: id });
  const wraps: Readonly<Record<string, (inner: TSESTree.Node) => TSESTree.Node>> = {
    parentheses: (inner) => node('TSNonNullExpression', { expression: inner }),
    arrays: (inner) => node('ArrayExpression', { elements: [inner] }),
    objects: (inner) =>
      node('ObjectExpression', {
        properties: [
          node('Property', {
            key: name('a'),
            value: inner,
            kind: 'init',
            computed: false,
            shorthand: false,
            method: false,
          }),
        ],
      }),
    operators: (inner) => node('BinaryExpression', { operator: '+', left: inner, right: name('a') }),
    alternatives: (inner) => node('LogicalExpression', { operator: '??', left: name('a'), right: inner }),
    conditions: (inner) => node('ConditionalExpression', { test: name('a'), consequent: name('b'), alternate: inner }),
    calls: (inner) => node('CallExpression', { callee: name('String'), arguments: [inner], optional: false }),
    methods: (inner) =>
      node('CallExpression', {
        callee: node('MemberExpression', { object: inner, property: name('trim'), computed: false, optional: false }),
        arguments: [],
        optional: false,
      }),
    templates: (inner) =>
      node('TemplateLiteral', {
        expressions: [inner],
        quasis: [
          node('TemplateElement', { value: { raw: 'x', cooked: 'x' }, tail: false }),
          node('TemplateElement', { value: { raw: '', cooked: '' }, tail: true }),
        ],
      }),
    functions: (inner) =>
      node('ArrowFunctionExpression', { params: [], body: inner, expression: true, async: false, generator: false }),
    awaits: (inner) => node('AwaitExpression', { argument: inner }),
  };

  it.each(Object.keys(wraps))('does not overflow on 10,000 nested %s', (kind) => {
    const text = `import { trace } from '@opentelemetry/api';\n${HEAD}export const f = (req, res) => { requests.inc({ route: VALUE }); trace.getActiveSpan().setAttribute('user.email', VALUE); console.log(VALUE); };`;
    const file = parseFile('/workspace/src/file.ts', text);
    let value = name('req');
    for (let i = 0; i < 10_000; i++) value = wraps[kind]?.(value) ?? value;
    const ast = JSON.parse(JSON.stringify(file?.ast)) as TSESTree.Program;
    expect(replaceNames(ast, value)).toBe(3);
    expect(() => factsOfTree(text, ast)).not.toThrow();
  });

  it('reads no file whose nesting would overflow the native parser, which ends the process', () => {
    const deep = [
      `x = ${'('.repeat(20_000)}a${')'.repeat(20_000)};`,
      `x = ${'['.repeat(20_000)}${']'.repeat(20_000)};`,
      `x = a${' + a'.repeat(200_000)};`,
      `x = a${'.b()'.repeat(200_000)};`,
      `x = ${'a => '.repeat(150_000)}1;`,
      `${'if (a) b; else '.repeat(60_000)}c;`,
      '{'.repeat(100_000) + '}'.repeat(100_000),
      `x = ${'`${'.repeat(20_000)}a${'}`'.repeat(20_000)};`,
    ];
    const script = `import { parseFile } from ${JSON.stringify(fileURLToPath(new URL('../src/host/parse.ts', import.meta.url)))};
      let text = '';
      for await (const chunk of process.stdin) text += chunk;
      console.log(parseFile('/a.ts', text) === undefined);`;
    for (const text of deep) {
      const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        input: text,
        encoding: 'utf8',
      });
      expect([status, stdout.trim()], text.slice(0, 20)).toEqual([0, 'true']);
    }
  });

  it('takes ordinary code for no deeper than it is', () => {
    const long = Array.from(
      { length: 5000 },
      (_, i) => `export const a${i} = [f(${i}), g(${i}) + 1]\nif (a) b(c.d)\nelse c()`,
    ).slice(0, 1500);
    expect(isTooDeep(long.join('\n'))).toBe(false);
    expect(isTooDeep(long.join(';\n'))).toBe(false);
    expect(
      isTooDeep(`export const data = [${Array.from({ length: 50_000 }, (_, i) => `[${i}.5, "a+b/c"]`).join(', ')}];`),
    ).toBe(false);
    expect(isTooDeep(generated(10_000))).toBe(false);
  });
});

/** Puts a node wherever the name `VALUE` stands; returns how often. */
function replaceNames(tree: object, value: TSESTree.Node): number {
  let count = 0;
  for (const [key, child] of Object.entries(tree) as [string, unknown][]) {
    if (typeof child !== 'object' || child === null) continue;
    if ('name' in child && child.name === 'VALUE') {
      (tree as Record<string, unknown>)[key] = value;
      count++;
    } else count += replaceNames(child, value);
  }
  return count;
}

/** Runs without the rights of the administrator, who may read everything. */
function asAnotherUser<T>(run: () => T): T {
  if (process.getuid?.() !== 0 || !process.seteuid) return run();
  process.seteuid(65534);
  try {
    return run();
  } finally {
    process.seteuid(0);
  }
}
