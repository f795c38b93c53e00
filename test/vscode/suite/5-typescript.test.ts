import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { file, findingsAre, open, until } from './editor.ts';

/** What the stand-in for the extension of TypeScript 7.1 exports for tests. */
interface StandIn {
  /** Pipes that were asked for so far. */
  readonly connections: () => readonly string[];
  readonly restart: () => Promise<void>;
}

const ALL = ['require-span-end', 'no-unbounded-metric-labels', 'no-pii-in-span-attributes'];

describe('the TypeScript of the editor', () => {
  const uri = (): vscode.Uri => file('service', 'src/checkout.ts');
  const standIn = async (): Promise<StandIn> => {
    const extension = vscode.extensions.getExtension<StandIn>('TypeScriptTeam.native-preview');
    assert.ok(extension, 'the stand-in is there');
    return extension.activate();
  };
  const more = (connections: () => readonly string[], than: number): Promise<readonly string[]> =>
    until('another pipe', () => (connections().length > than ? connections() : undefined));

  before(async () => {
    await open(uri());
    await findingsAre(uri(), ALL);
  });

  it('is offered to the server', async () => {
    const { connections } = await standIn();
    await more(connections, 0);
  });

  it('is offered again when either has started anew', async () => {
    const { connections, restart } = await standIn();
    const first = connections().length;
    await vscode.commands.executeCommand('telint.restart');
    await findingsAre(uri(), ALL);
    const second = (await more(connections, first)).length;
    await restart();
    const pipes = await more(connections, second);
    assert.equal(new Set(pipes).size, pipes.length);
  });

  it('is left alone where types are off', async () => {
    const { connections, restart } = await standIn();
    const section = vscode.workspace.getConfiguration('telint');
    const before = connections().length;
    await section.update('types', 'off', vscode.ConfigurationTarget.Workspace);
    await restart();
    await vscode.commands.executeCommand('telint.restart');
    await findingsAre(uri(), ALL);
    assert.equal(connections().length, before);
    await section.update('types', undefined, vscode.ConfigurationTarget.Workspace);
    await more(connections, before);
  });
});
