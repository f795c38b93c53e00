import { isYaml, withoutDisabled as notDisabled } from '../directives.ts';
import type { Finding, Severity } from '../findings.ts';
import type { IndexedMetric } from '../metric-index.ts';
import type { QueryFile } from '../queries/query-files.ts';
import { QueryLinks } from '../queries/query-links.ts';
import { collectQueries, type QueryIndex } from '../queries/query-store.ts';
import type { Runner } from '../runner.ts';
import { checkInfos } from './catalog.ts';
import { collectMetrics, type KnownInventories, type WorkspaceMetric } from './inventory.ts';
import { labelSetConflict } from './label-set-conflict.ts';
import { noDuplicateMetric } from './no-duplicate-metric.ts';
import { noUnusedMetric } from './no-unused-metric.ts';
import { queryFunctions } from './query-functions.ts';
import { queryLabels } from './query-labels.ts';
import { queryMetrics } from './query-metrics.ts';
import { querySyntax } from './query-syntax.ts';
import { seriesBudget } from './series-budget.ts';

/** A finding before the configuration gives it its name and severity. */
export type CheckProblem = Pick<Finding, 'messageId' | 'message' | 'path' | 'range' | 'related'>;

/** What all checks look at. */
export interface Checked {
  readonly runner: Runner;
  /** Queries of dashboards and rules, joined with the metrics. */
  readonly links: QueryLinks;
}

/** A check: metrics of the workspace in, problems out. */
export type Check = (metrics: readonly WorkspaceMetric[], checked: Checked) => Iterable<CheckProblem>;

/** A check of files with queries. */
type QueryCheck = (files: readonly QueryFile[], links: QueryLinks) => Iterable<CheckProblem>;

const QUERY_CHECKS: Readonly<Record<string, QueryCheck>> = {
  'query-syntax': querySyntax,
  'query-labels': queryLabels,
  'query-functions': queryFunctions,
  'query-metrics': queryMetrics,
};

/** Checks whose findings are no more than hints. */
const HINTS = new Set(['query-metrics']);

const CHECKS: Readonly<Record<string, Check>> = {
  'no-duplicate-metric': noDuplicateMetric,
  'label-set-conflict': labelSetConflict,
  'series-budget': seriesBudget,
  'no-unused-metric': noUnusedMetric,
};

/** Findings of the checks of the workspace that are on; `progress` is told how many files have been looked at. */
export function runChecks(
  runner: Runner,
  progress?: (done: number, total: number) => void,
  queries: QueryIndex = collectQueries(runner.workspace.root),
  known?: KnownInventories,
): readonly Finding[] {
  if (!anyCheckIsOn(runner)) return [];
  const metrics = collectMetrics(runner, progress, known);
  const links = new QueryLinks(metrics.map(indexed), queries, runner.workspace);
  return [...[...checkMetrics(metrics, links, runner)].flat(), ...checkQueries(queries.files, links, runner)];
}

/** Does the configuration ask for anything that needs the metrics of the workspace? */
export function anyCheckIsOn({ config }: Pick<Runner, 'config'>): boolean {
  return Object.keys(checkInfos).some((name) => config.rules.has(name));
}

/** Findings about the metrics of a workspace, check by check. */
export function* checkMetrics(
  metrics: readonly WorkspaceMetric[],
  links: QueryLinks,
  runner: Runner,
): Generator<readonly Finding[]> {
  for (const { name, check, severity } of activeOf(CHECKS, runner))
    yield withoutDisabled(
      [...check(metrics, { runner, links })].map((problem) => toFinding(name, severity, problem)),
      runner,
    );
}

/** Findings in files with queries; of other files nothing is said. */
export function checkQueries(files: readonly QueryFile[], links: QueryLinks, runner: Runner): readonly Finding[] {
  const whole = files.filter(({ error }) => error === undefined);
  const findings = activeOf(QUERY_CHECKS, runner).flatMap(({ name, check, severity }) =>
    [...check(name === 'query-syntax' ? files : whole, links)].map((problem) => toFinding(name, severity, problem)),
  );
  // JSON has no comments.
  return findings.flatMap((finding) => (isYaml(finding.path) ? withoutDisabled([finding], runner) : [finding]));
}

function activeOf<C>(checks: Readonly<Record<string, C>>, { config }: Runner) {
  return Object.entries(checks).flatMap(([name, check]) => {
    const setting = config.rules.get(name);
    return setting ? [{ name, check, severity: setting.severity }] : [];
  });
}

/** A metric as the index of queries takes it. */
export function indexed(metric: WorkspaceMetric): IndexedMetric {
  return { path: metric.path, definition: metric, uses: metric.uses.map((use) => ({ path: use.path, use })) };
}

function toFinding(name: string, severity: Severity, problem: CheckProblem): Finding {
  const { related, ...rest } = problem;
  return {
    rule: `telint/${name}`,
    severity,
    fixes: [],
    ...(HINTS.has(name) ? { hint: true as const } : {}),
    ...rest,
    ...(related && related.length > 0 ? { related } : {}),
  };
}

function withoutDisabled(findings: readonly Finding[], runner: Runner): readonly Finding[] {
  return findings.flatMap((finding) => notDisabled([finding], runner.workspace.text(finding.path) ?? ''));
}
