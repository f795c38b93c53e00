import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { POOR } from '../support/client.ts';
import { defineTest, type World } from '../support/define-test.ts';
import { until } from '../support/until.ts';
import { startEditorTypeScript } from './support/editor-typescript.ts';
import { install, TYPED_SERVICE, TYPESCRIPT } from './support/projects.ts';

const TRUSTED = { initializationOptions: { trusted: true } };
const FILE = 'src/orders.ts';

/** Processes below a process, as far as the system lists them. */
async function childrenOf(pid: number | undefined): Promise<readonly number[]> {
  const { execFileSync } = await import('node:child_process');
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines.flatMap((line) => {
    const [child = 0, parent] = line.trim().split(/\s+/).map(Number);
    return parent === pid ? [child] : [];
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function prepared(typescript: keyof typeof TYPESCRIPT | undefined) {
  return (world: World): Promise<string> => {
    install(world.root, typescript);
    return world.open(FILE);
  };
}

for (const typescript of ['native', 'classic'] as const)
  defineTest(`what only types know is found by the project's TypeScript (${typescript}), and the client pulls again`, {
    fs: TYPED_SERVICE,
    client: TRUSTED,
    timeout: 240_000,
    prepare: prepared(typescript),
    async handle({ client }, uri) {
      await client.pull(uri);
      await client.request('telint/settled', {});
      const [finding, ...rest] = await client.pullUntil(uri, (items) => items.length > 0);
      expect(rest).toEqual([]);
      expect(finding).toMatchObject({ code: 'no-unbounded-metric-labels', range: { start: { line: 5 } } });
      expect(client.refreshes).toBeGreaterThan(0);
      expect(client.messages).toEqual([]);
    },
  });

defineTest('an edit keeps what is known around it, and is asked about in its turn; nobody is told twice', {
  fs: TYPED_SERVICE,
  client: { ...TRUSTED, capabilities: POOR },
  timeout: 240_000,
  prepare: prepared('native'),
  async handle(world, uri) {
    const { client } = world;
    const text = world.read(FILE);
    await client.pushedUntil(uri, ({ diagnostics }) => diagnostics.length === 1);
    const line = `  orders.inc({ user: request.headers['x-user'] });\n`;
    const version = await client.change(uri, text.replace('  orders.inc({ status', `${line}  orders.inc({ status`));
    // The first answer to the edit has the finding above it already.
    await client.pushedUntil(uri, (pushed) => pushed.version === version && pushed.diagnostics.length > 0);
    await client.pushedUntil(uri, (pushed) => pushed.version === version && pushed.diagnostics.length === 2);
    // Many edits at once, each of which ends the questions of the one before.
    for (let i = 0; i < 20; i++) await client.change(uri, `${text}// ${i}\n`);
    const last = await client.change(uri, text);
    await client.request('telint/settled', {});
    const pushed = await client.pushedUntil(uri, (p) => p.version === last && p.diagnostics.length === 1);
    expect(pushed.diagnostics[0]?.range.start.line).toBe(5);
    expect(client.messages).toEqual([]);
  },
});

defineTest('nothing is asked without trust, with types off, or without TypeScript; trust can come later', {
  fs: TYPED_SERVICE,
  client: { settings: {} },
  timeout: 240_000,
  prepare: prepared('native'),
  async handle({ client }, uri) {
    await client.request('telint/settled', {});
    expect(await client.pull(uri)).toMatchObject({ items: [] });
    expect(await childrenOf(client.process.pid)).toEqual([]);
    await client.connection.sendNotification('telint/trusted');
    await client.pullUntil(uri, (items) => items.length === 1);
    client.settings = { types: 'off' };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await client.pullUntil(uri, (items) => items.length === 0);
  },
});

defineTest('TypeScript of the editor is asked over its pipe, and no second one is started', {
  fs: TYPED_SERVICE,
  timeout: 240_000,
  prepare: prepared(undefined),
  async handle(world, uri) {
    const { client } = world;
    const editor = await startEditorTypeScript(world.root);
    try {
      await editor.open(world.path(FILE), world.read(FILE));
      const packageJson = join(TYPESCRIPT.native, 'package.json');
      await client.connection.sendNotification('telint/typescript', { pipe: await editor.pipe(), packageJson });
      await client.pullUntil(uri, (items) => items.length === 1);
      expect(await childrenOf(client.process.pid)).toEqual([]);
      await client.connection.sendNotification('telint/typescript', null);
      await client.pullUntil(uri, (items) => items.length === 0);
    } finally {
      await editor.stop();
    }
  },
});

for (const how of ['shutdown', 'SIGKILL'] as const)
  defineTest(`no process is left when the server ends by ${how} while TypeScript is asked`, {
    fs: TYPED_SERVICE,
    client: TRUSTED,
    timeout: 240_000,
    prepare: prepared('native'),
    async handle({ client }, uri) {
      await client.pull(uri);
      let children: readonly number[] = [];
      await until(
        async () => (children = await childrenOf(client.process.pid)).length > 0,
        () => 'a process of TypeScript',
        120_000,
      );
      if (how === 'SIGKILL') client.process.kill('SIGKILL');
      else await client.stop();
      await until(
        () => !children.some(isAlive),
        () => `the end of ${children.join(', ')}`,
        60_000,
      );
    },
  });

defineTest('a file with more places than are asked about has the rest untyped, and the log says so', {
  fs: {
    ...TYPED_SERVICE,
    [FILE]: `import { counterOf } from 'kit';\nconst orders = counterOf('x_total');\nexport function f(userId: string) {\n${'  orders.inc({ user: userId });\n'.repeat(1000)}}\n`,
  },
  client: TRUSTED,
  timeout: 240_000,
  prepare: prepared('native'),
  async handle({ client }, uri) {
    const items = await client.pullUntil(uri, (found) => found.length > 0);
    expect(items.length).toBeGreaterThan(0);
    expect(items.length).toBeLessThanOrEqual(500);
    expect(client.logged.join('\n')).toMatch(/expressions stay without a type, 500 are asked about/);
  },
});

defineTest('a broken tsconfig.json is said once, and everything else goes on', {
  fs: { ...TYPED_SERVICE, 'tsconfig.json': '{ "compilerOptions": {' },
  client: TRUSTED,
  timeout: 240_000,
  prepare: prepared('classic'),
  async handle(world, uri) {
    const { client } = world;
    await client.pull(uri);
    await until(
      () => client.messages.length > 0,
      () => 'a message',
      120_000,
    );
    await client.change(uri, `${world.read(FILE)}// once more\n`);
    await client.request('telint/settled', {});
    expect(client.messages).toEqual([expect.stringMatching(/^Telint: .*tsconfig\.json: .* without types\.$/s)]);
    writeFileSync(world.path('tsconfig.json'), TYPED_SERVICE['tsconfig.json'] ?? '');
    await world.changed('tsconfig.json');
    await client.pullUntil(uri, (items) => items.length === 1);
  },
});
