import type { Check, CheckProblem } from './checks.ts';
import type { PlacedUse, WorkspaceMetric } from './inventory.ts';

/** Flags writes whose labels the definition does not have, and writes of different files that disagree about the labels. */
export const labelSetConflict: Check = function* (metrics) {
  // A write that can mean several definitions is judged where all of them agree.
  const judged = new Map<string, { readonly problem: CheckProblem | undefined; count: number; total: number }>();
  for (const metric of metrics) {
    for (const use of metric.uses) {
      const key = `${use.path}:${use.range.start}`;
      const problem = undeclared(metric, use);
      const known = judged.get(key);
      if (known) known.count += problem ? 1 : 0;
      else judged.set(key, { problem, count: problem ? 1 : 0, total: use.definitions.length });
    }
  }
  for (const { problem, count, total } of judged.values()) if (problem && count === total) yield problem;
  for (const metric of metrics) {
    const problem = disagreement(metric);
    if (problem) yield problem;
  }
};

/** prom-client throws for a label that the definition does not name, the runtime leaves it out. */
function undeclared(metric: WorkspaceMetric, use: PlacedUse): CheckProblem | undefined {
  const { labelNames, library } = metric;
  if (!labelNames || library !== 'prom') return undefined;
  const extra = use.labels.find(
    (l) => l.key !== '*' && l.key !== '' && !l.key.startsWith('#') && !labelNames.includes(l.key),
  );
  if (!extra) return undefined;
  const declared = labelNames.length === 0 ? 'no labels' : `the labels ${labelNames.map((n) => `\`${n}\``).join(', ')}`;
  const [effect, list] = metric.declared ? ['it is not stored', 'labels'] : ['prom-client throws here', 'labelNames'];
  return {
    messageId: 'undeclared',
    message: `Label \`${extra.key}\` is not one of ${nameOf(metric)}, which has ${declared}: ${effect}. Add it to \`${list}\`, or drop it.`,
    path: use.path,
    range: extra.range,
    related: [{ path: metric.path, range: metric.nameRange, message: 'the definition' }],
  };
}

/** Two files write labels that the other one lacks: a query by either of them misses part of the data. */
function disagreement(metric: WorkspaceMetric): CheckProblem | undefined {
  // A definition without a constant name is a helper that makes many metrics.
  if (metric.name === undefined) return undefined;
  const sets = metric.uses.filter(isKnown).map((use) => ({ use, keys: new Set(use.labels.map((l) => l.key)) }));
  for (const [i, { use, keys }] of sets.entries()) {
    const other = sets
      .slice(0, i)
      .find((o) => o.use.path !== use.path && without(keys, o.keys).length > 0 && without(o.keys, keys).length > 0);
    if (!other) continue;
    const own = without(keys, other.keys);
    const theirs = without(other.keys, keys);
    return {
      messageId: 'disagreement',
      message: `${capital(nameOf(metric))} is written with ${list(own)} here and with ${list(theirs)} elsewhere: a query by one of them misses the other part. Write the same labels in both places.`,
      path: use.path,
      range: use.range,
      related: [{ path: other.use.path, range: other.use.range, message: `the write with ${list(theirs)}` }],
    };
  }
  return undefined;
}

/** All labels of the sample are seen, and only one metric is written. */
function isKnown(use: PlacedUse): boolean {
  return (
    use.complete &&
    use.labels.length > 0 &&
    use.definitions.length === 1 &&
    use.labels.every((l) => l.key !== '*' && l.key !== '' && !l.key.startsWith('#'))
  );
}

function without(keys: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
  return [...keys].filter((key) => !others.has(key));
}

function list(keys: readonly string[]): string {
  return keys.map((k) => `\`${k}\``).join(', ');
}

function nameOf({ name }: WorkspaceMetric): string {
  return name === undefined ? 'this metric' : `metric \`${name}\``;
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
