import type { TSESTree } from '../../eslint-plugin/src/analysis/ast.ts';
import type { ParsedFile } from '../../eslint-plugin/src/analysis/host.ts';
import { parseFile } from '../../eslint-plugin/src/host/parse.ts';
import type { Workspace } from '../../eslint-plugin/src/host/workspace.ts';

/** A program without statements, in place of what cannot be parsed. */
const EMPTY = { type: 'Program', body: [], range: [0, 0], sourceType: 'module' } as unknown as TSESTree.Program;

/**
 * A file under lint that is parsed when something in it is first looked at: most files of a service hold nothing that
 * matters, and their text says so. The tree is kept only as long as somebody uses it.
 */
export class SourceFile implements ParsedFile {
  readonly path: string;
  readonly text: string;
  readonly #workspace: Workspace;
  readonly #use: 'shared' | 'alone';
  #ast: TSESTree.Program | undefined;
  /** The text was needed and could not be parsed. */
  broken = false;

  /** A file that is used `alone` has a tree of its own, which no other file is judged by. */
  constructor(path: string, text: string, workspace: Workspace, use: 'shared' | 'alone' = 'shared') {
    this.path = path;
    this.text = text;
    this.#workspace = workspace;
    this.#use = use;
  }

  get ast(): TSESTree.Program {
    return (this.#ast ??= this.#parse());
  }

  #parse(): TSESTree.Program {
    const isShared = this.#use === 'shared';
    const known = isShared ? this.#workspace.known(this.path, this.text) : undefined;
    if (known) return known.ast;
    const file = parseFile(this.path, this.text);
    this.broken = file === undefined;
    if (file && isShared) this.#workspace.offer(file);
    return file?.ast ?? EMPTY;
  }
}
