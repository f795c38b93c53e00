import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  ConfigurationRequest,
  createProtocolConnection,
  DiagnosticRefreshRequest,
  InitializeRequest,
  ProtocolRequestType,
  RegistrationRequest,
  ShowDocumentRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  WorkDoneProgressCreateRequest,
  type ClientCapabilities,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Registration,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver-protocol/node';
import { URI } from 'vscode-uri';
import { until } from './until.ts';

/** Entry of the server, run from source. */
export const SERVER = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** What VS Code can do, as far as the server asks. */
export const RICH: ClientCapabilities = {
  textDocument: {
    diagnostic: { dynamicRegistration: true, relatedInformation: true, codeDescriptionSupport: true },
    publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true, versionSupport: true },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'refactor', 'source'] } },
      resolveSupport: { properties: ['edit'] },
      dataSupport: true,
    },
    rename: { prepareSupport: true },
    hover: { contentFormat: ['markdown', 'plaintext'] },
  },
  workspace: {
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceFolders: true,
    diagnostics: { refreshSupport: true },
    workspaceEdit: { documentChanges: true },
    codeLens: { refreshSupport: true },
  },
  window: { workDoneProgress: true, showDocument: { support: true } },
};

/** What Neovim 0.7 and eglot can do: diagnostics are pushed, nothing is asked for. */
export const POOR: ClientCapabilities = {
  textDocument: { publishDiagnostics: { relatedInformation: true, versionSupport: true } },
  workspace: { workspaceFolders: true },
};

/** How a client presents itself to the server. */
export interface ClientOptions {
  readonly folders: readonly string[];
  readonly capabilities?: ClientCapabilities;
  /** Section `telint` of the settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly initializationOptions?: unknown;
  /** The options of a client that knows one root at most. */
  readonly rootOnly?: boolean;
  readonly nodeArgs?: readonly string[];
  /** Another server than that of the sources. */
  readonly program?: string;
  /** What a client answers that is asked for other sections of the settings than `telint`. */
  readonly otherSettings?: unknown;
}

/** The root as clients named it before there were several; the protocol still asks for it. */
function rootOf(folders: readonly string[]): { rootUri: string | null } {
  return { rootUri: folders[0] === undefined ? null : URI.file(folders[0]).toString() };
}

/** A client that speaks to a server process over standard input and output, with everything it was told. */
export class Client {
  readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  readonly pushed = new Map<string, PublishDiagnosticsParams>();
  readonly registrations: Registration[] = [];
  readonly progress: { readonly token: unknown; readonly value: { readonly kind: string; readonly title?: string } }[] =
    [];
  readonly messages: string[] = [];
  readonly logged: string[] = [];
  readonly shown: string[] = [];
  refreshes = 0;
  settings: Readonly<Record<string, unknown>>;
  result: InitializeResult | undefined;
  readonly #versions = new Map<string, number>();
  readonly #options: ClientOptions;
  stderr = '';

  constructor(options: ClientOptions) {
    this.#options = options;
    this.settings = options.settings ?? {};
    this.process = spawn(process.execPath, [...(options.nodeArgs ?? []), options.program ?? SERVER, '--stdio'], {
      stdio: 'pipe',
    });
    const { stdin, stdout, stderr } = this.process;
    if (!stdin || !stdout || !stderr) throw new Error('The server has no standard streams.');
    stderr.on('data', (chunk) => (this.stderr += String(chunk)));
    stdin.on('error', () => undefined);
    this.connection = createProtocolConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    this.#listen();
  }

  #listen(): void {
    const { connection } = this;
    connection.onError(() => undefined);
    connection.onRequest(ConfigurationRequest.type, ({ items }) =>
      items.map(({ section }) => (section === 'telint' ? this.settings : (this.#options.otherSettings ?? null))),
    );
    connection.onRequest(DiagnosticRefreshRequest.type, () => {
      this.refreshes++;
    });
    connection.onRequest(
      RegistrationRequest.type,
      ({ registrations }) => void this.registrations.push(...registrations),
    );
    connection.onRequest(WorkDoneProgressCreateRequest.type, () => undefined);
    connection.onRequest(ShowDocumentRequest.type, ({ uri }) => {
      this.shown.push(uri);
      return { success: true };
    });
    connection.onRequest(new ProtocolRequestType('workspace/codeLens/refresh'), () => undefined);
    connection.onRequest(new ProtocolRequestType('workspace/inlayHint/refresh'), () => undefined);
    connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.pushed.set(params.uri, params);
    });
    connection.onNotification('$/progress', (params: Client['progress'][number]) => {
      this.progress.push(params);
    });
    connection.onNotification('window/showMessage', ({ message }: { message: string }) => {
      this.messages.push(message);
    });
    connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.logged.push(message);
    });
    connection.listen();
  }

  /** What the client says that it can do. */
  get capabilities(): ClientCapabilities {
    return this.#options.capabilities ?? RICH;
  }

  async start(): Promise<InitializeResult> {
    const { folders, initializationOptions, rootOnly = false } = this.#options;
    const { capabilities } = this;
    this.result = await this.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      capabilities,
      ...rootOf(folders),
      ...(rootOnly
        ? {}
        : { workspaceFolders: folders.map((path) => ({ uri: URI.file(path).toString(), name: path })) }),
      ...(initializationOptions === undefined ? {} : { initializationOptions }),
    });
    await this.connection.sendNotification('initialized', {});
    return this.result;
  }

  async open(path: string, text: string, languageId = 'typescript'): Promise<string> {
    const uri = path.includes('://') || path.startsWith('untitled:') ? path : URI.file(path).toString();
    this.#versions.set(uri, 1);
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId, version: 1, text },
    });
    return uri;
  }

  /** Replaces the whole text, or sends the given changes; returns the new version. */
  async change(uri: string, text: string | readonly TextDocumentContentChangeEvent[]): Promise<number> {
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: typeof text === 'string' ? [{ text }] : text,
    });
    return version;
  }

  async close(uri: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  request<R>(method: string, params: unknown): Promise<R> {
    return this.connection.sendRequest<R>(method, params);
  }

  pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.request('textDocument/diagnostic', {
      textDocument: { uri },
      ...(previousResultId === undefined ? {} : { previousResultId }),
    });
  }

  /** Pulls until the findings are as awaited, as a client does that pulls again after every refresh. */
  async pullUntil(uri: string, isAwaited: (items: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]> {
    let items: readonly Diagnostic[] = [];
    await until(
      async () => {
        try {
          const report = await this.pull(uri);
          items = report.kind === 'full' ? report.items : items;
        } catch {
          return false;
        }
        return isAwaited(items);
      },
      () => `diagnostics of ${uri}; the last were ${JSON.stringify(items.map((d) => d.message))}\n${this.stderr}`,
    );
    return items;
  }

  /** Waits until pushed findings are as awaited. */
  async pushedUntil(
    uri: string,
    isAwaited: (params: PublishDiagnosticsParams) => boolean,
  ): Promise<PublishDiagnosticsParams> {
    await until(
      () => {
        const params = this.pushed.get(uri);
        return params !== undefined && isAwaited(params);
      },
      () => `pushed diagnostics of ${uri}; the last were ${JSON.stringify(this.pushed.get(uri))}\n${this.stderr}`,
    );
    return this.pushed.get(uri) as PublishDiagnosticsParams;
  }

  /** Ends the server as an editor does. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 10_000);
    try {
      await this.connection.sendRequest(ShutdownRequest.type);
      await this.connection.sendNotification('exit');
    } catch {
      this.process.kill('SIGKILL');
    }
    await exited;
    clearTimeout(timer);
    this.connection.dispose();
  }
}
