import type { API, Project, Snapshot } from '@typescript/native/async';
import { readText } from '../../../eslint-plugin/src/host/read-text.ts';
import type { BackEnd, Batch, BatchAnswers, FileAnswers, FileQuestions } from './batch.ts';
import { isUnreadable } from './config-errors.ts';
import { answerOfNative } from './native-types.ts';
import { nodeAt, placeWithoutMark, withoutMark, type SyntaxNode } from './node-at.ts';
import { overlayOf } from './overlay.ts';

/** How many types are asked for before a look at the clock. */
const AT_ONCE = 64;

interface RemoteNode extends SyntaxNode<RemoteNode> {
  readonly kind: number;
}

interface Asked {
  readonly paths: readonly string[];
  /** Texts that are shown, saved or not. */
  readonly overlay: Readonly<Record<string, string>>;
  readonly projects: ReadonlyMap<string, Project>;
}

/** TypeScript from 7.1 on, as a process of its own or that of the editor: one snapshot follows the other. */
export class NativeTypes implements BackEnd {
  readonly #api: API<boolean>;
  #snapshot: Snapshot | undefined;
  /** Paths of texts that were others than on disk, and of all that were given. */
  #unsaved: ReadonlySet<string> = new Set();
  readonly #seen = new Set<string>();
  /** What the snapshot was made for: the questions that follow from answers are about the same. */
  #asked: Asked | undefined;

  constructor(api: API<boolean>) {
    this.#api = api;
  }

  async ask(batch: Batch, isCancelled: () => boolean): Promise<BatchAnswers> {
    const projects = await this.#projects(batch);
    // Reading a project takes as long as it takes: the budget is for the questions.
    const deadline = performance.now() + batch.budget;
    const files: Record<string, FileAnswers> = {};
    const problems = new Map<Project, string | undefined>();
    for (const questions of batch.files) {
      const project = projects.get(questions.path);
      if (!project || isCancelled() || performance.now() > deadline) continue;
      if (!problems.has(project)) problems.set(project, await problemOf(project));
      if (problems.get(project) !== undefined) continue;
      const answers = await answersIn(project, questions, () => isCancelled() || performance.now() > deadline);
      if (answers) files[questions.path] = answers;
    }
    return { files, problems: [...problems.values()].filter((problem) => problem !== undefined) };
  }

  /** The projects of the files of a batch, in a snapshot of everything as it is now. */
  async #projects({ files, open, changed }: Batch): Promise<ReadonlyMap<string, Project>> {
    const overlay = overlayOf(files, open);
    const unsaved = Object.fromEntries(Object.entries(overlay).filter(([path, text]) => textOnDisk(path) !== text));
    const closed = [...this.#unsaved].filter((path) => !Object.hasOwn(unsaved, path));
    const shown = Object.keys(overlay);
    const paths = files.map(({ path }) => path);
    const asked = this.#asked;
    if (asked && changed?.length === 0 && isSameList(asked.paths, paths) && isSameTexts(asked.overlay, overlay))
      return asked.projects;
    this.#asked = undefined;
    const params = {
      openFiles: paths,
      fileSystem: { kind: 'layer' as const, files: unsaved },
      fileNotifications:
        changed === undefined
          ? { invalidateAll: true }
          : {
              changed: [...changed, ...closed, ...shown],
              created: [...changed, ...shown.filter((path) => !this.#seen.has(path))],
            },
    };
    const before = this.#snapshot;
    // A snapshot keeps the texts of the one that it follows: one that was saved or closed would go on to count.
    const snapshot =
      before && closed.length === 0 ? await before.update(params) : await this.#api.createSnapshot(params);
    this.#snapshot = snapshot;
    this.#unsaved = new Set(Object.keys(unsaved));
    for (const path of shown) this.#seen.add(path);
    await before?.dispose();
    const opened = snapshot.operation.openedFiles;
    const projects = new Map(paths.flatMap((path, i) => (opened[i] ? [[path, opened[i].project] as const] : [])));
    this.#asked = { paths, overlay, projects };
    return projects;
  }
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry, i) => entry === b[i]);
}

function isSameTexts(a: Asked['overlay'], b: Asked['overlay']): boolean {
  return isSameList(Object.keys(a), Object.keys(b)) && Object.entries(a).every(([path, text]) => b[path] === text);
}

function textOnDisk(path: string): string | undefined {
  try {
    return withoutMark(readText(path));
  } catch {
    return undefined;
  }
}

/** Why nothing that a project says can be relied on. */
async function problemOf({ configFileName, program }: Project): Promise<string | undefined> {
  if (configFileName === undefined) return undefined;
  const errors = await program.getConfigFileParsingDiagnostics();
  const error = errors.find(({ code }) => isUnreadable(code));
  return error && `${configFileName}: ${error.text}`;
}

async function answersIn(
  { program, checker }: Project,
  { path, text, places }: FileQuestions,
  isOver: () => boolean,
): Promise<FileAnswers | undefined> {
  const file = await program.getSourceFile(path);
  if (file?.text !== withoutMark(text)) return undefined;
  const root = file as unknown as RemoteNode;
  const nodes = places.map((place) => nodeAt(root, placeWithoutMark(text, place)));
  const answers: FileAnswers[number][] = [];
  for (let i = 0; i < nodes.length; i += AT_ONCE) {
    const some = nodes.slice(i, i + AT_ONCE);
    if (isOver()) break;
    const found = some.filter((node) => node !== undefined);
    const types = await checker.getTypeAtLocation(
      found as unknown as Parameters<typeof checker.isContextSensitive>[0][],
    );
    const told = await Promise.all(types.map((type) => answerOfNative(checker, type)));
    const byNode = new Map(found.map((node, k) => [node, told[k] ?? null]));
    answers.push(...some.map((node) => (node && byNode.get(node)) ?? null));
  }
  return [...answers, ...places.slice(answers.length).map(() => null)];
}
