import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { EXTENSION, figure, file, findingsAre, open, until } from './editor.ts';

describe('activation', () => {
  const extension = (): vscode.Extension<unknown> => {
    const found = vscode.extensions.getExtension(EXTENSION);
    assert.ok(found, 'the package is installed');
    return found;
  };

  it('waits for a file that it can look at', async () => {
    await open(file('service', 'package.json'));
    await open(file('service', 'prometheus/rules.yml'));
    assert.equal(extension().isActive, false);
  });

  it('comes with the first TypeScript file', async () => {
    const started = performance.now();
    const document = await vscode.workspace.openTextDocument(file('service', 'src/checkout.ts'));
    await vscode.window.showTextDocument(document);
    await until('activation', () => extension().isActive || undefined);
    figure('openUntilActive', performance.now() - started);
    await findingsAre(document.uri, ['require-span-end', 'no-unbounded-metric-labels', 'no-pii-in-span-attributes']);
    figure('openUntilFindings', performance.now() - started);
  });

  it('is quick to load', () => {
    const started = performance.now();
    // A second time, beside the one that runs: what the extension host spends on reading and evaluating it.
    const file = join(extension().extensionPath, 'dist/extension.cjs');
    const load = createRequire(file);
    Reflect.deleteProperty(load.cache, file);
    const loaded = load(file) as { activate?: unknown };
    figure('load', performance.now() - started);
    assert.equal(typeof loaded.activate, 'function');
  });

  it('registers every command of the manifest', async () => {
    const { contributes } = extension().packageJSON as { contributes: { commands: { command: string }[] } };
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributes.commands.map(({ command }) => command).filter((command) => !known.has(command)),
      [],
    );
  });

  it('leaves the other extensions of the file in place', async () => {
    const uri = file('service', 'src/broken.ts');
    await open(uri);
    await until('TypeScript reports', () =>
      vscode.languages.getDiagnostics(uri).find(({ source }) => source === 'ts' || source === 'typescript'),
    );
  });
});
