import type { Check } from './checks.ts';
import type { WorkspaceMetric } from './inventory.ts';

/** Flags metrics, and packages, whose estimated number of time series is above the budget of telint.json. */
export const seriesBudget: Check = function* (
  metrics,
  {
    runner: {
      config: { budget },
    },
  },
) {
  if (budget.perMetric === undefined && budget.perService === undefined && Object.keys(budget.metrics).length === 0)
    return;
  for (const metric of metrics) {
    const limit = metric.name === undefined ? budget.perMetric : (budget.metrics[metric.name] ?? budget.perMetric);
    if (limit === undefined || !('count' in metric.series) || metric.series.count <= limit) continue;
    yield {
      messageId: 'metric',
      message: `Metric \`${metric.name ?? 'without a known name'}\` makes up to ${format(metric.series.count)} time series (${productOf(metric)}), and its budget is ${format(limit)}. Drop a label or give it fewer values, or raise the budget in telint.json.`,
      path: metric.path,
      range: metric.nameRange,
    };
  }
  const { perService } = budget;
  if (perService === undefined) return;
  for (const [name, group] of Map.groupBy(metrics, (m) => m.packageName ?? '')) {
    const known = group.flatMap((m) => ('count' in m.series ? [{ metric: m, count: m.series.count }] : []));
    const total = known.reduce((sum, m) => sum + m.count, 0);
    const [largest] = known.toSorted((a, b) => b.count - a.count);
    if (total <= perService || !largest) continue;
    yield {
      messageId: 'service',
      message: `The ${known.length} metrics of ${name === '' ? 'this package' : `\`${name}\``} make up to ${format(total)} time series, and the budget is ${format(perService)}. The largest is \`${largest.metric.name ?? 'this one'}\` with ${format(largest.count)} (${productOf(largest.metric)}): drop a label or give it fewer values, or raise the budget in telint.json.`,
      path: largest.metric.path,
      range: largest.metric.nameRange,
    };
  }
};

/** The factors in words: "`method` 7 × `route` 12 × 14 for buckets, sum and count". */
function productOf({ labels, perSet }: WorkspaceMetric): string {
  const factors = [...labels].flatMap(([key, domain]) => ('count' in domain ? [`\`${key}\` ${domain.count}`] : []));
  if (perSet > 1) factors.push(`${perSet} for buckets or quantiles, sum and count`);
  return factors.length === 0 ? 'no labels' : factors.join(' × ');
}

function format(count: number): string {
  return count.toLocaleString('en');
}
