import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applySuggestion, lint, places } from './support/lint.ts';
import { workspace } from './support/workspace.ts';

const METRICS = `import { Counter } from 'prom-client';
const requests = new Counter({ name: 'http_requests_total', help: 'Requests.', labelNames: ['route', 'plan'] });
export function recordHit(route: string) {
  requests.inc({ route });
}
`;
const EXPRESS = `import express from 'express';
const app = express();
`;

/** Findings in the files of a workspace, as `file: rule line`. */
function check(
  files: Readonly<Record<string, string>>,
  prepare?: (root: string) => void,
  only: readonly string[] = Object.keys(files),
): string[] {
  const cwd = workspace(files);
  prepare?.(cwd);
  return only
    .filter((path) => /\.[cm]?[jt]s$/.test(path))
    .flatMap((path) => {
      const js = /\.c?js$/.test(path);
      return places(lint(files[path] ?? '', { cwd, filename: join(cwd, path), espree: js })).map(
        (p) => `${path}: ${p}`,
      );
    });
}

const UNBOUNDED = 'no-unbounded-metric-labels';
const SPAN_PII = 'no-pii-in-span-attributes';

it('finds an export behind folders that pass on each other, whichever is asked first', () => {
  const ask = (source: string): string =>
    `import { recordHit } from '${source}';\n${EXPRESS}app.use((req, res) => {\n  recordHit(req.path);\n});`;
  const files = {
    'metrics.ts': METRICS,
    'a.ts': `export * from './b';\nexport * from './metrics';`,
    'b.ts': `export * from './a';`,
    'first.ts': ask('./a'),
    'second.ts': ask('./b'),
  };
  const expected = [`first.ts: ${UNBOUNDED} 5`, `second.ts: ${UNBOUNDED} 5`];
  expect(check(files, undefined, ['first.ts', 'second.ts'])).toEqual(expected);
  expect(check(files, undefined, ['second.ts', 'first.ts']).sort()).toEqual(expected);
});

describe('a function of another file that writes a metric is judged by what is passed to it', () => {
  const call = (source: string): string =>
    `import { recordHit } from '${source}';\n${EXPRESS}app.use((req, res) => {\n  recordHit(req.path);\n});`;

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ['a relative import', { 'src/metrics.ts': METRICS, 'src/app.ts': call('./metrics') }],
    ['the name of the compiled file', { 'src/metrics.ts': METRICS, 'src/app.ts': call('./metrics.js') }],
    [
      'a re-export',
      { 'src/metrics.ts': METRICS, 'src/index.ts': `export { recordHit } from './metrics';`, 'src/app.ts': call('.') },
    ],
    [
      'a star re-export of a folder',
      { 'src/t/metrics.ts': METRICS, 'src/t/index.ts': `export * from './metrics';`, 'src/app.ts': call('./t') },
    ],
    [
      'a path of the tsconfig',
      {
        'tsconfig.json': `{ // paths\n "compilerOptions": { "paths": { "@t/*": ["./src/t/*"], }, } }`,
        'src/t/metrics.ts': METRICS,
        'src/app.ts': call('@t/metrics'),
      },
    ],
    [
      'a path of an extended tsconfig',
      {
        'tsconfig.base.json': `{ "compilerOptions": { "baseUrl": ".", "paths": { "~/*": ["src/*"] } } }`,
        'tsconfig.json': `{ "extends": "./tsconfig.base" }`,
        'src/metrics.ts': METRICS,
        'src/app.ts': call('~/metrics'),
      },
    ],
    [
      'the base URL',
      {
        'tsconfig.json': `{ "compilerOptions": { "baseUrl": "src" } }`,
        'src/metrics.ts': METRICS,
        'src/app.ts': call('metrics'),
      },
    ],
    [
      'a package of the workspace',
      {
        'package.json': `{ "workspaces": ["packages/*"] }`,
        'packages/t/package.json': `{ "name": "@acme/t", "main": "dist/index.js" }`,
        'packages/t/src/index.ts': METRICS,
        'packages/api/package.json': `{ "name": "api" }`,
        'packages/api/src/app.ts': call('@acme/t'),
      },
    ],
    [
      'a path of a package of the workspace',
      {
        'package.json': `{ "workspaces": ["packages/*"] }`,
        'packages/t/package.json': `{ "name": "@acme/t", "exports": { "./*": "./dist/*.js" } }`,
        'packages/t/src/metrics.ts': METRICS,
        'packages/api/package.json': `{ "name": "api" }`,
        'packages/api/src/app.ts': call('@acme/t/metrics'),
      },
    ],
  ])('through %s', (_, files) => {
    const [app = ''] = Object.keys(files).filter((f) => f.endsWith('app.ts'));
    expect(check(files, undefined, [app])).toEqual([`${app}: ${UNBOUNDED} 5`]);
  });

  describe('through a default import', () => {
    const files = {
      'src/metrics.ts': METRICS.replace('export function', 'export default function'),
      'src/app.ts': `import count from './metrics';\n${EXPRESS}app.use((req, res) => count(req.path));`,
    };
    it('is found at the definition', () =>
      expect(check(files, undefined, ['src/metrics.ts'])).toEqual([`src/metrics.ts: ${UNBOUNDED} 4`]));
    it.fails('known miss: calls are found by the name of the function and not by the name of the import', () =>
      expect(check(files, undefined, ['src/app.ts'])).toEqual([`src/app.ts: ${UNBOUNDED} 4`]),
    );
  });

  it('through require()', () => {
    const files = {
      'src/metrics.cjs': `const { Counter } = require('prom-client');\nconst c = new Counter({ name: 'a_total', help: 'A.', labelNames: ['route'] });\nfunction recordHit(route) { c.inc({ route }); }\nmodule.exports = { recordHit };`,
      'src/app.cjs': `const { recordHit } = require('./metrics.cjs');\nconst express = require('express');\nexpress().use((req, res) => {\n  recordHit(req.path);\n});`,
    };
    expect(check(files, undefined, ['src/app.cjs'])).toEqual([`src/app.cjs: ${UNBOUNDED} 4`]);
  });

  it('and stays silent for bounded arguments', () => {
    const files = {
      'src/metrics.ts': METRICS,
      'src/app.ts': `import { recordHit } from './metrics';\n${EXPRESS}app.use((req, res) => { recordHit(req.route?.path ?? 'unmatched'); recordHit('/health'); });`,
    };
    expect(check(files)).toEqual([]);
  });

  it('and stays silent for a metric that declares the domain of the label', () => {
    const files = {
      'src/metrics.ts': `import { createMetrics, template } from '@telint/runtime/metrics';
export const requests = createMetrics().counter({ name: 'a_total', help: 'A.', labels: { route: template() } });
export function recordHit(route: string) { requests.inc({ route }); }`,
      'src/app.ts': `${call('./metrics')}\nimport { requests } from './metrics';\napp.use((req) => requests.inc({ route: req.url }));`,
    };
    expect(check(files, undefined, ['src/app.ts', 'src/metrics.ts'])).toEqual([]);
  });
  it('through a wrapper with a short name of one word', () => {
    const files = {
      'src/metrics.ts': METRICS.replace('recordHit', 'hit'),
      'src/app.ts': call('./metrics').replaceAll('recordHit', 'hit'),
    };
    expect(check(files, undefined, ['src/app.ts'])).toEqual([`src/app.ts: ${UNBOUNDED} 5`]);
  });

  it('and the whole argument is marked', () => {
    const text = call('./metrics');
    const cwd = workspace({ 'src/metrics.ts': METRICS, 'src/app.ts': text });
    const [finding] = lint(text, { cwd, filename: join(cwd, 'src/app.ts') });
    expect(finding).toMatchObject({ column: 13, endColumn: 21 });
    expect(finding?.suggestions?.map((s) => applySuggestion(text, s.fix).split('\n')[4])).toContain(
      "  recordHit(req.route?.path ?? 'unmatched');",
    );
  });

  it('and the message names the function', () => {
    const cwd = workspace({ 'src/metrics.ts': METRICS, 'src/app.ts': call('./metrics') });
    const [finding] = lint(call('./metrics'), { cwd, filename: join(cwd, 'src/app.ts') });
    expect(finding?.message).toMatch(/the raw request path through `recordHit\(\)`/);
  });

  it('also for a tag helper that writes to a span', () => {
    const files = {
      'src/tracing.ts': `import { trace } from '@opentelemetry/api';\nexport const tagSpan = (key: string, value: string) => trace.getActiveSpan()?.setAttribute(key, value);`,
      'src/users.ts': `import { tagSpan } from './tracing';\nexport function load(user: User) {\n  tagSpan('who', user.email);\n  tagSpan('kind', user.kind);\n}`,
    };
    expect(check(files, undefined, ['src/users.ts'])).toEqual([`src/users.ts: ${SPAN_PII} 3`]);
  });
});

describe('a parameter is judged by the callers in other files', () => {
  it('where the write stands when the callers cannot be reported', () => {
    const files = {
      'src/counter.ts': `import { Counter } from 'prom-client';\nconst c = new Counter({ name: 'a_total', help: 'A.', labelNames: ['plan'] });\nexport class Billing {\n  constructor(private readonly plan: string) {}\n  bill() {\n    c.inc({ plan: this.plan });\n  }\n}`,
      'src/app.ts': `import { Billing } from './counter';\n${EXPRESS}app.use((req, res) => new Billing(req.query.plan).bill());`,
    };
    expect(check(files)).toContain(`src/counter.ts: ${UNBOUNDED} 6`);
  });

  it('and tests are no callers', () => {
    const files = {
      'src/metrics.ts': METRICS,
      'src/metrics.test.ts': `import { recordHit } from './metrics';\n${EXPRESS}app.use((req, res) => recordHit(req.path));`,
      'test/metrics.ts': `import { recordHit } from '../src/metrics';\n${EXPRESS}app.use((req, res) => recordHit(req.path));`,
    };
    expect(check(files)).toEqual([]);
  });
});

describe('values of other files', () => {
  it('an enum is bounded', () => {
    const files = {
      'src/plan.ts': `export enum Plan { Free = 'free', Paid = 'paid' }`,
      'src/app.ts': `import { Counter } from 'prom-client';\nimport { Plan } from './plan';\nconst c = new Counter({ name: 'a_total', help: 'A.', labelNames: ['plan'] });\nexport function bill(plan: Plan) { c.inc({ plan }); c.inc({ plan: Plan.Free }); }`,
    };
    expect(check(files)).toEqual([]);
  });

  it('a list of known values limits', () => {
    const files = {
      'src/plan.ts': `export const PLANS = ['free', 'paid'] as const;`,
      'src/app.ts': `import { Counter } from 'prom-client';\nimport { PLANS } from './plan';\n${EXPRESS}const c = new Counter({ name: 'a_total', help: 'A.', labelNames: ['plan'] });\napp.use((req, res) => {\n  const { plan } = req.query;\n  c.inc({ plan: PLANS.includes(plan) ? plan : 'other' });\n  c.inc({ plan });\n});`,
    };
    expect(check(files)).toEqual([`src/app.ts: ${UNBOUNDED} 9`]);
  });

  it('a spread of a helper that takes labels from the request', () => {
    const files = {
      'src/labels.ts': `import type { Request } from 'express';\nexport const common = (req: Request) => ({ method: req.method, path: req.path });`,
      'src/app.ts': `import { Counter } from 'prom-client';\nimport { common } from './labels';\n${EXPRESS}const c = new Counter({ name: 'a_total', help: 'A.', labelNames: ['method', 'path', 'kind'] });\napp.use((req, res) => {\n  c.inc({ kind: 'x', ...common(req) });\n});`,
    };
    expect(check(files)).toEqual([`src/app.ts: ${UNBOUNDED} 7`]);
  });

  it('a metric that is defined elsewhere gives positional labels their names', () => {
    const files = {
      'src/metrics.ts': `import { Counter } from 'prom-client';\nexport const requests = new Counter({ name: 'r_total', help: 'R.', labelNames: ['method', 'route'] });`,
      'src/app.ts': `import { requests } from './metrics';\n${EXPRESS}app.use((req, res) => requests.labels(req.method, req.path).inc());`,
    };
    const cwd = workspace(files);
    const [finding] = lint(files['src/app.ts'], { cwd, filename: join(cwd, 'src/app.ts') });
    expect(finding?.message).toMatch(/^Label `route`/);
  });

  it('the same class name of another file is no metric', () => {
    const files = {
      'src/counter.ts': `export class Counter {\n  inc(labels: object) {}\n}`,
      'src/app.ts': `import { Counter } from './counter';\n${EXPRESS}const c = new Counter();\napp.use((req, res) => c.inc({ path: req.path }));`,
    };
    expect(check(files)).toEqual([]);
  });
});

describe('what cannot be followed does not stop the rules', () => {
  const BAD = `requests.inc({ route: req.path });`;
  const app = (imports: string): string =>
    `${imports}\nimport { Counter } from 'prom-client';\nconst requests = new Counter({ name: 'r_total', help: 'R.', labelNames: ['route'] });\n${EXPRESS}app.use((req, res) => {\n  ${BAD}\n  requests.inc({ route: other(req.id) });\n});`;

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ['an import that does not exist', { 'src/app.ts': app(`import { other } from './gone';`) }],
    [
      'an import of a broken file',
      { 'src/broken.ts': `export function other( {`, 'src/app.ts': app(`import { other } from './broken';`) },
    ],
    ['an import of an asset', { 'src/data.json': `{}`, 'src/app.ts': app(`import other from './data.json';`) }],
    [
      'a cycle of imports',
      {
        'src/a.ts': `export { other } from './b';`,
        'src/b.ts': `export { other } from './a';`,
        'src/app.ts': app(`import { other } from './a';`),
      },
    ],
    [
      'a cycle of star exports',
      {
        'src/a.ts': `export * from './b';`,
        'src/b.ts': `export * from './a';\nexport * from './b';`,
        'src/app.ts': app(`import { other } from './a';`),
      },
    ],
    [
      'a cycle of calls',
      {
        'src/a.ts': `import { back } from './b';\nexport function other(x) { return back(x); }`,
        'src/b.ts': `import { other } from './a';\nexport function back(x) { return other(x); }`,
        'src/app.ts': app(`import { other } from './a';`),
      },
    ],
    [
      'a cycle of values',
      {
        'src/a.ts': `import { b } from './b';\nexport const a = b;\nexport const other = () => a;`,
        'src/b.ts': `import { a } from './a';\nexport const b = a;`,
        'src/app.ts': app(`import { other } from './a';`),
      },
    ],
    ['an import of itself', { 'src/app.ts': app(`import { other } from './app';`) }],
  ])('%s', (_, files) => {
    expect(check(files, undefined, ['src/app.ts'])).toEqual([`src/app.ts: ${UNBOUNDED} 7`]);
  });

  it.each([
    ['a link to its own folder', 'src', 'src/loop'],
    ['a link to the root', '.', 'src/root'],
    ['a link to nothing', 'gone', 'src/gone'],
    ['a link to itself', 'src/self', 'src/self'],
  ])('%s', (_, target, link) => {
    const files = { 'src/metrics.ts': METRICS, 'src/app.ts': app(`import { other } from './loop/loop/metrics';`) };
    expect(check(files, (root) => symlinkSync(join(root, target), join(root, link)), ['src/app.ts'])).toEqual([
      `src/app.ts: ${UNBOUNDED} 7`,
    ]);
  });
});
