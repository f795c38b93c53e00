import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analysis/analyze.ts';
import { isolatedHost } from '../../src/analysis/host.ts';
import { defaultSettings } from '../../src/analysis/settings.ts';
import { parseFile } from '../../src/host/parse.ts';
import { seriesIn } from '../support/analysis.ts';

const IMPORT = `import { bucketed, createMetrics, free, oneOf, statusClass, template, topK } from '@telint/runtime/metrics';\n`;

function factsOf(code: string, set = 'createMetrics()') {
  const file = parseFile('/workspace/src/metrics.ts', `${IMPORT}const metrics = ${set};\n${code}`);
  if (!file) throw new Error('The sample does not parse.');
  return analyze(file, isolatedHost, defaultSettings);
}

const counter = (labels: string, more = ''): string =>
  `const jobs = metrics.counter({ name: 'jobs_total', help: 'Jobs.', labels: { ${labels} }, ${more} });\n`;

describe('a metric that declares the domains of its labels', () => {
  it('is in the inventory with its name, labels and holder', () => {
    const code = `export const size = metrics.histogram({ name: 'size_bytes', help: 'Sizes.', unit: 'bytes', labels: { kind: oneOf('a', 'b') } });`;
    expect(factsOf(code).inventory.metrics).toMatchObject([
      {
        name: 'size_bytes',
        instrument: 'histogram',
        library: 'prom',
        labelNames: ['kind'],
        help: 'Sizes.',
        perSet: 14,
        holder: { kind: 'variable', name: 'size' },
        declared: { domains: { kind: { text: "oneOf('a', 'b')", count: 2, values: ['a', 'b'] } } },
      },
    ]);
  });

  it.each<readonly [string, number | undefined]>([
    [`oneOf('a', 'b', 'c')`, 3],
    [`oneOf('none', ...KINDS)`, 3],
    [`oneOf(...given)`, undefined],
    ['statusClass()', 5],
    ['template()', 500],
    ['template({ max: 40 })', 40],
    ['template({ max: limit })', undefined],
    ['bucketed()', 64],
    ['bucketed({ buckets: 16 })', 16],
    ['topK(20)', 40],
    ['free({ max: 7 })', 7],
    ['free()', 100],
    ['own()', undefined],
  ])('%s has %s values', (domain, count) => {
    const code = `const KINDS = ['mail', 'sms'] as const; declare const given: readonly string[]; declare const limit: number; declare function own(): any;\n`;
    const [metric] = factsOf(`${code}${counter(`kind: ${domain}`)}`).inventory.metrics;
    expect(metric?.declared?.domains['kind']?.count).toBe(count);
  });

  it.each<readonly [string, string, string, unknown]>([
    ['the product of the domains', 'createMetrics()', counter(`a: oneOf('x', 'y'), b: statusClass()`), { count: 10 }],
    ['no more than the limit', 'createMetrics()', counter('a: template(), b: template()'), { count: 1000 }],
    [
      'the limit of the set',
      'createMetrics({ limits: { seriesPerMetric: 50, valuesPerLabel: 9 } })',
      counter('a: template()'),
      { count: 50 },
    ],
    ['values of the set', 'createMetrics({ limits: { valuesPerLabel: 9 } })', counter('a: free()'), { count: 9 }],
    [
      'no limit that is not known',
      'createMetrics(options)',
      counter('a: template(), b: template()'),
      { count: 250_000 },
    ],
    ['the limit of the metric', 'createMetrics()', counter('a: template()', 'maxSeries: 20'), { count: 20 }],
    [
      'buckets that are generated',
      'createMetrics()',
      `const h = metrics.histogram({ name: 'h_seconds', help: 'H.', exponential: { start: 1, factor: 2, count: 4 } });`,
      { count: 7 },
    ],
  ])('makes %s', (_, set, code, series) => {
    expect(seriesIn(factsOf(code, set).inventory)).toEqual([series]);
  });

  it('gets every kind of write', () => {
    const { inventory } = factsOf(`${counter(`kind: oneOf('a', 'b')`)}
const size = metrics.gauge({ name: 'size', help: 'Size.', labels: { kind: oneOf('a') } });
const time = metrics.histogram({ name: 'time_seconds', help: 'Time.', labels: { kind: oneOf('a'), ok: oneOf('yes', 'no') } });
jobs.inc({ kind: 'a' }, 2);
const handle = jobs.bind({ kind: 'b' });
handle.inc();
size.set({ kind: 'a' }, 1);
time.observe({ kind: 'a', ok: 'no' }, 1);
const stopTimer = time.startTimer({ kind: 'a' });
stopTimer({ ok: 'yes' });`);
    expect(inventory.uses.map(({ method, labels }) => [method, ...labels.map(({ key }) => key)])).toEqual([
      ['inc', 'kind'],
      ['bind', 'kind'],
      ['set', 'kind'],
      ['observe', 'kind', 'ok'],
      ['startTimer', 'kind'],
      ['stopTimer', 'ok'],
    ]);
  });

  it('is no metric where the receiver is something else', () => {
    const code = `statsd.counter({ name: 'a', labels: {} }); ui.gauge({ name: 'b' }); chart.histogram({ name: 'c' });`;
    expect(factsOf(code).inventory.metrics).toEqual([]);
  });
});
