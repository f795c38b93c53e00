import * as vscode from 'vscode';
import type { TelintClient } from './client.ts';
import type { Disposes } from './disposes.ts';
import { openFindings } from './open-findings.ts';
import { REQUESTS, type Inventory, type LiveInventory } from './protocol.ts';
import { settings } from './settings.ts';
import { telemetryTree, type TelemetryNode } from './telemetry-tree.ts';

const EMPTY: Inventory = { metrics: [], spans: [], handlers: [], drift: [], hasQueries: false };
/** Changes that come close together make one refresh. */
const QUIET_MS = 400;

/** The view "Telemetry": metrics, spans, handlers without a span and findings; a click goes to the code. */
export class TelemetryView implements vscode.TreeDataProvider<TelemetryNode>, vscode.Disposable {
  readonly #client: TelintClient;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #disposables: Disposes[] = [this.#changed];
  readonly #view: vscode.TreeView<TelemetryNode>;
  #roots: readonly TelemetryNode[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(client: TelintClient) {
    this.#client = client;
    this.#view = vscode.window.createTreeView('telint.telemetry', { treeDataProvider: this, showCollapseAll: true });
    this.#disposables.push(
      this.#view,
      client.onDidChangeState(() => this.#soon()),
      client.onDidChangeInventory(() => this.#soon()),
      vscode.languages.onDidChangeDiagnostics(() => this.#soon()),
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible) this.#soon();
      }),
    );
  }

  /** Asks the server again. */
  refresh(): void {
    this.#roots = undefined;
    this.#changed.fire(undefined);
  }

  /** Shows the view; metrics are unfolded in it. */
  async show(): Promise<void> {
    await vscode.commands.executeCommand('telint.telemetry.focus');
  }

  getTreeItem(node: TelemetryNode): vscode.TreeItem {
    const item = new vscode.TreeItem(node.label, stateOf(node));
    item.id = node.id;
    item.iconPath = new vscode.ThemeIcon(node.icon);
    if (node.description !== undefined) item.description = node.description;
    if (node.tooltip !== undefined) item.tooltip = node.tooltip;
    if (node.location) {
      const { uri, range } = node.location;
      item.command = {
        title: 'Open',
        command: 'vscode.open',
        arguments: [this.#client.uri(uri), { selection: this.#client.range(range) }],
      };
    }
    return item;
  }

  async getChildren(node?: TelemetryNode): Promise<TelemetryNode[]> {
    return [...(node ? node.children : await this.#load())];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #load(): Promise<readonly TelemetryNode[]> {
    if (this.#roots) return this.#roots;
    const inventory = await this.#client.ask<Inventory>(REQUESTS.inventory);
    const live = settings().prometheusUrl === '' ? undefined : await this.#client.ask<LiveInventory>(REQUESTS.live);
    const roots = telemetryTree(inventory ?? EMPTY, openFindings(), live);
    // Without a server there is nothing to remember: the next state asks again.
    this.#roots = inventory ? roots : undefined;
    void vscode.commands.executeCommand('setContext', 'telint.ready', inventory !== undefined);
    return roots;
  }

  #soon(): void {
    if (!this.#view.visible) {
      this.#roots = undefined;
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.refresh(), QUIET_MS);
  }
}

function stateOf({ children, open }: TelemetryNode): vscode.TreeItemCollapsibleState {
  if (children.length === 0) return vscode.TreeItemCollapsibleState.None;
  return open ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
}
