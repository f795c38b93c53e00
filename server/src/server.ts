import type { Connection, ServerCapabilities } from 'vscode-languageserver/node';
import { version } from './cli/version.ts';
import { ConfigProblems } from './features/config-problems.ts';
import { applySettings, configuration } from './features/configuration.ts';
import { codeActions } from './features/code-actions.ts';
import { codeLens } from './features/code-lens.ts';
import { commands } from './features/commands.ts';
import { completion } from './features/completion.ts';
import { documentLinks } from './features/document-links.ts';
import { hover } from './features/hover.ts';
import { inventory } from './features/inventory.ts';
import { inlayHints } from './features/inlay-hints.ts';
import { navigation } from './features/navigation.ts';
import { rename } from './features/rename.ts';
import { symbols } from './features/symbols.ts';
import { diagnostics } from './features/diagnostics.ts';
import type { Feature, Services } from './features/feature.ts';
import { folders, foldersOf } from './features/folders.ts';
import { liveSeries } from './features/live-series.ts';
import { loadProgress } from './features/load-progress.ts';
import { settled } from './features/settled.ts';
import { textSync } from './features/text-sync.ts';
import { types } from './features/types.ts';
import { watchedFiles } from './features/watched-files.ts';
import { LivePrometheus } from './live-series.ts';
import { workspaceChecks } from './features/workspace-checks.ts';
import { Session } from './session.ts';

/** What the server can do, one file each; order does not matter. */
const FEATURES: readonly Feature[] = [
  textSync,
  folders,
  configuration,
  watchedFiles,
  diagnostics,
  codeActions,
  hover,
  completion,
  navigation,
  rename,
  symbols,
  codeLens,
  inlayHints,
  documentLinks,
  commands,
  inventory,
  liveSeries,
  types,
  workspaceChecks,
  settled,
];

/** Serves one client over a connection until it ends. */
export function startServer(connection: Connection): void {
  connection.onInitialize((params) => {
    const { capabilities: client } = params;
    const problems = new ConfigProblems(connection, (path) => session.documents.at(path)?.text.getText());
    const session: Session = new Session({
      onConfig: (path, mistake) => problems.report(path, mistake),
      onError: (message) => connection.console.error(message),
      onLoad: (root) => loadProgress(connection, root, client.window?.workDoneProgress === true),
    });
    const waiting: (() => void)[] = [];
    const services: Services = {
      connection,
      session,
      client,
      live: new LivePrometheus(
        () => session.settings.prometheusUrl,
        (message) => connection.console.warn(message),
      ),
      initializationOptions: params.initializationOptions,
      onInitialized: (listener) => waiting.push(listener),
    };
    connection.onInitialized(() => {
      for (const listener of waiting.splice(0)) listener();
    });
    session.projects.setFolders(foldersOf(params));
    applySettings(services, params.initializationOptions);
    const capabilities: ServerCapabilities = {};
    for (const feature of FEATURES) {
      Object.assign(capabilities, feature.capabilities?.(client));
      feature.start(services);
    }
    return { capabilities, serverInfo: { name: 'telint', version: version() } };
  });
  connection.listen();
}
