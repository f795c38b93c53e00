import { describe, expect, it } from 'vitest';
import { substituteVariables } from '../src/queries/grafana-variables.ts';
import { parsePromql } from '../src/queries/promql.ts';
import { queriesOfDashboard } from '../src/queries/query-dashboards.ts';
import { queriesOfRuleFile, type QueryFile } from '../src/queries/query-files.ts';
import { problemsIn, type Definitions } from './support/query-problems.ts';

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

/** What is reported about a dashboard or a rule file: the kind and the text that it is about. */
function problemsAbout(path: string, source: string): string[] {
  const file = path.endsWith('.json') ? queriesOfDashboard(path, source) : queriesOfRuleFile(path, source);
  return reported([file], source);
}

function reported(files: readonly QueryFile[], source: string, path?: string): string[] {
  return problemsIn(files, DEFINITIONS)
    .filter((problem) => path === undefined || problem.path === path)
    .map(({ messageId, range }) => `${messageId} ${source.slice(range.start, range.end)}`);
}

const problemsOf = (expr: string, legendFormat?: string): string[] =>
  problemsAbout('d.json', dashboard({ expr, ...(legendFormat !== undefined && { legendFormat }) }));

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
    ['rate(order_total[5m])', 'unknown order_total'],
    ['orders_total_count', 'unknown orders_total_count'],
    ['order_seconds', 'histogram order_seconds'],
    ['{__name__="ordrs_total"}', 'unknown ordrs_total'],
    ['orders_total{stat="ok"}', 'missing stat'],
    ['orders_total{"stat"="ok"}', 'missing stat'],
    ['sum by (le) (rate(order_seconds_count[5m]))', 'missing le'],
    ['sum by (rout) (order_seconds_count)', 'missing rout'],
    ['orders_total / on (rout) orders_total', 'missing rout'],
    ['label_replace(orders_total, "a", "$1", "regoin", "(.*)")', 'missing regoin'],
    ['sum(orders_total', 'query l'],
  ])('%s', (expr, problem) => expect(problemsOf(expr)).toEqual([problem]));

  it('are one for a label that only the other side has, none', () => {
    expect(problemsOf('orders_total / on (job, version) group_left build_info')).toEqual([]);
  });

  it('stand in legends too', () => {
    const sum = 'sum by (status) (orders_total)';
    expect(problemsOf(sum, '{{status}}')).toEqual([]);
    expect(problemsOf(sum, '{{ region }} {{status}}')).toEqual(['result region']);
    expect(problemsOf('histogram_quantile(0.9, order_seconds_bucket)', '{{le}}')).toEqual(['result le']);
    expect(problemsOf('orders_total * on (job) group_left (version) build_info', '{{version}}')).toEqual([]);
    expect(problemsOf('$anything', '{{whatever}}')).toEqual([]);
    expect(problemsOf('absent(orders_total{status="ok"})', '{{status}}')).toEqual([]);
  });

  it('stand in the queries of variables', () => {
    const source = JSON.stringify({
      templating: { list: [{ type: 'query', query: 'label_values(orders_total{job="$job"}, regoin)' }] },
    });
    expect(problemsAbout('d.json', source)).toEqual(['result regoin']);
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
  it('know what other rules record, with the labels that are left, in block scalars, folded lines, escapes and doubled quotes', () => {
    expect(problemsAbout('r.yml', RULES).sort()).toEqual([
      'missing sttus',
      'result instance',
      'result team',
      'unknown job:oders:rate5m',
    ]);
  });

  it('are checked with their tests: series, and labels that an alert has', () => {
    const test = `tests:
  - input_series: [{ series: 'orders_total{job="a", sttus="ok"}', values: '1x9' }]
    alert_rule_test:
      - { alertname: Failing, eval_time: 1m, exp_alerts: [{ exp_labels: { job: a, severity: critical, status: x } }] }
`;
    const files = [queriesOfRuleFile('r.yml', RULES), queriesOfRuleFile('r.test.yml', test)];
    expect(reported(files, test, 'r.test.yml')).toEqual(['missing sttus', 'expected status']);
  });
});

describe('files that are broken', () => {
  const namesIn = (file: QueryFile) => problemsIn([file], DEFINITIONS).filter(({ messageId }) => messageId !== 'file');

  it.each(['', '{', '[]', '{"panels": 3}', '{"panels":[{"targets":[{"expr":7},null]}]}', '\u0000'])(
    'a dashboard %j names nothing',
    (source) => expect(namesIn(queriesOfDashboard('d.json', source))).toEqual([]),
  );

  it.each(['', 'groups:', 'groups: [1, {rules: x}]', 'a: [', '- - -\n\t', 'groups:\n- rules:\n  - expr: 5'])(
    'a rule file %j names nothing',
    (source) => expect(namesIn(queriesOfRuleFile('r.yml', source))).toEqual([]),
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
