import { InlayHintRefreshRequest } from 'vscode-languageserver/node';
import { seriesEstimate } from '../metric-index.ts';
import { touches, type Feature } from './feature.ts';
import { seriesText } from './words.ts';

/** The estimate behind the name of a metric, for who switches it on. */
export const inlayHints: Feature = {
  capabilities: () => ({ inlayHintProvider: true }),
  start({ connection, session, client }) {
    connection.languages.inlayHint.on(async ({ textDocument: { uri }, range }) => {
      const document = session.documents.get(uri);
      if (!document || !session.settings.inlayHints) return null;
      const { metrics } = await session.recentMetrics(document.path);
      if (session.documents.get(uri) !== document) return null;
      const wanted = { start: document.text.offsetAt(range.start), end: document.text.offsetAt(range.end) };
      return metrics.flatMap((metric) => {
        const { nameRange } = metric.definition;
        if (metric.path !== document.path || !touches(nameRange, wanted)) return [];
        const series = seriesEstimate(metric);
        return [
          {
            position: document.text.positionAt(nameRange.end),
            label: 'count' in series ? `≈ ${seriesText(series)}` : 'unbounded' in series ? 'unbounded' : '? series',
            tooltip: seriesText(series),
            paddingLeft: true,
          },
        ];
      });
    });
    if (client.workspace?.inlayHint?.refreshSupport !== true) return;
    session.onMetrics(() => {
      if (session.settings.inlayHints) void connection.sendRequest(InlayHintRefreshRequest.type).catch(() => undefined);
    });
  },
};
