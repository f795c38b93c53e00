import * as vscode from 'vscode';
import type { LanguageClientOptions, vsdiag } from 'vscode-languageclient/node';
import type { PerFileFindings } from './per-file-findings.ts';
import { SECTION } from './settings.generated.ts';
import { settings } from './settings.ts';

type Middleware = NonNullable<LanguageClientOptions['middleware']>;
type Settings = Record<string, unknown>;

/** What stands between editor and server: what settings of a folder hide, and progress for the status. */
export function middlewareOf(perFile: PerFileFindings, progress: (text: string | undefined) => void): Middleware {
  /** Whether the last answer for a document was filtered: what the server calls "unchanged" is not, after a switch. */
  const verdicts = new Map<string, string>();
  const isOn = ({ uri }: { readonly uri: vscode.Uri }): boolean => settings(uri).enable;
  return {
    provideDiagnostics: async (document, previousId, token, next) => {
      const uri = document instanceof vscode.Uri ? document : document.uri;
      const verdict = settings(uri).enable ? ((await perFile.areShown(uri)) ? 'all' : 'checks') : 'none';
      const isSame = verdicts.get(uri.toString()) === verdict;
      verdicts.set(uri.toString(), verdict);
      const report = await next(document, isSame ? previousId : undefined, token);
      return report && filtered(report, (diagnostic) => verdict === 'all' || keeps(verdict, perFile, diagnostic));
    },
    provideCodeActions: async (document, range, context, token, next) => {
      if (!isOn(document)) return [];
      const actions = await next(document, range, context, token);
      if (!actions || (await perFile.areShown(document.uri))) return actions;
      return actions.filter((action) => {
        if (!(action instanceof vscode.CodeAction) || !action.kind) return true;
        if (vscode.CodeActionKind.QuickFix.contains(action.kind)) return false;
        return !vscode.CodeActionKind.SourceFixAll.contains(action.kind);
      });
    },
    provideCodeLenses: (document, token, next) => (isOn(document) ? next(document, token) : []),
    provideInlayHints: (document, range, token, next) => (isOn(document) ? next(document, range, token) : []),
    provideHover: (document, position, token, next) => (isOn(document) ? next(document, position, token) : undefined),
    provideCompletionItem: (document, position, context, token, next) =>
      isOn(document) ? next(document, position, context, token) : [],
    workspace: {
      configuration: async (params, token, next) => {
        const answers = await next(params, token);
        if (!Array.isArray(answers)) return answers;
        // Which findings of a file are shown is decided here, for each folder; the server finds them all.
        return answers.map((answer: unknown, index) =>
          params.items[index]?.section === SECTION ? forServer(answer) : answer,
        );
      },
    },
    handleWorkDoneProgress: (token, params, next) => {
      if (params.kind === 'end') progress(undefined);
      else progress([params.kind === 'begin' ? params.title : '', params.message ?? ''].filter(Boolean).join(': '));
      next(token, params);
    },
  };
}

function keeps(verdict: string, perFile: PerFileFindings, diagnostic: vscode.Diagnostic): boolean {
  return verdict === 'checks' && !perFile.isPerFile(diagnostic);
}

function filtered(
  report: vsdiag.DocumentDiagnosticReport,
  isKept: (diagnostic: vscode.Diagnostic) => boolean,
): vsdiag.DocumentDiagnosticReport {
  return 'items' in report ? { ...report, items: report.items.filter(isKept) } : report;
}

function forServer(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer;
  const given = answer as Settings;
  const lint = typeof given['lint'] === 'object' ? (given['lint'] as Settings) : {};
  return { ...given, lint: { ...lint, perFile: 'on' } };
}
