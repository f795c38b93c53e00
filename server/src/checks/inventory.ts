import type { FileFacts } from '../../../eslint-plugin/src/analysis/analyze.ts';
import type { DefinedMetric, InventoryFact, MetricUse } from '../../../eslint-plugin/src/analysis/collect-inventory.ts';
import {
  labelDomains,
  seriesOf,
  type LabelDomain,
  type Series,
} from '../../../eslint-plugin/src/analysis/collect-series.ts';
import { joinRows, type FileRows, type IndexedMetric } from '../metric-index.ts';
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
  const rows = new Map<string, FileRows>();
  for (const [i, path] of files.entries()) {
    progress?.(i + 1, files.length);
    const inventory = known.has(path) ? known.get(path) : inventoryOf(() => runner.facts(path));
    if (inventory) rows.set(path, { ...inventory, spans: [] });
  }
  return joinRows(rows).metrics.map((metric) => measured(runner, metric));
}

/** A metric with the domains of its labels and the estimate that follows from them. */
export function measured(runner: Runner, { path, definition, uses }: IndexedMetric): WorkspaceMetric {
  const placed = uses.map(({ path: file, use }) => ({ ...use, path: file }));
  const labels = labelDomains(definition, placed);
  return {
    ...definition,
    path,
    packageName: runner.workspace.project(path).packageName,
    uses: placed,
    labels,
    series: seriesOf(definition, labels, placed.length > 0),
  };
}

/** Metrics of a file. One that cannot be analysed has none; `check` names it. */
export function inventoryOf(facts: () => FileFacts | undefined): InventoryFact | undefined {
  try {
    return facts()?.inventory;
  } catch {
    return undefined;
  }
}
