import { dirname } from 'node:path';
import type { Batch, BatchAnswers, FileAnswers, FileQuestions, Installation } from './batch.ts';
import { attachedInstallation, installationFor } from './installation.ts';
import { TypesThread } from './thread.ts';

/** How often TypeScript is started anew after it has failed. */
const MAX_RESTARTS = 2;

/** What a type service is allowed, and whom it tells. */
export interface TypeServiceOptions {
  /** TypeScript of the workspace may be run: it is code of the workspace. */
  readonly trusted: boolean;
  /** Milliseconds that are spent on questions once TypeScript has read the project. */
  readonly budget: number;
  /** Milliseconds after which TypeScript is taken to hang. */
  readonly patience: number;
  /** Is told once what a person has to know: a broken configuration, a TypeScript that fails. */
  onProblem(message: string): void;
  onLog(message: string): void;
}

/** TypeScript of the editor, as its extension tells it. */
export interface EditorTypeScript {
  readonly pipe: string;
  /** Manifest of the package with the matching client. */
  readonly packageJson: string;
}

/** One TypeScript, and how often it has failed. */
interface Source {
  readonly installation: Installation;
  readonly cwd: string;
  thread: TypesThread | undefined;
  failures: number;
}

/** Answers questions about types with whatever TypeScript there is, or not at all: nothing else depends on it. */
export class TypeService {
  readonly #options: TypeServiceOptions;
  readonly #sources = new Map<string, Source>();
  readonly #homes = new Map<string, Installation | undefined>();
  readonly #told = new Set<string>();
  readonly #changed = new Map<Source, Set<string> | undefined>();
  #editor: Installation | undefined;
  #trusted: boolean;
  #ended = false;

  constructor(options: TypeServiceOptions) {
    this.#options = options;
    this.#trusted = options.trusted;
  }

  get trusted(): boolean {
    return this.#trusted;
  }

  set trusted(trusted: boolean) {
    this.#trusted = trusted;
  }

  /** The editor's own TypeScript is asked from now on; undefined when it has gone. */
  attach(editor: EditorTypeScript | undefined): void {
    const installation = editor && attachedInstallation(editor.pipe, editor.packageJson);
    if (editor && !installation)
      this.#options.onLog(`TypeScript of the editor (${editor.packageJson}) has no API that can be asked.`);
    const before = this.#editor;
    this.#editor = installation;
    if (before && idOf(before) !== (installation && idOf(installation))) void this.#forget(idOf(before));
  }

  /** Files came, went or changed on disk; undefined means that any may have. */
  changedOnDisk(paths: readonly string[] | undefined): void {
    this.#homes.clear();
    for (const source of this.#sources.values()) {
      const changed = this.#changed.get(source);
      if (paths === undefined) this.#changed.set(source, undefined);
      else for (const path of paths) changed?.add(portable(path));
    }
  }

  /** Could somebody answer questions about a file? */
  knows(path: string): boolean {
    return !this.#ended && this.#installation(path) !== undefined;
  }

  /** Answers to the questions about some files, by path; those that nobody can answer are left out. */
  async ask(
    files: readonly FileQuestions[],
    open: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, FileAnswers>> {
    const groups = new Map<Source, FileQuestions[]>();
    for (const file of files) {
      const source = this.#sourceOf(file.path);
      if (source) groups.set(source, [...(groups.get(source) ?? []), file]);
    }
    const answers = new Map<string, FileAnswers>();
    const told = await Promise.all([...groups].map(([source, group]) => this.#askOne(source, group, open, signal)));
    for (const one of told) for (const [path, list] of one) answers.set(path, list);
    return answers;
  }

  /** Ends all threads and processes. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all([...this.#sources.keys()].map((id) => this.#forget(id)));
  }

  async #askOne(
    source: Source,
    files: readonly FileQuestions[],
    open: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<readonly (readonly [string, FileAnswers])[]> {
    const { budget, patience } = this.#options;
    const changed = this.#changed.get(source);
    this.#changed.set(source, new Set());
    const batch: Batch = {
      files: files.map((file) => ({ ...file, path: portable(file.path) })),
      open: Object.fromEntries(Object.entries(open).map(([path, text]) => [portable(path), text])),
      changed: changed && [...changed],
      budget,
    };
    let answers: BatchAnswers;
    try {
      source.thread ??= new TypesThread(source.installation, source.cwd);
      answers = await source.thread.ask(batch, signal, patience);
    } catch (error) {
      await this.#failed(source, error as Error);
      return [];
    }
    for (const problem of answers.problems) this.#tell(`${problem} Files of this project are judged without types.`);
    return files.flatMap(({ path }) => {
      const list = answers.files[portable(path)];
      return list ? [[path, list] as const] : [];
    });
  }

  async #failed(source: Source, error: Error): Promise<void> {
    const { thread, installation } = source;
    source.thread = undefined;
    source.failures++;
    this.#changed.set(source, undefined);
    await thread?.end();
    if (this.#ended) return;
    const what = `TypeScript (${installation.packageJson}) does not answer: ${error.message}.`;
    if (source.failures > MAX_RESTARTS) this.#tell(`${what} Types are not asked for any more.`);
    else this.#options.onLog(what);
  }

  #sourceOf(path: string): Source | undefined {
    const installation = this.knows(path) ? this.#installation(path) : undefined;
    if (!installation) return undefined;
    const id = idOf(installation);
    let source = this.#sources.get(id);
    if (!source) {
      source = { installation, cwd: dirname(path), thread: undefined, failures: 0 };
      this.#sources.set(id, source);
      this.#changed.set(source, new Set());
    }
    return source.failures > MAX_RESTARTS ? undefined : source;
  }

  #installation(path: string): Installation | undefined {
    if (this.#editor) return this.#editor;
    if (!this.#trusted) return undefined;
    const folder = dirname(path);
    if (!this.#homes.has(folder)) this.#homes.set(folder, installationFor(folder));
    return this.#homes.get(folder);
  }

  async #forget(id: string): Promise<void> {
    const source = this.#sources.get(id);
    this.#sources.delete(id);
    const thread = source?.thread;
    if (source) source.thread = undefined;
    await thread?.end();
  }

  #tell(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#options.onProblem(message);
  }
}

function idOf(installation: Installation): string {
  return installation.kind === 'attached' ? `pipe ${installation.pipe}` : installation.packageJson;
}

/** Path as TypeScript writes it. */
function portable(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
}
