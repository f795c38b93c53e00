/** What a new name of a metric or a label changes in dashboards, rules and their tests. */
import type { TextEdit } from '../findings.ts';
import type { IndexedMetric } from '../metric-index.ts';
import { parsePromql } from './promql.ts';
import type { Query, QueryFile } from './query-files.ts';
import { promLabel } from './query-labels.ts';
import type { QueryLinks } from './query-links.ts';
import { callsOf, isReadable, labelsOfTemplate, namesOf, queryNames, rangeOf, type QueryName } from './query-names.ts';
import { seriesForms } from './query-series.ts';

/** Edits by file, or why there are none. */
export type RenameResult = { readonly edits: ReadonlyMap<string, readonly TextEdit[]> } | { readonly refused: string };

class Edits {
  readonly byPath = new Map<string, Map<number, TextEdit>>();

  add({ file, range }: Pick<QueryName, 'file' | 'range'>, text: string): void {
    const list = this.byPath.get(file.path) ?? new Map<number, TextEdit>();
    this.byPath.set(file.path, list.set(range.start, { ...range, text }));
  }

  sorted(): RenameResult {
    return {
      edits: new Map(
        [...this.byPath].map(([path, list]) => [path, [...list.values()].sort((a, b) => a.start - b.start)]),
      ),
    };
  }
}

/** New names of the series of a metric wherever something asks for them. */
export function renameSeries(
  links: QueryLinks,
  metric: IndexedMetric,
  name: string,
  textOf: (path: string) => string,
): RenameResult {
  const { definition } = metric;
  const old = definition.name;
  const edits = new Edits();
  if (old === undefined) return edits.sorted();
  const asked = links.asked(metric);
  for (const place of asked) {
    const linked = links.series(place.name);
    const other = linked.find((one) => one.metric !== metric);
    if (other)
      return {
        refused: `\`${place.name}\` is defined in ${metric.path} and in ${other.metric.path}: ${describe(place)} asks for both.`,
      };
    const [own] = linked;
    if (own) edits.add(place, own.prefix + own.form.of(name));
  }
  const forms = seriesForms(definition);
  for (const { path, error, queries } of links.index.files) {
    if (error && forms.some((form) => mentions(textOf(path), form.of(old))))
      return { refused: `${path} asks for \`${old}\` and cannot be read: ${error.message}` };
    for (const query of queries) {
      if (!isReadable(query)) {
        if (forms.some((form) => mentions(query.expression.text, form.of(old))))
          return {
            refused: `A query in ${path} (${query.place.kind} "${query.place.title}") asks for \`${old}\` and cannot be parsed.`,
          };
        continue;
      }
      const pattern = patternOf(
        query,
        forms.map((form) => form.of(old)),
      );
      if (pattern !== undefined)
        return {
          refused: `${path} selects \`${old}\` by the pattern \`${pattern}\` (${query.place.kind} "${query.place.title}").`,
        };
    }
  }
  return edits.sorted();
}

function describe({ file, query }: QueryName): string {
  return `${query?.place.kind ?? 'a test'} "${query?.place.title ?? ''}" in ${file.path}`;
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w:])${name.replace(/[^\w:]/g, '\\$&')}(?![\\w:])`).test(text);
}

/** A regular expression for names of metrics that matches one of them. */
function patternOf({ expression }: Query, names: readonly string[]): string | undefined {
  if (!expression.text.includes('__name__')) return undefined;
  for (const [, , pattern = ''] of expression.text.matchAll(/__name__\s*=~\s*(["'`])(.*?)\1/g))
    try {
      const test = new RegExp(`^(?:${pattern.replace(/\\\\/g, '\\')})$`);
      if (names.some((name) => test.test(name))) return pattern;
    } catch {
      return pattern;
    }
  return undefined;
}

/** A new name of a label wherever something asks for it, also of series that rules record from it. */
export function renameLabel(links: QueryLinks, metric: IndexedMetric, label: string, name: string): RenameResult {
  const from = promLabel(label);
  const to = promLabel(name);
  const edits = new Edits();
  const affected = new Set(links.asked(metric).map((place) => place.name));
  const shared = [...affected].find((series) => links.series(series).some((one) => one.metric !== metric));
  if (shared !== undefined && asksFor(links, affected, from))
    return {
      refused: `\`${shared}\` has several definitions: which one sets the label "${from}" that is asked for cannot be told.`,
    };
  const renamed = (series: string): ReadonlySet<string> | undefined => {
    const labels = links.labelsOf(series);
    return labels && affected.has(series) ? new Set([...labels].map((one) => (one === from ? to : one))) : labels;
  };
  // Rules record series with the label, and other rules ask for it there: until nothing new is affected.
  for (let before = -1; before !== affected.size;) {
    before = affected.size;
    for (const { queries } of links.index.files)
      for (const query of queries) {
        if (!query.record || affected.has(query.record.text) || !isReadable(query)) continue;
        if (query.addedLabels?.includes(from) === true) continue;
        if (loses(links, query, from, to, affected, renamed)) affected.add(query.record.text);
      }
  }
  const alerts = new Set<string>();
  for (const file of links.index.files)
    for (const query of file.queries) {
      if (!isReadable(query)) continue;
      const refused = inQuery(file, query, links, from, affected, (place) => edits.add(place, to));
      if (refused !== undefined) return { refused };
      if (!loses(links, query, from, to, affected, renamed)) continue;
      if (query.place.kind === 'alert') alerts.add(query.place.title);
      for (const template of query.templates)
        for (const { name: one, offset } of labelsOfTemplate(template))
          if (one === from && query.addedLabels?.includes(from) !== true)
            edits.add({ file, range: rangeOf(template, offset, offset + one.length) }, to);
    }
  for (const place of links.names())
    if (place.where === 'expected' && place.name === from && alerts.has(place.alert ?? '')) edits.add(place, to);
  return edits.sorted();
}

/** Names of a label in an expression; a text where they cannot be changed alone. */
function inQuery(
  file: QueryFile,
  query: Query,
  links: QueryLinks,
  from: string,
  affected: ReadonlySet<string>,
  add: (place: QueryName) => void,
): string | undefined {
  const places = queryNames(file).filter(
    (place) => place.query === query && place.kind === 'label' && place.where === 'expression' && place.name === from,
  );
  const isOurs = ({ metrics }: QueryName): boolean =>
    metrics.some((series) => series !== undefined && affected.has(series));
  if (!places.some(isOurs)) return undefined;
  for (const place of places) {
    const others = place.metrics.filter((series) => series === undefined || !affected.has(series));
    const hasOthers = others.some((series) => series === undefined || links.labelsOf(series)?.has(from) !== false);
    if (hasOthers && (isOurs(place) || isMatched(query)))
      return `${describe(place)} asks other series for the label "${from}" too.`;
    if (isOurs(place)) add(place);
  }
  return undefined;
}

/** Two sides of an operator are matched by their labels: they have to keep the same. */
function isMatched(query: Query): boolean {
  return namesOf(query).metrics.length > 1 && /[-+*/%^<>]|==|!=|\b(?:and|unless|atan2)\b/.test(query.expression.text);
}

/** Does the result of a query have the label before the change and not after it? */
function loses(
  links: QueryLinks,
  query: Query,
  from: string,
  to: string,
  affected: ReadonlySet<string>,
  renamed: (series: string) => ReadonlySet<string> | undefined,
): boolean {
  const names = namesOf(query);
  if (!names.metrics.some((one) => affected.has(one.name))) return false;
  if (names.resultLabels(links.labelsOf)?.has(from) !== true) return false;
  const { text } = query.expression;
  const spans = names.labels.filter(
    (one) => one.name === from && one.metrics.every((series) => series !== undefined && affected.has(series)),
  );
  let changed = text;
  for (const { from: start, to: end } of [...spans].sort((a, b) => b.from - a.from))
    changed = changed.slice(0, start) + to + changed.slice(end);
  return parsePromql(changed).resultLabels(renamed)?.has(from) === false;
}

function asksFor(links: QueryLinks, series: ReadonlySet<string>, label: string): boolean {
  return links
    .names()
    .some(
      ({ kind, name, metrics }) =>
        kind === 'label' && name === label && metrics.some((one) => one !== undefined && series.has(one)),
    );
}

/** Values that queries ask of a label, by their text: what completion offers where the code does not tell. */
export function askedValues(links: QueryLinks, series: string, label: string): readonly string[] {
  const found = new Set<string>();
  for (const { queries } of links.index.files)
    for (const query of queries)
      if (isReadable(query))
        for (const one of callsOf(query).conditions)
          if (one.operator === '=' && one.metric === series && one.label === label) found.add(one.value);
  return [...found].sort();
}
