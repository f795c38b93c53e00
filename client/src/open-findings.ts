import * as vscode from 'vscode';
import type { ListedFinding } from './protocol.ts';

/** Source of our diagnostics. */
export const SOURCE = 'telint';

/** Findings that the editor shows now. */
export function openFindings(): ListedFinding[] {
  return vscode.languages.getDiagnostics().flatMap(([uri, diagnostics]) =>
    diagnostics
      .filter(({ source }) => source === SOURCE)
      .map((diagnostic) => ({
        rule: ruleOf(diagnostic),
        uri: uri.toString(),
        range: diagnostic.range,
        message: diagnostic.message,
        severity: diagnostic.severity === vscode.DiagnosticSeverity.Error ? 'error' : 'warn',
      })),
  );
}

/** Rule of a diagnostic, with the prefix of the plugin. */
export function ruleOf({ code }: vscode.Diagnostic): string {
  const value = typeof code === 'object' ? code.value : code;
  const rule = String(value ?? 'syntax');
  return rule.startsWith('telint/') ? rule : `telint/${rule}`;
}
