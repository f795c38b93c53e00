import { basename } from 'node:path';
import { DidChangeWatchedFilesNotification } from 'vscode-languageserver/node';
import { CONFIG_FILE } from '../config.ts';
import { pathOf } from '../documents.ts';
import { QUERY_GLOBS } from '../queries/query-listing.ts';
import type { Feature } from './feature.ts';

/** Files whose changes on disk matter: code, what says how it is resolved and checked, and what can hold queries. */
const WATCHED = [
  '**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx}',
  '**/package.json',
  '**/{ts,js}config*.json',
  `**/${CONFIG_FILE}`,
  ...QUERY_GLOBS,
];

/** Who opens many documents at once has the files looked at once, in milliseconds. */
const PAUSE_MS = 2000;

/** Changes on disk: the client watches where it can, else files are looked at again when one is saved or opened. */
export const watchedFiles: Feature = {
  start(services) {
    const { connection, session, client } = services;
    const watches = client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    session.rescans = !watches;
    services.onInitialized(() => {
      if (!watches) return;
      void connection.client
        .register(DidChangeWatchedFilesNotification.type, {
          watchers: WATCHED.map((globPattern) => ({ globPattern })),
        })
        .catch(() => undefined);
    });
    connection.onDidChangeWatchedFiles(({ changes }) => {
      const paths = changes.flatMap(({ uri }) => pathOf(uri) ?? []);
      if (paths.length > 0) session.changedOnDisk(paths);
    });
    connection.onDidSaveTextDocument(({ textDocument: { uri } }) => {
      const path = pathOf(uri);
      if (path === undefined) return;
      if (basename(path) === CONFIG_FILE) session.projects.forgetConfig();
      if (!watches) session.rescan();
      session.changed();
    });
    if (watches) return;
    let lastLook = 0;
    let next: NodeJS.Timeout | undefined;
    session.onDocument(({ path }, event) => {
      if (event !== 'opened') return;
      session.projects.of(path);
      next ??= setTimeout(
        () => {
          next = undefined;
          lastLook = Date.now();
          session.rescan();
        },
        Math.max(0, lastLook + PAUSE_MS - Date.now()),
      );
    });
  },
};
