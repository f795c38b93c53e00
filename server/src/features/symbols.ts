import { SymbolKind, type SymbolInformation } from 'vscode-languageserver/node';
import { locationOf, type Feature } from './feature.ts';

/** More symbols than anybody reads. */
const MAX_SYMBOLS = 500;

/** Metrics and spans of all folders, by their names. */
export const symbols: Feature = {
  capabilities: () => ({ workspaceSymbolProvider: true }),
  start(services) {
    const { connection, session } = services;
    connection.onWorkspaceSymbol(async ({ query }, token) => {
      const found = new Map<string, SymbolInformation>();
      const folders = session.projects.folders.map((folder) => `${folder}/_`);
      for (const path of folders) {
        if (token.isCancellationRequested) return null;
        const { metrics, spans } = await session.recentMetrics(path);
        const all = [
          ...metrics.flatMap(({ path: file, definition: { name, nameRange, instrument } }) =>
            name === undefined ? [] : [{ file, name, range: nameRange, kind: SymbolKind.Variable, what: instrument }],
          ),
          ...spans.map(({ path: file, name, range }) => ({ file, name, range, kind: SymbolKind.Event, what: 'span' })),
        ];
        for (const { file, name, range, kind, what } of all) {
          if (found.size >= MAX_SYMBOLS) break;
          if (!matches(name, query)) continue;
          const location = locationOf(services, file, range);
          if (location) found.set(`${file}:${range.start}`, { name, kind, location, containerName: what });
        }
      }
      return [...found.values()];
    });
  },
};

/** The characters of a query in their order, as editors filter. */
function matches(name: string, query: string): boolean {
  const wanted = query.toLowerCase();
  let at = 0;
  for (const c of name.toLowerCase()) if (c === wanted[at]) at++;
  return at >= wanted.length;
}
