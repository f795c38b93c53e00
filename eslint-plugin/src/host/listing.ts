import { join, relative, sep } from 'node:path';
import { Folders } from './folders.ts';

const SKIPPED_FOLDERS = new Set([
  'node_modules',
  '.git',
  'dist',
  'build',
  'out',
  'coverage',
  '.next',
  '.turbo',
  '.cache',
  'vendor',
  '.yarn',
  'tmp',
  '.corpus',
]);
/** Names of files that can hold code. */
export const SOURCE = /\.[cm]?[jt]sx?$/;
const DECLARATION = /\.d\.[cm]?ts$/;
const MAX_FILES = 20_000;

/** Does the index look at a file of this path below the root? */
export function isListed(path: string): boolean {
  const parts = path.split(sep);
  return (
    !path.startsWith('..') && !parts.slice(0, -1).some((name, i) => isSkipped(name, i === 0)) && isProductionCode(path)
  );
}

/** Folders that hold no code of the workspace; a name with a dot says so at the root only. */
export function isSkipped(folder: string, atRoot: boolean): boolean {
  return SKIPPED_FOLDERS.has(folder) || (atRoot && folder.startsWith('.'));
}

/** Code that was written for production: no declarations, bundles or tests. */
function isProductionCode(path: string): boolean {
  return SOURCE.test(path) && !DECLARATION.test(path) && !path.endsWith('.min.js') && !isTestPath(path);
}

/** Source files below a folder, a folder at a time. */
export function* walkFiles(root: string, folders = new Folders()): Generator<readonly string[], void> {
  const stack = [root];
  let count = 0;
  for (let dir = stack.pop(); dir !== undefined && count < MAX_FILES; dir = stack.pop()) {
    // Symbolic links are not followed: they lead out of the workspace or in circles.
    const listing = folders.list(dir);
    for (const name of listing.folders) if (!isSkipped(name, dir === root)) stack.push(join(dir, name));
    const inner = relative(root, dir);
    const files = [...listing.files].filter((name) => isProductionCode(join(inner, name)));
    count += files.length;
    yield files.map((name) => join(dir, name));
  }
}

/** Test files do not tell how production code is called; `path` is relative to the workspace, so that the place of a checkout does not matter. */
export function isTestPath(path: string): boolean {
  return (
    /\.(?:test|spec|e2e|stories|bench)\.[cm]?[jt]sx?$/.test(path) ||
    /(?:^|[/\\])(?:__tests__|__mocks__|test|tests|e2e|fixtures)[/\\]/.test(path)
  );
}
