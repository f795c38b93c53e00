/** What every dashboard has: choice of data source, service and instance, links to the others, marks of alerts. */
import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  AnnotationQueryBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
// Schema 1 is what every Grafana since version 8 provisions from files; 2 is not that far.
import { DashboardBuilder, type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { PROCESS_METRICS } from '../../runtime/src/metrics.ts';
import { DATASOURCE } from './panels.ts';
import { PROMETHEUS } from './prometheus-metrics.ts';
import { DASHBOARD, select } from './query.ts';

/** Panels under a heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Builder<Panel>[];
}

/** A dashboard and the folder that it goes to. */
export interface DashboardFile {
  /** Name of the file and identifier in Grafana. */
  readonly uid: string;
  readonly folder: FolderName;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see the import
  readonly dashboard: Dashboard;
}

/** A folder of Grafana; permissions are set by folder. */
export type FolderName = 'services' | 'business' | 'telemetry';

/** The metric whose labels tell which services there are: the runtime registers it everywhere. */
const PRESENCE = PROCESS_METRICS.heapLimit.name;
const TAG = 'telint';

const choice = (name: 'job' | 'instance', label: string, selector: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(`label_values(${selector}, ${name})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ text: 'All', value: '$__all' });

/** Builds a dashboard with the common parts around its rows. */
export function dashboardFile(options: {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly folder: FolderName;
  readonly rows: readonly Row[];
}): DashboardFile {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see the import
  const builder = new DashboardBuilder(options.title)
    .uid(options.uid)
    .description(options.description)
    .tags([TAG])
    .readonly()
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-3h', to: 'now' })
    .refresh('1m')
    .link(
      new DashboardLinkBuilder('Telint')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .annotation(
      new AnnotationQueryBuilder()
        .name('Alerts')
        .datasource(DATASOURCE)
        .enable(true)
        .iconColor('red')
        .expr(select(PROMETHEUS.alerts, { ...DASHBOARD, matchers: ['job=~"$job"'] }, { alertstate: '=firing' })),
    )
    .withVariable(
      new DatasourceVariableBuilder('datasource')
        .label('Data source')
        .type('prometheus')
        .current({ text: 'Prometheus', value: 'prometheus' }),
    )
    .withVariable(choice('job', 'Service', PRESENCE))
    .withVariable(choice('instance', 'Instance', `${PRESENCE}{job=~"$job"}`));
  let id = 1;
  for (const { title, panels } of options.rows) {
    builder.withRow(new RowBuilder(title).id(id++));
    for (const panel of panels) builder.withPanel({ build: () => ({ ...panel.build(), id: id++ }) });
  }
  return { uid: options.uid, folder: options.folder, dashboard: builder.build() };
}
