import * as vscode from 'vscode';
import type { Disposes } from './disposes.ts';
import type { EditorTypeScriptParams } from './protocol.ts';
import { SECTION } from './settings.generated.ts';
import { settings } from './settings.ts';

/** Extensions that run TypeScript 7 and later, in the order in which the built-in extension looks for them. */
const EXTENSIONS = [
  'TypeScriptTeam.vscode-typescript',
  'TypeScriptTeam.vscode-typescript-nightly',
  'TypeScriptTeam.native-preview',
];

/** What such an extension says of the TypeScript it runs; `typescript/vscode` declares it, from 7.1 on. */
interface TypeScriptSdk {
  readonly packageJsonPath: string;
  initializeAPIConnection(): Promise<string>;
}

/** What such an extension exports, as far as it is asked. */
interface TypeScriptExtension {
  onLanguageServerInitialized(listener: (sdk: unknown) => void): Disposes;
}

/** Who is offered a TypeScript. */
export interface TypeScriptTaker {
  /** False while there is nobody to take it; `renew` is called then when there is. */
  isReady(): boolean;
  take(offered: EditorTypeScriptParams | null): Promise<void>;
}

/**
 * Offers the TypeScript that the editor runs already, so that types need no second one. Each start of either server
 * gets a pipe of its own; without trust, and where types are off, nothing is offered.
 */
export class EditorTypeScript implements vscode.Disposable {
  readonly #taker: TypeScriptTaker;
  readonly #log: vscode.LogOutputChannel;
  readonly #disposables: Disposes[];
  #sdk: TypeScriptSdk | undefined;
  #extension: string | undefined;
  #listener: Disposes | undefined;

  constructor(taker: TypeScriptTaker, log: vscode.LogOutputChannel) {
    this.#taker = taker;
    this.#log = log;
    this.#disposables = [
      vscode.extensions.onDidChange(() => void this.#listen()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${SECTION}.types`)) void this.renew();
      }),
    ];
    void this.#listen();
  }

  /** Opens a pipe and offers it; called when there is somebody new to use it. */
  async renew(): Promise<void> {
    const sdk = this.#sdk;
    if (!sdk || !this.#taker.isReady() || !vscode.workspace.isTrusted || settings().types === 'off') return;
    try {
      const pipe = await sdk.initializeAPIConnection();
      if (sdk === this.#sdk) await this.#taker.take({ pipe, packageJson: sdk.packageJsonPath });
    } catch (error) {
      this.#warn('cannot be asked for types', error);
    }
  }

  dispose(): void {
    this.#listener?.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #listen(): Promise<void> {
    const extension = EXTENSIONS.map((id) => vscode.extensions.getExtension(id)).find((found) => found !== undefined);
    if (extension?.id === this.#extension) return;
    this.#listener?.dispose();
    const hadOne = this.#sdk !== undefined;
    this.#listener = this.#sdk = undefined;
    this.#extension = extension?.id;
    try {
      if (hadOne && this.#taker.isReady()) await this.#taker.take(null);
      if (!extension) return;
      // It comes with the same languages as this one, so nothing is started that would not start anyway.
      const api: unknown = await extension.activate();
      if (!isTypeScriptExtension(api) || !this.#isAbout(extension.id)) return;
      this.#listener = api.onLanguageServerInitialized((sdk) => {
        if (!isSdk(sdk)) return;
        this.#sdk = sdk;
        void this.renew();
      });
    } catch (error) {
      this.#warn('has not started', error);
    }
  }

  #warn(what: string, error: unknown): void {
    this.#log.warn(`The TypeScript of the editor ${what}: ${String(error)}`);
  }

  #isAbout(id: string): boolean {
    return this.#extension === id;
  }
}

function isTypeScriptExtension(api: unknown): api is TypeScriptExtension {
  return typeof (api as Partial<TypeScriptExtension> | undefined)?.onLanguageServerInitialized === 'function';
}

/** TypeScript 7.0 fires without a value, and its API is another one; a bare executable comes without a package. */
function isSdk(given: unknown): given is TypeScriptSdk {
  if (typeof given !== 'object' || given === null) return false;
  const { packageJsonPath, initializeAPIConnection } = given as Partial<TypeScriptSdk>;
  return typeof packageJsonPath === 'string' && typeof initializeAPIConnection === 'function';
}
