import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Folders } from '../../eslint-plugin/src/host/folders.ts';
import { isSkipped, SOURCE } from '../../eslint-plugin/src/host/listing.ts';
import { isQueryPath } from './queries/query-listing.ts';
import { runInSlices } from './slices.ts';

/** What says how code is resolved and checked. */
const CONFIGURES = /^(?:package|telint|[tj]sconfig[^/\\]*)\.json$/;
/** More folders than a workspace has that somebody works in, and those of a folder that is nobody's project. */
const MAX_FOLDERS = 20_000;
const MAX_FOLDERS_OF_NOBODY = 200;

/** Time and size of the files of a folder that matter, for clients that do not tell what changes. */
export class DiskMarks {
  readonly #root: string;
  readonly #limit: number;
  #marks: ReadonlyMap<string, string> | undefined;

  constructor(root: string, isProject: boolean) {
    this.#root = root;
    this.#limit = isProject ? MAX_FOLDERS : MAX_FOLDERS_OF_NOBODY;
  }

  /** Files that are not what they were when this was last asked, looked at in slices; none the first time. */
  async changed(): Promise<readonly string[]> {
    const now = new Map<string, string>();
    await runInSlices(this.#walk(now), new AbortController().signal);
    const before = this.#marks;
    this.#marks = now;
    if (!before) return [];
    return [...new Set([...before.keys(), ...now.keys()])].filter((path) => before.get(path) !== now.get(path));
  }

  *#walk(marks: Map<string, string>): Generator<void> {
    const folders = new Folders();
    const stack = [this.#root];
    let count = 0;
    for (let dir = stack.pop(); dir !== undefined && count < this.#limit; dir = stack.pop()) {
      count++;
      const listing = folders.list(dir);
      for (const name of listing.folders) if (!isSkipped(name, dir === this.#root)) stack.push(join(dir, name));
      for (const name of listing.files) {
        const path = join(dir, name);
        if (!SOURCE.test(name) && !CONFIGURES.test(name) && !isQueryPath(relative(this.#root, path))) continue;
        const s = statSync(path, { throwIfNoEntry: false });
        if (s) marks.set(path, `${s.mtimeMs} ${s.size}`);
      }
      yield;
    }
  }
}
