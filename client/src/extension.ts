import * as vscode from 'vscode';
import { TelintClient } from './client.ts';
import { registerCommands } from './commands.ts';
import { CoverageView } from './coverage-view.ts';
import { trackFirstFix } from './first-fix.ts';
import { StatusItem } from './status.ts';
import { TelemetryView } from './telemetry-view.ts';
import { registerTools } from './tools.ts';

let client: TelintClient | undefined;

/** Starts the language server and shows what it says; the editor calls it when a file of a language of ours opens. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Telint', { log: true });
  client = new TelintClient(context, log);
  const view = new TelemetryView(client);
  const coverage = new CoverageView(client, context.extensionUri);
  context.subscriptions.push(
    log,
    client,
    new StatusItem(client),
    view,
    coverage,
    ...registerCommands({ context, client, log, view, coverage }),
    ...registerTools(client),
    trackFirstFix(),
  );
  // Not awaited: the editor goes on while the server starts.
  void client.start();
}

/** Ends the server. */
export async function deactivate(): Promise<void> {
  await client?.stop();
  client = undefined;
}
