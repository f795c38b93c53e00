import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver/node';
import { positionsOf, type OpenDocument } from '../documents.ts';
import { labelDomain, labelNamesOf, seriesEstimate } from '../metric-index.ts';
import { queryContext, type QueryContext } from '../queries/query-completion.ts';
import type { QueryText } from '../queries/query-files.ts';
import { knownValues, promLabel } from '../queries/query-labels.ts';
import type { QueryLinks } from '../queries/query-links.ts';
import { askedValues } from '../queries/query-rename.ts';
import { extraLabels } from '../queries/query-series.ts';
import type { Services } from './feature.ts';
import { queryFileOf } from './query-target.ts';
import { seriesText } from './words.ts';

/** Metrics, labels and values inside the expressions of dashboards and rules. */
export async function queryItems(
  { session }: Services,
  document: OpenDocument,
  offset: number,
): Promise<CompletionItem[] | null> {
  const queries = queryFileOf(document)?.queries ?? [];
  for (const { expression } of queries) {
    const at = offsetIn(expression, offset);
    const context = at === undefined ? undefined : queryContext(expression.text, at);
    if (!context) continue;
    const links = await session.links(document.path);
    if (session.documents.get(document.uri) !== document) return null;
    const range = positionsOf(document.text, { start: offset - context.typed.length, end: offset });
    return itemsOf(links, context).map((item) => ({ ...item, textEdit: { range, newText: item.label } }));
  }
  return null;
}

/** Offset in a text of a place in its file; `undefined` where it is outside. */
function offsetIn({ text, positionOf }: QueryText, offset: number): number | undefined {
  if (offset < positionOf(0) || offset > positionOf(text.length)) return undefined;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (positionOf(middle) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function itemsOf(links: QueryLinks, context: QueryContext): CompletionItem[] {
  switch (context.kind) {
    case 'metric':
      return metricItems(links);
    case 'label':
      return labelItems(links, context.metrics).filter(({ label }) => !context.given.includes(label));
    case 'value':
      return valueItems(links, context.metrics, context.label);
  }
}

function metricItems(links: QueryLinks): CompletionItem[] {
  return links.offered().map((name) => {
    const [linked] = links.series(name);
    if (!linked)
      return { label: name, kind: CompletionItemKind.Variable, detail: 'recorded by a rule', sortText: `1${name}` };
    const { definition } = linked.metric;
    return {
      label: name,
      kind: CompletionItemKind.Variable,
      detail: `${definition.instrument} · ${seriesText(seriesEstimate(linked.metric))}`,
      sortText: `0${name}`,
      ...(definition.help === undefined ? {} : { documentation: definition.help }),
    };
  });
}

function labelItems(links: QueryLinks, names: readonly string[]): CompletionItem[] {
  const items = new Map<string, CompletionItem>();
  for (const name of names) {
    for (const { metric, form } of links.series(name)) {
      for (const key of labelNamesOf(metric)) {
        const label = promLabel(key);
        const documentation = labelDomain(metric, key).replace(/[*`]/g, '');
        items.set(label, {
          label,
          kind: CompletionItemKind.Field,
          detail: `label of ${name}`,
          documentation,
          sortText: `0${label}`,
        });
      }
      for (const label of extraLabels(form.kind))
        items.set(label, { label, kind: CompletionItemKind.Field, detail: `label of ${name}`, sortText: `0${label}` });
    }
    if (links.recorded(name).length > 0)
      for (const label of links.labelsOf(name) ?? [])
        items.set(label, { label, kind: CompletionItemKind.Field, detail: `label of ${name}`, sortText: `0${label}` });
  }
  for (const label of ['job', 'instance'])
    if (!items.has(label))
      items.set(label, { label, kind: CompletionItemKind.Field, detail: 'label of the target', sortText: `1${label}` });
  return [...items.values()];
}

function valueItems(links: QueryLinks, names: readonly string[], label: string): CompletionItem[] {
  const values = new Map<string, string>();
  for (const name of names) {
    for (const { metric } of links.series(name))
      for (const value of knownValues(metric, label) ?? [])
        if (value !== '') values.set(value, `value of ${label} in the code`);
    for (const value of askedValues(links, name, label))
      if (value !== '' && !values.has(value)) values.set(value, 'asked for in another query');
  }
  return [...values].map(([value, detail]) => ({ label: value, kind: CompletionItemKind.EnumMember, detail }));
}
