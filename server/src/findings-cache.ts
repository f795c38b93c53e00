import type { Documents, OpenDocument } from './documents.ts';
import { MAX_LENGTH } from './documents.ts';
import type { FileResult } from './runner.ts';
import type { Projects } from './projects.ts';

const SOURCE = /\.[cm]?[jt]sx?$/;

interface Entry {
  readonly version: number;
  readonly stamp: number;
  readonly result: FileResult;
}

/**
 * Findings of open documents. They hold until the document changes or `renew` says that what other files tell has
 * changed, so that asking again costs nothing.
 */
export class FindingsCache {
  readonly #projects: Projects;
  readonly #documents: Documents;
  readonly #entries = new Map<string, Entry>();
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
  }

  of(document: OpenDocument): FileResult {
    const known = this.#entries.get(document.uri);
    const { version } = document.text;
    if (known?.version === version && known.stamp === this.#stamp) return known.result;
    const result = this.#findSafely(document);
    this.#entries.set(document.uri, { version, stamp: this.#stamp, result });
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

  #find({ path, text }: OpenDocument): FileResult {
    const nothing: FileResult = { path, findings: [] };
    if (!SOURCE.test(path) || text.getText().length > MAX_LENGTH) return nothing;
    const project = this.#projects.of(path);
    if (project.isIgnored(path)) return nothing;
    return (project.workspace.loaded ? project.runner : project.early).lint(path);
  }
}
