import type { Location } from 'vscode-languageserver/node';
import { pathOf } from '../documents.ts';
import { declaredLabel, keyRange, labelWrites, targetAt, type MetricTarget } from '../metric-index.ts';
import { labelPlaces, textOf } from './metric-places.ts';
import { locationOf, type Feature, type Services } from './feature.ts';

/** Definition and references of metrics and their labels, across files. */
export const navigation: Feature = {
  capabilities: () => ({ definitionProvider: true, referencesProvider: true }),
  start(services) {
    const { connection } = services;
    connection.onDefinition(async (params) => {
      const target = await targetOf(services, params);
      if (!target) return null;
      return definitionOf(services, target) ?? null;
    });
    connection.onReferences(async (params) => {
      const target = await targetOf(services, params);
      if (!target) return null;
      const definition = definitionOf(services, target);
      return [
        ...(params.context.includeDeclaration && definition ? [definition] : []),
        ...referencesOf(services, target),
      ];
    });
  },
};

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
