import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { URI } from 'vscode-uri';
import { Client, RICH, SERVER } from '../support/client.ts';
import { defineTest, makeFolder, World, type Files } from '../support/define-test.ts';
import { likeFresh } from '../support/like-fresh.ts';
import { RawClient } from '../support/raw-client.ts';
import { METRIC_SERVICE, OPEN_SPAN } from '../support/sources.ts';

const isPosix = process.platform !== 'win32';
const MAKE_PIPES = 'mkfifo';
const NOBODY = 65_534;
/** Nothing is closed to the superuser, whose server runs as nobody then, where nobody may read its sources. */
const isRoot = process.getuid?.() === 0;
const readSources = ['-e', `require('node:fs').readFileSync(${JSON.stringify(SERVER)})`];
const canBeClosed =
  isPosix && (!isRoot || spawnSync(process.execPath, readSources, { uid: NOBODY, gid: NOBODY }).status === 0);
if (isPosix && !canBeClosed)
  console.warn('Only root may read this checkout: the test of files that may not be read does not run.');

/** A folder that a test fills, and a server that checks it as a whole. */
async function checked(
  fill: (root: string) => unknown,
  look?: (world: World) => Promise<void> | void,
  fs: Files = { ...METRIC_SERVICE, 'x.ts': OPEN_SPAN },
): Promise<void> {
  const root = makeFolder(fs);
  await fill(root);
  const client = new Client({ folders: [root] });
  const world = new World(root, client);
  try {
    await client.start();
    const uri = await world.open('x.ts');
    const summary = await client.request('workspace/executeCommand', { command: 'telint.checkWorkspace' });
    expect(summary).toMatchObject({ cancelled: false, byRule: { 'telint/require-span-end': 1 } });
    await look?.(world);
    await world.findings('x.ts', (items) => items.length === 1);
    expect((await client.request<unknown[]>('workspace/symbol', { query: 'app_requests' })).length).toBe(1);
    await likeFresh(world, { [uri]: OPEN_SPAN });
    expect(client.stderr).toBe('');
  } finally {
    await client.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

test.skipIf(!isPosix)('pipes, sockets and devices are not read', { timeout: 60_000 }, async () => {
  const socket = createServer();
  const named = ['pipe.ts', 'pipe.json', 'pipe.yaml', 'telint.json', 'package.json', 'tsconfig.json'];
  try {
    await checked(
      async (root) => {
        for (const folder of ['special', 'special/inner']) mkdirSync(join(root, folder));
        execFileSync(
          MAKE_PIPES,
          named.map((name) => join(root, 'special', name)),
        );
        for (const name of ['zero.ts', 'zero.json', 'zero.yaml', 'inner/telint.json', 'inner/package.json'])
          symlinkSync('/dev/zero', join(root, 'special', name));
        await new Promise<void>((resolve) => socket.listen(join(root, 'special/socket.ts'), resolve));
      },
      async (world) => {
        // They may be told of, imported and opened all the same.
        const text = `import './pipe.ts';\nimport './zero.ts';\nimport './socket.ts';\n${OPEN_SPAN}`;
        for (const name of ['special/own.ts', 'special/inner/own.ts', 'special/pipe.ts', 'special/zero.ts']) {
          const uri = await world.client.open(world.path(name), text);
          await world.client.pullUntil(uri, (items) => items.length === 1);
          await world.changed(name);
        }
        await world.changed(...named.map((name) => `special/${name}`), 'special/zero.json', 'special/zero.yaml');
        await world.client.request('telint/settled', {});
        for (const name of ['special/own.ts', 'special/inner/own.ts', 'special/pipe.ts', 'special/zero.ts'])
          await world.client.close(world.uri(name));
      },
    );
  } finally {
    socket.close();
  }
});

test.skipIf(!isPosix)('links in circles, to nowhere and out of the folder are not followed', { timeout: 60_000 }, () =>
  checked((root) => {
    const link = (to: string, name: string) => {
      symlinkSync(to, join(root, name));
    };
    mkdirSync(join(root, 'a/b'), { recursive: true });
    link('..', 'a/b/up');
    link('../b', 'a/b/same');
    link('loop2', 'loop1');
    link('loop1', 'loop2');
    link('nowhere', 'gone.ts');
    link('self.ts', 'self.ts');
    link('/', 'root');
    link('/proc', 'proc');
    link('self.json', 'telint-self.json');
    for (const name of ['self.json', 'dashboard.json', 'rules.yaml']) link(name, name);
  }),
);

test.skipIf(!isPosix)('names of any bytes are read, or left alone', { timeout: 60_000 }, () =>
  checked(
    (root) => {
      const bytes = (name: Buffer): Buffer => Buffer.concat([Buffer.from(`${root}/`), name]);
      for (const name of ['new\nline.ts', 'tab\t.ts', ' ', '  .ts', '-rf.ts', '*.ts', '{a,b}.ts', '\'".ts', '%41.ts'])
        writeFileSync(join(root, name), 'export const x = 1;\n');
      for (const name of [
        'e\u0301.ts',
        '\u202Egnp.ts',
        '😀.ts',
        '\uFEFF.ts',
        `${'x'.repeat(250)}.ts`,
        '\\.ts',
        '#?.ts',
      ])
        writeFileSync(join(root, name), 'export const x = 1;\n');
      writeFileSync(bytes(Buffer.from([0xff, 0xfe, 0x2e, 0x74, 0x73])), 'export const x = 1;\n');
      mkdirSync(bytes(Buffer.from([0xc3, 0x28])));
      let deep = root;
      for (let i = 0; i < 60; i++) mkdirSync((deep = join(deep, 'd'.repeat(50))));
      writeFileSync(join(deep, 'deep.ts'), 'export const x = 1;\n');
    },
    async (world) => {
      for (const name of ['new\nline.ts', '*.ts', '%41.ts', '\\.ts', '#?.ts', '😀.ts']) {
        const uri = await world.client.open(URI.file(world.path(name)).toString(), OPEN_SPAN);
        await world.client.pullUntil(uri, (items) => items.length === 1);
        await world.client.close(uri);
      }
    },
  ),
);

test('twenty thousand empty files are read', { timeout: 120_000 }, () =>
  checked(
    (root) => {
      for (let d = 0; d < 20; d++) {
        mkdirSync(join(root, `d${d}`));
        for (let i = 0; i < 1000; i++)
          writeFileSync(join(root, `d${d}/f${i}.${['ts', 'json', 'yaml', 'js'][i % 4] ?? ''}`), '');
      }
    },
    undefined,
    { ...METRIC_SERVICE, 'x.ts': OPEN_SPAN },
  ),
);

test('folders that are called like files, and files like folders, do no harm', { timeout: 60_000 }, () =>
  checked((root) => {
    for (const name of ['y.ts', 'telint.json/telint.json', 'sub/package.json', 'sub/tsconfig.json', 'dashboard.json'])
      mkdirSync(join(root, name), { recursive: true });
    rmSync(join(root, 'telint.json'), { recursive: true });
    mkdirSync(join(root, 'sub/telint.json'));
    for (const name of ['node_modules', 'dist', 'sub/node_modules']) writeFileSync(join(root, name), '');
  }),
);

test.skipIf(!canBeClosed)('what may not be read is left out', { timeout: 60_000 }, async () => {
  const root = makeFolder({ ...METRIC_SERVICE, 'x.ts': OPEN_SPAN, 'closed/y.ts': OPEN_SPAN, 'z.ts': OPEN_SPAN });
  const closed = ['closed', 'z.ts', 'src/label.ts'];
  chmodSync(root, 0o755);
  for (const name of closed) chmodSync(join(root, name), 0);
  const client = new RawClient(isRoot ? { user: NOBODY } : {});
  try {
    await client.initialize([root], RICH);
    const uri = URI.file(join(root, 'x.ts')).toString();
    client.notify('textDocument/didOpen', {
      textDocument: { uri, languageId: 'typescript', version: 1, text: OPEN_SPAN },
    });
    const summary = await client.request('workspace/executeCommand', { command: 'telint.checkWorkspace' });
    expect(summary.result).toMatchObject({ byRule: { 'telint/require-span-end': 1 }, cancelled: false });
    const changes = [...closed, 'closed/y.ts', 'closed/telint.json', 'closed/package.json'].map((name) => ({
      uri: URI.file(join(root, name)).toString(),
      type: 2,
    }));
    client.notify('workspace/didChangeWatchedFiles', { changes });
    // What an editor has open is known to it.
    const open = URI.file(join(root, 'closed/y.ts')).toString();
    client.notify('textDocument/didOpen', {
      textDocument: { uri: open, languageId: 'typescript', version: 1, text: OPEN_SPAN },
    });
    await client.request('telint/settled', {});
    for (const document of [uri, open])
      expect(
        (await client.request('textDocument/diagnostic', { textDocument: { uri: document } })).result,
      ).toMatchObject({
        items: [{ code: 'require-span-end' }],
      });
    expect(client.stderr).toBe('');
  } finally {
    await client.kill();
    for (const name of closed) chmodSync(join(root, name), 0o755);
    rmSync(root, { recursive: true, force: true });
  }
});

/** A dashboard, and JSON that is none, of more than 20 MB each. */
const LARGE: Files = {
  'dashboard.json': JSON.stringify({
    schemaVersion: 39,
    panels: Array.from({ length: 60_000 }, (_, id) => ({
      id,
      title: `Panel ${id}`,
      type: 'timeseries',
      fieldConfig: {
        defaults: { unit: 's', color: { mode: 'palette-classic' }, custom: { lineWidth: 1, fillOpacity: 10 } },
      },
      gridPos: { h: 8, w: 12, x: 0, y: id * 8 },
      targets: [
        { expr: `sum by (route) (rate(app_request_total{route="${id}"}[5m]))`, refId: 'A', legendFormat: '{{route}}' },
      ],
    })),
  }),
  'data.json': JSON.stringify(Array.from({ length: 400_000 }, (_, id) => ({ id, name: `name of ${id}`, isOn: true }))),
};

defineTest('JSON of 20 MB, a dashboard or not, is nothing to wait for on disk, when it changes, and open', {
  fs: { ...METRIC_SERVICE, 'x.ts': OPEN_SPAN, ...LARGE },
  timeout: 120_000,
  prepare: (world) => world.open('x.ts'),
  async handle(world, uri) {
    const { client } = world;
    expect(await client.request('workspace/executeCommand', { command: 'telint.checkWorkspace' })).toMatchObject({
      byRule: { 'telint/require-span-end': 1 },
    });
    for (const [name, text] of Object.entries(LARGE)) {
      expect(text.length).toBeGreaterThan(15_000_000);
      for (const cut of [text.slice(0, -1), '', text]) {
        world.write(name, cut);
        await world.changed(name);
        await world.findings('x.ts', (items) => items.length === 1);
      }
      const open = await client.open(world.path(name), text, 'json');
      const start = { line: 0, character: 1000 };
      for (let i = 0; i < 5; i++) {
        await client.change(open, [{ range: { start, end: start }, text: ' ' }]);
        expect(await client.pull(open)).toMatchObject({ items: [] });
        for (const method of ['hover', 'definition', 'prepareRename'])
          await client.request(`textDocument/${method}`, { textDocument: { uri: open }, position: start });
      }
      await client.request('textDocument/completion', { textDocument: { uri: open }, position: start });
      await client.request('textDocument/documentLink', { textDocument: { uri: open } });
      await client.close(open);
      await world.findings('x.ts', (items) => items.length === 1);
    }
    await likeFresh(world, { [uri]: OPEN_SPAN });
  },
});

test('folders in folders, twice, and of nobody serve their files once', { timeout: 60_000 }, async () => {
  const root = makeFolder({
    'package.json': '{}',
    'x.ts': OPEN_SPAN,
    'a/package.json': '{}',
    'a/x.ts': OPEN_SPAN,
    'a/b/package.json': '{}',
    'a/b/x.ts': OPEN_SPAN,
    'a/b/telint.json': '{ "rules": { "require-span-end": "off" } }',
    'file.ts': OPEN_SPAN,
  });
  const inside = (name: string): string => join(root, name);
  const folders = [root, `${root}/`, inside('a'), inside('a/b'), inside('a/b'), inside('gone'), inside('gone/deep')];
  const client = new Client({
    folders: [...folders, inside('file.ts'), '/proc/self/nothing', '/'.repeat(3) + 'nothing'],
  });
  const world = new World(root, client);
  try {
    await client.start();
    const counts = { 'x.ts': 1, 'a/x.ts': 1, 'a/b/x.ts': 0, 'gone/x.ts': 1 };
    for (const [name, count] of Object.entries(counts)) {
      await client.open(world.path(name), OPEN_SPAN);
      await world.findings(name, (items) => items.length === count);
    }
    const change = (added: readonly string[], removed: readonly string[]): Promise<void> =>
      client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
        event: {
          added: added.map((path) => ({ uri: URI.file(path).toString(), name: path })),
          removed: removed.map((path) => ({ uri: URI.file(path).toString(), name: path })),
        },
      });
    await change([inside('a'), inside('new')], [inside('a/b'), root, inside('never')]);
    await client.request('telint/settled', {});
    for (const [name, count] of Object.entries(counts)) await world.findings(name, (items) => items.length === count);
    const summary = await client.request('workspace/executeCommand', { command: 'telint.checkWorkspace' });
    expect(summary).toMatchObject({ cancelled: false });
    await change([root], []);
    expect(await client.request('workspace/executeCommand', { command: 'telint.checkWorkspace' })).toMatchObject({
      cancelled: false,
      // Of x.ts, file.ts, a/x.ts and gone/x.ts, which only the editor has.
      byRule: { 'telint/require-span-end': 4 },
    });
    expect(client.stderr).toBe('');
  } finally {
    await client.stop();
    rmSync(root, { recursive: true, force: true });
  }
});

test('a folder that goes and comes back while it is served is read anew', { timeout: 60_000 }, async () => {
  const root = makeFolder({ ...METRIC_SERVICE, 'x.ts': OPEN_SPAN });
  const client = new Client({ folders: [root] });
  const world = new World(root, client);
  try {
    await client.start();
    const uri = await world.open('x.ts');
    await world.findings('x.ts');
    rmSync(root, { recursive: true });
    await world.changed('x.ts', ...Object.keys(METRIC_SERVICE));
    await client.request('telint/settled', {});
    await world.findings('x.ts', (items) => items.length === 1);
    expect(await client.request('workspace/symbol', { query: 'app_requests' })).toEqual([]);
    for (const [name, text] of Object.entries({ ...METRIC_SERVICE, 'x.ts': OPEN_SPAN })) world.write(name, text);
    await world.changed('x.ts', ...Object.keys(METRIC_SERVICE));
    await likeFresh(world, { [uri]: OPEN_SPAN });
  } finally {
    await client.stop();
    rmSync(root, { recursive: true, force: true });
  }
});
