import { TextDocumentSyncKind } from 'vscode-languageserver/node';
import type { Feature } from './feature.ts';

/** What the editor shows, kept in step by incremental changes. */
export const textSync: Feature = {
  capabilities: () => ({
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
  }),
  start({ connection, session }) {
    const { documents } = session;
    connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
      const document = documents.open(uri, languageId, version, text);
      session.documentChanged(document, 'opened');
      if (!document || !session.wasPushed(document.path)) return;
      // What a check of the workspace has shown would stand beside what is found from now on.
      session.setPushed(document.path, false);
      void connection.sendDiagnostics({ uri, diagnostics: [] });
    });
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) =>
      session.documentChanged(documents.change(uri, version, contentChanges), 'edited'),
    );
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) =>
      session.documentChanged(documents.close(uri), 'closed'),
    );
  },
};
