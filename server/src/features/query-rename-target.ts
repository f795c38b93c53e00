import { LSPErrorCodes, ResponseError, type Position } from 'vscode-languageserver/node';
import { positionsOf, type OpenDocument } from '../documents.ts';
import type { MetricTarget } from '../metric-index.ts';
import { promLabel } from '../queries/query-labels.ts';
import type { Services } from './feature.ts';
import { labelKey, queryTargetAt } from './query-target.ts';

/** The metric or label of the code that a name of a query stands for; refuses what is not the code's. */
export async function targetOfQuery(
  services: Services,
  document: OpenDocument,
  offset: number,
): Promise<MetricTarget | undefined> {
  const target = await queryTargetAt(services, document, offset, 'exact');
  if (!target) return undefined;
  const { place, metrics } = target;
  const [metric, other] = metrics;
  if (!metric) refuse(`No code of this workspace defines \`${place.name}\`.`);
  if (other) refuse(`\`${place.name}\` has several definitions: in ${metric.path} and in ${other.path}.`);
  const label = place.kind === 'label' ? labelKey(metric, place.name) : undefined;
  return { metric, range: place.range, ...(label === undefined ? {} : { label }) };
}

/** What will be renamed at a position of a query: the part of the name that the code has. */
export async function prepareQuery(services: Services, document: OpenDocument, position: Position) {
  const target = await queryTargetAt(services, document, document.text.offsetAt(position), 'exact');
  const [metric] = target?.metrics ?? [];
  if (!target || !metric) return null;
  const { place, links } = target;
  if (place.kind === 'label') {
    const placeholder = labelKey(metric, place.name) ?? place.name;
    return { range: positionsOf(document.text, place.range), placeholder };
  }
  const name = metric.definition.name ?? '';
  const linked = links.series(place.name).find((one) => one.metric === metric);
  const start = place.range.start + (linked?.prefix.length ?? 0);
  const base = promLabel(name);
  const isWhole = !place.name.slice(linked?.prefix.length ?? 0).startsWith(base);
  const end = isWhole ? place.range.end : start + base.length;
  return { range: positionsOf(document.text, { start, end }), placeholder: name };
}

function refuse(message: string): never {
  throw new ResponseError(LSPErrorCodes.RequestFailed, message);
}
