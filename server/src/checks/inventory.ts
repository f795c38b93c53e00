import type { LabelFact } from '../../../eslint-plugin/src/analysis/facts.ts';
import type { DefinedMetric, InventoryFact, MetricUse } from '../../../eslint-plugin/src/analysis/collect-inventory.ts';
import { declaredDomain, type DeclaredDomain } from '../../../eslint-plugin/src/analysis/label-domains.ts';
import type { Runner } from '../runner.ts';

/** How many values a label has: a number, or why there is none. */
export type LabelDomain =
  { readonly count: number; readonly why: string } | { readonly unbounded: string } | { readonly unknown: string };

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

/** Estimated number of time series: product of the domains times what one set of labels makes. */
export type Series = { readonly count: number } | { readonly unbounded: string } | { readonly unknown: string };

/** Metrics of the folder of a runner, tests left out; `progress` is told how many files have been looked at. */
export function collectMetrics(
  runner: Runner,
  progress?: (done: number, total: number) => void,
): readonly WorkspaceMetric[] {
  const files = runner.workspace.files();
  const defined: { readonly path: string; readonly metric: DefinedMetric }[] = [];
  const uses = new Map<string, PlacedUse[]>();
  for (const [i, path] of files.entries()) {
    progress?.(i + 1, files.length);
    const inventory = inventoryOf(runner, path);
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
  const labels = domainsOf(metric, uses);
  return {
    ...metric,
    path,
    packageName: runner.workspace.project(path).packageName,
    uses,
    labels,
    series: seriesOf(metric, uses, labels),
  };
}

/** A file that cannot be analysed has no metrics; `check` names it. */
function inventoryOf(runner: Runner, path: string): InventoryFact | undefined {
  try {
    return runner.facts(path)?.inventory;
  } catch {
    return undefined;
  }
}

function domainsOf(metric: DefinedMetric, uses: readonly PlacedUse[]): ReadonlyMap<string, LabelDomain> {
  const writes = new Map<string, LabelFact[]>();
  for (const name of metric.labelNames ?? []) writes.set(name, []);
  for (const { labels } of uses)
    for (const label of labels) {
      const list = writes.get(label.key);
      if (list) list.push(label);
      // A label that the definition does not declare is not stored.
      else if (!metric.declared) writes.set(label.key, [label]);
    }
  return new Map([...writes].map(([key, labels]) => [key, domainOf(labels, declaredDomain(metric.declared, key))]));
}

function domainOf(labels: readonly LabelFact[], declared: DeclaredDomain | undefined): LabelDomain {
  if (declared?.count !== undefined) return { count: declared.count, why: declared.text };
  const open = labels.find((l) => l.bound.bound === 'unbounded');
  if (open) return { unbounded: open.bound.why };
  const unclear = labels.find((l) => l.bound.count === undefined);
  if (unclear) return { unknown: unclear.bound.why };
  // The same constant in two writes is one value; a set that several writes share is counted once.
  const constants = new Set(labels.filter((l) => l.bound.count === 1).map((l) => l.valueText));
  const largest = labels.reduce((n, l) => Math.max(n, l.bound.count ?? 0), 0);
  const count = Math.max(1, constants.size, largest);
  const why = labels.find((l) => l.bound.count === largest)?.bound.why ?? 'not set by any write';
  return { count, why: constants.size >= largest && constants.size > 0 ? [...constants].slice(0, 6).join(', ') : why };
}

function seriesOf(metric: DefinedMetric, uses: readonly PlacedUse[], labels: ReadonlyMap<string, LabelDomain>): Series {
  let sets = 1;
  let unknown: string | undefined;
  for (const [key, domain] of labels) {
    if ('unbounded' in domain) return { unbounded: `label \`${key}\` takes ${domain.unbounded}` };
    if ('unknown' in domain) unknown ??= key === '*' ? domain.unknown : `label \`${key}\`: ${domain.unknown}`;
    else sets *= domain.count;
  }
  if (unknown !== undefined) return { unknown };
  if (uses.length === 0 && [...labels.keys()].some((key) => declaredDomain(metric.declared, key)?.count === undefined))
    return { unknown: 'no write was found' };
  return { count: Math.min(sets, metric.declared?.maxSets ?? Infinity) * metric.perSet };
}
