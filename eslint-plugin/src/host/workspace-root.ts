import { dirname, join, relative, sep } from 'node:path';
import { Folders } from './folders.ts';
import { readText } from './read-text.ts';

/** Root of the workspace around a folder: an ancestor whose workspaces include it, else the folder itself. */
export function workspaceRoot(cwd: string): string {
  for (let dir = cwd, i = 0; i < 6; i++) {
    const parent = dirname(dir);
    if (parent === dir) break;
    dir = parent;
    const globs = workspaceGlobs(dir);
    if (globs.some((g) => globMatches(g, relative(dir, cwd).split(sep)))) return dir;
  }
  return cwd;
}

function workspaceGlobs(dir: string): readonly string[] {
  const manifest = new Folders().manifest(dir)?.raw;
  const declared = manifest?.['workspaces'];
  const list = Array.isArray(declared) ? declared : ((declared as { packages?: unknown } | undefined)?.packages ?? []);
  if (Array.isArray(list) && list.length > 0) return list.filter((g): g is string => typeof g === 'string');
  try {
    const yaml = readText(join(dir, 'pnpm-workspace.yaml'));
    return [...yaml.matchAll(/^\s*-\s*['"]?([^'"#\n]+?)['"]?\s*$/gm)].map((m) => m[1] ?? '');
  } catch {
    return [];
  }
}

function globMatches(glob: string, path: readonly string[]): boolean {
  const parts = glob.replace(/^\.\//, '').replace(/\/$/, '').split('/');
  for (let i = 0; i < parts.length; i++) {
    if (parts[i] === '**') return true;
    if (parts[i] !== '*' && parts[i] !== path[i]) return false;
  }
  return path.length >= parts.length;
}
