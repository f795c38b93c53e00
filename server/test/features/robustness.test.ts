import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bigFolder } from '../support/big-folder.ts';
import { Client, SERVER } from '../support/client.ts';
import { defineTest, makeFolder, positionAt } from '../support/define-test.ts';
import { isRunning } from '../support/processes.ts';
import { METRIC_SERVICE, OPEN_SPAN } from '../support/sources.ts';
import { until } from '../support/until.ts';

const END = '\n// end';

defineTest('a storm of edits ends with the findings of the last text, pulled or not', {
  fs: { 'x.ts': OPEN_SPAN },
  prepare: (world) => world.open('x.ts'),
  async handle(world, uri) {
    const pulls: Promise<unknown>[] = [];
    let text = OPEN_SPAN;
    for (let i = 0; i < 500; i++) {
      const insert = i % 2 === 0 ? '  span.end();\n' : '';
      text = OPEN_SPAN.replace('}\n', `${insert}}\n`).replace('app.size', `app.size${i}`);
      await world.client.change(uri, text);
      if (i % 10 === 0) pulls.push(world.client.pull(uri).catch((error: unknown) => error));
    }
    await Promise.all(pulls);
    await world.findings('x.ts');
    await world.client.change(uri, OPEN_SPAN.replace('}\n', '  span.end();\n}\n'));
    await world.findings('x.ts', (items) => items.length === 0);
  },
});

defineTest('ranges outside of the text do no harm, to edits and to requests', {
  fs: METRIC_SERVICE,
  prepare: (world) => world.open('src/routes.ts'),
  async handle(world, uri) {
    const far = { line: 99_999, character: 99_999 };
    await world.client.change(uri, [{ range: { start: far, end: far }, text: END }]);
    await world.client.change(uri, [{ range: { start: far, end: { line: 0, character: 0 } }, text: '' }]);
    await world.client.change(uri, world.read('src/routes.ts'));
    await world.findings('src/routes.ts');
    const at = { textDocument: { uri }, position: far };
    for (const method of ['hover', 'completion', 'definition', 'prepareRename'])
      expect(await world.client.request(`textDocument/${method}`, at)).toBeNull();
    const range = { start: far, end: { line: 0, character: 0 } };
    const context = { diagnostics: [] };
    await world.client.request('textDocument/codeAction', { textDocument: { uri }, range, context });
    await world.findings('src/routes.ts');
  },
});

defineTest('unknown methods, broken parameters and documents that are not open get an answer', {
  fs: { 'x.ts': OPEN_SPAN },
  prepare: (world) => world.open('x.ts'),
  async handle(world) {
    await expect(world.client.request('telint/nothing', {})).rejects.toThrow('Unhandled method');
    await world.client.connection.sendNotification('telint/nothing', {});
    await expect(world.client.request('textDocument/hover', {})).rejects.toThrow();
    await expect(world.client.request('textDocument/hover', null)).rejects.toThrow();
    expect(
      await world.client.request('textDocument/hover', {
        ...world.at('x.ts', 'span'),
        textDocument: { uri: world.uri('y.ts') },
      }),
    ).toBeNull();
    expect(await world.client.pull(world.uri('y.ts'))).toEqual({ kind: 'full', items: [] });
    await world.client.change(world.uri('y.ts'), 'never opened');
    await world.client.close(world.uri('y.ts'));
    await world.findings('x.ts');
  },
});

defineTest('documents that are no files are left alone', {
  fs: { 'x.ts': OPEN_SPAN },
  prepare: (world) => world.open('x.ts'),
  async handle(world) {
    for (const uri of [
      'untitled:Untitled-1',
      'git:/x.ts?ref=HEAD',
      'vscode-vfs://github/shop/shop/x.ts',
      'file://server/share/x.ts',
      'vscode-notebook-cell://a/b.ts#c',
      'file://%ZZ/bad',
      'nonsense',
    ]) {
      await world.client.connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'typescript', version: 1, text: OPEN_SPAN },
      });
      await world.client.change(uri, `${OPEN_SPAN}${END}`);
      expect(await world.client.pull(uri)).toEqual({ kind: 'full', items: [] });
      await world.client.close(uri);
    }
    await world.findings('x.ts');
  },
});

defineTest('a file that is deleted while it is open keeps its findings, and those of others forget it', {
  fs: { ...METRIC_SERVICE, 'src/work.ts': OPEN_SPAN },
  prepare: async (world) => [await world.open('src/work.ts'), await world.open('src/routes.ts')],
  async handle(world) {
    await world.findings('src/work.ts');
    await world.findings('src/routes.ts');
    rmSync(world.path('src'), { recursive: true });
    await world.changed('src/work.ts', 'src/metrics.ts', 'src/label.ts');
    await world.findings('src/work.ts', (items) => items.length === 1);
    await world.findings('src/routes.ts', (items) => items.length === 0);
  },
});

defineTest('a document of 20 MB is kept in step and delays nobody', {
  fs: { 'x.ts': OPEN_SPAN },
  prepare: (world) => world.open('x.ts'),
  async handle(world) {
    const big = JSON.stringify(Array.from({ length: 400_000 }, (_, i) => ({ id: i, name: `name of ${i}`, on: true })));
    expect(big.length).toBeGreaterThan(18_000_000);
    for (const name of ['big.json', 'big.ts']) {
      const uri = await world.client.open(world.path(name), big, name.endsWith('json') ? 'json' : 'typescript');
      await world.client.change(uri, [{ range: { start: positionAt(big, 5), end: positionAt(big, 6) }, text: 'x' }]);
      expect(await world.client.pull(uri)).toMatchObject({ kind: 'full', items: [] });
    }
    await world.findings('x.ts');
  },
});

test('a hundred folders start at once, and only those that are looked at are read', { timeout: 60_000 }, async () => {
  const names = Array.from({ length: 100 }, (_, i) => `service-${i}`);
  const root = makeFolder(
    Object.fromEntries(
      names.flatMap((n) => [
        [`${n}/package.json`, '{}'],
        [`${n}/src/x.ts`, OPEN_SPAN],
      ]),
    ),
  );
  const client = new Client({ folders: names.map((name) => join(root, name)) });
  try {
    await client.start();
    for (const name of ['service-7', 'service-99']) {
      const uri = await client.open(join(root, name, 'src/x.ts'), OPEN_SPAN);
      await client.pullUntil(uri, (items) => items.length === 1);
    }
    const begun = client.progress.filter(({ value }) => value.kind === 'begin');
    expect(begun.length).toBeLessThanOrEqual(2);
    const symbols = await client.request<unknown[]>('workspace/symbol', { query: 'work' });
    expect(symbols).toHaveLength(100);
  } finally {
    await client.stop();
    rmSync(root, { recursive: true, force: true });
  }
});

test('broken code, binary files and links in circles do not stop the others', { timeout: 60_000 }, async () => {
  const root = makeFolder({
    ...METRIC_SERVICE,
    'src/broken.ts': 'import { trace } from "@opentelemetry/api"; const = = {{{ trace.getTracer(',
    'src/deep.ts': `export const x = ${'['.repeat(5000)}`,
  });
  writeFileSync(join(root, 'src/binary.ts'), Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 37) % 256)));
  mkdirSync(join(root, 'src/loop'));
  symlinkSync(join(root, 'src'), join(root, 'src/loop/again'));
  symlinkSync(join(root, 'src/self.ts'), join(root, 'src/self.ts'));
  const client = new Client({ folders: [root] });
  try {
    await client.start();
    const open = (name: string, text: string) => client.open(join(root, name), text);
    const routes = await open('src/routes.ts', METRIC_SERVICE['src/routes.ts'] ?? '');
    await client.pullUntil(routes, (items) => items.length === 1);
    for (const text of [
      'const = = {{{ span.setAttribute("',
      `export const x = ${'['.repeat(5000)}`,
      '\u0000\uFFFD\uD800',
    ]) {
      const uri = await open('src/broken.ts', text);
      expect(await client.pull(uri)).toMatchObject({ items: [] });
      await client.request('textDocument/completion', {
        textDocument: { uri },
        position: positionAt(text, text.length),
      });
      await client.close(uri);
    }
    await client.change(routes, 'export function handle(req: Request) {\n  requests.inc({ route: req.');
    await client.change(routes, METRIC_SERVICE['src/routes.ts'] ?? '');
    await client.pullUntil(routes, (items) => items.length === 1);
  } finally {
    await client.stop();
    rmSync(root, { recursive: true, force: true });
  }
});

test(
  'a large workspace is read with progress; requests are answered meanwhile, and cancelling keeps the server',
  { timeout: 120_000 },
  async () => {
    const root = bigFolder(6000);
    try {
      for (const cancel of [false, true]) {
        const client = new Client({ folders: [root] });
        try {
          await client.start();
          const text = METRIC_SERVICE['src/routes.ts'] ?? '';
          const uri = await client.open(join(root, 'src/routes.ts'), text);
          const first = client.pull(uri);
          await until(
            () => client.progress.some(({ value }) => value.kind === 'begin'),
            () => 'the begin of the progress',
          );
          const [begin] = client.progress;
          expect(begin?.value).toMatchObject({ title: 'Telint', cancellable: true });
          expect(client.progress.some(({ value }) => value.kind === 'end')).toBe(false);
          if (cancel)
            await client.connection.sendNotification('window/workDoneProgress/cancel', { token: begin?.token });
          // What is certain without the other files is said at once.
          expect(await first).toMatchObject({ items: [{ code: 'no-unbounded-metric-labels' }] });
          await until(
            () => client.progress.some(({ value }) => value.kind === 'end'),
            () => 'the end of the progress',
          );
          if (!cancel) expect(client.progress.some(({ value }) => value.kind === 'report')).toBe(true);
          await client.pullUntil(uri, (items) => items.length === 1);
        } finally {
          await client.stop();
        }
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
);

test('a reading that was cancelled is not taken up before somebody asks for it', { timeout: 240_000 }, async () => {
  const root = bigFolder(6000);
  const client = new Client({ folders: [root] });
  const count = (kind: string): number => client.progress.filter(({ value }) => value.kind === kind).length;
  const progressed = (kind: string, n: number) =>
    until(
      () => count(kind) >= n,
      () => `${n} × ${kind} of the progress`,
    );
  try {
    await client.start();
    const text = METRIC_SERVICE['src/routes.ts'] ?? '';
    const uri = await client.open(join(root, 'src/routes.ts'), text);
    void client.pull(uri).catch(() => undefined);
    await progressed('begin', 1);
    await client.connection.sendNotification('window/workDoneProgress/cancel', { token: client.progress[0]?.token });
    await progressed('end', 1);
    await client.change(uri, `${text}// edited\n`);
    await client.pullUntil(uri, (items) => items.length === 1);
    expect(await client.request('workspace/symbol', { query: '' })).toEqual([]);
    await client.request('textDocument/codeLens', { textDocument: { uri } });
    expect(count('begin')).toBe(1);
    const summary = await client.request('workspace/executeCommand', { command: 'telint.checkWorkspace' });
    expect((summary as { files: number }).files).toBeGreaterThan(3000);
    expect(count('begin')).toBe(2);
    expect((await client.request<unknown[]>('workspace/symbol', { query: 'app_' })).length).toBeGreaterThan(0);
  } finally {
    await client.stop();
    rmSync(root, { recursive: true, force: true });
  }
});

test.each(['stdio', 'node-ipc'])(
  'no process is left when the client of a %s server is killed',
  { timeout: 60_000 },
  async (transport) => {
    const script = `
    import { spawn } from 'node:child_process';
    const server = spawn(process.execPath, [${JSON.stringify(SERVER)}, '--${transport}'],
      { stdio: ${transport === 'stdio' ? "'pipe'" : "['ignore', 'ignore', 'inherit', 'ipc']"} });
    server.once('spawn', () => console.log(server.pid));
    setInterval(() => {}, 1000);
  `;
    const client = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) =>
      client.stdout.once('data', (data) => resolve(Number(String(data)))),
    );
    expect(isRunning(pid)).toBe(true);
    client.kill('SIGKILL');
    await until(
      () => !isRunning(pid),
      () => `the end of the server ${pid}`,
    );
  },
);

test('without a transport the server says how it is started', async () => {
  const run = (...args: readonly string[]) =>
    new Promise<{ code: number | null; text: string }>((resolve) => {
      let text = '';
      const child = spawn(process.execPath, [SERVER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)));
      child.once('close', (code) => resolve({ code, text }));
    });
  expect(await run()).toMatchObject({ code: 2, text: expect.stringContaining('--stdio') as string });
  expect(await run('--version')).toEqual({ code: 0, text: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string });
});
