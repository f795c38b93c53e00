import * as vscode from 'vscode';
import { SOURCE } from './open-findings.ts';

/** Contexts that complete steps of the walkthrough: findings are shown, and one went away through an edit. */
export function trackFirstFix(): vscode.Disposable {
  const counts = new Map<string, { readonly count: number; readonly version: number }>();
  const context = (key: string): void => {
    void vscode.commands.executeCommand('setContext', `telint.${key}`, true);
  };
  return vscode.languages.onDidChangeDiagnostics(({ uris }) => {
    for (const uri of uris) {
      const key = uri.toString();
      const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === key);
      if (!document) {
        counts.delete(key);
        continue;
      }
      const count = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === SOURCE).length;
      const before = counts.get(key);
      counts.set(key, { count, version: document.version });
      if (count > 0) context('hasFindings');
      if (before && count < before.count && document.version > before.version) context('fixedFinding');
    }
  });
}
