import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import {
  DocumentDiagnosticRequest,
  ErrorCodes,
  ExecuteCommandRequest,
  ResponseError,
  RevealOutputChannelOn,
  State,
  TransportKind,
  WorkDoneProgress,
  type Range,
  type ServerOptions,
} from 'vscode-languageclient/node';
import type { Disposes } from './disposes.ts';
import { EditorClient } from './editor-client.ts';
import { EditorTypeScript } from './editor-typescript.ts';
import { middlewareOf } from './middleware.ts';
import { PerFileFindings } from './per-file-findings.ts';
import { CHANGED, EDITOR_TYPESCRIPT, TRUSTED, type InitializationOptions } from './protocol.ts';
import { settings } from './settings.ts';

/** What the server does at the moment. */
export type ServerState = 'stopped' | 'starting' | 'running' | 'failed';

/** Restarts after crashes within three minutes; a server that keeps crashing stays down until somebody restarts it. */
const MAX_RESTARTS = 4;

/** Dashboards and rule files are told from other JSON and YAML by the server. */
const LANGUAGES = ['typescript', 'typescriptreact', 'javascript', 'javascriptreact', 'json', 'jsonc', 'yaml'];

const STATES: Readonly<Record<State, ServerState>> = {
  [State.Stopped]: 'stopped',
  [State.Starting]: 'starting',
  [State.Running]: 'running',
  [State.StartFailed]: 'failed',
};

/** The language server of this window: started once, restarted on request, asked beyond the protocol. */
export class TelintClient implements vscode.Disposable {
  readonly #client: EditorClient;
  readonly #log: vscode.LogOutputChannel;
  readonly #state = new vscode.EventEmitter<ServerState>();
  readonly #progress = new vscode.EventEmitter<string | undefined>();
  readonly #inventory = new vscode.EventEmitter<undefined>();
  readonly #disposables: Disposes[] = [this.#state, this.#progress, this.#inventory];
  readonly onDidChangeState = this.#state.event;
  /** Text of the work that goes on; undefined when there is none. */
  readonly onDidChangeProgress = this.#progress.event;
  readonly onDidChangeInventory = this.#inventory.event;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    this.#log = log;
    const perFile = new PerFileFindings(() => {
      this.#pullAgain();
    });
    this.#client = new EditorClient('telint', 'Telint', serverOptions(context), {
      documentSelector: LANGUAGES.map((language) => ({ scheme: 'file', language })),
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      connectionOptions: { maxRestartCount: MAX_RESTARTS },
      // Asked at every start: a folder may have been trusted since.
      initializationOptions: (): InitializationOptions => ({ trusted: vscode.workspace.isTrusted }),
      middleware: middlewareOf(perFile, (text) => {
        this.#progress.fire(text);
      }),
    });
    this.#client.listenToInventory();
    const typescript = new EditorTypeScript(
      {
        isReady: () => this.#client.isRunning(),
        take: (offered) => this.#client.sendNotification(EDITOR_TYPESCRIPT, offered),
      },
      log,
    );
    this.#disposables.push(
      perFile,
      typescript,
      this.#client.onDidChangeState(({ newState }) => {
        this.#state.fire(STATES[newState]);
        if (newState === State.Running) void typescript.renew();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        if (this.#client.isRunning()) void this.#client.sendNotification(TRUSTED);
        void typescript.renew();
      }),
      this.#client.onNotification(CHANGED, () => {
        this.#inventory.fire(undefined);
      }),
    );
  }

  get state(): ServerState {
    return STATES[this.#client.state];
  }

  async start(): Promise<void> {
    try {
      await this.#client.start();
    } catch (error) {
      this.#log.error(`The language server did not start: ${String(error)}`);
    }
  }

  async restart(): Promise<void> {
    if (this.#client.isRunning()) await this.#client.restart();
    else await this.start();
  }

  async stop(): Promise<void> {
    if (this.#client.needsStop()) await this.#client.stop();
  }

  /** Answer to a request beyond the protocol; undefined while no server runs and from one that does not know it. */
  async ask<Answer>(
    method: string,
    params: object = {},
    token?: vscode.CancellationToken,
  ): Promise<Answer | undefined> {
    if (!this.#client.isRunning()) return undefined;
    try {
      // A token that is undefined would be taken for a second parameter.
      return await (token
        ? this.#client.sendRequest<Answer>(method, params, token)
        : this.#client.sendRequest<Answer>(method, params));
    } catch (error) {
      const isUnknown = error instanceof ResponseError && error.code === ErrorCodes.MethodNotFound;
      if (!isUnknown && token?.isCancellationRequested !== true) this.#log.warn(`${method}: ${String(error)}`);
      return undefined;
    }
  }

  /** Runs a command of the server; its progress is reported by `report`. */
  async run<Answer>(
    command: string,
    args: readonly unknown[] = [],
    token?: vscode.CancellationToken,
    report?: (value: { readonly message?: string; readonly percentage?: number }) => void,
  ): Promise<Answer | undefined> {
    const workDoneToken = randomUUID();
    const listener = this.#client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
      if (value.kind !== 'end') report?.(value);
    });
    try {
      const params = { command, arguments: [...args], workDoneToken };
      return (await this.ask<Answer>(ExecuteCommandRequest.method, params, token)) ?? undefined;
    } finally {
      listener.dispose();
    }
  }

  /** URI of the server as the editor writes it. */
  uri(uri: string): vscode.Uri {
    return this.#client.protocol2CodeConverter.asUri(uri);
  }

  /** Range of the server as the editor has it. */
  range({ start, end }: Range): vscode.Range {
    return new vscode.Range(start.line, start.character, end.line, end.character);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #pullAgain(): void {
    const feature: { refresh?(): void } = this.#client.getFeature(DocumentDiagnosticRequest.method);
    feature.refresh?.();
  }
}

function serverOptions(context: vscode.ExtensionContext): ServerOptions {
  const module = context.asAbsolutePath('dist/server/main.js');
  const memory = settings()['server.maxMemory'];
  const execArgv = memory > 0 ? [`--max-old-space-size=${Math.round(memory)}`] : [];
  const transport = TransportKind.ipc;
  return {
    run: { module, transport, options: { execArgv } },
    debug: { module, transport, options: { execArgv: [...execArgv, '--nolazy', '--inspect=127.0.0.1:6019'] } },
  };
}
