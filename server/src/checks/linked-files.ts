import type { Workspace } from '../../../eslint-plugin/src/host/workspace.ts';

const MAX_FILES = 300;

/** Files that lead to a file by imports, itself included. */
export function importersOf(workspace: Workspace, path: string): ReadonlySet<string> {
  const seen = new Set([path]);
  for (const next of seen) {
    if (seen.size > MAX_FILES) break;
    for (const importer of workspace.mentioning([], { importing: next })) seen.add(importer);
  }
  return seen;
}

/** One program can load both files: one leads to the other, or something leads to both. */
export function canMeet(workspace: Workspace, a: string, b: string): boolean {
  const toA = importersOf(workspace, a);
  const toB = importersOf(workspace, b);
  for (const path of toA) if (toB.has(path)) return true;
  return false;
}
