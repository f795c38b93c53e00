import { describe, expect, it } from 'vitest';
import { workspace } from '../../eslint-plugin/test/support/workspace.ts';
import { runChecks } from '../src/checks/checks.ts';
import { configOf } from '../src/config.ts';
import { queryContext } from '../src/queries/query-completion.ts';
import { seriesForms } from '../src/queries/query-series.ts';
import { collectMetrics } from '../src/checks/inventory.ts';
import { Runner } from '../src/runner.ts';
import { QUERY_SERVICE } from './support/query-service.ts';

type Files = Readonly<Record<string, string>>;

/** Findings in files with queries: `check/message file [text]`; hints with a question mark. */
function found(files: Files): string[] {
  const root = workspace(files);
  const runner = new Runner(root, configOf({}, 'telint.json'));
  return runChecks(runner)
    .filter(({ rule }) => rule.startsWith('telint/query-'))
    .map(({ rule, messageId, path, range, hint, message }) => {
      expect(message).toMatch(/[.?]$/);
      const text = files[path.slice(root.length + 1)] ?? '';
      return `${hint ? '?' : ''}${rule.slice(7)}/${messageId} ${path.slice(root.length + 1)} [${text.slice(range.start, range.end)}]`;
    });
}

const changed = (path: keyof typeof QUERY_SERVICE, from: string, to: string): Files => {
  expect(QUERY_SERVICE[path]).toContain(from);
  return { ...QUERY_SERVICE, [path]: QUERY_SERVICE[path].replaceAll(from, to) };
};

/** A rule file with one alert beside the service. */
const alert = (expr: string, summary = 'x'): Files => ({
  ...QUERY_SERVICE,
  'extra.yml': `groups:\n- name: g\n  rules:\n  - alert: A\n    expr: ${JSON.stringify(expr)}\n    annotations: { summary: '${summary}' }\n`,
});

describe('queries of a service', () => {
  it('that fit its code have no findings', () => {
    expect(found(QUERY_SERVICE)).toEqual([]);
  });

  it.each([
    [
      'shop_orders_total',
      'shop_sales_total',
      ['dashboards/shop.json', 'prometheus/rules.yml', 'prometheus/rules.test.yml'],
    ],
    ['shop_duration_seconds', 'shop_time_seconds', ['prometheus/rules.yml']],
    ['shop_queue_size', 'shop_waiting', ['dashboards/shop.json']],
    ['shop.refund.amount', 'shop.return.amount', ['dashboards/shop.json']],
  ])('are hinted at when the code calls %s %s', (from, to, paths) => {
    const problems = found(changed('src/metrics.ts', `'${from}'`, `'${to}'`));
    expect([...new Set(problems.map((problem) => problem.split(' ')[1]))].sort()).toEqual([...paths].sort());
    for (const problem of problems) {
      expect(problem).toContain('?query-metrics/unknown');
      expect(problem).toContain(`[${from.replaceAll('.', '_')}`);
    }
  });

  it.each([
    ['status', 'state', ['dashboards/shop.json', 'prometheus/rules.yml', 'prometheus/rules.test.yml']],
    ['channel', 'route', ['dashboards/shop.json']],
    ['outcome', 'result', ['prometheus/rules.yml']],
    ['topic', 'subject', ['dashboards/shop.json']],
    ['refund.reason', 'refund.cause', ['dashboards/shop.json']],
  ])('are reported when the code calls the label %s %s', (from, to, paths) => {
    const rename = (text: string): string =>
      text
        .replace(new RegExp(`'${from}'`, 'g'), `'${to}'`)
        .replace(new RegExp(`\\{ ${from}: `), `{ ${to}: `)
        .replace(`, ${from} });`, `, ${to}: ${from} });`)
        .replace(`{ ${from} }`, `{ ${to}: ${from} }`);
    const problems = found({
      ...QUERY_SERVICE,
      'src/metrics.ts': rename(QUERY_SERVICE['src/metrics.ts']),
      'src/app.ts': rename(QUERY_SERVICE['src/app.ts']),
    });
    expect([...new Set(problems.map((problem) => problem.split(' ')[1]))].sort()).toEqual([...paths].sort());
    for (const problem of problems)
      expect(problem).toMatch(new RegExp(`^query-labels/.*\\[${from.replace('.', '_')}\\]$`));
  });

  it.each([
    ['rate(shop_queue_size[5m]) > 1', 'query-functions/gauge extra.yml [rate]'],
    ['delta(shop_orders_total[5m]) > 1', 'query-functions/counter extra.yml [delta]'],
    ['shop_duration_seconds > 1', 'query-functions/histogram extra.yml [shop_duration_seconds]'],
    [
      'histogram_quantile(0.9, sum by (outcome) (rate(shop_duration_seconds_bucket[5m]))) > 1',
      'query-functions/le extra.yml [histogram_quantile]',
    ],
    ['sum(shop_queue_size > 1', 'query-syntax/query extra.yml [1]'],
    ['shop_orders_total{status="payed"} > 1', 'query-labels/value extra.yml [payed]'],
    ['shop_orders_total{status=~"pay.*"} > 1', 'query-labels/value extra.yml [pay.*]'],
    ['shop_orders_total{stat="paid"} > 1', 'query-labels/missing extra.yml [stat]'],
  ])('%s', (expr, problem) => expect(found(alert(expr))).toEqual([problem]));

  it.each([
    'rate(shop_orders_total{job="a", instance=~"b", pod="c", exported_x="d"}[5m]) > 1',
    'shop_orders_total{status=~"pa.d|x", channel="anything"} > 1',
    'shop_orders_total{status!="payed", status!~"x.*", status=""} > 1',
    'absent(shop_duration_seconds)',
    'histogram_quantile(0.9, rate(shop_duration_seconds[5m])) > 1',
    'delta(shop_queue_size[5m]) > 1',
    'rate(foreign_gauge[5m]) > foreign{whatever="x"}',
    'rate(shop_refund_amount_bytes_count[5m]) + rate(shop_refund_amount_sum[5m]) > 1',
    'http_server_requests_total > 1',
  ])('%s is right', (expr) => expect(found(alert(expr))).toEqual([]));

  it.each([
    ['shop_jobs_total{kind="mail"} > 1', []],
    ['shop_jobs_total{kind="__other__"} > 1', []],
    ['shop_jobs_total{status="5xx"} > 1', []],
    ['shop_jobs_total{route="/anything"} > 1', []],
    ['shop_jobs_total{kind="fax"} > 1', ['query-labels/value extra.yml [fax]']],
    ['shop_jobs_total{status="500"} > 1', ['query-labels/value extra.yml [500]']],
    ['shop_jobs_total{queue="a"} > 1', ['query-labels/missing extra.yml [queue]']],
    ['delta(shop_jobs_total[5m]) > 1', ['query-functions/counter extra.yml [delta]']],
  ])('of a metric with declared domains: %s', (expr, problems) => {
    const code = `import { createMetrics, oneOf, statusClass, template } from '@telint/runtime/metrics';
const jobs = createMetrics().counter({
  name: 'shop_jobs_total',
  help: 'Jobs.',
  labels: { kind: oneOf('mail', 'sms'), status: statusClass(), route: template() },
});
export const done = (kind: string, status: number, route: string) => jobs.inc({ kind, status, route });`;
    expect(found({ ...alert(expr), 'src/jobs.ts': code })).toEqual(problems);
  });

  it.each([
    ['  # eslint-disable-next-line telint/query-labels -- comes with the next release\n    expr: Q\n', []],
    ['  # eslint-disable-next-line telint/query-functions\n    expr: Q\n', ['query-labels/missing extra.yml [stat]']],
    ['    expr: Q # eslint-disable-line\n', []],
    ['# eslint-disable telint/query-labels\n    expr: Q\n', []],
    [
      '# eslint-disable telint/query-labels\n# eslint-enable telint/query-labels\n    expr: Q\n',
      ['query-labels/missing extra.yml [stat]'],
    ],
    ['    expr: |\n      # eslint-disable-next-line telint/query-labels\n      Q\n', []],
    ['    expr: Q\n    annotations: { a: "x#eslint-disable-line" }\n', ['query-labels/missing extra.yml [stat]']],
  ])('comments of YAML switch checks off: %j', (lines, problems) => {
    const rules = `groups:\n- name: g\n  rules:\n  - alert: A\n${lines}`;
    expect(found({ ...QUERY_SERVICE, 'extra.yml': rules.replace('Q', 'shop_orders_total{stat="paid"} > 1') })).toEqual(
      problems,
    );
  });

  it('an alert names labels that its query keeps', () => {
    expect(found(alert('sum by (status) (shop_orders_total) > 1', '{{ $labels.channel }}'))).toEqual([
      'query-labels/result extra.yml [channel]',
    ]);
    expect(found(alert('# why\nsum by (channel) (shop_orders_total) > 1', '{{ $labels.channel }}'))).toEqual([]);
    expect(found(alert('shop_orders_total > 1', '{{ $labels.pod }} {{ $value }}'))).toEqual([]);
  });

  it('labels of registers, scrape configurations and of what else is asked for are no mistakes', () => {
    const files = alert('shop_orders_total{farm="x"} > 1');
    expect(found(files)).toHaveLength(1);
    expect(found({ ...files, 'src/d.ts': "register.setDefaultLabels({ farm: 'x' });" })).toEqual([]);
    expect(found({ ...files, 'src/d.ts': 'register.setDefaultLabels(labels);' })).toEqual([]);
    const scrapes = 'scrape_configs:\n- job_name: a\n  static_configs:\n  - targets: [a]\n    labels: { farm: x }\n';
    expect(found({ ...files, 'prometheus.yml': scrapes })).toEqual([]);
    expect(
      found({ ...files, 'more.yml': files['extra.yml']?.replace('shop_orders_total', 'node_load1') ?? '' }),
    ).toEqual([]);
  });

  it('files that cannot be read say where, templates of Helm say nothing', () => {
    const broken = QUERY_SERVICE['dashboards/shop.json'].replace('"type": "timeseries",', '"type" "timeseries",');
    expect(found({ ...QUERY_SERVICE, 'dashboards/shop.json': broken })[0]).toMatch(
      /^query-syntax\/file dashboards\/shop.json/,
    );
    const yaml = 'groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n   for: 1m\n';
    expect(found({ 'r.yml': yaml })[0]).toMatch(/^query-syntax\/file r.yml/);
    expect(found({ 'r.yml': `{{ if .Values.alerts }}\n${yaml}{{ end }}` })).toEqual([]);
  });

  it('queries to other sources are left alone', () => {
    const panel = (datasource: unknown, expr: string): string =>
      JSON.stringify({ panels: [{ title: 'P', datasource, targets: [{ expr }] }] });
    expect(found({ 'd.json': panel({ type: 'loki', uid: 'x' }, 'sum(') })).toEqual([]);
    expect(found({ 'd.json': panel({ type: 'prometheus', uid: 'x' }, 'sum(') })).toHaveLength(1);
    expect(found({ 'd.json': panel(null, '') })).toEqual([]);
    expect(found({ 'package.json': '{}', 'd.json': '{"expr": 1, "x": [' })).toEqual([]);
  });

  it('nothing is hinted at where code of other languages lies beside', () => {
    const files = changed('src/metrics.ts', "'shop_queue_size'", "'shop_waiting'");
    expect(found(files)).toHaveLength(1);
    expect(found({ ...files, 'go.mod': 'module shop' })).toEqual([]);
    expect(found({ ...files, 'src/more.ts': "make('shop_queue_size');" })).toEqual([]);
  });
});

describe('names of series', () => {
  const forms = (code: string): string[] => {
    const root = workspace({ 'package.json': '{}', 'm.ts': code });
    const [metric] = collectMetrics(new Runner(root, configOf({}, 'telint.json')));
    return metric ? [...new Set(seriesForms(metric).map((form) => form.of(metric.name ?? '')))].sort() : [];
  };
  const otel = (call: string): string[] =>
    forms(`import { metrics } from '@opentelemetry/api';\nexport const m = metrics.getMeter('x').${call};`);
  const prom = (type: string): string[] =>
    forms(`import { ${type} } from 'prom-client';\nexport const m = new ${type}({ name: 'a_b', help: 'H.' });`);

  it.each<readonly [string, readonly string[]]>([
    ["createCounter('a.b')", ['a_b', 'a_b_total']],
    ["createCounter('a.b.total')", ['a_b_total']],
    ["createCounter('a.b', { unit: '{request}' })", ['a_b', 'a_b_total']],
    ["createCounter('a.b', { unit: 'By' })", ['a_b', 'a_b_bytes', 'a_b_bytes_total', 'a_b_total']],
    ["createGauge('a.b', { unit: '1' })", ['a_b', 'a_b_ratio']],
    ["createUpDownCounter('a.b')", ['a_b']],
    ["createGauge('a-b/c', { unit: 'm/s' })", ['a_b_c', 'a_b_c_meters_per_second']],
    [
      "createHistogram('a.seconds', { unit: 's' })",
      ['a_seconds', 'a_seconds_bucket', 'a_seconds_count', 'a_seconds_sum'],
    ],
  ])('%s', (call, names) => expect(otel(call)).toEqual(names));

  it.each([
    ['Counter', ['a_b', 'a_b_total']],
    ['Gauge', ['a_b']],
    ['Histogram', ['a_b', 'a_b_bucket', 'a_b_count', 'a_b_sum']],
    ['Summary', ['a_b', 'a_b_count', 'a_b_sum']],
  ])('%s of prom-client', (type, names) => expect(prom(type)).toEqual(names));

  it('a namespace that a collector adds is recognized by what is asked for', () => {
    const prefixed = Object.fromEntries(
      Object.entries(QUERY_SERVICE).map(([path, text]) => [
        path,
        path.startsWith('src') ? text : text.replace(/(?<![\w:])shop_(?=[a-z]+_)/g, 'prod_shop_'),
      ]),
    );
    expect(found({ ...prefixed, 'x.yml': alert('prod_shop_orders_total{stat="a"}')['extra.yml'] ?? '' })).toEqual([
      'query-labels/missing x.yml [stat]',
    ]);
  });
});

describe('the context of a completion', () => {
  it.each([
    ['|', { kind: 'metric', typed: '' }],
    ['sum(rate(sho|', { kind: 'metric', typed: 'sho' }],
    ['a + |', { kind: 'metric', typed: '' }],
    ['a{|', { kind: 'label', typed: '', metrics: ['a'], given: [] }],
    ['a{b="c", d|}', { kind: 'label', typed: 'd', metrics: ['a'], given: ['b'] }],
    ['{x="1", |', { kind: 'label', typed: '', metrics: [], given: ['x'] }],
    ['a{b="|', { kind: 'value', typed: '', metrics: ['a'], label: 'b' }],
    ['a{b=~"x|y|', { kind: 'value', typed: 'y', metrics: ['a'], label: 'b' }],
    ['sum by (st|) (rate(a[5m]))', { kind: 'label', typed: 'st', metrics: ['a'], given: [] }],
    ['sum by (x, |', { kind: 'label', typed: '', metrics: [], given: ['x'] }],
    ['rate(a[5|', undefined],
    ['12|', undefined],
    ['# sho|', undefined],
    ['a > $x|', undefined],
  ])('%s', (text, context) => {
    const offset = text.lastIndexOf('|');
    expect(queryContext(text.slice(0, offset) + text.slice(offset + 1), offset)).toEqual(context);
  });
});
