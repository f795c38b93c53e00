import { CodeLensRefreshRequest, type CodeLens } from 'vscode-languageserver/node';
import { positionsOf, type OpenDocument } from '../documents.ts';
import { seriesEstimate, type IndexedMetric } from '../metric-index.ts';
import type { QueryLinks } from '../queries/query-links.ts';
import type { Runner } from '../runner.ts';
import type { Feature, Services } from './feature.ts';
import { INSERT_SPAN, spanActionAt } from './insert-span.ts';
import { locationsOf } from './navigation.ts';
import { askedPlaces } from './query-target.ts';
import { askers } from './query-words.ts';
import { SHOW_LOCATIONS } from './show-locations.ts';
import { count, seriesText } from './words.ts';

/** Above a metric: who asks for it, its estimate and its writes. Above a handler without a span: that it is not traced. */
export const codeLens: Feature = {
  capabilities: () => ({ codeLensProvider: { resolveProvider: false } }),
  start(services) {
    const { connection, session, client } = services;
    connection.onCodeLens(async ({ textDocument: { uri } }) => {
      const document = session.documents.get(uri);
      if (!document || !session.settings.codeLens) return null;
      const { metrics } = await session.recentMetrics(document.path);
      if (session.documents.get(uri) !== document) return null;
      const own = metrics.filter(({ path }) => path === document.path);
      const links = own.length > 0 ? await session.links(document.path) : undefined;
      if (session.documents.get(uri) !== document) return null;
      return [
        ...own.flatMap((metric) => (links ? queryLens(services, document, metric, links) : [])),
        ...own.map((metric): CodeLens => {
          const text = `${seriesText(seriesEstimate(metric))} · ${count(metric.uses.length, 'write')}`;
          return {
            range: positionsOf(document.text, metric.definition.nameRange),
            command: { title: text, command: '' },
          };
        }),
        ...handlerLenses(services, document),
      ];
    });
    if (client.workspace?.codeLens?.refreshSupport !== true) return;
    session.onMetrics(() => {
      if (session.settings.codeLens && session.documents.all().length > 0)
        void connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
    });
  },
};

/** Who asks for a metric; a click shows the places. */
function queryLens(services: Services, document: OpenDocument, metric: IndexedMetric, links: QueryLinks): CodeLens[] {
  const places = askedPlaces(links, metric);
  if (places.length === 0) return [];
  const range = positionsOf(document.text, metric.definition.nameRange);
  const locations = locationsOf(services, places);
  const command = { title: `queried by ${askers(places)}`, command: SHOW_LOCATIONS };
  return [{ range, command: { ...command, arguments: [document.uri, range.start, locations] } }];
}

function handlerLenses(services: Services, document: OpenDocument): CodeLens[] {
  const { runner, workspace } = services.session.projects.of(document.path);
  if (!workspace.loaded || !traces(runner, document.path)) return [];
  return runner.handlers(document.path).flatMap(({ span, probe, handler, range }) => {
    if (span || probe || handler?.path !== document.path) return [];
    const action = spanActionAt(services, document, handler.range);
    if (!action) return [];
    const at = positionsOf(document.text, range);
    return [
      {
        range: at,
        command: {
          title: 'not traced — insert span',
          command: INSERT_SPAN,
          arguments: [document.uri, document.text.version, handler.range.start, handler.range.end],
        },
      },
    ];
  });
}

/** Nobody who does not trace at all wants to read that of every handler. */
function traces({ workspace }: Runner, path: string): boolean {
  const { dependencies } = workspace.project(path);
  const word = '@opentelemetry/';
  return workspace.mentioning([word]).length > 0 || [...dependencies.keys()].some((name) => name.startsWith(word));
}
