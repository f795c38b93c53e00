import { Workspace } from '../../eslint-plugin/src/host/workspace.ts';
import { DiskMarks } from './disk-marks.ts';
import { runInSlices } from './slices.ts';

/** Files that are imported are read, and no others: what can be said before all files are known. */
class UnlistedWorkspace extends Workspace {
  override files(): readonly string[] {
    return [];
  }
}

/** So many files are not read before somebody who waits for a first answer notices. */
const MANY_FILES = 300;

/** Told about the reading of a workspace; may end it through the signal. */
export interface LoadListener {
  readonly signal: AbortSignal;
  step(read: number, found: number): void;
  done(): void;
}

/** The index of a folder, which is read in the background, and a small one that serves until then. */
export class IndexedWorkspace {
  readonly root: string;
  readonly all: Workspace;
  readonly near: Workspace;
  /** A folder that is nobody's project is never read as a whole. */
  readonly #unlisted: boolean;
  /** Aborted when so many files are found that reading them takes a while. */
  readonly #large = new AbortController();
  #loading: Promise<boolean> | undefined;
  #loaded = false;
  #givenUp = false;
  readonly #marks: DiskMarks;

  constructor(root: string, unlisted = false) {
    this.root = root;
    this.#unlisted = unlisted;
    this.#marks = new DiskMarks(root, !unlisted);
    this.near = new UnlistedWorkspace(root);
    this.all = unlisted ? this.near : new Workspace(root);
  }

  /** It is nobody's project: only files that are open or imported count. */
  get isUnlisted(): boolean {
    return this.#unlisted;
  }

  get loaded(): boolean {
    return this.#loaded || this.#unlisted;
  }

  /** The reading has begun. */
  get loading(): boolean {
    return this.#loading !== undefined;
  }

  /** Aborted when it is certain that the reading takes a while. */
  get large(): AbortSignal {
    return this.#large.signal;
  }

  /** Somebody has cancelled the reading: what needs all files is not said until it is taken up again. */
  get givenUp(): boolean {
    return this.#givenUp;
  }

  /** A reading that was given up is taken up by the next `load`. */
  resume(): void {
    if (!this.#givenUp) return;
    this.#givenUp = false;
    this.#loading = undefined;
  }

  /** Reads the files in slices, once; resolves to false when the reading was given up. `watch` is for `changedOnDisk`. */
  load(listen: () => LoadListener, watch = false): Promise<boolean> {
    if (this.loaded) return Promise.resolve(true);
    return (this.#loading ??= this.#load(listen(), watch));
  }

  async #load(listener: LoadListener, watch: boolean): Promise<boolean> {
    try {
      if (watch) await this.changedOnDisk();
      this.#loaded = await runInSlices(this.all.load(), listener.signal, ({ read, found }) => {
        if (found > MANY_FILES) this.#large.abort();
        listener.step(read, found);
      });
      this.#givenUp = !this.#loaded;
      return this.#loaded;
    } finally {
      listener.done();
    }
  }

  /** Files that are not what they were when this was last asked; none the first time. */
  changedOnDisk(): Promise<readonly string[]> {
    return this.#marks.changed();
  }

  update(path: string, text: string | undefined): void {
    this.near.update(path, text);
    if (this.all !== this.near) this.all.update(path, text);
  }
}
