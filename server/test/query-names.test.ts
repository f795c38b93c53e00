import { describe, expect, it } from 'vitest';
import { checkQueryNames, type Definitions } from '../src/checks/query-names.ts';
import { substituteVariables } from '../src/grafana-variables.ts';
import { parsePromql } from '../src/promql.ts';
import { queriesOfDashboard } from '../src/query-dashboards.ts';
import { queriesOfRuleFile } from '../src/query-files.ts';

const DEFINITIONS: Definitions = {
  metrics: [
    { name: 'orders_total', type: 'counter', labels: ['status', 'region'] },
    { name: 'order_seconds', type: 'histogram', labels: ['route'] },
    { name: 'build_info', type: 'gauge', labels: ['version'] },
  ],
  targetLabels: ['job', 'instance'],
};

const dashboard = (...targets: readonly { readonly expr: string; readonly legendFormat?: string }[]): string =>
  JSON.stringify({ panels: [{ type: 'row', panels: [{ targets }] }] });

/** What is reported about a query in a dashboard. */
function problemsOf(expr: string, legendFormat?: string): string[] {
  const source = dashboard({ expr, ...(legendFormat !== undefined && { legendFormat }) });
  return checkQueryNames([queriesOfDashboard('d.json', source)], DEFINITIONS).map(({ kind, name, from, to }) => {
    expect(source.slice(from, to)).toBe(JSON.stringify(name).slice(1, -1));
    return `${kind} ${name}`;
  });
}

describe('queries that are right', () => {
  it.each([
    'sum by (status) (rate(orders_total{job="shop", region=~"$region"}[$__rate_interval]))',
    'histogram_quantile(0.95, sum by (le, route) (rate(order_seconds_bucket[5m])))',
    'order_seconds_sum / on (job, route) order_seconds_count',
    'sum without (status) (orders_total offset $offset)',
    'orders_total * on (instance) group_left (version) build_info',
    'sum by (short) (label_replace(orders_total, "short", "$1", "region", "(..).*"))',
    'sum by (v) (count_values("v", build_info))',
    'up{job="shop"} == 0 and ALERTS{alertname="x", anything="y"}',
    'topk($n, orders_total) > ${threshold:raw}',
    '${metric}_total{whatever="x"}',
    'rate([[metric]]{whatever="x"}[$__interval])',
    '{__name__=~"orders_.*", whatever="x"}',
    '{__name__="orders_total", status="ok"}',
    'max_over_time(orders_total[1h:$step])',
    'sum by ($group) (orders_total)',
    '1 + time() - vector(2)',
    'sum(rate(orders_total[5m])) # of unknown_metric',
    '{app="shop"} |= "error" | json | level="x"',
    'sum by (path) (count_over_time({app="shop"} != "debug" [5m]))',
  ])('%s', (expr) => expect(problemsOf(expr)).toEqual([]));
});

describe('names that nothing defines', () => {
  it.each([
    ['rate(order_total[5m])', 'unknown-metric order_total'],
    ['orders_total_count', 'unknown-metric orders_total_count'],
    ['order_seconds', 'unknown-metric order_seconds'],
    ['{__name__="ordrs_total"}', 'unknown-metric ordrs_total'],
    ['orders_total{stat="ok"}', 'unknown-label stat'],
    ['orders_total{"stat"="ok"}', 'unknown-label stat'],
    ['sum by (le) (rate(order_seconds_count[5m]))', 'unknown-label le'],
    ['sum by (rout) (order_seconds_count)', 'unknown-label rout'],
    ['orders_total / on (rout) orders_total', 'unknown-label rout'],
    ['label_replace(orders_total, "a", "$1", "regoin", "(.*)")', 'unknown-label regoin'],
    ['sum(orders_total', 'cannot-parse'],
  ])('%s', (expr, problem) => {
    const [first = '', ...others] = problemsOf(expr);
    expect(first.startsWith(problem), first).toBe(true);
    expect(others).toEqual([]);
  });

  it('are one for a label that only the other side has, none', () => {
    expect(problemsOf('orders_total / on (job, version) group_left build_info')).toEqual([]);
  });

  it('stand in legends too', () => {
    const sum = 'sum by (status) (orders_total)';
    expect(problemsOf(sum, '{{status}}')).toEqual([]);
    expect(problemsOf(sum, '{{ region }} {{status}}')).toEqual(['unknown-label region']);
    expect(problemsOf('histogram_quantile(0.9, order_seconds_bucket)', '{{le}}')).toEqual(['unknown-label le']);
    expect(problemsOf('orders_total * on (job) group_left (version) build_info', '{{version}}')).toEqual([]);
    expect(problemsOf('$anything', '{{whatever}}')).toEqual([]);
    expect(problemsOf('absent(orders_total{status="ok"})', '{{status}}')).toEqual([]);
  });

  it('stand in the queries of variables', () => {
    const source = JSON.stringify({
      templating: { list: [{ type: 'query', query: 'label_values(orders_total{job="$job"}, regoin)' }] },
    });
    const [problem, ...others] = checkQueryNames([queriesOfDashboard('d.json', source)], DEFINITIONS);
    expect(others).toEqual([]);
    expect(source.slice(problem?.from, problem?.to)).toBe('regoin');
  });
});

const RULES = `groups:
  - name: orders
    rules:
      - record: job:orders:rate5m
        expr: |
          sum by (job, status) (
            rate(orders_total[5m])
          )
        labels: { team: 'shop' }
      - record: job:orders:ratio
        expr: >-
          sum by (job) (job:orders:rate5m{status="fail"})
          / sum by (job) (job:orders:rate5m{sttus="ok"})
      - alert: Failing
        expr: "job:orders:ratio > 0.1 and on (job)\\n  job:oders:rate5m"
        labels:
          severity: critical
        annotations:
          summary: 'It''s {{ $labels.job }} of {{ $labels.team }} on {{ $labels.instance }}'
`;

describe('rule files', () => {
  const problems = checkQueryNames([queriesOfRuleFile('r.yml', RULES)], DEFINITIONS);

  it('know what other rules record, with the labels that are left', () => {
    expect(problems.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'unknown-label sttus',
      'unknown-metric job:oders:rate5m',
      'unknown-label team',
      'unknown-label instance',
    ]);
  });

  it('have positions in block scalars, folded lines, escapes and doubled quotes', () => {
    for (const { from, to, name } of problems) expect(RULES.slice(from, to)).toBe(name);
  });

  it('are checked with their tests: series, and labels that an alert has', () => {
    const test = `tests:
  - input_series: [{ series: 'orders_total{job="a", sttus="ok"}', values: '1x9' }]
    alert_rule_test:
      - { alertname: Failing, eval_time: 1m, exp_alerts: [{ exp_labels: { job: a, severity: critical, status: x } }] }
`;
    const files = [queriesOfRuleFile('r.yml', RULES), queriesOfRuleFile('r.test.yml', test)];
    const found = checkQueryNames(files, DEFINITIONS).filter(({ path }) => path === 'r.test.yml');
    expect(found.map(({ from, to }) => test.slice(from, to))).toEqual(['sttus', 'status']);
  });
});

describe('files that are broken', () => {
  it.each(['', '{', '[]', '{"panels": 3}', '{"panels":[{"targets":[{"expr":7},null]}]}', '\u0000'])(
    'a dashboard %j names nothing',
    (source) => expect(checkQueryNames([queriesOfDashboard('d.json', source)], DEFINITIONS)).toEqual([]),
  );

  it.each(['', 'groups:', 'groups: [1, {rules: x}]', 'a: [', '- - -\n\t', 'groups:\n- rules:\n  - expr: 5'])(
    'a rule file %j names nothing',
    (source) => expect(checkQueryNames([queriesOfRuleFile('r.yml', source)], DEFINITIONS)).toEqual([]),
  );
});

describe('substituteVariables', () => {
  it.each(['a[$__rate_interval]', 'a[${x:regex}] > [[y]]', 'a offset $o', 'a{b="$c"}', '$', '$$a', '${', 'a[5m:$s]'])(
    '%s keeps its length',
    (query) => {
      const { text, variables } = substituteVariables(query);
      expect(text).toHaveLength(query.length);
      for (const { from, to } of variables) expect(query.slice(from, to)).toMatch(/^[$[]/);
    },
  );
});

it('never throws on text that is no PromQL', () => {
  let state = 7;
  const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
  const pieces = [
    'sum',
    ' by ',
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    '"',
    '=~',
    'a',
    '$x',
    '5m',
    ',',
    ' or ',
    'on',
    '\n',
    '💥',
  ];
  for (let i = 0; i < 3000; i++) {
    const query = Array.from({ length: random(14) }, () => pieces[random(pieces.length)]).join('');
    const names = parsePromql(query);
    names.resultLabels(() => new Set(['a']));
    for (const { from, to } of [...names.metrics, ...names.labels]) expect(to).toBeGreaterThanOrEqual(from);
  }
});
