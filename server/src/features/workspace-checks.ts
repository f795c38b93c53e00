import { checkMetrics } from '../checks/checks.ts';
import { measured } from '../checks/inventory.ts';
import type { Finding } from '../findings.ts';
import type { Project } from '../projects.ts';
import type { Session } from '../session.ts';
import { yieldToEvents } from '../slices.ts';
import type { Feature } from './feature.ts';

/** What only several files together tell, for open documents: found anew when nothing has changed for a while. */
export const workspaceChecks: Feature = {
  start({ session }) {
    session.onMetrics(() => {
      session.follow(checkOpen(session));
    });
  },
};

async function checkOpen(session: Session): Promise<void> {
  const { generation } = session;
  const isOver = (): boolean => session.isDirty || session.generation !== generation;
  const open = Map.groupBy(session.documents.all(), ({ path }) => session.projects.of(path));
  for (const [project, documents] of open) {
    const found = await findingsOf(session, project, isOver);
    if (!found) return;
    for (const { path } of documents)
      session.acrossFiles.set(path, project.isIgnored(path) ? [] : (found.get(path) ?? []));
  }
  if (open.size > 0) await session.refined(new AbortController().signal);
}

/** Findings by file; undefined where something has changed meanwhile. Nothing is said before all files are read. */
async function findingsOf(
  session: Session,
  project: Project,
  isOver: () => boolean,
): Promise<ReadonlyMap<string, readonly Finding[]> | undefined> {
  const { runner, workspace } = project;
  if (!workspace.loaded || workspace.isUnlisted) return new Map();
  const at = `${runner.root}/_`;
  const links = await session.links(at, 'exact');
  if (isOver()) return undefined;
  const all = links.metrics.map((metric) => measured(runner, metric));
  const found: Finding[] = [];
  for (const findings of checkMetrics(all, links, runner)) {
    found.push(...findings);
    await yieldToEvents();
    if (isOver()) return undefined;
  }
  return Map.groupBy(found, ({ path }) => path);
}
