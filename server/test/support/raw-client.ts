import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { StreamMessageReader, type ClientCapabilities, type Message } from 'vscode-languageserver-protocol/node';
import { URI } from 'vscode-uri';
import { SERVER } from './client.ts';
import { until } from './until.ts';

const DEADLINE_MS = 30_000;

/** What a server answers to a request. */
export interface Answer {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** How a raw client starts its server. */
export interface RawOptions {
  readonly program?: string;
  readonly args?: readonly string[];
  /** User and group that the server runs as. */
  readonly user?: number;
}

/** A client without manners: it sends any bytes, and answers nothing but null. */
export class RawClient {
  readonly process: ChildProcess;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly received: Answer[] = [];
  stderr = '';
  readonly #exit: Promise<number | string | null>;
  readonly #waiting = new Map<unknown, (answer: Answer) => void>();
  #id = 0;

  constructor({ program = SERVER, args = ['--stdio'], user }: RawOptions = {}) {
    const identity = user === undefined ? {} : { uid: user, gid: user };
    this.process = spawn(process.execPath, [program, ...args], { stdio: 'pipe', ...identity });
    const { stdin, stdout, stderr } = this.process;
    if (!stdin || !stdout || !stderr) throw new Error('The server has no standard streams.');
    this.stdin = stdin.on('error', () => undefined);
    this.stdout = stdout.on('error', () => undefined);
    stderr.on('data', (chunk) => (this.stderr += String(chunk)));
    new StreamMessageReader(stdout).listen((message: Message) => {
      const received = message as Answer;
      this.received.push(received);
      if (received.method === undefined) this.#waiting.get(received.id)?.(received);
      if (received.method !== undefined && received.id !== undefined)
        this.send({ jsonrpc: '2.0', id: received.id, result: null });
    });
    this.#exit = new Promise((resolve) => this.process.once('exit', (code, signal) => resolve(signal ?? code)));
  }

  write(bytes: string | Buffer): void {
    this.stdin.write(bytes);
  }

  /** Sends a value as a message, whatever it is. */
  send(message: unknown): void {
    const body = Buffer.from(JSON.stringify(message));
    this.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.write(body);
  }

  notify(method: string, ...params: readonly unknown[]): void {
    this.send({ jsonrpc: '2.0', method, ...(params.length === 0 ? {} : { params: params[0] }) });
  }

  /** Sends a request, without `params` where none are given, and waits for its answer. */
  async request(method: string, ...params: readonly unknown[]): Promise<Answer> {
    const id = ++this.#id;
    this.send({ jsonrpc: '2.0', id, method, ...(params.length === 0 ? {} : { params: params[0] }) });
    return this.answer(id, method);
  }

  answer(id: number | string, method = ''): Promise<Answer> {
    const known = this.received.find((message) => message.id === id && message.method === undefined);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`Waited in vain for the answer ${id} to ${method}\n${this.stderr}`));
      }, DEADLINE_MS);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  async initialize(folders: readonly string[], capabilities: ClientCapabilities = {}): Promise<Answer> {
    const workspaceFolders = folders.map((path) => ({ uri: URI.file(path).toString(), name: path }));
    const answer = await this.request('initialize', { processId: null, capabilities, workspaceFolders });
    this.notify('initialized', {});
    return answer;
  }

  /** Exit code, or the name of the signal; fails where the server goes on. */
  async exited(deadline = 20_000): Promise<number | string | null> {
    let exit: { readonly how: number | string | null } | undefined;
    void this.#exit.then((how) => (exit = { how }));
    await until(
      () => exit !== undefined,
      () => `the end of the server\n${this.stderr}`,
      deadline,
    );
    return exit?.how ?? null;
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  async kill(): Promise<void> {
    if (this.isRunning) this.process.kill('SIGKILL');
    await this.#exit;
  }
}
