import { withoutDisabled as notDisabled } from '../directives.ts';
import type { Finding, Severity } from '../findings.ts';
import type { Runner } from '../runner.ts';
import type { checkInfos } from './catalog.ts';
import { collectMetrics, type WorkspaceMetric } from './inventory.ts';
import { labelSetConflict } from './label-set-conflict.ts';
import { noDuplicateMetric } from './no-duplicate-metric.ts';
import { noUnusedMetric } from './no-unused-metric.ts';
import { seriesBudget } from './series-budget.ts';

/** A finding before the configuration gives it its name and severity. */
export type CheckProblem = Pick<Finding, 'messageId' | 'message' | 'path' | 'range' | 'related'>;

/** A check: metrics of the workspace in, problems out. */
export type Check = (metrics: readonly WorkspaceMetric[], runner: Runner) => Iterable<CheckProblem>;

const CHECKS: Readonly<Record<keyof typeof checkInfos, Check>> = {
  'no-duplicate-metric': noDuplicateMetric,
  'label-set-conflict': labelSetConflict,
  'series-budget': seriesBudget,
  'no-unused-metric': noUnusedMetric,
};

/** Findings of the checks of the workspace that are on; `progress` is told how many files have been looked at. */
export function runChecks(runner: Runner, progress?: (done: number, total: number) => void): readonly Finding[] {
  const active = Object.entries(CHECKS).flatMap(([name, check]) => {
    const setting = runner.config.rules.get(name);
    return setting ? [{ name, check, severity: setting.severity }] : [];
  });
  if (active.length === 0) return [];
  const metrics = collectMetrics(runner, progress);
  if (metrics.length === 0) return [];
  return active.flatMap(({ name, check, severity }) =>
    withoutDisabled(
      [...check(metrics, runner)].map((problem) => toFinding(name, severity, problem)),
      runner,
    ),
  );
}

function toFinding(name: string, severity: Severity, problem: CheckProblem): Finding {
  const { related, ...rest } = problem;
  return {
    rule: `telint/${name}`,
    severity,
    fixes: [],
    ...rest,
    ...(related && related.length > 0 ? { related } : {}),
  };
}

function withoutDisabled(findings: readonly Finding[], runner: Runner): readonly Finding[] {
  return findings.flatMap((finding) => notDisabled([finding], runner.workspace.text(finding.path) ?? ''));
}
