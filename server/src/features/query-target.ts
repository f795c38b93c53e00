import type { OpenDocument } from '../documents.ts';
import { declaredLabel, type IndexedMetric } from '../metric-index.ts';
import type { QueryFile } from '../queries/query-files.ts';
import { queriesOf } from '../queries/query-listing.ts';
import type { QueryLinks } from '../queries/query-links.ts';
import { promLabel } from '../queries/query-labels.ts';
import { queryNames, type QueryName } from '../queries/query-names.ts';
import { textOf, type Place } from './metric-places.ts';
import type { Services } from './feature.ts';

/** A name of a query under the cursor, and what it means. */
export interface QueryTarget {
  readonly place: QueryName;
  readonly links: QueryLinks;
  /** Metrics of the code; none for those of others. Of a label: those that have it. */
  readonly metrics: readonly IndexedMetric[];
}

const files = new WeakMap<OpenDocument, { readonly file: QueryFile | undefined }>();

/** The queries of a document as it stands; `undefined` for one that asks for nothing. */
export function queryFileOf(document: OpenDocument): QueryFile | undefined {
  if (!/\.(?:json|ya?ml)$/i.test(document.path)) return undefined;
  let known = files.get(document);
  if (!known) files.set(document, (known = { file: queriesOf(document.path, document.text.getText()) }));
  return known.file;
}

/** The metric or label that a query names at an offset of a document. */
export async function queryTargetAt(
  { session }: Services,
  document: OpenDocument,
  offset: number,
  when: 'exact' | 'recent' = 'recent',
): Promise<QueryTarget | undefined> {
  if (!queryFileOf(document)) return undefined;
  const links = await session.links(document.path, when);
  if (session.documents.get(document.uri) !== document) return undefined;
  const file = links.index.files.find(({ path }) => path === document.path);
  const place = file && queryNames(file).find(({ range }) => range.start <= offset && offset <= range.end);
  return place && { place, links, metrics: metricsOf(place, links) };
}

/** Metrics of the code that a name means; of a label those that have it. */
export function metricsOf(
  { kind, name, metrics, where, alert }: QueryName,
  links: QueryLinks,
): readonly IndexedMetric[] {
  if (kind === 'metric') return unique(links.series(name).map(({ metric }) => metric));
  const series = where === 'expected' ? seriesOfAlert(links, alert) : metrics;
  const all = unique(series.flatMap((one) => (one === undefined ? [] : sources(links, one))));
  return all.filter((metric) => labelKey(metric, name) !== undefined);
}

function seriesOfAlert(links: QueryLinks, alert: string | undefined): readonly string[] {
  return links
    .names()
    .filter((one) => one.kind === 'metric' && one.query?.place.kind === 'alert' && one.query.place.title === alert)
    .map(({ name }) => name);
}

/** Metrics that a series is made of, through the rules that record it. */
function sources(links: QueryLinks, series: string, depth = 0): IndexedMetric[] {
  const own = links.series(series).map(({ metric }) => metric);
  if (own.length > 0 || depth > 5) return own;
  const rules = new Set(links.recorded(series));
  return links
    .names()
    .filter(({ kind, where, query }) => kind === 'metric' && where === 'expression' && query && rules.has(query))
    .flatMap(({ name }) => sources(links, name, depth + 1));
}

/** The label of a metric that Prometheus has under a name. */
export function labelKey({ definition, uses }: IndexedMetric, name: string): string | undefined {
  const keys = [...(definition.labelNames ?? []), ...uses.flatMap(({ use }) => use.labels.map(({ key }) => key))];
  return keys.find((key) => promLabel(key) === name);
}

/** Where a metric or one of its labels is defined. */
export function definitionPlace(services: Services, { path, definition }: IndexedMetric, label?: string): Place {
  const declared = label === undefined ? undefined : declaredLabel(textOf(services, path), definition, label);
  return { path, range: declared ?? definition.nameRange };
}

/** The same metric in another index. */
export function metricIn(links: QueryLinks, { path, definition }: IndexedMetric): IndexedMetric {
  return links.metricAt(path, definition.range.start) ?? { path, definition, uses: [] };
}

/** Where queries ask for a metric, or for a label of it. */
export function askedPlaces(links: QueryLinks, metric: IndexedMetric, label?: string): readonly QueryName[] {
  const own = metricIn(links, metric);
  if (label === undefined) return links.asked(own);
  const name = promLabel(label);
  return links
    .names()
    .filter((place) => place.kind === 'label' && place.name === name && metricsOf(place, links).includes(own));
}

function unique<T>(list: readonly T[]): readonly T[] {
  return [...new Set(list)];
}
