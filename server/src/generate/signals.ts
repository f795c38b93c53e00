/** What of a metric is worth looking at, as PromQL. */
import type { WorkspaceMetric } from '../checks/inventory.ts';
import { promLabel } from '../queries/query-labels.ts';
import { usualName } from '../queries/query-series.ts';

/** More lines than this nobody tells apart in a panel. */
const MAX_LINES = 24;

/** Where a query stands: in a dashboard it selects by variables, in a rule it takes everything. */
export interface Scope {
  readonly matchers: string;
  readonly range: string;
}

/** Queries of a dashboard. */
export const IN_DASHBOARD: Scope = { matchers: '{job=~"$job", instance=~"$instance"}', range: '$__rate_interval' };
/** Queries of rules. */
export const IN_RULE: Scope = { matchers: '', range: '5m' };

/** Labels to tell lines apart by: those whose values are few and known, as long as the lines stay countable. */
export function legendLabels({ labels }: WorkspaceMetric): readonly string[] {
  const kept: string[] = [];
  let lines = 1;
  for (const [key, domain] of labels) {
    if (!('count' in domain) || !/^[A-Za-z_]/.test(key) || lines * domain.count > MAX_LINES) continue;
    lines *= domain.count;
    kept.push(promLabel(key));
  }
  return kept;
}

/** `sum by (labels) (expression)`. */
function by(operator: string, labels: readonly string[], expression: string): string {
  return `${operator}${labels.length === 0 ? '' : ` by (${labels.join(', ')})`} (${expression})`;
}

/** Events per second of a counter, or of the observations of a histogram or summary. */
export function rateOf(metric: WorkspaceMetric, scope: Scope, labels: readonly string[]): string {
  const name = usualName(metric, metric.instrument === 'counter' ? 'counter' : 'count') ?? '';
  return by('sum', labels, `rate(${name}${scope.matchers}[${scope.range}])`);
}

/** A quantile of a histogram. */
export function quantileOf(metric: WorkspaceMetric, q: number, scope: Scope, labels: readonly string[] = []): string {
  const name = usualName(metric, 'bucket') ?? '';
  return `histogram_quantile(${q}, ${by('sum', ['le', ...labels], `rate(${name}${scope.matchers}[${scope.range}])`)})`;
}

/** Observations by bucket. */
export function bucketsOf(metric: WorkspaceMetric, scope: Scope): string {
  return by('sum', ['le'], `increase(${usualName(metric, 'bucket') ?? ''}${scope.matchers}[${scope.range}])`);
}

/** Value of a gauge, or of the quantiles of a summary. */
export function valueOf(metric: WorkspaceMetric, scope: Scope, labels: readonly string[]): string {
  const isSummary = metric.instrument === 'summary';
  const name = usualName(metric, isSummary ? 'quantile' : 'gauge') ?? '';
  return by('max', isSummary ? ['quantile', ...labels] : labels, `${name}${scope.matchers}`);
}

/** Unit of Grafana, from the endings of the name. */
export function unitOf(metric: WorkspaceMetric): string {
  const name = (
    usualName(
      metric,
      metric.instrument === 'histogram' ? 'sum' : metric.instrument === 'counter' ? 'counter' : 'gauge',
    ) ??
    metric.name ??
    ''
  ).replace(/_(?:sum|total)$/, '');
  if (metric.instrument === 'counter')
    return name.endsWith('_bytes') ? 'bytes' : name.endsWith('_seconds') ? 'short' : 'ops';
  if (name.endsWith('_seconds')) return 's';
  if (/_(?:milliseconds|ms)$/.test(name)) return 'ms';
  if (name.endsWith('_bytes')) return 'bytes';
  return 'short';
}
