import type { DefinedMetric } from '../../eslint-plugin/src/analysis/collect-inventory.ts';
import { SOURCE } from '../../eslint-plugin/src/host/listing.ts';
import type { IndexedWorkspace } from './indexed-workspace.ts';
import { collectRows, joinRows, rowsOf, usersOf, type FileRows, type MetricIndex } from './metric-index.ts';
import type { Project } from './projects.ts';

interface Entry {
  /** Number of changes that the rows of all files know of. */
  readonly generation: number;
  readonly rows: ReadonlyMap<string, FileRows>;
  readonly isUsed: (text: string) => boolean;
  /** Files that have changed since then. */
  readonly changed: Set<string>;
}

/** Joined rows of all files: the same index for as long as the rows are the same. */
const joined = new WeakMap<Entry['rows'], MetricIndex>();

function indexOf({ rows }: Entry): MetricIndex {
  let index = joined.get(rows);
  if (!index) joined.set(rows, (index = joinRows(rows)));
  return index;
}

/** Metrics of workspaces: collected from all files when that is asked for, and kept in step with the files that are edited. */
export class MetricStore {
  readonly #entries = new WeakMap<IndexedWorkspace, Entry>();
  readonly #running = new WeakMap<IndexedWorkspace, { readonly generation: number; readonly entry: Promise<Entry> }>();
  readonly #known = new WeakSet<IndexedWorkspace>();

  /** Notes that a file of some workspaces has changed. */
  changed(workspaces: readonly IndexedWorkspace[], path: string): void {
    if (!SOURCE.test(path)) return;
    for (const workspace of workspaces) this.#entries.get(workspace)?.changed.add(path);
  }

  /** Has a workspace been collected once? */
  has(workspace: IndexedWorkspace): boolean {
    return this.#known.has(workspace);
  }

  /** Everything as it is at a generation. */
  async exact(project: Project, generation: number): Promise<MetricIndex> {
    const { workspace } = project;
    const known = this.#entries.get(workspace);
    if (known?.generation === generation && known.changed.size === 0) return indexOf(known);
    let running = this.#running.get(workspace);
    if (running?.generation !== generation) {
      running = { generation, entry: this.#collect(project, generation) };
      this.#running.set(workspace, running);
    }
    return indexOf(await running.entry);
  }

  async #collect(project: Project, generation: number): Promise<Entry> {
    const rows = await collectRows(project);
    const entry = { generation, rows, isUsed: usersOf(project, rows), changed: new Set<string>() };
    this.#entries.set(project.workspace, entry);
    this.#known.add(project.workspace);
    return entry;
  }

  /** What was collected last, with edited files as they are now; what an edit means for other files comes with the next `exact`. */
  recent(project: Project): MetricIndex | undefined {
    const entry = this.#entries.get(project.workspace);
    if (!entry) return undefined;
    const { rows, changed, isUsed } = entry;
    if (changed.size === 0) return indexOf(entry);
    const current = new Map(rows);
    for (const path of changed) {
      const found = rowsOf(project, path, isUsed);
      if (found) current.set(path, found);
      else current.delete(path);
    }
    return joinRows(current, movedIn(rows, current, changed));
  }
}

/** Where definitions of edited files have gone to, by what they are called. */
function movedIn(
  before: ReadonlyMap<string, FileRows>,
  after: ReadonlyMap<string, FileRows>,
  paths: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const moved = new Map<string, number>();
  for (const path of paths) {
    const now = new Map((after.get(path)?.metrics ?? []).map((metric) => [identityOf(metric), metric.range.start]));
    for (const metric of before.get(path)?.metrics ?? []) {
      const start = now.get(identityOf(metric));
      if (start !== undefined) moved.set(`${path}:${metric.range.start}`, start);
    }
  }
  return moved;
}

function identityOf({ holder, name }: DefinedMetric): string {
  return holder ? `${holder.kind} ${holder.name}` : `name ${name ?? ''}`;
}
