import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { URI } from 'vscode-uri';
import { RICH } from '../support/client.ts';
import { makeFolder } from '../support/define-test.ts';
import { RawClient } from '../support/raw-client.ts';
import { METRIC_SERVICE } from '../support/sources.ts';

const NOT_INITIALIZED = -32002;
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;

/** Requests about a document. */
const OF_DOCUMENT = ['codeLens', 'documentLink', 'diagnostic'].map((name) => `textDocument/${name}`);
const OF_POSITION = ['hover', 'completion', 'definition', 'references', 'prepareRename', 'rename'].map(
  (name) => `textDocument/${name}`,
);
const OF_RANGE = ['codeAction', 'inlayHint'].map((name) => `textDocument/${name}`);
const OTHERS = ['codeAction/resolve', 'workspace/symbol', 'workspace/executeCommand'];
const REQUESTS = [...OF_DOCUMENT, ...OF_POSITION, ...OF_RANGE, ...OTHERS];

const NOTIFICATIONS = [
  'textDocument/didOpen',
  'textDocument/didChange',
  'textDocument/didClose',
  'textDocument/didSave',
  'workspace/didChangeWatchedFiles',
  'workspace/didChangeConfiguration',
  'workspace/didChangeWorkspaceFolders',
  'window/workDoneProgress/cancel',
  '$/cancelRequest',
  '$/setTrace',
  '$/progress',
  'telint/typescript',
  'telint/trusted',
  'initialized',
];

/** What no request and no notification takes. */
const NONSENSE: readonly unknown[] = [
  null,
  0,
  true,
  'x',
  [],
  [null],
  {},
  { textDocument: null },
  { textDocument: 'x' },
  { textDocument: {} },
  { textDocument: { uri: null } },
  { textDocument: { uri: 42 } },
  { textDocument: { uri: {} }, position: { line: 0, character: 0 } },
  { id: null, token: {}, value: null, changes: null, event: null, query: null, command: null, settings: 5 },
  { changes: [null], event: { added: null, removed: [null] }, arguments: 3, command: 'telint.insertSpan' },
  { changes: [{}, { uri: 7 }], event: { added: [{ uri: 1 }], removed: [] }, data: { uri: 5 }, value: {} },
];

/** Positions that no text has, and some that are none. */
const POSITIONS: readonly unknown[] = [
  null,
  {},
  'x',
  [0, 0],
  { line: 'a', character: 'b' },
  { line: 0 },
  { line: -1, character: -1 },
  { line: 0.5, character: 1.25 },
  { line: null, character: null },
];

interface Session {
  readonly client: RawClient;
  readonly root: string;
  readonly uri: string;
}

async function withServer(body: (session: Session) => Promise<void>): Promise<void> {
  const root = makeFolder(METRIC_SERVICE);
  const client = new RawClient();
  try {
    await client.initialize([root], { ...RICH, workspace: { ...RICH.workspace, configuration: false } });
    const uri = URI.file(join(root, 'src/routes.ts')).toString();
    const text = METRIC_SERVICE['src/routes.ts'];
    client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'typescript', version: 1, text } });
    await body({ client, root, uri });
    // Whatever came: the server answers as if it had not.
    await client.request('telint/settled', {});
    const answer = await client.request('textDocument/diagnostic', { textDocument: { uri } });
    expect(answer.result).toMatchObject({ items: [{ code: 'no-unbounded-metric-labels' }] });
    expect(client.stderr).toBe('');
  } finally {
    await client.kill();
    rmSync(root, { recursive: true, force: true });
  }
}

test('every request that the server announces is among those that are tried here', async () => {
  const client = new RawClient();
  try {
    const { result } = await client.initialize([], RICH);
    const { capabilities } = result as { capabilities: Record<string, unknown> };
    const announced = Object.keys(capabilities).filter((key) => key.endsWith('Provider'));
    const tried = REQUESTS.map((method) => method.replace(/^.*\/(.)/, (_, first: string) => first.toLowerCase()));
    const names: Record<string, string> = { workspaceSymbolProvider: 'symbol', renameProvider: 'rename' };
    for (const key of announced) expect(tried).toContain(names[key] ?? key.replace('Provider', ''));
  } finally {
    await client.kill();
  }
});

test('parameters that are none are refused, and what was known counts', { timeout: 120_000 }, async () => {
  await withServer(async ({ client }) => {
    for (const method of REQUESTS) {
      expect((await client.request(method)).error?.code, `${method} without parameters`).toBe(INVALID_PARAMS);
      for (const params of NONSENSE) {
        const { error } = await client.request(method, params);
        expect(error?.code, `${method} ${JSON.stringify(params)}: ${error?.message ?? 'answered'}`).toBe(
          INVALID_PARAMS,
        );
        expect(error?.message).toContain(method);
      }
    }
  });
});

test(
  'positions and ranges that are none are refused; those beyond the text are its end',
  { timeout: 120_000 },
  async () => {
    await withServer(async ({ client, uri }) => {
      const textDocument = { uri };
      const good = { line: 0, character: 0 };
      for (const position of POSITIONS) {
        for (const method of OF_POSITION) {
          const { error } = await client.request(method, { textDocument, position, newName: 'x', context: {} });
          expect(error?.code, `${method} ${JSON.stringify(position)}`).toBe(INVALID_PARAMS);
        }
        for (const method of OF_RANGE)
          for (const range of [position, { start: position, end: good }, { start: good, end: position }]) {
            const { error } = await client.request(method, { textDocument, range, context: { diagnostics: [] } });
            expect(error?.code, `${method} ${JSON.stringify(range)}`).toBe(INVALID_PARAMS);
          }
      }
      const far = { line: 2_000_000_000, character: 2_000_000_000 };
      for (const method of OF_POSITION) {
        const params = { textDocument, position: far, newName: 'x', context: { includeDeclaration: true } };
        expect((await client.request(method, params)).error?.message ?? '', method).not.toMatch(/undefined|NaN/);
      }
      for (const method of OF_RANGE)
        for (const range of [
          { start: far, end: far },
          { start: far, end: good },
          { start: good, end: far },
        ]) {
          const params = { textDocument, range, context: { diagnostics: [] } };
          expect((await client.request(method, params)).error, `${method} ${JSON.stringify(range)}`).toBeUndefined();
        }
    });
  },
);

test('notifications that are none change nothing', { timeout: 120_000 }, async () => {
  await withServer(async ({ client, uri }) => {
    for (const method of NOTIFICATIONS) {
      client.notify(method);
      for (const params of NONSENSE) client.notify(method, params);
      await client.request('telint/settled', {});
    }
    const textDocument = { uri, version: 2 };
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 6 } };
    for (const contentChanges of [
      null,
      {},
      [null],
      [{}],
      [{ text: 5 }],
      [{ range, text: null }],
      [{ range: null, text: '!' }],
      // The first of them alone would be one.
      [
        { range, text: '!' },
        { range: { start: range.start }, text: '!' },
      ],
      ...POSITIONS.map((position) => [
        { range, text: '!' },
        { range: { start: position, end: range.end }, text: '!' },
      ]),
    ])
      client.notify('textDocument/didChange', { textDocument, contentChanges });
    for (const version of [null, 'x', {}])
      client.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text: '' }] });
    for (const document of [{ uri }, { uri, text: 5, version: 3, languageId: 'typescript' }])
      client.notify('textDocument/didOpen', { textDocument: document });
  });
});

test('methods that nobody knows are refused, and notifications of that kind are not', async () => {
  await withServer(async ({ client }) => {
    for (const method of ['telint/nothing', 'textDocument/formatting', '$/nothing', ''])
      expect((await client.request(method, {})).error?.code, method).toBe(METHOD_NOT_FOUND);
    for (const method of ['telint/nothing', '$/nothing', 'textDocument/willSave']) client.notify(method, { a: 1 });
    for (const message of [null, 0, 'x', [], [{ jsonrpc: '2.0', id: 5, method: 'x' }], {}, { jsonrpc: '2.0' }])
      client.send(message);
    for (const message of [
      { id: 'never asked', result: 1 },
      { id: null, result: 1 },
      { id: null, error: { code: 1, message: 'x' } },
      { id: null, method: 'textDocument/hover', params: {} },
      { id: {}, method: 'textDocument/hover', params: {} },
      { id: 1.5, method: 5 },
    ])
      client.send({ jsonrpc: '2.0', ...message });
    client.send({ jsonrpc: '2.0', id: 'text', method: 'telint/settled', params: {} });
    expect(await client.answer('text')).toMatchObject({ result: null });
  });
});

test('before it is initialized the server refuses requests, and hears of nothing', async () => {
  const root = makeFolder(METRIC_SERVICE);
  const client = new RawClient();
  const uri = URI.file(join(root, 'src/routes.ts')).toString();
  const text = METRIC_SERVICE['src/routes.ts'];
  const opened = { textDocument: { uri, languageId: 'typescript', version: 1, text } };
  try {
    for (const method of [...REQUESTS, 'telint/nothing', 'telint/settled', 'shutdown'])
      expect((await client.request(method, { textDocument: { uri } })).error?.code, method).toBe(NOT_INITIALIZED);
    client.notify('textDocument/didOpen', opened);
    client.notify('workspace/didChangeConfiguration', { settings: {} });
    for (const params of [null, [], {}, { capabilities: null }, { capabilities: {}, workspaceFolders: 5 }])
      expect((await client.request('initialize', params)).error?.code, JSON.stringify(params)).toBe(INVALID_PARAMS);
    // Whoever has not got it right may try again.
    expect((await client.initialize([root], RICH)).result).toMatchObject({ serverInfo: { name: 'telint' } });
    expect((await client.request('textDocument/diagnostic', { textDocument: { uri } })).result).toMatchObject({
      items: [],
    });
    expect((await client.initialize([root], RICH)).error?.code).toBe(INVALID_REQUEST);
    client.notify('textDocument/didOpen', opened);
    await client.request('telint/settled', {});
    expect((await client.request('textDocument/diagnostic', { textDocument: { uri } })).result).toMatchObject({
      items: [{ code: 'no-unbounded-metric-labels' }],
    });
    expect(client.stderr).toBe('');
  } finally {
    await client.kill();
    rmSync(root, { recursive: true, force: true });
  }
});

test.each([
  ['after shutdown', true, 0],
  ['without shutdown', false, 1],
])('exit %s ends the server with the code of the protocol', async (_, isShutDown, code) => {
  const root = makeFolder(METRIC_SERVICE);
  const client = new RawClient();
  try {
    await client.initialize([root]);
    if (isShutDown) {
      expect(await client.request('shutdown')).toMatchObject({ result: null });
      for (const method of [...REQUESTS, 'initialize', 'shutdown', 'telint/settled'])
        expect((await client.request(method, {})).error?.code, method).toBe(INVALID_REQUEST);
      client.notify('textDocument/didOpen', null);
    }
    client.notify('exit');
    expect(await client.exited()).toBe(code);
    expect(client.stderr).toBe('');
  } finally {
    await client.kill();
    rmSync(root, { recursive: true, force: true });
  }
});

test('exit before anything else ends the server', async () => {
  const client = new RawClient();
  client.notify('exit');
  expect(await client.exited()).toBe(1);
});
