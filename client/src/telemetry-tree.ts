import type { Location } from 'vscode-languageclient/node';
import type {
  HandlerEntry,
  Inventory,
  LabelEntry,
  ListedFinding,
  LiveInventory,
  MetricEntry,
  QueryEntry,
} from './protocol.ts';

/** A row of the view: plain data, so that it can be looked at without an editor. */
export interface TelemetryNode {
  /** Stable between refreshes, so that open branches stay open. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  /** Name of a product icon. */
  readonly icon: string;
  readonly location?: Location;
  readonly children: readonly TelemetryNode[];
  readonly open?: boolean;
}

/** Rows of the view; sections without content are left out. */
export function telemetryTree(
  inventory: Inventory,
  findings: readonly ListedFinding[],
  live: LiveInventory = {},
): readonly TelemetryNode[] {
  const uncovered = inventory.handlers.filter((handler) => !handler.covered);
  return [
    section(
      'metrics',
      'Metrics',
      'graph',
      inventory.metrics.map((metric, index) => metricNode(metric, index, live)),
    ),
    section(
      'spans',
      'Spans',
      'git-commit',
      inventory.spans.map(({ name, location }, index) => ({
        id: `span:${name}:${index}`,
        label: name,
        description: placeOf(location),
        icon: 'git-commit',
        location,
        children: [],
      })),
    ),
    section('handlers', 'Handlers without a span', 'circle-slash', uncovered.map(handlerNode), inventory.handlers),
    section('drift', 'Drift', 'git-compare', driftNodes(inventory)),
    section('findings', 'Findings', 'warning', ruleNodes(findings), findings),
  ].filter((node) => node.children.length > 0);
}

function section(
  id: string,
  label: string,
  icon: string,
  children: readonly TelemetryNode[],
  of: readonly unknown[] = children,
): TelemetryNode {
  const description = id === 'handlers' && of.length > 0 ? `${children.length} of ${of.length}` : String(of.length);
  return { id: `section:${id}`, label, description, icon, children, open: id === 'metrics' || id === 'findings' };
}

function metricNode(metric: MetricEntry, index: number, live: LiveInventory): TelemetryNode {
  const { name, type, help, labels, why, isBounded, location, writes, queries } = metric;
  const id = `metric:${name}:${index}`;
  const now = Object.hasOwn(live, name) ? live[name] : undefined;
  const series = now ? `${seriesText(metric)}, now ${liveText(now)}` : seriesText(metric);
  return {
    id,
    label: name,
    description: `${type} · ${series}`,
    tooltip: [help, `${type}, ${series}${why === '' ? '' : `: ${why}`}`].filter((line) => line !== '').join('\n'),
    icon: isBounded ? 'graph-line' : 'warning',
    ...(location ? { location } : {}),
    children: [
      ...labels.map((label) => labelNode(id, label)),
      ...writes.map((write, i) => ({
        id: `${id}:write:${i}`,
        label: placeOf(write),
        description: 'writes it',
        icon: 'edit',
        location: write,
        children: [],
      })),
      ...queries.map((query, i) => queryNode(`${id}:query:${i}`, query)),
    ],
  };
}

const QUERY_ICONS: Readonly<Record<string, string>> = { panel: 'dashboard', alert: 'bell', 'rule test': 'beaker' };

function queryNode(id: string, { kind, title, location }: QueryEntry): TelemetryNode {
  return {
    id,
    label: title === '' ? placeOf(location) : title,
    description: `${kind} asks for it · ${placeOf(location)}`,
    icon: QUERY_ICONS[kind] ?? 'search',
    location,
    children: [],
  };
}

/** Where code and queries have come apart: names that do not exist, and metrics that nothing asks for. */
function driftNodes({ drift, metrics, hasQueries }: Inventory): TelemetryNode[] {
  const unknown = drift.map(({ name, message, location }, index) => ({
    id: `drift:unknown:${name}:${index}`,
    label: name,
    description: `not in the code · ${placeOf(location)}`,
    tooltip: message,
    icon: 'question',
    location,
    children: [],
  }));
  // Without any dashboard here, they are kept elsewhere.
  const idle = hasQueries ? metrics.filter(({ queries }) => queries.length === 0) : [];
  return [
    ...unknown,
    ...idle.map(({ name, location }, index) => ({
      id: `drift:idle:${name}:${index}`,
      label: name,
      description: 'nothing asks for it',
      icon: 'eye-closed',
      ...(location ? { location } : {}),
      children: [],
    })),
  ];
}

/** Actual series in words: what one process has is what the estimate is about. */
function liveText({ total, perTarget }: LiveInventory[string]): string {
  const most = perTarget < total ? `, at most ${perTarget.toLocaleString('en-US')} on one target` : '';
  return `${total.toLocaleString('en-US')}${most}`;
}

/** Estimated series in words. */
function seriesText({ series, isBounded }: MetricEntry): string {
  if (series === null) return isBounded ? 'series not known' : 'no bound';
  return series === 1 ? '1 series' : `${series.toLocaleString('en-US')} series`;
}

function labelNode(metric: string, { name, domain, isBounded }: LabelEntry): TelemetryNode {
  return {
    id: `${metric}:label:${name}`,
    label: name,
    description: domain,
    tooltip: `${name}: ${domain}`,
    icon: isBounded ? 'tag' : 'warning',
    children: [],
  };
}

function handlerNode({ name, kind, location }: HandlerEntry, index: number): TelemetryNode {
  return {
    id: `handler:${name}:${index}`,
    label: name,
    description: `${kind} · ${placeOf(location)}`,
    icon: 'circle-slash',
    location,
    children: [],
  };
}

function ruleNodes(findings: readonly ListedFinding[]): TelemetryNode[] {
  return [...Map.groupBy(findings, ({ rule }) => rule)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([rule, group]) => ({
      id: `rule:${rule}`,
      label: rule.replace(/^telint\//, ''),
      description: String(group.length),
      icon: 'law',
      children: group.map(({ uri, range, message, severity }, index) => ({
        id: `finding:${rule}:${uri}:${index}`,
        label: placeOf({ uri, range }),
        description: message,
        tooltip: message,
        icon: severity === 'error' ? 'error' : 'warning',
        location: { uri, range },
        children: [],
      })),
    }));
}

/** Name of the file and line, as people write it. */
export function placeOf({ uri, range }: Location): string {
  const name = decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
  return `${name}:${range.start.line + 1}`;
}
