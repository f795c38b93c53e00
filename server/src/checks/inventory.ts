import type { DefinedMetric, InventoryFact, MetricUse } from '../../../eslint-plugin/src/analysis/collect-inventory.ts';
import {
  labelDomains,
  seriesOf,
  type LabelDomain,
  type Series,
} from '../../../eslint-plugin/src/analysis/collect-series.ts';
import type { Runner } from '../runner.ts';

/** A write to a metric and its file. */
export interface PlacedUse extends MetricUse {
  readonly path: string;
}

/** A metric of the workspace with all writes to it. */
export interface WorkspaceMetric extends DefinedMetric {
  readonly path: string;
  /** Name of the package that defines it. */
  readonly packageName: string | undefined;
  readonly uses: readonly PlacedUse[];
  /** Domains by label, in the order of the definition and then of the writes. */
  readonly labels: ReadonlyMap<string, LabelDomain>;
  readonly series: Series;
}

/** Inventories of files that are known already; undefined for a file without metrics. */
export type KnownInventories = ReadonlyMap<string, InventoryFact | undefined>;

/** Metrics of the folder of a runner, tests left out; `progress` is told how many files have been looked at. */
export function collectMetrics(
  runner: Runner,
  progress?: (done: number, total: number) => void,
  known: KnownInventories = new Map(),
): readonly WorkspaceMetric[] {
  const files = runner.workspace.files();
  const defined: { readonly path: string; readonly metric: DefinedMetric }[] = [];
  const uses = new Map<string, PlacedUse[]>();
  for (const [i, path] of files.entries()) {
    progress?.(i + 1, files.length);
    const inventory = known.has(path) ? known.get(path) : inventoryOf(runner, path);
    if (!inventory) continue;
    for (const metric of inventory.metrics) defined.push({ path, metric });
    for (const use of inventory.uses)
      for (const { path: home, start } of use.definitions) {
        const key = `${home}:${start}`;
        const list = uses.get(key);
        if (list) list.push({ ...use, path });
        else uses.set(key, [{ ...use, path }]);
      }
  }
  return defined.map(({ path, metric }) =>
    withUses(runner, path, metric, uses.get(`${path}:${metric.range.start}`) ?? []),
  );
}

/** A definition of a file together with its writes. */
export function withUses(
  runner: Runner,
  path: string,
  metric: DefinedMetric,
  uses: readonly PlacedUse[],
): WorkspaceMetric {
  const labels = labelDomains(metric, uses);
  return {
    ...metric,
    path,
    packageName: runner.workspace.project(path).packageName,
    uses,
    labels,
    series: seriesOf(metric, labels, uses.length > 0),
  };
}

/** Metrics of a file. One that cannot be analysed has none; `check` names it. */
export function inventoryOf(runner: Runner, path: string): InventoryFact | undefined {
  try {
    return runner.facts(path)?.inventory;
  } catch {
    return undefined;
  }
}
