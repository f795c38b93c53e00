import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analysis/analyze.ts';
import { isolatedHost } from '../../src/analysis/host.ts';
import { defaultSettings, type WrapperSetting } from '../../src/analysis/settings.ts';
import { parseFile } from '../../src/host/parse.ts';

function factsOf(code: string, wrapper: WrapperSetting): ReturnType<typeof analyze> {
  const file = parseFile('/workspace/src/a.ts', code);
  if (!file) throw new Error('The sample does not parse.');
  return analyze(file, isolatedHost, { ...defaultSettings, wrappers: [wrapper] });
}

describe('settings.telint.names', () => {
  const code =
    "import { Counter } from 'prom-client'; const c = new Counter({ name: 'c', help: 'C', labelNames: ['user_id', 'path'] }); export function f(req, order) { c.inc({ user_id: order.userId, path: req.path }); }";
  const unbounded = (names: 'report' | 'ignore'): readonly string[] => {
    const file = parseFile('/workspace/src/a.ts', code);
    if (!file) throw new Error('The sample does not parse.');
    const { emissions } = analyze(file, isolatedHost, { ...defaultSettings, names });
    return emissions.flatMap((e) => e.labels.filter((l) => l.bound.bound === 'unbounded').map((l) => l.key));
  };
  it('reports what names support', () => {
    expect(unbounded('report')).toEqual(['user_id', 'path']);
  });
  it('can leave it out', () => {
    expect(unbounded('ignore')).toEqual([]);
  });
});

describe('settings.telint.wrappers', () => {
  it('takes the label object from the given argument', () => {
    const facts = factsOf("Metrics.count('jobs', 1, { route: req.url }); other.count('jobs', 1, { route: req.url });", {
      name: 'Metrics.count',
      kind: 'metric',
      labels: 2,
    });
    expect(facts.emissions.flatMap((e) => e.labels.map((l) => l.key))).toEqual(['route']);
  });
  it('takes span attributes', () => {
    const facts = factsOf("this.tracing.annotate({ 'user.email': user.email });", {
      name: 'annotate',
      kind: 'span',
      attributes: 0,
    });
    expect(facts.writes.map((w) => w.sensitive?.match.category)).toEqual(['contact']);
  });
  it('takes log calls', () => {
    const facts = factsOf("report('signed in', { password: form.password });", { name: 'report', kind: 'log' });
    expect(facts.logs.some((w) => w.sensitive?.match.category === 'credential')).toBe(true);
  });
  it('finds nothing without the setting', () => {
    const facts = factsOf("Metrics.count('jobs', 1, { route: req.url });", { name: 'elsewhere', kind: 'metric' });
    expect(facts.emissions).toEqual([]);
  });
});
