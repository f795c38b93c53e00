import { describe, expect, it } from 'vitest';
import { problemsIn, type Definitions, type RegisteredMetric } from '../../server/test/support/query-problems.ts';
import { RUNTIME } from './support/definitions.ts';
import { dashboardFiles, queryFiles, ruleFiles, ruleTestFiles, textOf } from './support/files.ts';

const FILES = queryFiles();

/** Metrics that only a rule file or none asks for, with the reason. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  nodejs_eventloop_lag_min_seconds: 'the least delay says nothing about a problem',
  nodejs_eventloop_lag_stddev_seconds: 'quantiles say more',
};

const texts = new Map(
  [...dashboardFiles(), ...ruleFiles(), ...ruleTestFiles()].map((path) => [path, textOf(path)] as const),
);

/** Places of a metric in the raw text of all files, found without the parser: the name as a whole word. */
function placesOf({ name, type }: RegisteredMetric): string[] {
  const suffix = type === 'histogram' ? '_(?:bucket|sum|count)' : '';
  // Not inside a recorded name (`job:name:p95`), and not the value of a label (`metric="name"`).
  const word = new RegExp(`(?<![\\w:])${name}${suffix}(?![\\w:"])`, 'g');
  return [...texts].flatMap(([path, text]) => [...text.matchAll(word)].map(({ index }) => `${path}:${index}`));
}

function replaced(metric: RegisteredMetric, by: Partial<RegisteredMetric>): Definitions {
  return { ...RUNTIME, metrics: RUNTIME.metrics.map((one) => (one === metric ? { ...one, ...by } : one)) };
}

/** Series that Prometheus makes itself, with no labels but those of the target. */
const OF_PROMETHEUS: readonly RegisteredMetric[] = [{ name: 'up', type: 'gauge', labels: [] }];

/** What is wrong in all files, each with the text that it is about. */
function problemsWith({ metrics, targetLabels }: Definitions) {
  const found = problemsIn(FILES, { metrics: [...metrics, ...OF_PROMETHEUS], targetLabels });
  return found.map(({ messageId, path, range: { start, end } }) => {
    return { messageId, path, from: start, name: texts.get(path)?.slice(start, end) ?? '' };
  });
}

const renamed = (metric: RegisteredMetric, label: string): Definitions =>
  replaced(metric, { labels: metric.labels.map((one) => (one === label ? `${one}_renamed` : one)) });

describe('names in dashboards, rules and rule tests', () => {
  it('are found in all of them', () => {
    expect(FILES.map(({ path }) => path).sort()).toEqual([...texts.keys()].sort());
    for (const { path, queries, error } of FILES) {
      expect(error, path).toBeUndefined();
      expect(queries.length, path).toBeGreaterThan(0);
    }
  });

  it('exist in the runtime', () => {
    expect(problemsWith(RUNTIME)).toEqual([]);
  });

  it('cover what the runtime defines', () => {
    const shown = dashboardFiles().map(textOf).join('\n');
    const missing = RUNTIME.metrics.map(({ name }) => name).filter((name) => !shown.includes(name));
    expect(missing.sort()).toEqual(Object.keys(NOT_SHOWN).sort());
  });

  it.each(RUNTIME.metrics)('are reported when $name gets another name, each place and no other', (metric) => {
    const problems = problemsWith(replaced(metric, { name: `renamed_${metric.name}` }));
    const places = problems.map(({ path, from }) => `${path}:${from}`);
    expect(places.sort()).toEqual(placesOf(metric).sort());
    expect(problems.every(({ messageId, name }) => messageId === 'unknown' && name.startsWith(metric.name))).toBe(true);
  });

  const labels = RUNTIME.metrics.flatMap((metric) => metric.labels.map((label) => ({ metric, label })));

  it.each(labels)('are reported when $label of $metric.name gets another name', ({ metric, label }) => {
    const problems = problemsWith(renamed(metric, label));
    // Whatever is reported is the label, at a place where the file has it.
    for (const { messageId, name } of problems) {
      expect(['missing', 'result', 'expected']).toContain(messageId);
      expect(name).toBe(label);
    }
    // Every line with the metric and a condition on the label, found without the parser, is reported.
    const condition = new RegExp(
      `(?<![\\w:])${metric.name}(?:_bucket|_sum|_count)?\\{[^}]*?\\b(${label})\\\\?(?:=|!|\\\\")`,
      'g',
    );
    const reported = new Set(problems.map(({ path, from }) => `${path}:${from}`));
    for (const [path, text] of texts) {
      for (const match of text.matchAll(condition)) {
        const at = match.index + match[0].length - match[0].slice(match[0].lastIndexOf(label)).length;
        expect(reported, `${path}: ${match[0]}`).toContain(`${path}:${at}`);
      }
    }
  });

  it('cover every label that the runtime sets', () => {
    const silent = labels.filter(({ metric, label }) => problemsWith(renamed(metric, label)).length === 0);
    expect(silent.map(({ metric, label }) => `${metric.name} ${label}`)).toEqual([]);
  });
});
