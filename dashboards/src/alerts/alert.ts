import type { Metric, TargetLabel } from '../query.ts';

/** How urgent an alert is: `critical` wakes somebody, `warning` waits for the morning, `none` is not for people. */
export type Severity = 'critical' | 'warning' | 'info' | 'none';

/** What to do when an alert fires; becomes a section of the runbooks. */
export interface Runbook {
  readonly meaning: string;
  readonly impact: string;
  readonly steps: readonly string[];
}

/** A series of a rule test with its values in the notation of promtool (`0+6x60`). */
export interface TestSeries {
  readonly series: string;
  readonly values: string;
}

/** What a rule test expects to fire. */
export interface Firing {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

/** A situation, a time and what fires then. */
export interface RuleTest {
  readonly title: string;
  readonly series: readonly TestSeries[];
  readonly at: string;
  /** Default: 30 s. */
  readonly interval?: string;
  readonly fires: readonly Firing[];
}

/** An alert with its runbook and with situations in which it fires and in which it must not. */
export interface Alert {
  readonly name: string;
  readonly severity: Severity;
  readonly expr: string;
  /** How long the expression must hold. */
  readonly for?: string;
  readonly summary: string;
  readonly description: string;
  readonly runbook: Runbook;
  readonly tests: readonly RuleTest[];
}

/** Alerts of one subject, a group of a rule file. */
export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly Alert[];
  /** Time between evaluations in the tests of the group; default 30 s. Tests over days look less often. */
  readonly testEvaluation?: string;
}

type SeriesLabels<M extends Metric> = {
  readonly [L in Extract<keyof M['labels'], string> | TargetLabel | 'le']?: string;
};

/** A series of a rule test: `name{job="shop", …}`. */
export function series<M extends Metric>(
  metric: M,
  labels: SeriesLabels<M>,
  values: string,
  suffix: '' | '_bucket' | '_count' | '_sum' = '',
): TestSeries {
  const pairs = Object.entries<string | undefined>(labels).map(([name, value]) => `${name}="${value ?? ''}"`);
  return { series: `${metric.name}${suffix}{${pairs.join(', ')}}`, values };
}

/** The target of most tests. */
export const SHOP = { job: 'shop', instance: 'shop-1:9464' } as const;
