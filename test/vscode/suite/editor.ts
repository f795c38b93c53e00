import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';

/** Identifier of the extension under test. */
export const EXTENSION = 'telint.vscode-telint';

/** How long something may take; a busy machine is given more. */
export const DEADLINE_MS = Number(process.env['TELINT_VSCODE_DEADLINE'] ?? 20_000);
const PAUSE_MS = 50;

/** Asks until the answer is there; what it threw or answered last is in the error. */
export async function until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  for (let last: unknown; ;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`${what} did not happen; the last answer was ${String(last)}.`);
    await setTimeout(PAUSE_MS);
  }
}

/** Keeps a figure for the report. */
export function figure(name: string, value: number): void {
  const holder = globalThis as { figures?: Record<string, number> };
  (holder.figures ??= {})[name] = Math.round(value);
}

/** URI of a file in one of the folders of the workspace. */
export function file(folder: string, path: string): vscode.Uri {
  const found = vscode.workspace.workspaceFolders?.find(({ name }) => name === folder);
  if (!found) throw new Error(`There is no folder ${folder} in this workspace.`);
  return vscode.Uri.joinPath(found.uri, path);
}

/** Opens a file in an editor. */
export async function open(uri: vscode.Uri): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
}

/** Our findings of a file as they are shown now, by rule. */
export function findings(uri: vscode.Uri): { rule: string; diagnostic: vscode.Diagnostic }[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ source }) => source === 'telint')
    .map((diagnostic) => ({ rule: codeOf(diagnostic), diagnostic }))
    .sort((a, b) => a.diagnostic.range.start.compareTo(b.diagnostic.range.start));
}

/** Code of a diagnostic without prefix. */
export function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code).replace(/^telint\//, '');
}

/** Waits until exactly these rules report on a file, in the order of the lines. */
export async function findingsAre(uri: vscode.Uri, rules: readonly string[]): Promise<vscode.Diagnostic[]> {
  try {
    return await until('findings', () => {
      const now = findings(uri);
      return now.map(({ rule }) => rule).join() === rules.join() ? now.map(({ diagnostic }) => diagnostic) : undefined;
    });
  } catch {
    const now = findings(uri).map(({ rule }) => rule);
    throw new Error(`${uri.path}: expected [${rules.join()}], the editor shows [${now.join()}].`);
  }
}

/** Code actions at a range; the command is cancelled now and then, so it is asked again until something matches. */
export async function codeAction(uri: vscode.Uri, range: vscode.Range, title: RegExp): Promise<vscode.CodeAction> {
  let titles: string[] = [];
  try {
    return await until('code action', async () => {
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        uri,
        range,
        undefined,
        100,
      );
      titles = actions.map((action) => action.title);
      return actions.find((action) => title.test(action.title));
    });
  } catch {
    throw new Error(`There is no code action ${String(title)}, only: ${titles.join(' | ')}`);
  }
}

/** Applies a code action as the editor does: its edit, then its command. */
export async function apply({ edit, command }: vscode.CodeAction): Promise<void> {
  if (edit && !(await vscode.workspace.applyEdit(edit))) throw new Error('The edit was not applied.');
  if (command) await vscode.commands.executeCommand(command.command, ...((command.arguments ?? []) as unknown[]));
}

/** Replaces everything in an open document. */
export async function write(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
}

/** Takes back what a test has changed, without saving. */
export async function revert(uri: vscode.Uri): Promise<void> {
  await open(uri);
  await vscode.commands.executeCommand('workbench.action.files.revert');
}

/** Position of a text in a document, from its start plus an offset. */
export function at(document: vscode.TextDocument, text: string, offset = 0): vscode.Position {
  const index = document.getText().indexOf(text);
  if (index < 0) throw new Error(`${document.uri.path} does not contain ${text}.`);
  return document.positionAt(index + offset);
}

/** Process of our language server among the children of this extension host. */
export function serverProcess(): number | undefined {
  for (const entry of existsSync('/proc') ? readdirSync('/proc') : []) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const parent = /^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(join('/proc', entry, 'stat'), 'utf8'))?.[1];
      const args = readFileSync(join('/proc', entry, 'cmdline'), 'utf8');
      if (Number(parent) === process.pid && /vscode-telint[^\0]*server[/\\]main\.js/.test(args)) return Number(entry);
    } catch {
      // The process has ended in between.
    }
  }
  return undefined;
}
