import * as vscode from 'vscode';
import { defaults, SECTION, type TelintSettings } from './settings.generated.ts';

/** Settings as they count for a file or folder. */
export function settings(scope?: vscode.ConfigurationScope): TelintSettings {
  const section = vscode.workspace.getConfiguration(SECTION, scope);
  const entries = Object.entries(defaults).map(([key, value]) => [key, section.get(key, value)] as const);
  return Object.fromEntries(entries) as unknown as TelintSettings;
}
