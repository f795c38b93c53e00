/** The rules of grafana/dashboard-linter that fit dashboards of schema 1, and a few that it lacks. */
import { parsePromql } from '../../../server/src/queries/promql.ts';

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly datasource?: { readonly uid?: string };
}

interface Panel {
  readonly id?: number;
  readonly title?: string;
  readonly description?: string;
  readonly type: string;
  readonly datasource?: { readonly uid?: string };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly query?: string;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  readonly refresh?: number;
  readonly datasource?: { readonly uid?: string };
}

/** A dashboard as far as the rules look at it. */
export interface DashboardJson {
  readonly uid?: string;
  readonly title?: string;
  readonly description?: string;
  readonly editable?: boolean;
  readonly panels: readonly Panel[];
  readonly templating?: { readonly list: readonly Variable[] };
}

const UNITS = new Set(['short', 's', 'bytes', 'percentunit', 'reqps', 'ops', 'cps']);
const ON_TIME_RANGE = 2;
const DATASOURCE = '${datasource}';

function templateProblems({ templating }: DashboardJson): string[] {
  const variables = templating?.list ?? [];
  const found: string[] = [];
  const [first] = variables;
  if (first?.type !== 'datasource' || first.query !== 'prometheus' || first.name !== 'datasource')
    found.push('template-datasource: the first variable chooses the data source');
  for (const name of ['job', 'instance']) {
    const variable = variables.find((one) => one.name === name);
    if (variable === undefined) found.push(`template-${name}: is missing`);
    else if (variable.multi !== true || variable.includeAll !== true || variable.allValue !== '.+')
      found.push(`template-${name}: takes several values, and all as .+`);
    if (variable && !new RegExp(`^label_values\\(.+, ${name}\\)$`).test(variable.query ?? ''))
      found.push(`template-label-promql: ${name} asks for its own label`);
    if (variable?.refresh !== ON_TIME_RANGE) found.push(`template-on-time-change-reload: ${name}`);
    if (variable?.datasource?.uid !== DATASOURCE) found.push(`template-datasource: ${name}`);
    if (!variable?.label) found.push(`template-label: ${name} has no label`);
  }
  return found;
}

function targetProblems(title: string, { expr, legendFormat, datasource, refId }: Target): string[] {
  const found: string[] = [];
  const names = parsePromql(expr);
  const add = (problem: string): void => void found.push(`${title} ${refId}: ${problem}`);
  if (names.errors.length > 0) add('target-promql: cannot be parsed');
  if (datasource?.uid !== DATASOURCE) add('target-datasource');
  if (!legendFormat) add('target-legend');
  for (const [selector = '', name = '', matchers = ''] of expr.matchAll(/([A-Za-z_:][\w:]*)\{([^}]*)\}/g)) {
    if (!matchers.includes('job=~"$job"')) add(`target-job: ${selector}`);
    // A recorded series is about a whole service.
    if (!name.includes(':') && !matchers.includes('instance=~"$instance"')) add(`target-instance: ${selector}`);
  }
  for (const [call, range = ''] of expr.matchAll(/\b(?:rate|irate|increase)\([^[]*\[([^\]]*)\]/g)) {
    if (range !== '$__rate_interval') add(`target-rate-interval: ${call}`);
  }
  for (const { name } of names.metrics) {
    const counts = new RegExp(`\\b(?:rate|increase|irate|resets)\\(${name}\\b`);
    if (/_(?:total|count|sum|bucket)$/.test(name) && !counts.test(expr))
      add(`target-counter-agg: ${name} without rate`);
    if (!/_(?:total|count|sum|bucket)$/.test(name) && counts.test(expr)) add(`target-gauge: rate of ${name}`);
    if (!expr.includes(`${name}{`)) add(`target-job: ${name} has no matchers`);
  }
  return found;
}

const overlap = (one: Panel['gridPos'], other: Panel['gridPos']): boolean =>
  one !== undefined &&
  other !== undefined &&
  one.x < other.x + other.w &&
  other.x < one.x + one.w &&
  one.y < other.y + other.h &&
  other.y < one.y + one.h;

function panelProblems(panel: Panel): string[] {
  const { title = '', description = '', targets = [], fieldConfig, datasource, type } = panel;
  const found: string[] = [];
  if (title === '') found.push('panel-title: a panel has none');
  if (type === 'row') return found;
  if (!/^[A-Z0-9][^]*\.$/.test(description)) found.push(`${title}: panel-description is a sentence`);
  if (datasource?.uid !== DATASOURCE) found.push(`${title}: panel-datasource`);
  if (!UNITS.has(fieldConfig?.defaults.unit ?? '')) found.push(`${title}: panel-units`);
  if (targets.length === 0) found.push(`${title}: panel-no-targets`);
  if (new Set(targets.map(({ refId }) => refId)).size < targets.length) found.push(`${title}: refId twice`);
  return [...found, ...targets.flatMap((target) => targetProblems(title, target)), ...unitProblems(panel)];
}

/** Seconds shown as bytes: the unit of an axis against the endings of the names. */
function unitProblems({ title = '', targets = [], fieldConfig, type }: Panel): string[] {
  const unit = fieldConfig?.defaults.unit;
  if (type === 'heatmap') return [];
  return targets.flatMap(({ expr }) => {
    const isQuantile = expr.includes('histogram_quantile');
    if (isQuantile && /_seconds_bucket/.test(expr) && unit !== 's')
      return [`${title}: a quantile of seconds as ${unit}`];
    if (unit === 'bytes' && !/_bytes(?:_|\b)/.test(expr)) return [`${title}: bytes of what?`];
    if (unit === 'percentunit' && !/\/|_ratio\b|_sum/.test(expr)) return [`${title}: a part of what?`];
    return [];
  });
}

/** What is wrong with a dashboard. */
export function lintDashboard(dashboard: DashboardJson): string[] {
  const found = [...templateProblems(dashboard), ...dashboard.panels.flatMap(panelProblems)];
  if (!dashboard.uid || dashboard.uid.length > 40) found.push('uid: 1 to 40 characters');
  if (!dashboard.title || !dashboard.description) found.push('title and description are needed');
  if (dashboard.editable !== false) found.push('uneditable-dashboard: changes belong into the code');
  const titles = dashboard.panels.map(({ title }) => title);
  for (const title of titles.filter((one, i) => titles.indexOf(one) !== i)) {
    if (titles.filter((one) => one === title).length > 2) found.push(`${title}: three panels of that title`);
  }
  const ids = dashboard.panels.map(({ id }) => id).filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length) found.push('two panels have one id');
  dashboard.panels.forEach((one, i) => {
    if (one.gridPos === undefined || one.gridPos.x + one.gridPos.w > 24)
      found.push(`${one.title}: outside of the grid`);
    for (const other of dashboard.panels.slice(i + 1))
      if (overlap(one.gridPos, other.gridPos)) found.push(`${one.title} lies on ${other.title}`);
  });
  return found;
}
