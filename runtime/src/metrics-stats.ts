/** Figures about a set of metrics, for humans and for tests. */
import type { Family } from './metric-family.ts';
import type { MetricType } from './naming.ts';
import type { SelfReported } from './self-metrics.ts';

/** Series, limit and demand; all series are label sets. */
export interface MetricsStats {
  readonly series: number;
  readonly limit: number;
  readonly metrics: readonly MetricStats[];
}

/** Figures of one metric. */
export interface MetricStats {
  readonly name: string;
  readonly type: MetricType;
  readonly series: number;
  readonly limit: number;
  readonly labels: readonly LabelStats[];
}

/** Figures of one label. */
export interface LabelStats {
  readonly name: string;
  /** Different values with series. */
  readonly values: number;
  /** Different values that it may have. */
  readonly max: number;
  /** Different values that it was asked to hold. */
  readonly demand: number;
  /** Writes whose value became `__other__` or was dropped. */
  readonly folded: number;
}

function metricStats({ name, type, store }: Family): MetricStats {
  return {
    name,
    type,
    series: store.series.length,
    limit: store.limit,
    labels: store.states.map((state) => ({
      name: state.name,
      values: state.size,
      max: state.max,
      demand: state.demand,
      folded: state.folded,
    })),
  };
}

/** The figures of a set. */
export function statsOf({ budget, families }: SelfReported): MetricsStats {
  return { series: budget.used, limit: budget.limit, metrics: [...families.values()].map(metricStats) };
}
