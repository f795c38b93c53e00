import type { Location, TextDocumentPositionParams } from 'vscode-languageserver/node';
import { pathOf } from '../documents.ts';
import { declaredLabel, keyRange, labelWrites, targetAt, type MetricTarget } from '../metric-index.ts';
import type { QueryName } from '../queries/query-names.ts';
import { labelPlaces, textOf } from './metric-places.ts';
import { askedPlaces, labelKey, queryFileOf, queryTargetAt } from './query-target.ts';
import { locationOf, type Feature, type Services } from './feature.ts';

/** Definition and references of metrics and their labels, across files. */
export const navigation: Feature = {
  capabilities: () => ({ definitionProvider: true, referencesProvider: true }),
  start(services) {
    const { connection } = services;
    connection.onDefinition(async (params) => {
      const asked = await askedAt(services, params);
      if (asked) return asked.definitions;
      const target = await targetOf(services, params);
      if (!target) return null;
      return definitionOf(services, target) ?? null;
    });
    connection.onReferences(async (params) => {
      const asked = await askedAt(services, params);
      if (asked) return [...(params.context.includeDeclaration ? asked.definitions : []), ...asked.references()];
      const target = await targetOf(services, params);
      if (!target) return null;
      const links = await services.session.links(target.metric.path);
      const definition = definitionOf(services, target);
      return [
        ...(params.context.includeDeclaration && definition ? [definition] : []),
        ...referencesOf(services, target),
        ...locationsOf(services, askedPlaces(links, target.metric, target.label)),
      ];
    });
  },
};

interface Asked {
  readonly definitions: Location[];
  references(): Location[];
}

/** What a name of a query leads to: the code, the rule that records it, and whatever else asks for it. */
async function askedAt(services: Services, params: TextDocumentPositionParams): Promise<Asked | undefined> {
  const document = services.session.documents.get(params.textDocument.uri);
  if (!document || !queryFileOf(document)) return undefined;
  const target = await queryTargetAt(services, document, document.text.offsetAt(params.position), 'exact');
  if (!target) return { definitions: [], references: () => [] };
  const { place, links, metrics } = target;
  const isRecorded = place.kind === 'metric' && links.recorded(place.name).length > 0;
  const recorded = isRecorded ? links.names().filter(({ kind, name }) => kind === 'metric' && name === place.name) : [];
  const targets = metrics.map((metric): MetricTarget => {
    const label = place.kind === 'label' ? labelKey(metric, place.name) : undefined;
    return { metric, range: place.range, ...(label === undefined ? {} : { label }) };
  });
  return {
    definitions: [
      ...targets.flatMap((one) => definitionOf(services, one) ?? []),
      ...locationsOf(
        services,
        recorded.filter(({ where }) => where === 'record'),
      ),
    ],
    references: () => [
      ...targets.flatMap((one) => [
        ...referencesOf(services, one),
        ...locationsOf(services, askedPlaces(links, one.metric, one.label)),
      ]),
      ...locationsOf(
        services,
        recorded.filter(({ where }) => where === 'expression'),
      ),
    ],
  };
}

/** Locations of names in queries. */
export function locationsOf(services: Services, places: readonly QueryName[]): Location[] {
  return places.flatMap(({ file, range }) => locationOf(services, file.path, range) ?? []);
}

/** The metric or label that a request is about. */
export async function targetOf(
  { session }: Services,
  { textDocument, position }: { textDocument: { uri: string }; position: { line: number; character: number } },
): Promise<MetricTarget | undefined> {
  const document = session.documents.get(textDocument.uri);
  if (!document || pathOf(textDocument.uri) === undefined) return undefined;
  const index = await session.metrics(document.path);
  if (session.documents.get(document.uri) !== document) return undefined;
  return targetAt(index, document.path, document.text.getText(), document.text.offsetAt(position));
}

function definitionOf(services: Services, { metric, label }: MetricTarget): Location | undefined {
  const { path, definition } = metric;
  const declared = label === undefined ? undefined : declaredLabel(textOf(services, path), definition, label);
  return locationOf(services, path, declared ?? definition.nameRange);
}

function referencesOf(services: Services, { metric, label }: MetricTarget): readonly Location[] {
  const places =
    label === undefined
      ? metric.uses.map(({ path, use }) => ({ path, range: use.range }))
      : labelWrites(metric, label).map(({ path, label: fact }) => {
          const [place] = labelPlaces(services, path, fact);
          return place ?? { path, range: keyRange(textOf(services, path), label, fact.range) ?? fact.range };
        });
  const seen = new Map<string, Location>();
  for (const { path, range } of places) {
    const location = locationOf(services, path, range);
    if (location) seen.set(`${path}:${range.start}`, location);
  }
  return [...seen.values()];
}
