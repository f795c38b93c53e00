import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { TYPESCRIPT } from './projects.ts';

/** The language server of TypeScript 7, as an editor runs it. */
export interface RunningTypeScript {
  /** A new pipe for its API. */
  pipe(): Promise<string>;
  open(path: string, text: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the language server of TypeScript 7 in a folder. */
export async function startEditorTypeScript(root: string): Promise<RunningTypeScript> {
  const getExePath = (
    (await import(pathToFileURL(join(TYPESCRIPT.native, 'lib/getExePath.js')).href)) as { default: () => string }
  ).default;
  const server = spawn(getExePath(), ['--lsp', '--stdio'], { cwd: root, stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = new Promise((resolve) => server.once('exit', resolve));
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => null));
  connection.listen();
  const rootUri = pathToFileURL(root).href;
  await connection.sendRequest('initialize', {
    processId: process.pid,
    capabilities: {},
    rootUri,
    workspaceFolders: [{ uri: rootUri, name: 'root' }],
  });
  await connection.sendNotification('initialized', {});
  return {
    async pipe() {
      return (await connection.sendRequest<{ readonly pipe: string }>('custom/initializeAPISession', {})).pipe;
    },
    open: (path, text) =>
      connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri: pathToFileURL(path).href, languageId: 'typescript', version: 1, text },
      }),
    async stop() {
      server.kill();
      await exited;
      connection.dispose();
    },
  };
}
