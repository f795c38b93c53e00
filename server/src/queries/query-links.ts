/** Which names of queries mean which metrics of the code. */
import type { Workspace } from '../../../eslint-plugin/src/host/workspace.ts';
import type { IndexedMetric } from '../metric-index.ts';
import type { LabelLookup } from './promql.ts';
import type { Query } from './query-files.ts';
import { COMMON_TARGET_LABELS, defaultLabels, isTargetLabel, ownLabels, promLabel } from './query-labels.ts';
import { isReadable, namesOf, queryNames, type QueryName } from './query-names.ts';
import { extraLabels, seriesForms, usualName, type SeriesForm } from './query-series.ts';
import type { QueryIndex } from './query-store.ts';

/** A metric under one of its names. */
export interface LinkedSeries {
  readonly metric: IndexedMetric;
  readonly form: SeriesForm;
  /** What stands before the name: a namespace that something outside of the code adds. */
  readonly prefix: string;
}

/** A label that so many metrics are asked for, and none of them sets, comes from the target. */
const MANY_METRICS = 3;

/** Series that Prometheus makes itself. */
const OF_PROMETHEUS = /^(?:up|scrape_\w+|ALERTS|ALERTS_FOR_STATE)$/;

/** Queries of a workspace, joined with the metrics of its code. */
export class QueryLinks {
  readonly metrics: readonly IndexedMetric[];
  readonly index: QueryIndex;
  readonly #workspace: Workspace;
  readonly #byPlace = new Map<string, IndexedMetric>();
  readonly #byName = new Map<string, LinkedSeries[]>();
  readonly #recorded = new Map<string, Query[]>();
  readonly #asked = new Map<IndexedMetric, QueryName[]>();
  readonly #targetLabels: ReadonlySet<string> | undefined;
  #names: readonly QueryName[] | undefined;
  #labels: Map<string, ReadonlySet<string> | undefined> | undefined;

  /** `targetLabels` are those that targets add, where that is known; else they are gathered from code, files and queries. */
  constructor(
    metrics: readonly IndexedMetric[],
    index: QueryIndex,
    workspace: Workspace,
    targetLabels?: ReadonlySet<string>,
  ) {
    this.metrics = metrics;
    this.index = index;
    this.#workspace = workspace;
    this.#targetLabels = targetLabels;
    for (const metric of metrics) {
      this.#byPlace.set(`${metric.path}:${metric.definition.range.start}`, metric);
      this.#enter(metric, '');
    }
    for (const { queries } of index.files)
      for (const query of queries) if (query.record) append(this.#recorded, query.record.text, query);
    for (const [prefix, owners] of this.#prefixes()) for (const metric of owners) this.#enter(metric, prefix);
    for (const name of this.names())
      if (name.kind === 'metric' && name.where === 'expression')
        for (const metric of new Set(this.series(name.name).map((linked) => linked.metric)))
          append(this.#asked, metric, name);
  }

  #enter(metric: IndexedMetric, prefix: string): void {
    const { name } = metric.definition;
    if (name === undefined) return;
    for (const form of seriesForms(metric.definition)) {
      const series = prefix + form.of(name);
      const known = this.#byName.get(series);
      if (!known?.some((linked) => linked.metric === metric)) append(this.#byName, series, { metric, form, prefix });
    }
  }

  /** A namespace that a collector or an exporter adds: at least two metrics are asked for with it, and most of what has it. */
  #prefixes(): Map<string, Set<IndexedMetric>> {
    const found = new Map<string, Set<string>>();
    const owners = new Map<string, Set<IndexedMetric>>();
    const others = new Set<string>();
    for (const { name, kind, where } of this.names()) {
      if (kind !== 'metric' || where !== 'expression' || this.#byName.has(name) || name.includes(':')) continue;
      others.add(name);
      for (let at = name.indexOf('_'); at > 0; at = name.indexOf('_', at + 1)) {
        const rest = name.slice(at + 1);
        const linked = rest.includes('_') ? this.#byName.get(rest) : undefined;
        if (!linked) continue;
        const prefix = name.slice(0, at + 1);
        found.set(prefix, (found.get(prefix) ?? new Set()).add(name));
        const set = owners.get(prefix) ?? new Set();
        for (const { metric } of linked) set.add(metric);
        owners.set(prefix, set);
      }
    }
    for (const [prefix, names] of found) {
      const all = [...others].filter((name) => name.startsWith(prefix)).length;
      if ((owners.get(prefix)?.size ?? 0) < 2 || names.size * 2 < all) owners.delete(prefix);
    }
    return owners;
  }

  /** All names of all files. */
  names(): readonly QueryName[] {
    return (this.#names ??= this.index.files.flatMap(queryNames));
  }

  /** The metric that is defined at an offset of a file. */
  metricAt(path: string, start: number): IndexedMetric | undefined {
    return this.#byPlace.get(`${path}:${start}`);
  }

  /** Metrics that a name of a series can mean; none for those of others. */
  series(name: string): readonly LinkedSeries[] {
    return this.#byName.get(name) ?? [];
  }

  /** Rules that record a series. */
  recorded(name: string): readonly Query[] {
    return this.#recorded.get(name) ?? [];
  }

  /** Where a metric is asked for. */
  asked(metric: IndexedMetric): readonly QueryName[] {
    return this.#asked.get(metric) ?? [];
  }

  /** Does the code of this workspace, a rule or Prometheus itself make a series of this name? */
  isKnown(name: string): boolean {
    return this.#byName.has(name) || this.#recorded.has(name) || OF_PROMETHEUS.test(name);
  }

  /** Does code have this name, or what it is derived from, as a text somewhere? */
  isMentioned(name: string): boolean {
    const base = name.replace(/_(?:bucket|sum|count|total)$/, '');
    return this.#workspace.mentioning([base]).length > 0;
  }

  /** Names of all series of the code and of rules. */
  seriesNames(): readonly string[] {
    return [...this.#byName.keys(), ...this.#recorded.keys()];
  }

  /** Names to offer where one is written: of each metric those under which most exporters have it, and of rules. */
  offered(): readonly string[] {
    const found = new Set<string>();
    for (const { definition } of this.metrics)
      for (const kind of new Set(seriesForms(definition).map((form) => form.kind))) {
        const name = kind === 'histogram' ? undefined : usualName(definition, kind);
        if (name !== undefined) found.add(name);
      }
    return [...found, ...this.#recorded.keys()].sort();
  }

  /** Labels that a series can have; `undefined` where that is not known, as of everything that others make. */
  readonly labelsOf: LabelLookup = (name) => (this.#labels ??= this.#knownLabels()).get(name);

  #knownLabels(): Map<string, ReadonlySet<string> | undefined> {
    const own = new Map<string, ReadonlySet<string> | undefined>();
    for (const [name, linked] of this.#byName) own.set(name, unionOf(linked));
    const added = this.#targetLabels ?? this.#findTargetLabels(own);
    const labels = new Map<string, ReadonlySet<string> | undefined>();
    for (const [name, set] of own) labels.set(name, set && added && new Set([...set, ...added]));
    this.#addRecorded(labels);
    return labels;
  }

  /** Labels that targets, registers and relabelling add to every series. */
  #findTargetLabels(own: ReadonlyMap<string, ReadonlySet<string> | undefined>): ReadonlySet<string> | undefined {
    const defaults = defaultLabels(this.#workspace);
    if (!defaults) return undefined;
    const found = new Set([...COMMON_TARGET_LABELS, ...defaults]);
    const missing = new Map<string, Set<IndexedMetric>>();
    for (const { targetLabels = [] } of this.index.files) for (const label of targetLabels) found.add(label);
    for (const { kind, name, where, metrics } of this.names()) {
      if (kind !== 'label' || where !== 'expression') continue;
      // What is asked of metrics of others can be on every target.
      const foreign = metrics.some(
        (metric) => metric === undefined || !this.isKnown(metric) || OF_PROMETHEUS.test(metric),
      );
      if (isTargetLabel(name) || (foreign && name !== 'le' && name !== 'quantile')) found.add(name);
      for (const metric of metrics) {
        const labels = metric === undefined ? undefined : own.get(metric);
        if (labels && !labels.has(name))
          for (const linked of this.series(metric ?? ''))
            missing.set(name, (missing.get(name) ?? new Set()).add(linked.metric));
      }
    }
    for (const [name, metrics] of missing) if (metrics.size >= MANY_METRICS && name !== 'le') found.add(name);
    return found;
  }

  /** Recorded series: their labels follow from their expressions, which may name one another. */
  #addRecorded(labels: Map<string, ReadonlySet<string> | undefined>): void {
    const open = new Map([...this.#recorded].filter(([name]) => !labels.has(name)));
    for (let round = 0; open.size > 0 && round <= this.#recorded.size; round++) {
      const before = open.size;
      for (const [name, queries] of open) {
        const sets = queries.map((query) =>
          isReadable(query) ? namesOf(query).resultLabels((series) => labels.get(series)) : undefined,
        );
        if (sets.some((set) => set === undefined)) continue;
        const added = queries.flatMap((query) => query.addedLabels ?? []);
        labels.set(name, new Set([...sets.flatMap((set) => [...(set ?? [])]), ...added]));
        open.delete(name);
      }
      if (open.size === before) return;
    }
  }
}

function unionOf(linked: readonly LinkedSeries[]): ReadonlySet<string> | undefined {
  const sets = linked.map(({ metric, form }) => {
    const own = ownLabels(metric);
    return own && [...own, ...extraLabels(form.kind)].map(promLabel);
  });
  return sets.some((set) => set === undefined) ? undefined : new Set(sets.flatMap((set) => set ?? []));
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
