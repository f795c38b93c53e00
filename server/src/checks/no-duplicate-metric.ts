import type { Check, CheckProblem } from './checks.ts';
import type { WorkspaceMetric } from './inventory.ts';
import { canMeet } from './linked-files.ts';

/** Flags a second definition of a metric that differs from the first: one of them throws or is lost. */
export const noDuplicateMetric: Check = function* (metrics, { runner: { workspace } }) {
  const named = Map.groupBy(
    metrics.filter((m) => m.name !== undefined),
    (m) => `${m.library}\0${m.name ?? ''}`,
  );
  for (const group of named.values()) {
    for (const [i, metric] of group.entries()) {
      const other = group
        .slice(0, i)
        .find(
          (o) =>
            isSamePlace(o, metric) && differenceOf(o, metric) !== undefined && canMeet(workspace, o.path, metric.path),
        );
      const difference = other && differenceOf(other, metric);
      if (other && difference !== undefined) yield problemOf(metric, other, difference);
    }
  }
};

/** Registered where the other one is: the same package, and the same register or meter. */
function isSamePlace(a: WorkspaceMetric, b: WorkspaceMetric): boolean {
  if (a.packageName !== b.packageName) return false;
  // A list of registers that is called the same in two files need not be the same.
  return a.registry === b.registry && (a.library === 'prom' || a.path === b.path || a.registry === undefined);
}

function differenceOf(a: WorkspaceMetric, b: WorkspaceMetric): string | undefined {
  if (a.instrument !== b.instrument) return `it is a ${b.instrument} here and a ${a.instrument} there`;
  if (a.labelNames && b.labelNames && !isSameSet(a.labelNames, b.labelNames))
    return `its labels are ${list(b.labelNames)} here and ${list(a.labelNames)} there`;
  if (a.help !== undefined && b.help !== undefined && a.help !== b.help)
    return `its ${b.library === 'prom' ? 'help' : 'description'} is "${b.help}" here and "${a.help}" there`;
  return undefined;
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  const set = new Set(a);
  return set.size === new Set(b).size && b.every((name) => set.has(name));
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((n) => `\`${n}\``).join(', ');
}

function problemOf(metric: WorkspaceMetric, other: WorkspaceMetric, difference: string): CheckProblem {
  const effect =
    metric.library === 'prom'
      ? 'the second registration throws, or one of the two is lost'
      : 'the SDK warns and exports both under one name';
  return {
    messageId: 'duplicate',
    message: `Metric \`${metric.name ?? ''}\` is defined twice, and ${difference}: ${effect}. Define it once and import it.`,
    path: metric.path,
    range: metric.nameRange,
    related: [{ path: other.path, range: other.nameRange, message: 'the other definition' }],
  };
}
