import type { Documents, OpenDocument } from './documents.ts';
import { MAX_LENGTH } from './documents.ts';
import type { FileResult } from './runner.ts';
import { YoungHeap } from './heap.ts';
import type { Projects } from './projects.ts';
import { carryOver, type KnownTypes } from './types/asked-types.ts';
import type { Refined } from './types/refine.ts';

const SOURCE = /\.[cm]?[jt]sx?$/;

interface Entry {
  /** Made anew by every change; versions are what a client makes of them. */
  readonly document: OpenDocument;
  readonly stamp: number;
  readonly result: FileResult;
}

interface Typed {
  readonly text: string;
  readonly known: KnownTypes;
}

/**
 * Findings of open documents. They hold until the document changes or `renew` says that what other files tell has
 * changed, so that asking again costs nothing.
 */
export class FindingsCache {
  readonly #projects: Projects;
  readonly #documents: Documents;
  readonly #entries = new Map<string, Entry>();
  /** What was last known of types, by URI: it serves until they have been asked for again, so that findings do not flicker. */
  readonly #typed = new Map<string, Typed>();
  readonly #heap = new YoungHeap();
  readonly #onError: (message: string) => void;
  #stamp = 0;

  constructor(projects: Projects, documents: Documents, onError: (message: string) => void) {
    this.#projects = projects;
    this.#documents = documents;
    this.#onError = onError;
  }

  /** All findings are to be found anew when they are next asked for. */
  renew(): void {
    this.#stamp++;
    for (const uri of this.#entries.keys()) if (!this.#documents.get(uri)) this.#entries.delete(uri);
    for (const uri of this.#typed.keys()) if (!this.#documents.get(uri)) this.#typed.delete(uri);
  }

  /** Takes over findings with types; without any the document is judged without them from now on. */
  refine(document: OpenDocument, refined: Refined | undefined): void {
    const { uri } = document;
    if (!refined) {
      if (this.#typed.delete(uri)) this.#entries.delete(uri);
      return;
    }
    const { result, known } = refined;
    this.#typed.set(uri, { text: refined.text, known });
    this.#entries.set(uri, { document, stamp: this.#stamp, result });
  }

  of(document: OpenDocument): FileResult {
    const known = this.#entries.get(document.uri);
    if (known?.document === document && known.stamp === this.#stamp) return known.result;
    const started = performance.now();
    const result = this.#findSafely(document);
    this.#heap.took(document.uri, performance.now() - started);
    this.#entries.set(document.uri, { document, stamp: this.#stamp, result });
    return result;
  }

  /** A file that a rule cannot cope with has no findings; the others are looked at all the same. */
  #findSafely(document: OpenDocument): FileResult {
    try {
      return this.#find(document);
    } catch (error) {
      this.#onError(`${document.path} cannot be analysed, please report this: ${(error as Error).stack ?? ''}`);
      return { path: document.path, findings: [], error: 'cannot be analysed' };
    }
  }

  #find({ uri, path, text }: OpenDocument): FileResult {
    const nothing: FileResult = { path, findings: [] };
    if (!SOURCE.test(path) || text.getText().length > MAX_LENGTH) return nothing;
    const project = this.#projects.of(path);
    if (project.isIgnored(path)) return nothing;
    const runner = project.workspace.loaded ? project.runner : project.early;
    const typed = this.#typed.get(uri);
    const result = typed && runner.lintTyped(path, carryOver(typed.known, typed.text, text.getText()))?.result;
    return result ?? runner.lint(path);
  }
}
