import * as vscode from 'vscode';
import type { Location, Position } from 'vscode-languageclient/node';
import type { TelintClient } from './client.ts';
import type { CoverageView } from './coverage-view.ts';
import { ruleOf, SOURCE } from './open-findings.ts';
import type { TelemetryView } from './telemetry-view.ts';

/** What commands act on. */
export interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly client: TelintClient;
  readonly log: vscode.LogOutputChannel;
  readonly view: TelemetryView;
  readonly coverage: CoverageView;
}

/** Pages of the rules, inside the extension. */
const RULE_DOCS = 'eslint-plugin/docs/rules';
const EXAMPLE = 'client/walkthrough/example';
const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append('telint');

/** Registers every command of the manifest, and those that code lenses and code actions call. */
export function registerCommands(parts: Parts): vscode.Disposable[] {
  const { client, log, view, coverage } = parts;
  const handlers: Readonly<Record<string, (...args: never) => unknown>> = {
    restart: () => client.restart(),
    showOutput: () => {
      log.show(true);
    },
    fixAllInFile: () => fixAllInFile(),
    checkWorkspace: () => checkWorkspace(parts),
    openRuleDocs: (rule?: string) => openRuleDocs(parts.context, rule),
    showMetrics: () => view.show(),
    showCoverage: () => coverage.show(),
    refreshTelemetry: () => {
      view.refresh();
    },
    insertSpan: (...args: unknown[]) => client.run('telint.insertSpan', args),
    openExample: () => openExample(parts.context),
    showLocations: (uri: string, position: Position, locations: readonly Location[]) =>
      showLocations(client, uri, position, locations),
  };
  return Object.entries(handlers).map(([name, run]) => vscode.commands.registerCommand(`telint.${name}`, run));
}

async function fixAllInFile(): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document) return;
  const everything = new vscode.Range(0, 0, document.lineCount, 0);
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    everything,
    FIX_ALL.value,
    1,
  );
  const action = actions.find(({ kind, edit }) => edit && kind && FIX_ALL.contains(kind));
  if (action?.edit) await vscode.workspace.applyEdit(action.edit);
  else
    vscode.window.setStatusBarMessage('Telint: nothing in this file can be fixed without a decision of yours.', 5000);
}

/** What the server says after it has looked at all files. */
interface CheckSummary {
  readonly files: number;
  readonly findings: number;
  readonly cancelled: boolean;
  readonly byRule: Readonly<Record<string, number>>;
}

/** Findings of all files go to the list of problems; the answer is a summary. */
async function checkWorkspace({ client, view, log }: Parts): Promise<CheckSummary | undefined> {
  const summary = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Telint checks the workspace', cancellable: true },
    (progress, token) => {
      let done = 0;
      return client.run<CheckSummary>('telint.checkWorkspace', [], token, ({ message, percentage = done }) => {
        progress.report({ ...(message === undefined ? {} : { message }), increment: percentage - done });
        done = percentage;
      });
    },
  );
  if (!summary) return undefined;
  const text = `Telint: ${count(summary.findings, 'finding')} in ${count(summary.files, 'file')}${summary.cancelled ? ', then cancelled' : ''}.`;
  log.info(text, summary.byRule);
  view.refresh();
  void announce(text, summary.findings > 0);
  return summary;
}

async function announce(text: string, hasFindings: boolean): Promise<void> {
  const show = 'Show Problems';
  const choice = await vscode.window.showInformationMessage(text, ...(hasFindings ? [show] : []));
  if (choice === show) await vscode.commands.executeCommand('workbench.actions.view.problems');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Opens the page of a rule that is part of the extension; the argument is its name, or the address of its page. */
async function openRuleDocs({ extensionUri }: vscode.ExtensionContext, given?: string): Promise<void> {
  const folder = vscode.Uri.joinPath(extensionUri, RULE_DOCS);
  const pages = await vscode.workspace.fs.readDirectory(folder);
  const rules = pages.map(([file]) => file.replace(/\.md$/, '')).sort();
  const wanted = /([\w-]+?)(?:\.md)?$/.exec(given ?? ruleAtCursor() ?? '')?.[1];
  const rule = rules.find((name) => name === wanted) ?? (await vscode.window.showQuickPick(rules));
  if (rule === undefined) return;
  await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.joinPath(folder, `${rule}.md`));
}

function ruleAtCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const found = vscode.languages
    .getDiagnostics(editor.document.uri)
    .find(({ source, range }) => source === SOURCE && range.intersection(editor.selection) !== undefined);
  return found && ruleOf(found);
}

/** A copy that belongs to the user: the one inside the extension stays as it is. */
async function openExample({ extensionUri, globalStorageUri }: vscode.ExtensionContext): Promise<void> {
  const target = vscode.Uri.joinPath(globalStorageUri, 'example');
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(extensionUri, EXAMPLE), target, { overwrite: true });
  await vscode.window.showTextDocument(vscode.Uri.joinPath(target, 'checkout.js'));
}

async function showLocations(
  client: TelintClient,
  uri: string,
  position: Position,
  locations: readonly Location[],
): Promise<void> {
  await vscode.commands.executeCommand(
    'editor.action.showReferences',
    client.uri(uri),
    new vscode.Position(position.line, position.character),
    locations.map((location) => new vscode.Location(client.uri(location.uri), client.range(location.range))),
  );
}
