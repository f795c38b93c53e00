/** Prints metrics that come as plain samples: those of others in the registry, our own figures, snapshots of processes. */
import { braced, escapeLabelValue, familyName, formatBound, formatValue, headLines } from './exposition.ts';
import { withDefaults } from './metric-family.ts';
import type { ExpositionFormat } from './negotiate.ts';
import type { ForeignSample, SampledMetric } from './prom-registry.ts';

/** The label pairs of a sample; the default labels stand only where the sample has no such label. */
function pairsOf(
  labels: NonNullable<ForeignSample['labels']> | undefined,
  format: ExpositionFormat,
  defaults: ReadonlyMap<string, string>,
): string {
  // @prometheus-io/client gives no labels at all with the samples of an unlabelled summary.
  const names = Object.keys(labels ?? {});
  const pairs: string[] = [];
  for (const name of names) {
    const value = labels?.[name];
    if (value === undefined || value === '') continue;
    const isBound = (name === 'le' || name === 'quantile') && value !== '+Inf';
    const text = isBound ? formatBound(Number(value), format) : String(value);
    pairs.push(`${name}="${escapeLabelValue(text)}"`);
  }
  const added = [...defaults].filter(([name]) => !names.includes(name));
  return withDefaults(pairs.join(','), defaultPairs(new Map(added)));
}

/** Default labels as label pairs. */
export function defaultPairs(defaults: ReadonlyMap<string, string>): string {
  return [...defaults].map(([name, value]) => `${name}="${escapeLabelValue(value)}"`).join(',');
}

/** Whether a sample line of this name may carry an exemplar. */
function exemplarOf({ exemplar }: ForeignSample, format: ExpositionFormat): string {
  if (format === 'text' || exemplar == null) return '';
  const pairs = Object.entries(exemplar.labelSet).map(([name, value]) => `${name}="${escapeLabelValue(value)}"`);
  return ` # {${pairs.join(',')}} ${formatValue(exemplar.value)} ${exemplar.timestamp}`;
}

/** The lines of a metric, one text per sample and one for the head. */
export function* sampledLines(
  metric: SampledMetric,
  format: ExpositionFormat,
  defaults: ReadonlyMap<string, string>,
  unit?: string,
): Generator<string> {
  if (metric.values.length === 0) return;
  yield headLines({ name: metric.name, help: metric.help, type: metric.type, unit }, format);
  const isCounter = format === 'openmetrics' && metric.type === 'counter';
  const plainName = isCounter ? `${familyName(metric.name, 'counter', format)}_total` : metric.name;
  for (const sample of metric.values) {
    const name = sample.metricName === undefined || isCounter ? plainName : sample.metricName;
    const labels = braced(pairsOf(sample.labels ?? {}, format, defaults));
    yield `${name}${labels} ${formatValue(sample.value)}${exemplarOf(sample, format)}\n`;
  }
}
