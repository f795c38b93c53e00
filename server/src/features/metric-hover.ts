import type { Hover } from 'vscode-languageserver/node';
import { MarkupKind } from 'vscode-languageserver/node';
import { positionsOf, type OpenDocument } from '../documents.ts';
import { labelDomain, labelNamesOf, seriesEstimate, type IndexedMetric } from '../metric-index.ts';
import type { Query } from '../queries/query-files.ts';
import type { QueryLinks } from '../queries/query-links.ts';
import { linkTo, askedIn } from './query-words.ts';
import { askedPlaces, definitionPlace, labelKey, queryTargetAt } from './query-target.ts';
import type { Services } from './feature.ts';
import { count, plain, seriesText } from './words.ts';

/** What is known of a metric, and of the queries that ask for it. */
export function metricText(services: Services, metric: IndexedMetric, links: QueryLinks): string {
  const { definition, uses } = metric;
  const labels = labelNamesOf(metric);
  const series = seriesEstimate(metric);
  const perSet = definition.perSet > 1 ? ` (${definition.perSet} per set of labels)` : '';
  const asked = askedIn(services, askedPlaces(links, metric));
  return [
    `**${definition.instrument}** \`${definition.name ?? 'without a constant name'}\`${definition.help ? ` — ${plain(definition.help)}` : ''}`,
    ...labels.map((key) => `- \`${key}\`: ${labelDomain(metric, key)}`),
    `\nEstimate: ${seriesText(series)}${'count' in series ? perSet : ''}, from ${count(uses.length, 'write')}.`,
    ...(asked === '' ? [] : [`\n${asked}`]),
  ].join('\n');
}

/** What is known of a label of a metric. */
export function labelText(services: Services, metric: IndexedMetric, label: string, links: QueryLinks): string {
  const asked = askedIn(services, askedPlaces(links, metric, label));
  return `Label \`${label}\` of \`${metric.definition.name ?? 'the metric'}\`: ${labelDomain(metric, label)}.${asked === '' ? '' : `\n\n${asked}`}`;
}

/** What the name of a query under the cursor means: the metric of the code, or the rule that records it. */
export async function queryHover(services: Services, document: OpenDocument, offset: number): Promise<Hover | null> {
  const target = await queryTargetAt(services, document, offset);
  if (!target) return null;
  const { place, links, metrics } = target;
  const parts = metrics.map((metric) => {
    const label = place.kind === 'label' ? labelKey(metric, place.name) : undefined;
    const text = label === undefined ? metricText(services, metric, links) : labelText(services, metric, label, links);
    return `${text}\n\nDefined in ${linkTo(services, definitionPlace(services, metric, label))}.`;
  });
  if (place.kind === 'metric') parts.push(...links.recorded(place.name).map(recordText));
  if (parts.length === 0) return null;
  return { contents: contents(services, parts.join('\n\n---\n\n')), range: positionsOf(document.text, place.range) };
}

function recordText({ record, expression }: Query): string {
  return `Recorded by a rule as \`${record?.text ?? ''}\`:\n\n\`\`\`promql\n${expression.text.trim()}\n\`\`\``;
}

/** A text as the client can show it. */
export function contents({ client }: Services, value: string) {
  const markdown = client.textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) !== false;
  return markdown
    ? { kind: MarkupKind.Markdown, value }
    : {
        kind: MarkupKind.PlainText,
        value: value
          .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
          .replace(/^```.*\n/gm, '')
          .replace(/[`*\\]/g, ''),
      };
}
