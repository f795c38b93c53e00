import { expect } from 'vitest';
import { URI } from 'vscode-uri';
import { Client } from './client.ts';
import type { World } from './define-test.ts';

/** Answers of a server about everything that is open, when it has nothing left to do. */
async function answersOf(client: Client, texts: Readonly<Record<string, string>>): Promise<unknown> {
  await client.request('telint/settled', {});
  const answers: Record<string, unknown> = {};
  for (const [uri, text] of Object.entries(texts)) {
    const textDocument = { uri };
    const lines = text.split('\n');
    const end = { line: lines.length, character: 0 };
    const range = { start: { line: 0, character: 0 }, end };
    const hovers: unknown[] = [];
    for (const [line, content] of lines.entries()) {
      const character = Math.max(0, content.indexOf('(') - 2);
      hovers.push(await client.request('textDocument/hover', { textDocument, position: { line, character } }));
    }
    const actions = await client.request('textDocument/codeAction', {
      textDocument,
      range,
      context: { diagnostics: [] },
    });
    answers[uri] = {
      findings: await findingsOf(client, uri),
      hovers,
      actions: (actions as { title: string }[]).map(({ title }) => title),
      lenses: withoutVersions(await client.request('textDocument/codeLens', { textDocument })),
    };
  }
  const symbols = await client.request<readonly unknown[] | null>('workspace/symbol', { query: '' });
  return { answers, symbols: symbols?.map((symbol) => JSON.stringify(symbol)).sort() };
}

async function findingsOf(client: Client, uri: string): Promise<unknown> {
  if (!client.result?.capabilities.diagnosticProvider) return client.pushed.get(uri)?.diagnostics ?? [];
  const report = await client.pull(uri);
  return report.kind === 'full' ? report.items : report.kind;
}

/** Lenses name the version of the document that they were made for. */
function withoutVersions(lenses: unknown): unknown {
  return (lenses as { range: unknown; command: { title: string } }[] | null)?.map(({ range, command: { title } }) => ({
    range,
    title,
  }));
}

/** Holds the answers of a server that has been through something against those of one that has not; `texts` is what is open. */
export async function likeFresh(world: World, texts: Readonly<Record<string, string>>): Promise<void> {
  const { capabilities } = world.client;
  const fresh = new Client({ folders: [world.root], capabilities });
  try {
    await fresh.start();
    for (const [uri, text] of Object.entries(texts)) await fresh.open(URI.parse(uri).fsPath, text);
    expect(await answersOf(world.client, texts)).toEqual(await answersOf(fresh, texts));
  } finally {
    await fresh.stop();
  }
}
