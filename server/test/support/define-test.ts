import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'vitest';
import type { Diagnostic, Position } from 'vscode-languageserver-protocol';
import { URI } from 'vscode-uri';
import { Client, type ClientOptions } from './client.ts';

/** Files of a workspace by their path. */
export type Files = Readonly<Record<string, string>>;

/** A folder with files, and a client whose server works in it. */
export class World {
  readonly root: string;
  readonly client: Client;

  constructor(root: string, client: Client) {
    this.root = root;
    this.client = client;
  }

  path(name: string): string {
    return join(this.root, name);
  }

  uri(name: string): string {
    return URI.file(this.path(name)).toString();
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** Opens a file as it is on disk; `text` is what the editor shows instead. */
  async open(name: string, text = this.read(name)): Promise<string> {
    return this.client.open(this.path(name), text);
  }

  /** Tells the server that files have changed on disk. */
  async changed(...names: readonly string[]): Promise<void> {
    await this.client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: names.map((name) => ({ uri: this.uri(name), type: 2 })),
    });
  }

  /** Position of the first character of a text in a file, moved by an offset. */
  at(name: string, text: string, offset = 0): { textDocument: { uri: string }; position: Position } {
    const content = this.read(name);
    const index = content.indexOf(text);
    if (index < 0) throw new Error(`${name} does not contain ${text}`);
    return { textDocument: { uri: this.uri(name) }, position: positionAt(content, index + offset) };
  }

  findings(name: string, isAwaited: (items: readonly Diagnostic[]) => boolean = (items) => items.length > 0) {
    return this.client.pullUntil(this.uri(name), isAwaited);
  }
}

/** Line and column of an offset. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

/** A test over a virtual workspace: files, what the client does first, and what is tested. */
export interface TestDefinition<T> {
  readonly fs: Files;
  readonly client?: Partial<ClientOptions>;
  readonly timeout?: number;
  readonly prepare?: (world: World) => Promise<T> | T;
  readonly handle: (world: World, prepared: T) => Promise<void> | void;
}

/** Runs a test with its own server in its own folder; both are gone afterwards. */
export function defineTest<T = void>(name: string, definition: TestDefinition<T>): void {
  const { fs, client: options = {}, prepare, handle, timeout = 60_000 } = definition;
  test(name, { timeout }, async () => {
    const root = makeFolder(fs);
    const client = new Client({ folders: [root], ...options, ...foldersBelow(root, options) });
    try {
      await client.start();
      const world = new World(root, client);
      await handle(world, (await prepare?.(world)) as T);
    } finally {
      await client.stop();
      rmSync(root, { recursive: true, force: true });
    }
  });
}

function foldersBelow(root: string, { folders }: Partial<ClientOptions>): Pick<ClientOptions, 'folders'> | undefined {
  return folders && { folders: folders.map((name) => join(root, name)) };
}

/** A temporary folder with files. */
export function makeFolder(fs: Files): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'telint-lsp-')));
  for (const [name, text] of Object.entries(fs)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}
