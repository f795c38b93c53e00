import * as vscode from 'vscode';
import type { ServerState, TelintClient } from './client.ts';
import type { Disposes } from './disposes.ts';

const SELECTOR: vscode.DocumentSelector = ['typescript', 'typescriptreact', 'javascript', 'javascriptreact'];

const TEXTS: Readonly<Record<ServerState, string>> = {
  stopped: 'Telint has stopped',
  starting: 'Telint',
  running: 'Telint',
  failed: 'Telint could not start',
};

/** State of the server beside the language of the file, with a button that helps. */
export class StatusItem implements vscode.Disposable {
  readonly #item: vscode.LanguageStatusItem;
  readonly #disposables: readonly Disposes[];

  constructor(client: TelintClient) {
    this.#item = vscode.languages.createLanguageStatusItem('telint.status', SELECTOR);
    this.#item.name = 'Telint';
    this.#disposables = [
      this.#item,
      client.onDidChangeState((state) => {
        this.#show(state);
      }),
      client.onDidChangeProgress((text) => {
        this.#item.busy = text !== undefined || client.state === 'starting';
        this.#item.detail = text ?? '';
      }),
    ];
    this.#show(client.state);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #show(state: ServerState): void {
    const isDown = state === 'failed' || state === 'stopped';
    this.#item.text = TEXTS[state];
    this.#item.busy = state === 'starting';
    this.#item.severity = isDown ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    this.#item.command = isDown
      ? { command: 'telint.restart', title: 'Restart' }
      : { command: 'telint.showOutput', title: 'Show Output' };
    if (state !== 'starting') this.#item.detail = '';
  }
}
