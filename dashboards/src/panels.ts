/** The few kinds of panels that the dashboards are made of, with the same look everywhere. */
import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  AxisPlacement,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  HeatmapCellLayout,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Panel,
  type Threshold,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  PanelBuilder as Heatmap,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';

/** The Prometheus that the reader chose. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** Units of Grafana that the dashboards use. */
export type Unit =
  'short' | 's' | 'bytes' | 'percentunit' | 'reqps' | 'ops' | 'cps' | 'dateTimeFromNow' | 'currencyUSD';

/** A query of a panel. */
export interface Query {
  readonly expr: string;
  /** With labels in double braces. */
  readonly legend: string;
  /** Marks of single traces; for histograms. */
  readonly hasExemplars?: boolean;
}

/** What all panels have. */
export interface PanelOptions {
  readonly title: string;
  /** What the panel says and when it is bad. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
}

/** Values at which a panel changes its colour. */
export interface Limits {
  readonly warn?: number;
  readonly bad?: number;
  /** True where low values are the bad ones. */
  readonly isReversed?: boolean;
}

/** Columns of the grid. */
const WIDTH = 24;
const HEIGHT = 8;
const GREEN = 'green';
const ORANGE = 'orange';
const RED = 'red';

const target = ({ expr, legend, hasExemplars }: Query, i: number): DataqueryBuilder => {
  const query = new DataqueryBuilder()
    .refId(String.fromCharCode(65 + i))
    .datasource(DATASOURCE)
    .expr(expr)
    .legendFormat(legend)
    .range();
  return hasExemplars === true ? query.exemplar(true) : query;
};

function thresholds({ warn, bad, isReversed = false }: Limits): ThresholdsConfigBuilder {
  const [first, last] = isReversed ? [RED, GREEN] : [GREEN, RED];
  const steps: Threshold[] = [{ value: null, color: first }];
  if (isReversed) {
    if (bad !== undefined) steps.push({ value: bad, color: ORANGE });
    if (warn !== undefined) steps.push({ value: warn, color: last });
  } else {
    if (warn !== undefined) steps.push({ value: warn, color: ORANGE });
    if (bad !== undefined) steps.push({ value: bad, color: last });
  }
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** Lines over time; `stacked` where the parts make up a whole. */
export function lines(
  options: PanelOptions & { readonly isStacked?: boolean; readonly span?: number; readonly max?: number },
): Builder<Panel> {
  const panel = new TimeSeries()
    .title(options.title)
    .description(options.description)
    .unit(options.unit)
    .datasource(DATASOURCE)
    .targets(options.queries.map(target))
    .min(0)
    .span(options.span ?? WIDTH / 2)
    .height(HEIGHT)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(options.isStacked === true ? 30 : 5)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['mean', 'max', 'lastNotNull']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (options.max !== undefined) panel.max(options.max);
  if (options.isStacked === true) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  return panel;
}

/** One figure with its recent course. */
export function figure(
  options: PanelOptions & { readonly limits?: Limits; readonly span?: number; readonly decimals?: number },
): Builder<Panel> {
  return new Stat()
    .title(options.title)
    .description(options.description)
    .unit(options.unit)
    .decimals(options.decimals ?? 2)
    .datasource(DATASOURCE)
    .targets(options.queries.map(target))
    .span(options.span ?? WIDTH / 6)
    .height(HEIGHT / 2)
    .graphMode(BigValueGraphMode.Area)
    .colorMode(BigValueColorMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .thresholds(thresholds(options.limits ?? {}));
}

/** Distribution of a histogram over time; the query counts by `le`. */
export function heatmap(options: Omit<PanelOptions, 'queries'> & { readonly expr: string }): Builder<Panel> {
  return new Heatmap()
    .title(options.title)
    .description(options.description)
    .unit('short')
    .datasource(DATASOURCE)
    .targets([target({ expr: options.expr, legend: '{{le}}', hasExemplars: true }, 0).format(PromQueryFormat.Heatmap)])
    .span(WIDTH)
    .height(HEIGHT)
    .calculate(false)
    .cellGap(1)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Spectral')
        .scale(HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64),
    )
    .yAxis(new YAxisConfigBuilder().unit(options.unit).axisPlacement(AxisPlacement.Left))
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear));
}
