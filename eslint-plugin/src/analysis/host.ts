import type { TSESTree } from './ast.ts';

/** A parsed source file. */
export interface ParsedFile {
  readonly path: string;
  readonly text: string;
  readonly ast: TSESTree.Program;
}

/** Facts about the packages around a file. */
export interface ProjectFacts {
  /** Names and version ranges of dependencies declared in the nearest package.json and those above it up to the workspace root. */
  readonly dependencies: ReadonlyMap<string, string>;
  readonly packageName: string | undefined;
  /** Others can import the package: it is not private and says what it exports. */
  readonly isPublished?: boolean;
}

/** What the analysis asks about a value that syntax alone does not settle. */
export interface TypeAnswer {
  /** `union`: `count` literal members · `boolean` · `number` · `string`: any text · `object` · `unknown`. */
  readonly kind: 'union' | 'boolean' | 'number' | 'string' | 'object' | 'unknown';
  readonly count?: number;
  /** Name of the type's symbol and the module that declares it, for library types. */
  readonly symbol?: string;
  readonly declaredIn?: string;
}

/** Answers type questions; one implementation per back end. */
export interface TypeOracle {
  typeOf(node: TSESTree.Node): TypeAnswer | undefined;
}

/** Everything the kernel needs from outside; it never touches the disk itself. */
export interface ModuleHost {
  /** Folder of the workspace, absolute; paths are judged ("a test") by what is below it. */
  readonly root?: string | undefined;
  /** A parsed file of the workspace; undefined when it cannot be read, is too large or does not parse at all. */
  parse(path: string): ParsedFile | undefined;
  /** Can a file pass on exports of other files? A look at its text, which spares parsing it; without it every file can. */
  mayReexport?(path: string): boolean;
  /** Can a file export something of a name, itself or from other files? A look at its text, which spares parsing it; without it every file can. */
  mayExport?(path: string, name: string): boolean;
  /** Absolute path of the workspace file that a specifier means; undefined for packages outside the workspace and assets. */
  resolve(specifier: string, from: string): string | undefined;
  /** Workspace files that may refer to `path` and contain every word; empty when the host does not look at other files. */
  mentioning(words: readonly string[], options?: { readonly importing?: string }): readonly string[];
  project(path: string): ProjectFacts;
  readonly types?: TypeOracle | undefined;
}

/** A host without other files: everything imported stays unknown. */
export const isolatedHost: ModuleHost = {
  parse: () => undefined,
  resolve: () => undefined,
  mentioning: () => [],
  project: () => ({ dependencies: new Map(), packageName: undefined }),
};
