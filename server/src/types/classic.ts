import { createRequire } from 'node:module';
import type ts from 'typescript';
import { answerOf } from '../../../eslint-plugin/src/host/type-answer.ts';
import type { BackEnd, Batch, BatchAnswers, FileAnswers, FileQuestions } from './batch.ts';
import { ClassicProject, type TypeScript } from './classic-project.ts';
import { ClassicConfigs, type ConfigOfFile } from './classic-configs.ts';
import { nodeAt, placeWithoutMark, withoutMark } from './node-at.ts';
import { overlayOf } from './overlay.ts';

/** TypeScript 5 or 6: one language service for each configuration file, with the files that are asked about as its roots. */
export class ClassicTypes implements BackEnd {
  readonly #ts: TypeScript;
  readonly #configs: ClassicConfigs;
  readonly #registry: ts.DocumentRegistry;
  readonly #cwd: string;
  readonly #projects = new Map<string, ClassicProject>();

  constructor(typescript: TypeScript, cwd: string) {
    this.#ts = typescript;
    this.#cwd = cwd;
    this.#configs = new ClassicConfigs(typescript);
    this.#registry = typescript.createDocumentRegistry(typescript.sys.useCaseSensitiveFileNames, cwd);
  }

  static load(packageJson: string, cwd: string): ClassicTypes {
    return new ClassicTypes(createRequire(packageJson)('typescript') as TypeScript, cwd);
  }

  ask(batch: Batch, isCancelled: () => boolean): Promise<BatchAnswers> {
    const overlay = overlayOf(batch.files, batch.open);
    if (batch.changed?.length !== 0) this.#configs.forget();
    const files: Record<string, FileAnswers> = {};
    const problems = new Set<string>();
    const byConfig = new Map<string, { config: ConfigOfFile; files: FileQuestions[] }>();
    for (const questions of batch.files) {
      const config = this.#configs.of(questions.path);
      if (config.problem === undefined) {
        const entry = byConfig.get(config.id) ?? { config, files: [] };
        entry.files.push(questions);
        byConfig.set(config.id, entry);
      } else problems.add(config.problem);
    }
    let left = batch.budget;
    for (const { config, files: asked } of byConfig.values()) {
      if (isCancelled() || left <= 0) break;
      const program = this.#project(config).program(
        asked.map(({ path }) => path),
        overlay,
      );
      // Reading a project takes as long as it takes: the budget is for the questions.
      const started = performance.now();
      const isOver = (): boolean => isCancelled() || performance.now() - started > left;
      for (const questions of asked) {
        const answers = answersIn(program, questions, isOver);
        if (answers) files[questions.path] = answers;
      }
      left -= performance.now() - started;
    }
    return Promise.resolve({ files, problems: [...problems] });
  }

  #project(config: ConfigOfFile): ClassicProject {
    let project = this.#projects.get(config.id);
    if (project?.config !== config) {
      project?.dispose();
      project = new ClassicProject(this.#ts, config, this.#registry, this.#cwd);
      this.#projects.set(config.id, project);
    }
    return project;
  }
}

function answersIn(
  program: ts.Program,
  { path, text, places }: FileQuestions,
  isOver: () => boolean,
): FileAnswers | undefined {
  const file = program.getSourceFile(path);
  if (file?.text !== withoutMark(text)) return undefined;
  const checker = program.getTypeChecker();
  return places.map((place) => {
    const node = isOver() ? undefined : nodeAt<ts.Node>(file, placeWithoutMark(text, place));
    return node ? answerOf(checker, checker.getTypeAtLocation(node)) : null;
  });
}
