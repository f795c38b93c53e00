import { dirname } from 'node:path';
import type ts from 'typescript';
import { isUnreadable } from './config-errors.ts';
import type { TypeScript } from './classic-project.ts';

/** Options and files of the project that a file belongs to. */
export interface ConfigOfFile {
  /** Path of the configuration file; empty for files that belong to none. */
  readonly id: string;
  readonly options: ts.CompilerOptions;
  readonly files: readonly string[];
  /** Why nothing that follows from it can be relied on. */
  readonly problem?: string;
}

/** Configuration files by the files that they are about: the nearest one that contains a file, or one that it refers to. */
export class ClassicConfigs {
  readonly #ts: TypeScript;
  readonly #configs = new Map<string, (ConfigOfFile & { readonly references: readonly string[] }) | undefined>();
  readonly #homes = new Map<string, ConfigOfFile>();
  readonly #none: ConfigOfFile;

  constructor(typescript: TypeScript) {
    this.#ts = typescript;
    this.#none = {
      id: '',
      files: [],
      options: {
        allowJs: true,
        strict: true,
        target: typescript.ScriptTarget.ESNext,
        module: typescript.ModuleKind.ESNext,
        moduleResolution: typescript.ModuleResolutionKind.Bundler,
        jsx: typescript.JsxEmit.Preserve,
      },
    };
  }

  /** Files have come or gone, or a configuration has changed. */
  forget(): void {
    this.#configs.clear();
    this.#homes.clear();
  }

  of(path: string): ConfigOfFile {
    let config = this.#homes.get(path);
    if (!config) this.#homes.set(path, (config = this.#find(path)));
    return config;
  }

  #find(path: string): ConfigOfFile {
    for (let dir = dirname(path); ; dir = dirname(dir)) {
      for (const name of ['tsconfig.json', 'jsconfig.json']) {
        const file = `${dir}/${name}`;
        if (!this.#ts.sys.fileExists(file)) continue;
        const found = this.#containing(file, path, new Set());
        if (found) return found;
      }
      if (dir === dirname(dir)) return this.#none;
    }
  }

  #containing(file: string, path: string, seen: Set<string>): ConfigOfFile | undefined {
    if (seen.has(file)) return undefined;
    seen.add(file);
    const config = this.#read(file);
    if (!config) return undefined;
    if (config.problem !== undefined || config.files.includes(path)) return config;
    for (const reference of config.references) {
      const found = this.#containing(reference, path, seen);
      if (found) return found;
    }
    return undefined;
  }

  #read(file: string): (ConfigOfFile & { readonly references: readonly string[] }) | undefined {
    if (this.#configs.has(file)) return this.#configs.get(file);
    const { sys } = this.#ts;
    const parsed = this.#ts.getParsedCommandLineOfConfigFile(file, undefined, {
      ...sys,
      onUnRecoverableConfigFileDiagnostic: () => undefined,
    });
    // Mistakes of syntax are told apart from those of content.
    const { error: syntax } = this.#ts.readConfigFile(file, (path) => sys.readFile(path));
    const error = syntax ?? parsed?.errors.find(({ code }) => isUnreadable(code));
    const config = parsed && {
      id: file,
      options: parsed.options,
      files: parsed.fileNames,
      references: (parsed.projectReferences ?? []).map((reference) => this.#ts.resolveProjectReferencePath(reference)),
      ...(error ? { problem: `${file}: ${this.#ts.flattenDiagnosticMessageText(error.messageText, '\n')}` } : {}),
    };
    this.#configs.set(file, config);
    return config;
  }
}
