import { TextDocumentSyncKind } from 'vscode-languageserver/node';
import type { Feature } from './feature.ts';

/** What the editor shows, kept in step by incremental changes. */
export const textSync: Feature = {
  capabilities: () => ({
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
  }),
  start({ connection, session }) {
    const { documents } = session;
    connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) =>
      session.documentChanged(documents.open(uri, languageId, version, text), 'opened'),
    );
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) =>
      session.documentChanged(documents.change(uri, version, contentChanges), 'edited'),
    );
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) =>
      session.documentChanged(documents.close(uri), 'closed'),
    );
  },
};
