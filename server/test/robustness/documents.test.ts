import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Documents } from '../../src/documents.ts';
import { Client, POOR } from '../support/client.ts';
import { defineTest, makeFolder, positionAt, type World } from '../support/define-test.ts';
import { likeFresh } from '../support/like-fresh.ts';
import { randomFrom } from '../support/random.ts';
import { METRIC_SERVICE, OPEN_SPAN } from '../support/sources.ts';
import { until } from '../support/until.ts';

const FIXED = OPEN_SPAN.replace('}\n', '  span.end();\n}\n');

test('after changes with any ranges the text and its lines are those of the changes', () => {
  const random = randomFrom(20_261_122);
  const upTo = (n: number): number => Math.floor(random() * n);
  const pieces = ['', 'x', '\n', '\r\n', '\r', 'ab\ncd\n', '😀', '\n\n\n', 'one line'];
  for (let round = 0; round < 300; round++) {
    const documents = new Documents();
    const uri = 'file:///x.ts';
    let text = 'const a = 1;\nconst b = 2;\r\n\nend';
    documents.open(uri, 'typescript', 1, text);
    for (let version = 2; version < 20; version++) {
      const place = () => ({ line: upTo(random() < 0.2 ? 1000 : 8), character: upTo(random() < 0.2 ? 1e9 : 8) });
      const [a, b] = [place(), place()];
      const piece = pieces[upTo(pieces.length)] ?? '';
      const before = documents.open('file:///before.ts', 'typescript', 1, text)?.text;
      const [from = 0, to = 0] = [a, b].map((at) => before?.offsetAt(at) ?? 0).sort((x, y) => x - y);
      text = text.slice(0, from) + piece + text.slice(to);
      const changed = documents.change(uri, version, [{ range: { start: a, end: b }, text: piece }])?.text;
      const fresh = documents.open('file:///fresh.ts', 'typescript', 1, text)?.text;
      expect(changed?.getText()).toBe(text);
      expect(changed?.lineCount).toBe(fresh?.lineCount);
      for (let offset = 0; offset <= text.length; offset++)
        expect(changed?.positionAt(offset)).toEqual(fresh?.positionAt(offset));
    }
    expect(documents.change(uri, 20, [])?.text.version).toBe(20);
  }
});

defineTest('hundreds of changes with pulls between them, half of which are cancelled, end like a fresh server', {
  fs: METRIC_SERVICE,
  timeout: 120_000,
  prepare: (world) => world.open('src/routes.ts'),
  async handle(world, uri) {
    const { client } = world;
    const text = world.read('src/routes.ts');
    const outcomes: Promise<string>[] = [];
    for (let i = 0; i < 400; i++) {
      const at = positionAt(text, text.indexOf('req.path'));
      const range = { start: at, end: { line: at.line, character: at.character + (i % 2 === 0 ? 8 : 7) } };
      await client.change(uri, [{ range, text: i % 2 === 0 ? "'fixed'" : 'req.path' }]);
      if (i % 5 !== 0) continue;
      const methods = ['textDocument/diagnostic', 'textDocument/hover', 'textDocument/codeLens'];
      for (const method of methods)
        outcomes.push(outcomeOf(client, method, { textDocument: { uri }, position: at }, i % 10 === 0));
    }
    // Everything is answered, and a request that was cancelled says so or has its answer.
    for (const outcome of await Promise.all(outcomes)) expect(['answered', '-32800', '-32802']).toContain(outcome);
    await likeFresh(world, { [uri]: text });
    expect(client.stderr).toBe('');
  },
});

async function outcomeOf(client: Client, method: string, params: object, cancel: boolean): Promise<string> {
  const source = cancel ? new AbortController() : undefined;
  const token = {
    get isCancellationRequested() {
      return source?.signal.aborted ?? false;
    },
    onCancellationRequested: (listener: (event: undefined) => void) => {
      const heard = (): void => listener(undefined);
      source?.signal.addEventListener('abort', heard);
      return { dispose: () => source?.signal.removeEventListener('abort', heard) };
    },
  };
  const answer = client.connection.sendRequest(method, params, token);
  source?.abort();
  try {
    await answer;
    return 'answered';
  } catch (error) {
    return String((error as { code?: number }).code ?? error);
  }
}

for (const [how, capabilities] of [
  ['pulled', undefined],
  ['pushed', POOR],
] as const)
  defineTest(`documents that are opened twice, closed twice, or never opened count as they are shown (${how})`, {
    fs: { ...METRIC_SERVICE, 'x.ts': FIXED },
    ...(capabilities ? { client: { capabilities } } : {}),
    async handle(world) {
      const { client } = world;
      const uri = await world.open('x.ts');
      await client.open(world.path('x.ts'), OPEN_SPAN);
      await shows(world, 'x.ts', 1);
      await client.close(uri);
      await client.close(uri);
      await client.change(uri, 'const = {{{');
      await client.open(world.path('x.ts'), FIXED);
      await client.open(world.path('x.ts'), OPEN_SPAN);
      await shows(world, 'x.ts', 1);
      await client.change(world.uri('never.ts'), OPEN_SPAN);
      await client.close(world.uri('never.ts'));
      await likeFresh(world, { [uri]: OPEN_SPAN });
    },
  });

defineTest('versions that repeat, fall or start below nothing do not hide a change', {
  fs: { 'x.ts': OPEN_SPAN },
  prepare: (world) => world.open('x.ts'),
  async handle(world, uri) {
    const { client } = world;
    const change = async (version: number, text: string): Promise<void> => {
      await client.connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
      // At once: nothing has settled.
      const report = await client.pull(uri);
      expect(report).toMatchObject({ kind: 'full', items: text === FIXED ? [] : [{ code: 'require-span-end' }] });
    };
    for (const version of [1, 1, 1, 0, -5, 2_147_483_647, 1]) {
      await change(version, FIXED);
      await change(version, OPEN_SPAN);
    }
    await likeFresh(world, { [uri]: OPEN_SPAN });
  },
});

async function shows(world: World, name: string, count: number): Promise<void> {
  if (world.client.result?.capabilities.diagnosticProvider)
    await world.findings(name, (items) => items.length === count);
  else await world.client.pushedUntil(world.uri(name), ({ diagnostics }) => diagnostics.length === count);
}

const NO_FILES = [
  'untitled:Untitled-1',
  'untitled:/work/x.ts',
  'git:/x.ts?%7B%22ref%22%3A%22HEAD%22%7D',
  'http://127.0.0.1/x.ts',
  'vscode-notebook-cell:/a/b.ipynb#W0sZmlsZQ%3D%3D',
  'vscode-remote://ssh-remote+host/x.ts',
  'file://server/share/x.ts',
  'file:',
  'file://',
  'file:///',
  'file:///%',
  'file:///%00/x.ts',
  'file:///%E0%A4%A.ts',
  'file:x.ts',
  'c:\\x.ts',
  '',
  ' ',
  '://',
  '#',
  `file:///${'x'.repeat(10_000)}.ts`,
];

defineTest('URIs that are no files of this machine, or none at all, are left alone by every request', {
  fs: METRIC_SERVICE,
  timeout: 120_000,
  prepare: (world) => world.open('src/routes.ts'),
  async handle(world, open) {
    const { client } = world;
    const position = { line: 5, character: 3 };
    const range = { start: position, end: position };
    for (const uri of NO_FILES) {
      const textDocument = { uri };
      await client.connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'typescript', version: 1, text: OPEN_SPAN },
      });
      const params = { textDocument, position, range, newName: 'x', context: { diagnostics: [] } };
      for (const name of ['hover', 'completion', 'definition', 'codeLens', 'documentLink', 'codeAction', 'inlayHint'])
        await client.request(`textDocument/${name}`, params);
      for (const name of ['references', 'prepareRename'])
        expect(await client.request(`textDocument/${name}`, params), `${name} ${uri}`).toBeNull();
      await client.pull(uri);
      await client.change(uri, FIXED);
      for (const name of ['didSave', 'didClose'])
        await client.connection.sendNotification(`textDocument/${name}`, { textDocument });
      await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 2 }] });
      const event = { added: [{ uri, name: 'x' }], removed: [] };
      await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event });
      await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
        event: { added: [], removed: event.added },
      });
      await client.request('telint/settled', {});
    }
    await likeFresh(world, { [open]: world.read('src/routes.ts') });
    expect(client.stderr).toBe('');
  },
});

defineTest('a file is the same one, however the client writes its URI', {
  fs: { 'src/a b+é😀%.ts': OPEN_SPAN },
  async handle(world) {
    const name = 'src/a b+é😀%.ts';
    const written = world.uri(name);
    const other = `file://localhost${encodeURI(world.path(name)).replace('+', '%2B')}`.replace('//localhost', '//');
    for (const uri of [written, other, written.replace('file:', 'FILE:'), written.replace('%2B', '+')]) {
      await world.client.open(uri, OPEN_SPAN);
      await world.client.pullUntil(uri, (items) => items.length === 1);
      await world.client.change(uri, FIXED);
      await world.client.pullUntil(uri, (items) => items.length === 0);
      await world.client.close(uri);
    }
  },
});

defineTest('drives of Windows are files there and nothing elsewhere, encoded or not', {
  fs: { 'x.ts': OPEN_SPAN },
  prepare: (world) => world.open('x.ts'),
  async handle(world, open) {
    for (const uri of ['file:///c:/work/x.ts', 'file:///C%3A/work/x.ts', 'file:///c%3A%5Cwork%5Cx.ts']) {
      await world.client.open(uri, OPEN_SPAN);
      const count = process.platform === 'win32' ? 1 : 0;
      expect((await world.client.pull(uri)) as { items: unknown[] }).toMatchObject({ items: { length: count } });
      await world.client.close(uri);
    }
    await likeFresh(world, { [open]: OPEN_SPAN });
  },
});

defineTest('files that are deleted and come back while all of them are looked at end like a fresh server', {
  fs: { ...METRIC_SERVICE, ...Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`src/f${i}.ts`, OPEN_SPAN])) },
  timeout: 120_000,
  prepare: (world) => world.open('src/routes.ts'),
  async handle(world, uri) {
    const { client } = world;
    for (let round = 0; round < 3; round++) {
      const check = client.request('workspace/executeCommand', { command: 'telint.checkWorkspace', arguments: [] });
      const names = Array.from({ length: 100 }, (_, i) => `src/f${i * 2 + (round % 2)}.ts`);
      for (const name of names) rmSync(world.path(name));
      rmSync(world.path('src/label.ts'));
      await world.changed(...names, 'src/label.ts');
      const symbols = client.request('workspace/symbol', { query: '' });
      for (const name of [...names, 'src/label.ts']) writeFileSync(world.path(name), FIXED);
      await world.changed(...names, 'src/label.ts');
      expect(await check).toMatchObject({ cancelled: false });
      await symbols;
    }
    writeFileSync(world.path('src/label.ts'), METRIC_SERVICE['src/label.ts'] ?? '');
    await world.changed('src/label.ts');
    await likeFresh(world, { [uri]: world.read('src/routes.ts') });
    expect(client.logged.join('\n')).not.toContain('failed');
  },
});

defineTest('telint.json that is broken and mended on disk, again and again, counts as it was last right', {
  fs: { ...METRIC_SERVICE, 'x.ts': OPEN_SPAN, 'telint.json': '{ "rules": { "require-span-end": "off" } }' },
  timeout: 120_000,
  prepare: (world) => world.open('x.ts'),
  async handle(world, uri) {
    const { client } = world;
    const config = world.uri('telint.json');
    await until(
      async () => (await client.pull(uri)).kind === 'full',
      () => 'an answer',
    );
    for (let round = 0; round < 3; round++)
      for (const [text, findings, mistakes] of [
        ['{ "rules": {', 1, 1],
        ['{ "rules": { "require-span-end": "off" } }', 0, 0],
        ['[]', 1, 1],
        ['{ "rules": { "require-span-end": "warn" } }', 1, 0],
        ['\u0000\uFFFD', 1, 1],
        ['{}', 1, 0],
      ] as const) {
        world.write('telint.json', text);
        await world.changed('telint.json');
        await client.request('telint/settled', {});
        await client.pullUntil(uri, (items) => items.length === findings);
        await until(
          () => (client.pushed.get(config)?.diagnostics.length ?? 0) === mistakes,
          () => `${mistakes} mistakes shown in ${text}`,
        );
      }
    rmSync(world.path('telint.json'));
    await world.changed('telint.json');
    await likeFresh(world, { [uri]: OPEN_SPAN });
  },
});

test('two servers in one workspace do not know of each other', { timeout: 60_000 }, async () => {
  const root = makeFolder({ ...METRIC_SERVICE, 'x.ts': OPEN_SPAN });
  const clients = [new Client({ folders: [root] }), new Client({ folders: [root] })];
  try {
    await Promise.all(clients.map((client) => client.start()));
    const path = join(root, 'x.ts');
    const [uri = ''] = await Promise.all(clients.map((client) => client.open(path, OPEN_SPAN)));
    const [first, second] = clients;
    await first?.change(uri, FIXED);
    await first?.pullUntil(uri, (items) => items.length === 0);
    await second?.pullUntil(uri, (items) => items.length === 1);
    await first?.stop();
    await second?.pullUntil(uri, (items) => items.length === 1);
    expect(second?.stderr).toBe('');
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
    rmSync(root, { recursive: true, force: true });
  }
});
