import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { expand } from '../../../client/test/expand.ts';
import { EXTENSION, until } from './editor.ts';

interface Contributed {
  readonly language: string;
  readonly path: string;
}

interface Snippet {
  readonly prefix: string;
  readonly body: readonly string[];
}

describe('snippets', () => {
  const snippets = (language: string): readonly Snippet[] => {
    const extension = vscode.extensions.getExtension(EXTENSION);
    assert.ok(extension);
    const { contributes } = extension.packageJSON as { contributes: { snippets: Contributed[] } };
    const { path } = contributes.snippets.find((contributed) => contributed.language === language) ?? {};
    assert.ok(path, language);
    const text = readFileSync(join(extension.extensionPath, path), 'utf8');
    return Object.values(JSON.parse(text) as Record<string, Snippet>);
  };
  const show = async (language: string, content: string): Promise<vscode.TextEditor> => {
    const document = await vscode.workspace.openTextDocument({ language, content });
    const editor = await vscode.window.showTextDocument(document);
    editor.options = { insertSpaces: true, tabSize: 2 };
    return editor;
  };

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('are expanded by the editor as by the tests that compile and lint them', async () => {
    // In a language without a server: what the others have to say of each text takes minutes.
    const editor = await show('plaintext', '');
    const trimmed = (text: string | undefined): string | undefined => text?.replace(/[ \t]+$/gm, '');
    for (const { prefix, body } of [...snippets('typescript'), ...snippets('javascript')]) {
      const [expected] = expand(body.join('\n'));
      const everything = new vscode.Range(0, 0, editor.document.lineCount, 0);
      await editor.insertSnippet(new vscode.SnippetString(body.join('\n')), everything);
      assert.equal(trimmed(editor.document.getText()), trimmed(expected), prefix);
    }
  });

  for (const language of ['typescript', 'javascriptreact'])
    it(`are offered for their prefix, in ${language}`, async () => {
      const { document } = await show(language, 'tel-');
      const offered = await until('snippets', async () => {
        const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
          'vscode.executeCompletionItemProvider',
          document.uri,
          new vscode.Position(0, 4),
        );
        const found = items.filter(({ kind }) => kind === vscode.CompletionItemKind.Snippet);
        const labels = found.map(({ label }) => (typeof label === 'string' ? label : label.label));
        const ours = labels.filter((label) => label.startsWith('tel-'));
        return ours.length > 0 ? ours : undefined;
      });
      assert.deepEqual(
        [...offered].sort(),
        snippets(language)
          .map(({ prefix }) => prefix)
          .sort(),
      );
    });
});
