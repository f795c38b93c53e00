import * as vscode from 'vscode';
import { checkInfos } from '../../server/src/checks/catalog.ts';
import { ruleOf } from './open-findings.ts';
import { SECTION } from './settings.generated.ts';
import { settings } from './settings.ts';

const ESLINT_EXTENSION = 'dbaeumer.vscode-eslint';
const ESLINT_CONFIG = '**/eslint.config.{js,mjs,cjs,ts,mts,cts}';
const PLUGIN = 'eslint-plugin-telint';
/** A folder with more configurations than this is judged by the first ones. */
const MAX_CONFIGS = 200;

/**
 * Decides for each folder whether findings of single files are shown. With `auto` they are, unless the ESLint
 * extension reports the same ones: it is there, it is on, and the nearest ESLint configuration has our plugin.
 */
export class PerFileFindings implements vscode.Disposable {
  readonly #onChange: () => void;
  readonly #disposables: vscode.Disposable[];
  #configs: Promise<readonly string[]> | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    const watcher = vscode.workspace.createFileSystemWatcher(ESLINT_CONFIG);
    const changed = (): void => {
      this.#configs = undefined;
      this.#onChange();
    };
    this.#disposables = [
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      watcher.onDidDelete(changed),
      vscode.extensions.onDidChange(changed),
      vscode.workspace.onDidChangeWorkspaceFolders(changed),
      vscode.workspace.onDidChangeConfiguration((event) => {
        const keys = [`${SECTION}.enable`, `${SECTION}.lint.perFile`, 'eslint.enable'];
        if (keys.some((key) => event.affectsConfiguration(key))) this.#onChange();
      }),
    ];
  }

  /** Are findings of this file shown? */
  async areShown(uri: vscode.Uri): Promise<boolean> {
    const choice = settings(uri)['lint.perFile'];
    if (choice !== 'auto') return choice === 'on';
    if (!vscode.extensions.getExtension(ESLINT_EXTENSION)) return true;
    if (vscode.workspace.getConfiguration('eslint', uri).get('enable') === false) return true;
    this.#configs ??= configsWithPlugin();
    return !(await this.#configs).some((folder) => uri.path.startsWith(folder));
  }

  /** Does the plugin for ESLint find this too? Checks of the whole workspace are ours alone. */
  isPerFile(diagnostic: vscode.Diagnostic): boolean {
    return !Object.hasOwn(checkInfos, ruleOf(diagnostic).replace(/^telint\//, ''));
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

/** Folders, with a slash at the end, whose ESLint configuration names the plugin. */
async function configsWithPlugin(): Promise<readonly string[]> {
  const files = await vscode.workspace.findFiles(ESLINT_CONFIG, '**/node_modules/**', MAX_CONFIGS);
  const folders = await Promise.all(
    files.map(async (file) => {
      try {
        const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
        return text.includes(PLUGIN) ? [vscode.Uri.joinPath(file, '..').path.replace(/\/?$/, '/')] : [];
      } catch {
        return [];
      }
    }),
  );
  return folders.flat();
}
