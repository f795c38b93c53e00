import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setUpServer } from './set-up-server.ts';

/** Nothing moves, nothing is offered, nothing is sent. */
const SETTINGS = {
  'chat.disableAIFeatures': true,
  'editor.cursorBlinking': 'solid',
  'editor.fontFamily': "'DejaVu Sans Mono', monospace",
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** How to start the server. */
export interface ServerOptions {
  /** Packages to install first. */
  readonly vsix?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A running server with a profile of its own. */
export interface VscodeServer {
  /** Address of the workbench; the payload is what the editor's own smoke tests use. */
  url(open: { readonly folder?: string; readonly workspace?: string }, payload?: readonly Payload[]): string;
  /** URI of a local path as the workbench sees it. */
  remote(path: string): string;
  log(): string;
  stop(): Promise<void>;
}

type Payload = readonly [key: string, value: string];

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 4_000;

/** Starts Visual Studio Code's server on the loopback interface. */
export async function startVscodeServer({ vsix = [], settings = {} }: ServerOptions): Promise<VscodeServer> {
  const folder = setUpServer();
  const root = mkdtempSync(join(tmpdir(), 'telint-vscode-'));
  const data = join(root, 'data');
  const extensions = join(root, 'extensions');
  mkdirSync(join(data, 'User'), { recursive: true });
  mkdirSync(extensions);
  writeFileSync(join(data, 'User/settings.json'), JSON.stringify({ ...SETTINGS, ...settings }));
  const remove = (): void => rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  const env = environment(root);
  const base = [
    join(folder, 'out/server-main.js'),
    '--accept-server-license-terms',
    ...['--server-data-dir', data, '--user-data-dir', data, '--extensions-dir', extensions],
  ];
  for (const file of vsix) await install([...base, '--install-extension', resolve(file), '--force'], env);
  const token = randomBytes(16).toString('hex');
  const child = spawn(
    process.execPath,
    [
      ...base,
      ...['--host', '127.0.0.1', '--port', '0', '--connection-token', token, '--telemetry-level', 'off'],
      '--disable-workspace-trust',
      // Makes the keys of the payload count.
      '--enable-smoke-test-driver',
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const kill = (signal: NodeJS.Signals): void => {
    try {
      // The whole group: the extension hosts are children.
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  const onExit = (): void => {
    kill('SIGKILL');
    remove();
  };
  process.once('exit', onExit);
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  let output = '';
  const port = await new Promise<number>((done, fail) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = /Extension host agent listening on (\d+)/.exec(output);
      if (found) done(Number(found[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    const end = (why: string): void => fail(new Error(`Visual Studio Code's server ${why}:\n${output}`));
    child.once('exit', (code, signal) => end(`ended with ${code ?? signal ?? 'nothing'}`));
    setTimeout(() => end('did not come up'), START_TIMEOUT_MS).unref();
  });
  const authority = `127.0.0.1:${port}`;
  return {
    remote: (path) => `vscode-remote://${authority}${resolve(path)}`,
    log: () => output,
    url: ({ folder: opened, workspace }, payload = []) => {
      const query = new URLSearchParams({ tkn: token, payload: JSON.stringify(payload) });
      if (opened !== undefined) query.set('folder', resolve(opened));
      if (workspace !== undefined) query.set('workspace', resolve(workspace));
      return `http://${authority}/?${query.toString()}`;
    },
    stop: async () => {
      kill('SIGTERM');
      const timer = setTimeout(kill, STOP_TIMEOUT_MS, 'SIGKILL');
      await ended;
      clearTimeout(timer);
      kill('SIGKILL');
      process.removeListener('exit', onExit);
      remove();
    },
  };
}

/** Without what an editor around us has set, and without a gallery of extensions. */
function environment(home: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('VSCODE_'));
  return {
    ...Object.fromEntries(inherited),
    HOME: home,
    XDG_RUNTIME_DIR: home,
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
  };
}

async function install(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  if (code !== 0) throw new Error(`The extension cannot be installed (${code ?? 'killed'}):\n${output}`);
}
