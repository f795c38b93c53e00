import { describe, expect, it } from 'vitest';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import { runChecks } from '../../src/checks/checks.ts';
import { configOf } from '../../src/config.ts';
import { Runner } from '../../src/runner.ts';

type Files = Readonly<Record<string, string>>;

/** Findings of the checks: `check file:line`. */
function found(files: Files, config: Record<string, unknown> = {}): string[] {
  const root = workspace({ 'package.json': '{ "name": "shop", "private": true }', ...files });
  const runner = new Runner(root, configOf({ preset: 'all', ...config }, 'telint.json'));
  return runChecks(runner).map((f) => {
    const line = (runner.workspace.text(f.path) ?? '').slice(0, f.range.start).split('\n').length;
    expect(f.message).toMatch(/\.$/);
    return `${f.rule.replace('telint/', '')} ${f.path.slice(root.length + 1)}:${line}`;
  });
}

const counter = (name: string, variable: string, labels: readonly string[] = [], help = 'Help.'): string =>
  `import { Counter } from 'prom-client';
export const ${variable} = new Counter({ name: '${name}', help: '${help}', labelNames: ${JSON.stringify(labels)} });
`;

describe('no-duplicate-metric', () => {
  const main = `import { a } from './a';\nimport { b } from './b';\na.inc();\nb.inc();\n`;
  it.each<readonly [string, Files, readonly string[]]>([
    [
      'other labels',
      { 'a.ts': counter('x', 'a', ['m']), 'b.ts': counter('x', 'b'), 'main.ts': main },
      ['no-duplicate-metric b.ts:2'],
    ],
    [
      'another help',
      { 'a.ts': counter('x', 'a'), 'b.ts': counter('x', 'b', [], 'Other.'), 'main.ts': main },
      ['no-duplicate-metric b.ts:2'],
    ],
    [
      'another type',
      { 'a.ts': counter('x', 'a'), 'b.ts': counter('x', 'b').replaceAll('Counter', 'Gauge'), 'main.ts': main },
      ['no-duplicate-metric b.ts:2'],
    ],
    [
      'labels in another order',
      { 'a.ts': counter('x', 'a', ['m', 'n']), 'b.ts': counter('x', 'b', ['n', 'm']), 'main.ts': main },
      [],
    ],
    ['another name', { 'a.ts': counter('x', 'a', ['m']), 'b.ts': counter('y', 'b'), 'main.ts': main }, []],
    ['two programs', { 'a.ts': `${counter('x', 'a', ['m'])}a.inc();`, 'b.ts': `${counter('x', 'b')}b.inc();` }, []],
    [
      'another register',
      {
        'a.ts': counter('x', 'a', ['m']),
        'b.ts': counter('x', 'b').replace("help: 'Help.'", "help: 'Help.', registers: [own]"),
        'main.ts': main,
      },
      [],
    ],
    [
      'another package',
      {
        'a.ts': counter('x', 'a', ['m']),
        'b/package.json': '{ "name": "b", "private": true }',
        'b/index.ts': counter('x', 'b'),
        'main.ts': main,
      },
      [],
    ],
    [
      'a test',
      { 'a.ts': counter('x', 'a', ['m']), 'b.test.ts': counter('x', 'b'), 'main.ts': main.replace(/.*\bb\b.*\n/g, '') },
      [],
    ],
  ])('%s', (_, files, expected) => {
    expect(found(files, { rules: { 'no-unused-metric': 'off' } })).toEqual(expected);
  });
});

describe('label-set-conflict', () => {
  const otel = `import { metrics } from '@opentelemetry/api';
export const jobs = metrics.getMeter('shop').createCounter('jobs');
`;
  it.each<readonly [string, Files, readonly string[]]>([
    [
      'a label that is not declared',
      { 'a.ts': `${counter('x', 'a', ['m'])}a.inc({ m: '1', n: '2' });` },
      ['label-set-conflict a.ts:3'],
    ],
    ['declared labels, some left out', { 'a.ts': `${counter('x', 'a', ['m', 'n'])}a.inc({ m: '1' });` }, []],
    [
      'a list that grows',
      {
        'a.ts': `import { Counter } from 'prom-client';\nconst names = ['m'];\nnames.push('n');\nconst a = new Counter({ name: 'x', help: 'X.', labelNames: names });\na.inc({ m: '1', n: '2' });`,
      },
      [],
    ],
    [
      'a receiver with two definitions, one of which has the label',
      {
        'a.ts': `${counter('x', 'a', ['m'])}const b = new Counter({ name: 'y', help: 'Y.', labelNames: ['n'] });\nconst c = process.env.A ? a : b;\nc.inc({ n: '1' });`,
      },
      [],
    ],
    [
      'a label without a domain',
      {
        'a.ts': `import { createMetrics, oneOf } from '@telint/runtime/metrics';
const a = createMetrics().counter({ name: 'x_total', help: 'X.', labels: { m: oneOf('1') } });
a.inc({ m: '1' });
a.inc({ m: '1', n: '2' });`,
      },
      ['label-set-conflict a.ts:4'],
    ],
    ['labels that are not known', { 'a.ts': `${counter('x', 'a', ['m'])}export const f = (l) => a.inc(l);` }, []],
    [
      'files that disagree',
      {
        'jobs.ts': otel,
        'a.ts': `import { jobs } from './jobs';\njobs.add(1, { queue: 'a', status: 'ok' });`,
        'b.ts': `import { jobs } from './jobs';\njobs.add(1, { queue: 'a', state: 'ok' });`,
      },
      ['label-set-conflict b.ts:2'],
    ],
    [
      'an optional label',
      {
        'jobs.ts': otel,
        'a.ts': `import { jobs } from './jobs';\njobs.add(1, { queue: 'a', status: 'ok' });`,
        'b.ts': `import { jobs } from './jobs';\njobs.add(1, { queue: 'a' });`,
      },
      [],
    ],
    [
      'a comment',
      {
        'a.ts': `${counter('x', 'a', ['m'])}// eslint-disable-next-line telint/label-set-conflict\na.inc({ n: '2' });`,
      },
      [],
    ],
  ])('%s', (_, files, expected) => {
    expect(found(files)).toEqual(expected);
  });
});

describe('series-budget', () => {
  const files = {
    'a.ts': `import { Histogram, Counter } from 'prom-client';
const time = new Histogram({ name: 'time', help: 'T.', labelNames: ['method', 'ok'], buckets: [1, 2] });
const hits = new Counter({ name: 'hits', help: 'H.', labelNames: ['ok'] });
export function f(method: 'a' | 'b' | 'c', ok: boolean) {
  time.observe({ method, ok: String(ok) }, 1);
  hits.inc({ ok: ok ? 'yes' : 'no' });
}
`,
  };
  // 3 methods × 2 × (2 buckets, +Inf, sum, count), and 2.
  it.each<readonly [object, readonly string[]]>([
    [{}, []],
    [{ perMetric: 30 }, []],
    [{ perMetric: 29 }, ['series-budget a.ts:2']],
    [{ perMetric: 29, metrics: { time: 30 } }, []],
    [{ metrics: { hits: 1 } }, ['series-budget a.ts:3']],
    [{ perService: 32 }, []],
    [{ perService: 31 }, ['series-budget a.ts:2']],
  ])('%j', (budget, expected) => {
    expect(found(files, { budget })).toEqual(expected);
  });
});

describe('no-unused-metric', () => {
  const a = counter('x', 'orders');
  it.each<readonly [string, Files, readonly string[]]>([
    ['nobody writes it', { 'a.ts': a }, ['no-unused-metric a.ts:2']],
    [
      'only imported and passed on',
      { 'a.ts': a, 'index.ts': `export { orders } from './a';` },
      ['no-unused-metric a.ts:2'],
    ],
    ['only registered', { 'a.ts': `${a}registry.registerMetric(orders);` }, ['no-unused-metric a.ts:2']],
    [
      'a field',
      {
        'a.ts': `import { Counter } from 'prom-client';\nexport class M {\n  readonly orders = new Counter({ name: 'x', help: 'X.' });\n}`,
      },
      ['no-unused-metric a.ts:3'],
    ],
    ['written here', { 'a.ts': `${a}orders.inc();` }, []],
    ['written elsewhere', { 'a.ts': a, 'b.ts': `import { orders } from './a';\norders.inc();` }, []],
    ['handed on', { 'a.ts': `${a}start(orders);` }, []],
    ['read from a namespace', { 'a.ts': a, 'b.ts': `import * as m from './a';\nm.orders.inc();` }, []],
    ['the namespace is handed on', { 'a.ts': a, 'b.ts': `import * as m from './a';\nstart(m);` }, []],
    ['written by name', { 'a.ts': a, 'b.ts': `register.getSingleMetric('x').inc();` }, []],
    [
      'collects its own value',
      {
        'a.ts': `import { Gauge } from 'prom-client';\nconst g = new Gauge({ name: 'x', help: 'X.', collect() { this.set(1); } });`,
      },
      [],
    ],
    [
      'part of an object',
      {
        'a.ts': `import { Counter } from 'prom-client';\nexport const m = { orders: new Counter({ name: 'x', help: 'X.' }) };`,
      },
      [],
    ],
    ['of a published package', { 'package.json': '{ "name": "lib", "exports": "./a.js" }', 'a.ts': a }, []],
  ])('%s', (_, files, expected) => {
    expect(found(files)).toEqual(expected);
  });
});
