import { spawn, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { URI } from 'vscode-uri';
import { RICH, SERVER } from '../support/client.ts';
import { bigFolder } from '../support/big-folder.ts';
import { makeFolder } from '../support/define-test.ts';
import { descendantsOf, isRunning } from '../support/processes.ts';
import { RawClient } from '../support/raw-client.ts';
import { METRIC_SERVICE } from '../support/sources.ts';
import { until } from '../support/until.ts';
import { install, TYPED_SERVICE } from '../types/support/projects.ts';

const ROUTES = 'src/routes.ts';

/** A server that is reading a folder. */
async function busy(root: string): Promise<RawClient> {
  const client = new RawClient();
  await client.initialize([root], RICH);
  const uri = URI.file(join(root, ROUTES)).toString();
  const text = METRIC_SERVICE[ROUTES];
  client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'typescript', version: 1, text } });
  client.send({ jsonrpc: '2.0', id: 'symbols', method: 'workspace/symbol', params: { query: '' } });
  await until(
    () => client.received.some(({ method }) => method === 'window/workDoneProgress/create'),
    () => 'the begin of the progress',
  );
  expect(client.received.find(({ id }) => id === 'symbols')).toBeUndefined();
  return client;
}

test.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
  ['SIGHUP', 'SIGHUP'],
  ['the end of its input', 1],
  ['the end of its output', 1],
  ['the end of its errors and of its input', 1],
  ['exit', 1],
  ['shutdown and exit', 0],
] as const)('a server that is reading a folder ends on %s', { timeout: 60_000 }, async (what, how) => {
  const root = bigFolder(3000);
  const client = await busy(root);
  try {
    if (what.startsWith('SIG')) client.process.kill(what as NodeJS.Signals);
    else if (what === 'the end of its input') client.stdin.end();
    else if (what === 'the end of its output') client.stdout.destroy();
    else if (what === 'exit') client.notify('exit');
    else if (what === 'shutdown and exit') {
      client.send({ jsonrpc: '2.0', id: 'end', method: 'shutdown' });
      client.notify('exit');
    } else {
      client.process.stderr?.destroy();
      client.stdin.end();
    }
    expect(await client.exited()).toBe(how);
  } finally {
    await client.kill();
    rmSync(root, { recursive: true, force: true });
  }
});

/** A program that starts a server, makes it busy, and prints its process id: what an editor is that can be killed. */
const EDITOR = `
import { spawn } from 'node:child_process';
const [server, root, text, processId, options] = JSON.parse(process.env.TELINT_TEST);
const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
const send = (message) => {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
  child.stdin.write('Content-Length: ' + body.length + '\\r\\n\\r\\n');
  child.stdin.write(body);
};
const uri = 'file://' + root;
send({ id: 1, method: 'initialize', params: {
  processId: processId ? process.pid : null, capabilities: {}, initializationOptions: options,
  workspaceFolders: [{ uri, name: 'x' }] } });
send({ method: 'initialized', params: {} });
send({ method: 'textDocument/didOpen', params: {
  textDocument: { uri: uri + '/' + text[0], languageId: 'typescript', version: 1, text: text[1] } } });
send({ id: 2, method: 'telint/settled', params: {} });
child.stdout.once('data', () => console.log(child.pid));
child.stdout.resume();
setInterval(() => {}, 1000);
`;

async function startEditor(root: string, file: readonly [string, string], withId: boolean, options: object = {}) {
  const env = { ...process.env, TELINT_TEST: JSON.stringify([SERVER, root, file, withId, options]) };
  const editor = spawn(process.execPath, ['--input-type=module', '-e', EDITOR], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<number>((resolve) =>
    editor.stdout.once('data', (data) => {
      resolve(Number(String(data)));
    }),
  );
  return { editor, pid };
}

test.each([true, false])(
  'no process is left when an editor is killed while its folder is read (with its process id: %s)',
  { timeout: 60_000 },
  async (withId) => {
    const root = bigFolder(3000);
    try {
      const { editor, pid } = await startEditor(root, [ROUTES, METRIC_SERVICE[ROUTES] ?? ''], withId);
      expect(isRunning(pid)).toBe(true);
      editor.kill('SIGKILL');
      await until(
        () => !isRunning(pid),
        () => `the end of the server ${pid}`,
      );
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
);

for (const typescript of ['native', 'classic'] as const)
  for (const how of ['editor killed', 'SIGTERM', 'SIGINT'] as const)
    test(`no process is left while TypeScript is asked (${typescript}, ${how})`, { timeout: 120_000 }, async () => {
      const root = makeFolder(TYPED_SERVICE);
      const name = 'src/orders.ts';
      try {
        install(root, typescript);
        const file = [name, TYPED_SERVICE[name] ?? ''] as const;
        const { editor, pid } = await startEditor(root, file, false, { trusted: true });
        let children: readonly number[] = [];
        if (typescript === 'native')
          await until(
            () => (children = descendantsOf(pid)).length > 0,
            () => 'a process of TypeScript',
            60_000,
          );
        if (how === 'editor killed') editor.kill('SIGKILL');
        else process.kill(pid, how);
        await until(
          () => ![pid, ...children].some(isRunning),
          () => `the end of ${[pid, ...children].join(', ')}`,
        );
        editor.kill('SIGKILL');
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    });

test('an editor whose process id is that of nobody has no server left behind', { timeout: 60_000 }, async () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const client = new RawClient();
  try {
    await client.request('initialize', { processId: gone, capabilities: {}, workspaceFolders: null });
    expect(await client.exited()).toBe(1);
  } finally {
    await client.kill();
  }
});

test('a server whose output is not read for a while goes on when it is', { timeout: 60_000 }, async () => {
  const root = makeFolder(METRIC_SERVICE);
  writeFileSync(join(root, 'x.ts'), '');
  const client = new RawClient();
  try {
    await client.initialize([root]);
    client.stdout.pause();
    for (let id = 0; id < 300; id++)
      client.send({ jsonrpc: '2.0', id: `s${id}`, method: 'workspace/symbol', params: { query: '' } });
    client.send({ jsonrpc: '2.0', id: 'last', method: 'telint/settled' });
    // It is written into a pipe that is full, until somebody reads.
    client.stdout.resume();
    await client.answer('last');
    for (let id = 0; id < 300; id++) expect((await client.answer(`s${id}`)).error).toBeUndefined();
  } finally {
    await client.kill();
    rmSync(root, { recursive: true, force: true });
  }
});
