import { createHash } from 'node:crypto';
import type ts from 'typescript';
import type { ConfigOfFile } from './classic-configs.ts';

/** The module `typescript` of a project. */
export type TypeScript = typeof ts;

/** Declares something for all files, or adds to what another file declares. */
const AMBIENT = /\bdeclare\s+(?:global|module)\b/;
/** A file without any of these is a script: all of its names are global. */
const MODULE = /\b(?:import|export)\b/;

/** One program of TypeScript 5 or 6, kept up to date. */
export class ClassicProject {
  readonly config: ConfigOfFile;
  readonly #ts: TypeScript;
  readonly #service: ts.LanguageService;
  readonly #roots = new Set<string>();
  #overlay: Readonly<Record<string, string>> = {};
  #round = 0;

  constructor(typescript: TypeScript, config: ConfigOfFile, registry: ts.DocumentRegistry, cwd: string) {
    this.#ts = typescript;
    this.config = config;
    for (const file of config.files) if (this.#isAmbient(file)) this.#roots.add(file);
    this.#service = typescript.createLanguageService(this.#host(cwd), registry);
  }

  /** The program with these files, whose texts are those of the overlay. */
  program(paths: readonly string[], overlay: Readonly<Record<string, string>>): ts.Program {
    this.#round++;
    this.#overlay = overlay;
    for (const path of paths) this.#roots.add(path);
    const program = this.#service.getProgram();
    if (!program) throw new Error(`TypeScript has no program for ${this.config.id}.`);
    return program;
  }

  dispose(): void {
    this.#service.dispose();
  }

  /**
   * What every file sees without importing it. The other files of a project come in where they are imported: a program of
   * the files that matter takes a fraction of the time of the whole one.
   */
  #isAmbient(file: string): boolean {
    if (file.endsWith('.d.ts')) return true;
    const text = this.#ts.sys.readFile(file) ?? '';
    return AMBIENT.test(text) || !MODULE.test(text);
  }

  #host(cwd: string): ts.LanguageServiceHost {
    const typescript = this.#ts;
    const { sys } = typescript;
    const shown = (path: string): string | undefined =>
      Object.hasOwn(this.#overlay, path) ? this.#overlay[path] : undefined;
    return {
      getCompilationSettings: () => ({ ...this.config.options, noEmit: true }),
      getScriptFileNames: () => [...this.#roots],
      getProjectVersion: () => String(this.#round),
      getScriptVersion: (path) => this.#version(path, shown(path)),
      getScriptSnapshot: (path) => {
        const text = shown(path) ?? sys.readFile(path);
        return text === undefined ? undefined : typescript.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => cwd,
      getDefaultLibFileName: (options) => typescript.getDefaultLibFilePath(options),
      fileExists: (path) => shown(path) !== undefined || sys.fileExists(path),
      readFile: (path, encoding) => shown(path) ?? sys.readFile(path, encoding),
      readDirectory: (...args) => sys.readDirectory(...args),
      directoryExists: (path) => sys.directoryExists(path),
      getDirectories: (path) => sys.getDirectories(path),
      useCaseSensitiveFileNames: () => sys.useCaseSensitiveFileNames,
      ...(sys.realpath ? { realpath: (path: string) => sys.realpath?.(path) ?? path } : {}),
    };
  }

  #version(path: string, text: string | undefined): string {
    return text === undefined
      ? `disk ${this.#ts.sys.getModifiedTime?.(path)?.getTime() ?? 0}`
      : createHash('sha1').update(text).digest('base64');
  }
}
