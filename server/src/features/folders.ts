import type { InitializeParams } from 'vscode-languageserver/node';
import { pathOf } from '../documents.ts';
import type { Feature } from './feature.ts';

/** Folders that a client opens with; older clients know one root. */
export function foldersOf(params: InitializeParams): readonly string[] {
  if (params.workspaceFolders) return params.workspaceFolders.flatMap(({ uri }) => pathOf(uri) ?? []);
  const { rootUri, rootPath } = params as { readonly rootUri?: string | null; readonly rootPath?: string | null };
  const root = rootUri == null ? rootPath : pathOf(rootUri);
  return root == null ? [] : [root];
}

/** Folders that are added and removed while the server runs. */
export const folders: Feature = {
  capabilities: (client) =>
    client.workspace?.workspaceFolders === true
      ? { workspace: { workspaceFolders: { supported: true, changeNotifications: true } } }
      : {},
  start({ connection, session, client }) {
    if (client.workspace?.workspaceFolders !== true) return;
    connection.onNotification(
      'workspace/didChangeWorkspaceFolders',
      ({ event }: { event: { added: { uri: string }[]; removed: { uri: string }[] } }) => {
        const removed = new Set(event.removed.map(({ uri }) => pathOf(uri)));
        session.projects.setFolders([
          ...session.projects.folders.filter((folder) => !removed.has(folder)),
          ...event.added.flatMap(({ uri }) => pathOf(uri) ?? []),
        ]);
        session.changed();
      },
    );
  },
};
