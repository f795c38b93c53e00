/** What the metrics say about themselves: how many series there are, how many there may be, and what was folded. */
import type { Family, Sample } from './metric-family.ts';
import type { RegisteredSource } from './prom-registry.ts';
import type { SeriesBudget } from './limits.ts';
import { TELEMETRY_METRICS } from './telemetry-metrics-table.ts';

/** The parts of a set of metrics that are reported. */
export interface SelfReported {
  readonly budget: SeriesBudget;
  readonly families: ReadonlyMap<string, Family>;
}

/** Sets of metrics that share a registry report together, because a name stands there only once. */
const reportedTogether = new WeakMap<object, Set<SelfReported>>();

/** Adds a set to those of its registry; true for the first one, which registers the figures. */
export function reportIn(
  registry: object,
  reported: SelfReported,
): { readonly all: ReadonlySet<SelfReported>; readonly isFirst: boolean } {
  const all = reportedTogether.get(registry);
  if (all !== undefined) {
    all.add(reported);
    return { all, isFirst: false };
  }
  const first = new Set([reported]);
  reportedTogether.set(registry, first);
  return { all: first, isFirst: true };
}

type Collect = (reported: SelfReported) => Sample[];

const perMetric =
  (value: (family: Family) => number): Collect =>
  ({ families }) =>
    [...families.values()].map((family) => ({ labels: { metric: family.name }, value: value(family) }));

const perLabel =
  (read: (state: Family['store']['states'][number]) => number, keep: (value: number) => boolean): Collect =>
  ({ families }) =>
    [...families.values()].flatMap((family) =>
      family.store.states
        .map((state) => ({ labels: { metric: family.name, label: state.name }, value: read(state) }))
        .filter(({ value }) => keep(value)),
    );

const FIGURES: readonly { name: string; help: string; type: 'gauge' | 'counter'; collect: Collect }[] = [
  {
    name: TELEMETRY_METRICS.series.name,
    help: 'Label sets that a metric has.',
    type: 'gauge',
    collect: perMetric((family) => family.store.series.length),
  },
  {
    name: TELEMETRY_METRICS.seriesLimit.name,
    help: 'Label sets that a metric may have.',
    type: 'gauge',
    collect: perMetric((family) => family.store.limit),
  },
  {
    name: TELEMETRY_METRICS.folded.name,
    help: 'Writes whose label value became __other__ or was dropped, because a domain or a limit did not let it through.',
    type: 'counter',
    collect: perLabel(
      ({ folded }) => folded,
      () => true,
    ),
  },
  {
    name: TELEMETRY_METRICS.labelDemand.name,
    help: 'Different values that a label was asked to hold: exact up to its limit, then an estimate.',
    type: 'gauge',
    collect: perLabel(
      ({ demand }) => demand,
      () => true,
    ),
  },
];

/** The figures as metrics that are read at each scrape. */
export function selfMetrics(all: ReadonlySet<SelfReported>): RegisteredSource[] {
  return FIGURES.map(({ name, help, type, collect }) => ({
    name,
    help,
    type,
    aggregator: 'sum',
    samples: () => Promise.resolve([...all].flatMap(collect)),
    reset: () => undefined,
  }));
}
