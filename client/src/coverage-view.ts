import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { TelintClient } from './client.ts';
import { coverageHtml } from './coverage-html.ts';
import { REQUESTS, type Coverage } from './protocol.ts';
import { settings } from './settings.ts';

/** A click in the page; it comes from a web view, so it is looked at before it is used. */
interface OpenPlace {
  readonly uri: string;
  readonly line: number;
  readonly column: number;
}

/** The coverage report beside the code: which handlers, consumers and jobs have a span. */
export class CoverageView implements vscode.Disposable {
  readonly #client: TelintClient;
  readonly #extension: vscode.Uri;
  #panel: vscode.WebviewPanel | undefined;

  constructor(client: TelintClient, extension: vscode.Uri) {
    this.#client = client;
    this.#extension = extension;
  }

  /** Asks the server and shows its answer. */
  async show(): Promise<void> {
    const coverage = await this.#client.ask<Coverage>(REQUESTS.coverage);
    if (!coverage) {
      void vscode.window.showWarningMessage('Telint: the language server cannot say what is covered.');
      return;
    }
    const panel = (this.#panel ??= this.#open());
    panel.webview.html = coverageHtml({
      coverage,
      minimum: settings()['coverage.minimum'],
      pathOf: (uri) => vscode.workspace.asRelativePath(this.#client.uri(uri)),
      nonce: randomBytes(16).toString('base64'),
      cspSource: panel.webview.cspSource,
    });
    panel.reveal(undefined, true);
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #open(): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel('telint.coverage', 'Telemetry coverage', vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [],
    });
    panel.iconPath = vscode.Uri.joinPath(this.#extension, 'client/media/icon.png');
    panel.webview.onDidReceiveMessage((message: unknown) => {
      if (isPlace(message)) void this.#goTo(message);
    });
    panel.onDidDispose(() => {
      this.#panel = undefined;
    });
    return panel;
  }

  async #goTo({ uri, line, column }: OpenPlace): Promise<void> {
    const position = new vscode.Position(line, column);
    await vscode.window.showTextDocument(this.#client.uri(uri), { selection: new vscode.Range(position, position) });
  }
}

function isPlace(message: unknown): message is OpenPlace {
  if (typeof message !== 'object' || message === null) return false;
  const { uri, line, column } = message as Partial<OpenPlace>;
  return typeof uri === 'string' && uri.startsWith('file:') && Number.isInteger(line) && Number.isInteger(column);
}
