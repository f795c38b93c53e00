import { CodeLensRefreshRequest, type CodeLens } from 'vscode-languageserver/node';
import { positionsOf, type OpenDocument } from '../documents.ts';
import { seriesEstimate } from '../metric-index.ts';
import type { Runner } from '../runner.ts';
import type { Feature, Services } from './feature.ts';
import { INSERT_SPAN, spanActionAt } from './insert-span.ts';
import { count, seriesText } from './words.ts';

/** Above a metric: its estimate and its writes. Above a handler without a span: that it is not traced. */
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
      return [
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
