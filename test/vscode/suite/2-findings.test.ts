import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { apply, at, codeAction, file, findings, findingsAre, open, revert, until, write } from './editor.ts';

const ALL = ['require-span-end', 'no-unbounded-metric-labels', 'no-pii-in-span-attributes'];

describe('findings', () => {
  const uri = (): vscode.Uri => file('service', 'src/checkout.ts');

  afterEach(async () => {
    await revert(uri());
    await findingsAre(uri(), ALL);
  });

  it('say how the value got there, and link to the way', async () => {
    const editor = await open(uri());
    const [span, label, attribute] = await findingsAre(uri(), ALL);
    assert.ok(span && label && attribute);
    assert.match(label.message, /`userId` ← `request` \(line 12\)/);
    assert.equal(editor.document.getText(label.range), 'user: userId');
    const steps = label.relatedInformation?.map(({ location }) => location.range.start.line + 1);
    assert.deepEqual(steps, [14, 12]);
    assert.match(attribute.message, /`request\.body\.email`/);
    assert.equal(span.range.start.line + 1, 11);
    for (const { code } of [span, label, attribute])
      assert.match(String(typeof code === 'object' ? code.target : ''), /docs\/rules\/[\w-]+\.md/);
  });

  it('follow unsaved edits', async () => {
    const { document } = await open(uri());
    const text = document.getText();
    await write(document, text.replace('user: userId, ', ''));
    await findingsAre(uri(), ['require-span-end', 'no-pii-in-span-attributes']);
    await write(document, text);
    await findingsAre(uri(), ALL);
  });

  it('stay through text that cannot be parsed', async () => {
    const { document } = await open(uri());
    const text = document.getText();
    await write(document, text.replace('const order =', 'const order = ('));
    await write(document, text.replace('user: userId, ', ''));
    await findingsAre(uri(), ['require-span-end', 'no-pii-in-span-attributes']);
  });

  for (const rule of ALL)
    it(`of ${rule} go away with each of their fixes`, async () => {
      const { document } = await open(uri());
      const before = document.getText();
      const titles = await fixTitles(uri(), rule);
      assert.notEqual(titles.length, 0, `${rule} has fixes`);
      for (const title of titles) {
        const diagnostic = await only(uri(), rule);
        await apply(await codeAction(uri(), diagnostic.range, exactly(title)));
        assert.notEqual(document.getText(), before, title);
        await until(`"${title}" removes the finding`, () =>
          findings(uri()).every((finding) => finding.rule !== rule) ? true : undefined,
        );
        await write(document, before);
        await findingsAre(uri(), ALL);
      }
    });

  it('can be switched off for a line and for a file', async () => {
    const { document } = await open(uri());
    for (const scope of ['line', 'file']) {
      const diagnostic = await only(uri(), 'no-unbounded-metric-labels');
      const title = new RegExp(`disable.*no-unbounded-metric-labels.*${scope}`, 'i');
      await apply(await codeAction(uri(), diagnostic.range, title));
      await findingsAre(uri(), ['require-span-end', 'no-pii-in-span-attributes']);
      await vscode.commands.executeCommand('undo');
      await findingsAre(uri(), ALL);
      assert.equal(document.isDirty, false);
    }
  });

  it('offer a span for the function at the cursor', async () => {
    const orders = file('service', 'src/orders.ts');
    const { document } = await open(orders);
    const position = at(document, "throw new Error('The cart");
    await apply(await codeAction(orders, new vscode.Range(position, position), /^Wrap `placeOrder` in a span$/));
    assert.match(document.getText(), /startActiveSpan|withSpan/);
    await revert(orders);
  });
});

async function only(uri: vscode.Uri, rule: string): Promise<vscode.Diagnostic> {
  return until(`${rule} reports`, () => findings(uri).find((finding) => finding.rule === rule)?.diagnostic);
}

/** Titles of the quick fixes at a finding, apart from those that switch its rule off or only explain it. */
async function fixTitles(uri: vscode.Uri, rule: string): Promise<string[]> {
  const diagnostic = await only(uri, rule);
  return until(`fixes of ${rule}`, async () => {
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      diagnostic.range,
      vscode.CodeActionKind.QuickFix.value,
      100,
    );
    const titles = actions
      .filter(({ title, edit }) => edit !== undefined && !/disable/i.test(title))
      .map(({ title }) => title);
    return titles.length > 0 ? titles : undefined;
  });
}

function exactly(title: string): RegExp {
  return new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}
