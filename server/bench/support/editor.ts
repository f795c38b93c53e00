/** Servers as an editor talks to them: what a key costs until the findings are there. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ESLint } from 'eslint';
import type { Diagnostic } from 'vscode-languageserver-protocol';
import { URI } from 'vscode-uri';
import { Client } from '../../test/support/client.ts';
import type { Keystroke } from './typing.ts';

const own = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const REPOSITORY = own('../../..');
/** The built server: an editor starts no other. */
export const SERVER = own('../../dist/main.js');
/** Checkout of the ESLint extension whose server is built, if there is one. */
const EXTENSION = process.env['TELINT_BENCH_VSCODE_ESLINT'];

/** A server that a file is open in. */
export interface Side {
  readonly name: string;
  /** Opens the file and resolves when its findings are there. */
  open(path: string, text: string): Promise<readonly Diagnostic[]>;
  /** One key; resolves when the findings of the new text are there. */
  type(stroke: Keystroke): Promise<readonly Diagnostic[]>;
  stop(): Promise<void>;
}

class LspSide implements Side {
  readonly name: string;
  readonly client: Client;
  #uri = '';

  constructor(name: string, client: Client) {
    this.name = name;
    this.client = client;
  }

  async open(path: string, text: string): Promise<readonly Diagnostic[]> {
    this.#uri = await this.client.open(path, text);
    return this.#pull();
  }

  async type({ change }: Keystroke): Promise<readonly Diagnostic[]> {
    await this.client.change(this.#uri, [change]);
    return this.#pull();
  }

  async #pull(): Promise<readonly Diagnostic[]> {
    const report = await this.client.pull(this.#uri);
    if (report.kind !== 'full') throw new Error(`${this.name} did not answer in full.`);
    return report.items;
  }

  /** What was left for a pause in typing is done now; resolves when the findings after it are there. */
  async refine(): Promise<readonly Diagnostic[]> {
    await this.client.request('telint/settled', {});
    return this.#pull();
  }

  stop(): Promise<void> {
    return this.client.stop();
  }
}

/** The server of this package in a folder; one that is trusted asks the TypeScript of the folder. */
export async function telintSide(folder: string, trusted = false): Promise<LspSide> {
  if (!existsSync(SERVER)) throw new Error(`There is no ${SERVER}: run npm run build first.`);
  const client = new Client({ folders: [folder], program: SERVER, initializationOptions: { trusted } });
  await client.start();
  return new LspSide('telint', client);
}

/** The server of the ESLint extension, or the path that it takes through ESLint, with the same rules. */
export async function eslintSide(folder: string, isTyped: boolean, scratch: string): Promise<Side> {
  const name = isTyped ? 'typed' : 'untyped';
  const config = writeConfig(folder, isTyped, scratch);
  const program = EXTENSION === undefined ? undefined : join(EXTENSION, 'server/out/eslintServer.js');
  if (program === undefined) return new LibrarySide(`ESLint's own path, ${name}`, folder, config);
  if (!existsSync(program)) throw new Error(`There is no ${program}: build the server of the extension first.`);
  const client = new Client({
    folders: [folder],
    program,
    otherSettings: {
      validate: 'on',
      run: 'onType',
      nodePath: REPOSITORY,
      workspaceFolder: { uri: URI.file(folder).toString(), name: 'bench' },
      workingDirectory: { directory: folder },
      options: { overrideConfigFile: config },
    },
  });
  await client.start();
  return new LspSide(`vscode-eslint ${name}`, client);
}

/** What the extension does for every key, without its process and protocol: a new ESLint that lints the text. */
class LibrarySide implements Side {
  readonly name: string;
  readonly #folder: string;
  readonly #config: string;
  #path = '';

  constructor(name: string, folder: string, config: string) {
    this.name = name;
    this.#folder = folder;
    this.#config = config;
  }

  open(path: string, text: string): Promise<readonly Diagnostic[]> {
    this.#path = path;
    return this.#lint(text);
  }

  type({ text }: Keystroke): Promise<readonly Diagnostic[]> {
    return this.#lint(text);
  }

  async #lint(text: string): Promise<readonly Diagnostic[]> {
    const eslint = new ESLint({ cwd: this.#folder, overrideConfigFile: this.#config });
    const [result] = await eslint.lintText(text, { filePath: this.#path });
    return (result?.messages ?? []).map(({ ruleId, message, line, column, endLine, endColumn }) => ({
      source: 'eslint',
      code: ruleId ?? '',
      message,
      range: {
        start: { line: line - 1, character: column - 1 },
        end: { line: (endLine ?? line) - 1, character: (endColumn ?? column) - 1 },
      },
    }));
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** The preset `recommended` of the built plugin, as a project would write it. */
function writeConfig(folder: string, isTyped: boolean, scratch: string): string {
  const parser = pathToFileURL(createRequire(import.meta.url).resolve('@typescript-eslint/parser')).href;
  const plugin = pathToFileURL(join(REPOSITORY, 'eslint-plugin/dist/index.js')).href;
  const parserOptions = isTyped ? { projectService: true, tsconfigRootDir: folder } : {};
  mkdirSync(scratch, { recursive: true });
  const path = join(scratch, isTyped ? 'typed.config.mjs' : 'untyped.config.mjs');
  writeFileSync(
    path,
    `import * as parser from ${JSON.stringify(parser)};
import telint from ${JSON.stringify(plugin)};
export default [
  { files: ['**/*.{ts,mts,cts,tsx}'], languageOptions: { parser, parserOptions: ${JSON.stringify(parserOptions)} } },
  { linterOptions: { reportUnusedDisableDirectives: 'off' }, settings: { telint: { types: ${String(isTyped)} } } },
  telint.configs.recommended,
];
`,
  );
  return path;
}
