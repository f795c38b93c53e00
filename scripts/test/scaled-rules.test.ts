import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { scaledRuleFiles, scaleDuration, scaleExpression } from '../demo/scaled-rules.ts';

describe('durations', () => {
  it.each([
    ['5m', 60, '5000ms'],
    ['1h30m', 60, '90000ms'],
    ['30d', 60, '43200000ms'],
    ['10ms', 60, '1ms'],
  ])('%s, %i times as fast, is %s', (duration, speed, scaled) => {
    expect(scaleDuration(duration, speed)).toBe(scaled);
  });

  it('are refused when they are none', () => {
    expect(() => scaleDuration('5 minutes', 60)).toThrow('no duration');
  });
});

describe('expressions', () => {
  it.each([
    ['rate(a[5m]) > 0.1', 'rate(a[5000ms]) > 0.1'],
    ['job:errors:ratio_rate5m > 0.05', 'job:errors:ratio_rate5m > 0.05'],
    ['deriv(max(a)[15m:1m]) > 1', 'deriv(max(a)[15000ms:1000ms]) > 1'],
    ['a unless a offset 15m', 'a unless a offset 15000ms'],
    ['a{text="[5m]"} > 300', 'a{text="[5m]"} > 300'],
  ])('%s', (expression, scaled) => {
    expect(scaleExpression(expression, 60)).toBe(scaled);
  });
});

it('the shipped rules keep everything but their durations', () => {
  const files = scaledRuleFiles(60);
  const rules = Object.values(files).flatMap((content) =>
    (parse(content) as { groups: { rules: { alert?: string; expr: string; for?: string }[] }[] }).groups.flatMap(
      (group) => group.rules,
    ),
  );
  const slow = rules.find(({ alert }) => alert === 'SlowP95');
  expect(slow).toMatchObject({ for: '10000ms', labels: { severity: 'warning' } });
  expect(rules.find(({ expr }) => /\[\d+[mhd]\]/.test(expr))).toBeUndefined();
  expect(rules.length).toBeGreaterThan(40);
});
