/** Recording rules and alerts of Prometheus for the metrics of one service. */
import { stringify } from 'yaml';
import type { WorkspaceMetric } from '../checks/inventory.ts';
import { promLabel } from '../queries/query-labels.ts';
import { IN_RULE, legendLabels, quantileOf, rateOf, unitOf } from './signals.ts';

/** What a counter of mistakes is called. */
const FAILURES = /(?:^|[_.])(?:errors?|fail(?:ed|ures?)?|exceptions?|rejected|rejections|dropped|timeouts?)(?:[_.]|$)/;
/** Above this a duration is worth a look, in seconds; a start, to be adapted. */
const SLOW_SECONDS = 1;

/** A rule file: rates and 95th percentiles, and alerts for counters of mistakes and for slow durations. */
export function rulesOf(slug: string, metrics: readonly WorkspaceMetric[]): string {
  const records: object[] = [];
  const alerts: object[] = [];
  for (const metric of metrics) {
    const name = promLabel(metric.name ?? '');
    const keep = ['job', ...legendLabels(metric)];
    if (metric.instrument === 'counter') {
      records.push({ record: `job:${name}:rate5m`, expr: rateOf(metric, IN_RULE, keep) });
      if (FAILURES.test(metric.name ?? ''))
        alerts.push(
          alert(
            `${pascalCase(name)}Growing`,
            `${rateOf(metric, IN_RULE, ['job'])} > 0`,
            `${metric.name ?? ''} of {{ $labels.job }} grows`,
          ),
        );
    }
    if (metric.instrument === 'histogram') {
      const p95 = quantileOf(metric, 0.95, IN_RULE, ['job']);
      records.push({ record: `job:${name}:p95`, expr: p95 });
      if (unitOf(metric) === 's')
        alerts.push(
          alert(
            `${pascalCase(name)}High`,
            `${p95} > ${SLOW_SECONDS}`,
            `One in 20 of ${metric.name ?? ''} of {{ $labels.job }} takes longer than ${SLOW_SECONDS} s`,
          ),
        );
    }
  }
  const groups = [
    ...(records.length > 0 ? [{ name: `${slug}-recorded`, rules: records }] : []),
    ...(alerts.length > 0 ? [{ name: `${slug}-alerts`, rules: alerts }] : []),
  ];
  return stringify({ groups }, { lineWidth: 0 });
}

/** `http_errors_total` as alerts are called: `HttpErrorsTotal`. */
function pascalCase(name: string): string {
  return name.replace(/(?:^|_+)([a-z0-9])/g, (_, first: string) => first.toUpperCase());
}

function alert(name: string, expr: string, summary: string): object {
  return { alert: name, expr, for: '10m', labels: { severity: 'warning' }, annotations: { summary } };
}
