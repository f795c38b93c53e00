/** What the dashboards show, as queries that alerts and panels share: traffic, errors, duration, saturation. */
import { CORE_METRICS, PROCESS_METRICS } from '../../runtime/src/metrics.ts';
import { DASHBOARD, gauge, quantile, select, share, sumRate, type Metric, type Part } from './query.ts';
import { type Query } from './panels.ts';

const { duration } = CORE_METRICS.httpServer;
const SERVER_ERROR = { http_response_status_code: '=~5..' } as const;

type Labels<M extends Metric> = NonNullable<Part<M>['by']>;

/** Label names as a legend: `{{job}} {{instance}}`. */
const legendOf = (by: readonly string[]): string => by.map((label) => `{{${label}}}`).join(' ');

/** Rate of a counter or of a histogram's observations, by labels. */
export function rateBy<M extends Metric>(metric: M, by: Labels<M>, where: Part<M>['where'] = {}): Query {
  return { expr: sumRate(metric, DASHBOARD, { by, where }), legend: legendOf(by) };
}

/** A quantile of a histogram by labels. */
export function quantileBy<M extends Metric>(
  q: number,
  metric: M & { readonly type: 'histogram' },
  by: Labels<M>,
  prefix = '',
): Query {
  const legend = [prefix, legendOf(by)].filter((part) => part !== '').join(' ');
  return { expr: quantile<M>(q, metric, DASHBOARD, { by }), legend, hasExemplars: true };
}

/** A gauge by labels. */
export function gaugeBy<M extends Metric>(
  operator: 'sum' | 'max' | 'min' | 'avg',
  metric: M & { readonly type: 'gauge' },
  by: Labels<M>,
  options: { readonly where?: Part<M>['where']; readonly prefix?: string } = {},
): Query {
  const legend = [options.prefix ?? '', legendOf(by)].filter((part) => part !== '').join(' ');
  return { expr: gauge<M>(operator, metric, DASHBOARD, { by, where: options.where ?? {} }), legend };
}

/** Part of a counter's or histogram's events that meets a condition, by labels. */
export function shareBy<M extends Metric>(metric: M, by: Labels<M>, where: NonNullable<Part<M>['where']>): Query {
  const expr = share(sumRate(metric, DASHBOARD, { by, where }), sumRate(metric, DASHBOARD, { by }));
  return { expr, legend: legendOf(by) };
}

/** Errors among requests. */
export const errorRatio = (by: Labels<typeof duration>): Query => shareBy(duration, by, SERVER_ERROR);

/** Use of a pool: connections in use against the most that it opens. */
export const poolUse = (): Query => {
  const { connections, maxConnections } = CORE_METRICS.database;
  const by = ['job', 'db_client_connection_pool_name'] as const;
  const used = gauge('sum', connections, DASHBOARD, { by, where: { db_client_connection_state: '=used' } });
  return { expr: `${used} / ${gauge('sum', maxConnections, DASHBOARD, { by })}`, legend: legendOf(by) };
};

/** One metric against another one with the same labels, by instance. */
export function against(part: Metric, whole: Metric, legend: string): Query {
  return { expr: `${select(part, DASHBOARD)} / ${select(whole, DASHBOARD)}`, legend };
}

/** Memory in use against the limit. */
export const memoryUse = (): Query =>
  against(PROCESS_METRICS.residentMemory, PROCESS_METRICS.memoryLimit, '{{job}} {{instance}}');
