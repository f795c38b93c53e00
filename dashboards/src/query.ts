/**
 * Pieces of PromQL from definitions of metrics: names come from the runtime's tables and labels are checked by the
 * compiler, so a renamed metric or label is a compile error here and not an empty panel.
 */

/** What the tables of the runtime say about a metric. */
export interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** Labels that Prometheus gives to every series of a target. */
export type TargetLabel = 'job' | 'instance';

/** Labels of a metric. */
export type LabelOf<M extends Metric> = Extract<keyof M['labels'], string>;

/** Conditions by label, each an operator with its value: `{ http_response_status_code: '=~5..' }`. */
export type Where<M extends Metric> = {
  readonly [Label in LabelOf<M>]?: `${'=' | '!=' | '=~' | '!~'}${string}`;
};

/** Where a query stands: in a dashboard it selects by variables, in a rule it takes everything. */
export interface Scope {
  readonly matchers: readonly string[];
  readonly range: string;
}

/** Queries of a dashboard: its services and instances, over what Grafana thinks right for the resolution. */
export const DASHBOARD: Scope = {
  matchers: ['job=~"$job"', 'instance=~"$instance"'],
  range: '$__rate_interval',
};

/** Queries of a rule over a range such as `5m`. */
export const rule = (range: string): Scope => ({ matchers: [], range });

/** What an aggregation keeps and what it looks at. */
export interface Part<M extends Metric> {
  readonly by?: readonly (LabelOf<M> | TargetLabel)[];
  readonly where?: Where<M>;
}

const OPERATOR = /^(=~|!~|!=|=)([^]*)$/;

function matcher(label: string, condition: string): string {
  const [, operator = '=', value = ''] = OPERATOR.exec(condition) ?? [];
  return `${label}${operator}${JSON.stringify(value)}`;
}

/** A selector: `name_suffix{job=~"$job", label="value"}`. */
export function select<M extends Metric>(
  metric: M,
  scope: Scope,
  where: Where<M> = {},
  suffix: '' | '_bucket' | '_count' | '_sum' = '',
): string {
  const conditions = Object.entries<string | undefined>(where).map(([label, condition]) =>
    matcher(label, condition ?? ''),
  );
  const matchers = [...scope.matchers, ...conditions].join(', ');
  return `${metric.name}${suffix}${matchers === '' ? '' : `{${matchers}}`}`;
}

/** `sum by (labels) (expression)`. */
export function aggregate(operator: 'sum' | 'max' | 'min' | 'avg', by: readonly string[], expression: string): string {
  return `${operator}${by.length === 0 ? '' : ` by (${by.join(', ')})`} (${expression})`;
}

/** Events per second: of a counter, or of the observations of a histogram. */
export function sumRate<M extends Metric>(metric: M, scope: Scope, { by = [], where = {} }: Part<M> = {}): string {
  const suffix = metric.type === 'histogram' ? '_count' : '';
  return aggregate('sum', by, `rate(${select(metric, scope, where, suffix)}[${scope.range}])`);
}

/** How often something happened within the range of the scope. */
export function sumIncrease<M extends Metric>(metric: M, scope: Scope, { by = [], where = {} }: Part<M> = {}): string {
  const suffix = metric.type === 'histogram' ? '_count' : '';
  return aggregate('sum', by, `increase(${select(metric, scope, where, suffix)}[${scope.range}])`);
}

/** Sum of what a histogram observed, per second: for seconds, how many things ran at a time. */
export function sumOfObserved<M extends Metric>(
  metric: M,
  scope: Scope,
  { by = [], where = {} }: Part<M> = {},
): string {
  return aggregate('sum', by, `rate(${select(metric, scope, where, '_sum')}[${scope.range}])`);
}

/** A quantile of a histogram. */
export function quantile<M extends Metric>(
  q: number,
  metric: M & { readonly type: 'histogram' },
  scope: Scope,
  { by = [], where = {} }: Part<M> = {},
): string {
  const buckets = `rate(${select<M>(metric, scope, where, '_bucket')}[${scope.range}])`;
  return `histogram_quantile(${q}, ${aggregate('sum', ['le', ...by], buckets)})`;
}

/** A gauge over the labels that are kept. */
export function gauge<M extends Metric>(
  operator: 'sum' | 'max' | 'min' | 'avg',
  metric: M & { readonly type: 'gauge' },
  scope: Scope,
  { by = [], where = {} }: Part<M> = {},
): string {
  return aggregate(operator, by, select<M>(metric, scope, where));
}

/** `part / whole` where there is a whole; 0 where the part never happened. */
export function share(part: string, whole: string): string {
  return `(${part} or 0 * ${whole}) / (${whole} > 0)`;
}
