/** A dashboard of Grafana (classic schema) for the metrics of one service. */
import type { WorkspaceMetric } from '../checks/inventory.ts';
import { bucketsOf, IN_DASHBOARD, legendLabels, quantileOf, rateOf, unitOf, valueOf } from './signals.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const WIDTH = 24;
const HEIGHT = 8;
const QUANTILES = [0.5, 0.95, 0.99];

interface Draft {
  readonly type: 'timeseries' | 'heatmap';
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
}

/** The dashboard of a service, as the object that Grafana imports. */
export function dashboardOf(
  service: string,
  uid: string,
  metrics: readonly WorkspaceMetric[],
  presence: string,
): object {
  const drafts = metrics.flatMap(draftsOf);
  return {
    uid,
    title: service,
    description: `Metrics that the code of ${service} defines.`,
    tags: ['telint'],
    editable: false,
    schemaVersion: 39,
    timezone: 'browser',
    graphTooltip: 1,
    time: { from: 'now-3h', to: 'now' },
    refresh: '1m',
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        variable('job', 'Service', presence),
        variable('instance', 'Instance', `${presence}{job=~"$job"}`),
      ],
    },
    annotations: { list: [] },
    panels: placed(drafts),
  };
}

function variable(name: string, label: string, selector: string): object {
  return {
    name,
    label,
    type: 'query',
    datasource: DATASOURCE,
    query: `label_values(${selector}, ${name})`,
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.+',
    current: { text: 'All', value: '$__all' },
  };
}

/** Panels of a metric: rates of counters, quantiles and distribution of histograms, values of gauges. */
function draftsOf(metric: WorkspaceMetric): Draft[] {
  const { instrument } = metric;
  const labels = legendLabels(metric);
  const title = titleOf(metric);
  const unit = unitOf(metric);
  const description = sentence(metric.help ?? `Metric ${metric.name ?? ''}`);
  const legend = labels.length === 0 ? title : labels.map((label) => `{{${label}}}`).join(' ');
  const lines = { type: 'timeseries', title, unit } as const;
  if (instrument === 'counter')
    return [
      {
        ...lines,
        description: `${description} Per second.`,
        queries: [{ expr: rateOf(metric, IN_DASHBOARD, labels), legend }],
      },
    ];
  if (instrument === 'histogram')
    return [
      {
        ...lines,
        description,
        queries: QUANTILES.map((q) => ({ expr: quantileOf(metric, q, IN_DASHBOARD), legend: `p${q * 100}` })),
      },
      {
        ...lines,
        type: 'heatmap',
        title: `${title}: distribution`,
        description: `${description} Observations by bucket.`,
        queries: [{ expr: bucketsOf(metric, IN_DASHBOARD), legend: '{{le}}' }],
      },
    ];
  const summary = instrument === 'summary' ? `{{quantile}}${labels.length === 0 ? '' : ` ${legend}`}` : legend;
  return [{ ...lines, description, queries: [{ expr: valueOf(metric, IN_DASHBOARD, labels), legend: summary }] }];
}

/** Two panels beside each other; distributions need the whole width. */
function placed(drafts: readonly Draft[]): object[] {
  let x = 0;
  let y = 0;
  return drafts.map((draft, i) => {
    const w = draft.type === 'heatmap' ? WIDTH : WIDTH / 2;
    if (x + w > WIDTH) {
      x = 0;
      y += HEIGHT;
    }
    const gridPos = { x, y, w, h: HEIGHT };
    x += w;
    return panelOf(draft, i + 1, gridPos);
  });
}

function panelOf({ type, title, description, unit, queries }: Draft, id: number, gridPos: object): object {
  const isMap = type === 'heatmap';
  return {
    id,
    type,
    title,
    description,
    gridPos,
    datasource: DATASOURCE,
    fieldConfig: { defaults: { unit: isMap ? 'short' : unit, ...(isMap ? {} : { min: 0 }) }, overrides: [] },
    options: isMap
      ? { calculate: false, yAxis: { unit }, color: { mode: 'scheme', scheme: 'Spectral', steps: 64 } }
      : { legend: { displayMode: 'table', placement: 'bottom', calcs: ['mean', 'max'] }, tooltip: { mode: 'multi' } },
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      range: true,
      ...(isMap ? { format: 'heatmap' } : {}),
    })),
  };
}

/** `http_requests_total` as people say it: "Http requests". */
function titleOf({ name = '' }: WorkspaceMetric): string {
  const words = name
    .replace(/_(?:total|seconds|bytes|ratio)$/g, '')
    .split(/[^A-Za-z0-9]+/)
    .join(' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function sentence(text: string): string {
  const trimmed = text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[.:;]*$/, '');
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}.`;
}
