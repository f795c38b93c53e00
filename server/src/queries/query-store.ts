import type { Documents } from '../documents.ts';
import type { IndexedWorkspace } from '../indexed-workspace.ts';
import type { QueryFile } from './query-files.ts';
import { isQueryPathIn, queriesOf, readQueries, walkQueryFiles, type Listed } from './query-listing.ts';
import { runInSlices } from '../slices.ts';

/** Everything in a workspace that asks for metrics. */
export interface QueryIndex {
  readonly files: readonly QueryFile[];
  readonly hasOtherLanguages: boolean;
}

interface Entry {
  readonly files: Map<string, QueryFile>;
  readonly listed: Listed;
  readonly changed: Set<string>;
  current: QueryIndex | undefined;
}

/** Queries of workspaces: read once in the background, and renewed by file. */
export class QueryStore {
  readonly #entries = new WeakMap<IndexedWorkspace, Promise<Entry>>();
  readonly #loaded = new WeakMap<IndexedWorkspace, Entry>();
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** Notes that a file has changed; true where that can matter to queries. */
  changed(workspaces: readonly IndexedWorkspace[], path: string): boolean {
    let matters = false;
    for (const workspace of workspaces) {
      if (!isQueryPathIn(workspace.root, path)) continue;
      const entry = this.#loaded.get(workspace);
      entry?.changed.add(path);
      matters ||= entry?.files.has(path) === true || this.#read(path) !== undefined;
    }
    return matters;
  }

  /** Queries as they are now. */
  async of(workspace: IndexedWorkspace): Promise<QueryIndex> {
    let loading = this.#entries.get(workspace);
    if (!loading) this.#entries.set(workspace, (loading = this.#load(workspace)));
    return this.#renewed(await loading);
  }

  /** What `of` would answer, where it would answer at once. */
  known(workspace: IndexedWorkspace): QueryIndex | undefined {
    const entry = this.#loaded.get(workspace);
    return entry && this.#renewed(entry);
  }

  #read(path: string): QueryFile | undefined {
    const text = this.#documents.at(path)?.text.getText();
    return text === undefined ? readQueries(path) : queriesOf(path, text);
  }

  async #load(workspace: IndexedWorkspace): Promise<Entry> {
    const listed: Listed = { paths: [], hasOtherLanguages: false };
    const files = new Map<string, QueryFile>();
    const entry: Entry = { files, listed, changed: new Set(), current: undefined };
    const { signal } = new AbortController();
    // A folder that is nobody's project is never read as a whole.
    if (!workspace.isUnlisted) await runInSlices(walkQueryFiles(workspace.root, listed), signal);
    this.#loaded.set(workspace, entry);
    const read = (path: string): QueryFile | undefined => this.#read(path);
    function* collect(): Generator<void> {
      for (const path of listed.paths) {
        const file = read(path);
        if (file) files.set(path, file);
        yield;
      }
    }
    await runInSlices(collect(), signal);
    for (const { path } of this.#documents.all()) if (isQueryPathIn(workspace.root, path)) entry.changed.add(path);
    entry.current = undefined;
    return entry;
  }

  #renewed(entry: Entry): QueryIndex {
    for (const path of entry.changed) {
      const file = this.#read(path);
      if (file) entry.files.set(path, file);
      else entry.files.delete(path);
      entry.current = undefined;
    }
    entry.changed.clear();
    return (entry.current ??= {
      files: [...entry.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
      hasOtherLanguages: entry.listed.hasOtherLanguages,
    });
  }
}

/** Queries below a folder, read at once. */
export function collectQueries(root: string): QueryIndex {
  const listed: Listed = { paths: [], hasOtherLanguages: false };
  // Walking fills the list.
  Array.from(walkQueryFiles(root, listed));
  const files = listed.paths.sort().flatMap((path) => readQueries(path) ?? []);
  return { files, hasOtherLanguages: listed.hasOtherLanguages };
}
