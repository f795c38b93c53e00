import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { isolatedHost } from '../src/analysis/host.ts';
import { defaultSettings } from '../src/analysis/settings.ts';
import { isLoggerName } from '../src/analysis/sinks.ts';
import * as engine from '../src/engine.ts';
import { mayMatter } from '../src/host/prefilter.ts';
import { codeBlocks, rulePages } from './support/docs.ts';
import { lint } from './support/lint.ts';
import { unmark, type RuleCases } from './support/rule-test.ts';
import { workspace } from './support/workspace.ts';

/** The cheap looks at the text, which can be switched off here, and the cases that other tests would run. */
const state = vi.hoisted(
  (): { looks: boolean; engine: unknown; cases: { code: string; settings?: object; js?: boolean }[] } => ({
    looks: true,
    engine: undefined,
    cases: [],
  }),
);

// The rules load the engine with `require`, past the mocks below: they get the one that this file has imported.
vi.mock(import('node:module'), async (original) => {
  const actual = await original();
  const createRequire = (from: string | URL): NodeJS.Require => {
    const require = actual.createRequire(from);
    const load = (id: string): unknown => (id.endsWith('/engine.ts') ? state.engine : require(id));
    return Object.assign(load, require) as NodeJS.Require;
  };
  return { ...actual, createRequire };
});
vi.mock(import('../src/host/prefilter.ts'), async (original) => {
  const actual = await original();
  return { ...actual, mayMatter: (...args) => !state.looks || actual.mayMatter(...args) };
});
vi.mock(import('../src/analysis/relevance.ts'), async (original) => {
  const actual = await original();
  return {
    ...actual,
    relevanceOf: (...args) =>
      state.looks ? actual.relevanceOf(...args) : { metrics: true, spans: true, spanLife: true, propagation: true },
    callsAny: (...args) => !state.looks || actual.callsAny(...args),
  };
});
vi.mock(import('./support/rule-test.ts'), async (original) => ({
  ...(await original()),
  testRule: (_: string, __: unknown, { valid, invalid }: RuleCases) => {
    state.cases.push(...valid.map((c) => (typeof c === 'string' ? { code: c } : c)), ...invalid);
  },
}));

state.engine = engine;
const here = dirname(fileURLToPath(import.meta.url));
const shop = join(here, '../../examples/shop');

/** Findings with and without the cheap looks. */
function bothWays(text: string, options: Parameters<typeof lint>[1]): [on: string[], off: string[]] {
  const run = (looks: boolean): string[] => {
    state.looks = looks;
    try {
      return lint(text, options).map((m) => `${m.line}:${m.column} ${m.message}`);
    } finally {
      state.looks = true;
    }
  };
  return [run(true), run(false)];
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.ts'))
    .map((f) => join(folder, f));
}

describe('the cheap looks at the text lose no finding', { timeout: 60_000 }, () => {
  const settings = { crossFile: 'off', trackers: true };

  it('can be switched off', () => {
    const bundle = `const { Counter } = require('prom-client'); const c = new Counter({ name: 'a', help: 'a' }); use((req, res) => { c.inc({ p: req.path }); });${' f();'.repeat(30_000)}`;
    const [on, off] = bothWays(bundle, { settings });
    expect([on.length, off.length]).toEqual([0, 1]);
  });

  it.each([
    ['every file alone', settings, undefined],
    ['as a workspace', {}, shop],
  ])('in the example service, %s', (_, given, cwd) => {
    let findings = 0;
    for (const file of sourceFiles(join(shop, 'src'))) {
      const options = cwd === undefined ? { settings: given } : { cwd, filename: file, settings: given };
      const [on, off] = bothWays(readFileSync(file, 'utf8'), options);
      expect(on, file).toEqual(off);
      findings += off.length;
    }
    expect(findings).toBeGreaterThan(5);
  });

  it('in every block of the documentation', () => {
    for (const page of rulePages()) {
      for (const block of codeBlocks(page.text)) {
        const [on, off] = bothWays(block.code, { settings, filename: `src/file.${block.language}` });
        expect(on, block.code).toEqual(off);
      }
    }
  });

  it('in the cases of the rules', async () => {
    const files = sourceFiles(join(here, 'rules')).filter((f) => readFileSync(f, 'utf8').includes('testRule('));
    for (const file of files) await import(file);
    let findings = 0;
    for (const { code, settings: own, js } of state.cases) {
      const { text } = unmark(code);
      const [on, off] = bothWays(text, {
        settings: { ...settings, ...own },
        espree: js ?? false,
        filename: js ? 'src/file.js' : 'src/file.ts',
      });
      expect(on, text).toEqual(off);
      findings += off.length;
    }
    expect(findings).toBeGreaterThan(150);
  });

  it('in the snippets of the other tests', () => {
    let findings = 0;
    for (const file of [...sourceFiles(join(here, 'rules')), ...sourceFiles(join(here, 'analysis'))]) {
      const source = readFileSync(file, 'utf8');
      if (source.includes('testRule(')) continue;
      for (const snippet of templatesOf(source)) {
        const [on, off] = bothWays(snippet, { settings });
        expect(on, `${relative(here, file)}\n${snippet}`).toEqual(off);
        findings += off.length;
      }
    }
    expect(findings).toBeGreaterThan(5);
  });

  it.each([
    ['a logger without a telling name', `import consola from 'consola';\nconsola.info(user.password);`],
    ['a logger of a factory', `import pino from 'pino';\nconst p = pino();\np.info({ password: user.password });`],
    ['a logger of an audit trail', `auditLog.warn({ ssn: user.ssn });`],
    ['a method of the console', `console.table({ password: user.password });`],
    ['a constant logger', `LOG.error(user.password);`],
    ['a stream of the process', `process.stdout.write(user.password);`],
    ['a tracker', `import * as t from '@sentry/node';\nt.setUser({ email: user.email });`],
  ])('in %s', (_, text) => {
    const [on, off] = bothWays(text, { settings });
    expect(off).not.toEqual([]);
    expect(on).toEqual(off);
  });

  it.each([
    [
      'a logger of another file under another name',
      `import pino from 'pino';\nexport const out = pino();`,
      `import { out } from './out';\nexport const seen = (user: User) => out.info({ password: user.password });`,
    ],
    [
      'a gauge of another file',
      `import { Gauge } from 'prom-client';\nexport const open = new Gauge({ name: 'o', help: 'O.', labelNames: ['tenant'] });`,
      `import { open } from './out';\nexport const set = (rows: Row[]) => { for (const row of rows) open.set({ tenant: row.tenantId }, 1); };`,
    ],
    [
      'a counter of another file',
      `import { metrics } from '@opentelemetry/api';\nexport const hits = metrics.getMeter('m').createCounter('h');`,
      `import { hits } from './out';\nexport const hit = (req, res) => hits.add(1, { path: req.path });`,
    ],
    [
      'a function of another file',
      `import { trace } from '@opentelemetry/api';\nexport const tagSpan = (v: string) => trace.getActiveSpan()?.setAttribute('who', v);`,
      `import { tagSpan } from './out';\nexport const load = (user: User) => tagSpan(user.email);`,
    ],
  ])('in a call of %s', (_, out, app) => {
    const cwd = workspace({ 'src/out.ts': out, 'src/app.ts': app });
    const [on, off] = bothWays(app, { cwd, filename: join(cwd, 'src/app.ts'), settings: {} });
    expect(off).toHaveLength(1);
    expect(on).toEqual(off);
  });

  it('by `latency`, `duration` and `total` as names of instruments', () => {
    const out = `import { metrics } from '@opentelemetry/api';\nexport const latency = metrics.getMeter('m').createHistogram('h');`;
    const app = `import { latency } from './out';\nexport const hit = (req, res) => { const attributes = { path: req.path }; latency.record(1, attributes); };`;
    const cwd = workspace({ 'src/out.ts': out, 'src/app.ts': app });
    const [on, off] = bothWays(app, { cwd, filename: join(cwd, 'src/app.ts'), settings: {} });
    expect(on).toEqual(off);
  });
});

describe('mayMatter', () => {
  const asks = (text: string, settings = {}): boolean =>
    mayMatter(text, isolatedHost, { ...defaultSettings, ...settings });

  it('lets every name of a logger through', () => {
    const names = ['log', '_log', 'logger', '_logger', 'LOG', 'LOGGER', 'logging', 'auditLog', 'requestLogger'];
    for (const name of [...names, 'audit_log', 'my_logger']) {
      expect(isLoggerName(name), name).toBe(true);
      expect(asks(`${name}\n  .info(x)`), name).toBe(true);
    }
  });

  it('lets configured names through', () => {
    expect(asks('journal.put(x)')).toBe(false);
    expect(asks('journal.put(x)', { loggers: ['journal'] })).toBe(true);
    expect(asks('journal.put(x)', { wrappers: [{ name: 'Journal.put', kind: 'log' }] })).toBe(true);
  });

  it('stops files without telemetry', () => {
    const file = `import { readFile } from 'node:fs/promises';\nexport const load = (path: string) => readFile(path, 'utf8');`;
    expect(asks(file)).toBe(false);
    expect(asks(`export const dialog = (login: string, news: string[]) => catalog.get(login) ?? news;`)).toBe(false);
  });
});

/** Template literals without holes in a test's source; a snippet that is no program has the same syntax error twice. */
function templatesOf(source: string): string[] {
  return [...source.matchAll(/`((?:[^`\\]|\\.)*)`/gs)]
    .map(([, raw = '']) => unmark(raw.replace(/\\n/g, '\n').replace(/\\([`$\\])/g, '$1')).text)
    .filter((t) => /[(;]/.test(t));
}
