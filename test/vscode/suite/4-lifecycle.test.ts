import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { figure, file, findings, findingsAre, open, revert, serverProcess, until, write } from './editor.ts';

const ALL = ['require-span-end', 'no-unbounded-metric-labels', 'no-pii-in-span-attributes'];

describe('the server', () => {
  const uri = (): vscode.Uri => file('service', 'src/checkout.ts');

  it('comes back after a crash and knows the unsaved text', async () => {
    const { document } = await open(uri());
    await findingsAre(uri(), ALL);
    await write(document, document.getText().replace('user: userId, ', ''));
    const killed = serverProcess();
    assert.ok(killed, 'the server is a child of the extension host');
    process.kill(killed, 'SIGKILL');
    const next = await until('another server', () => {
      const now = serverProcess();
      return now === killed ? undefined : now;
    });
    await write(document, `${document.getText()}\n// Still answered.\n`);
    await findingsAre(uri(), ['require-span-end', 'no-pii-in-span-attributes']);
    assert.equal(serverProcess(), next);
    await revert(uri());
    await findingsAre(uri(), ALL);
  });

  it('restarts on command', async () => {
    await open(uri());
    const before = serverProcess();
    assert.ok(before);
    await vscode.commands.executeCommand('telint.restart');
    const after = await until('another server', () => {
      const now = serverProcess();
      return now === before ? undefined : now;
    });
    await findingsAre(uri(), ALL);
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${after}/status`, 'utf8'))?.[1];
    figure('serverMemoryMb', Number(resident) / 1024);
  });
});

describe('settings', () => {
  const uri = (): vscode.Uri => file('service', 'src/checkout.ts');
  const set = async (key: string, value: unknown): Promise<void> => {
    await vscode.workspace
      .getConfiguration('telint', uri())
      .update(key, value, vscode.ConfigurationTarget.WorkspaceFolder);
  };

  it('hide everything where the extension is off, and show it again', async () => {
    await open(uri());
    await findingsAre(uri(), ALL);
    await set('enable', false);
    await findingsAre(uri(), []);
    await set('enable', undefined);
    await findingsAre(uri(), ALL);
  });

  it('hide findings of single files', async () => {
    await open(uri());
    await set('lint.perFile', 'off');
    await findingsAre(uri(), []);
    await set('lint.perFile', undefined);
    await findingsAre(uri(), ALL);
  });
});

describe('the ESLint extension', () => {
  const uri = (): vscode.Uri => file('linted', 'src/sessions.ts');
  const section = (name: string): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration(name, uri());
  const eslintFindings = (): readonly vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(uri()).filter(({ source }) => source === 'eslint');

  it('reports alone where its configuration has our plugin', async () => {
    await open(uri());
    await until('ESLint reports', () => (eslintFindings().length === 1 ? true : undefined));
    // The server has answered for another file since, so what it has to say of this one is known.
    await open(file('service', 'src/checkout.ts'));
    await findingsAre(file('service', 'src/checkout.ts'), ALL);
    await open(uri());
    assert.deepEqual(findings(uri()), []);
  });

  it('makes way when it is off, or when somebody wants both', async () => {
    const folder = vscode.ConfigurationTarget.WorkspaceFolder;
    await open(uri());
    await section('eslint').update('enable', false, folder);
    await until('findings of ours', () => (findings(uri()).length > 0 ? true : undefined));
    await section('eslint').update('enable', undefined, folder);
    await findingsAre(uri(), []);
    await section('telint').update('lint.perFile', 'on', folder);
    await until('findings of ours', () => (findings(uri()).length > 0 ? true : undefined));
    await section('telint').update('lint.perFile', undefined, folder);
    await findingsAre(uri(), []);
  });
});
