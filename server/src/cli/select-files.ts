import { globSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import type { Runner } from '../runner.ts';
import { UsageError } from './command.ts';

const SOURCE = /\.[cm]?[jt]sx?$/;

/** Path relative to a folder with forward slashes, as globs and reports have it. */
export function relativePath(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

/** Source files that the arguments name: files, folders and globs; without arguments all of the folder. An argument without one is a mistake, unless `mayBeNone`. */
export function selectFiles(runner: Runner, args: readonly string[], mayBeNone = false): readonly string[] {
  const { root } = runner;
  const inside = runner.workspace.files().filter((path) => path.startsWith(root + sep));
  const isIgnored = ignores(runner);
  if (args.length === 0) return inside.filter((path) => !isIgnored(path));
  const selected = new Set<string>();
  for (const arg of args) {
    const found = filesOf(arg, root, inside);
    if (found.length === 0 && !mayBeNone) throw new UsageError(`no source file matches "${arg}" in ${root}.`);
    for (const path of found) if (!isIgnored(path)) selected.add(path);
  }
  return [...selected].sort();
}

/** Files with queries that the arguments name; code that has none is no mistake. */
export function selectQueryFiles(runner: Runner, args: readonly string[], paths: readonly string[]): readonly string[] {
  const { root } = runner;
  const isIgnored = ignores(runner);
  const inside = paths.filter((path) => path.startsWith(root + sep) && !isIgnored(path));
  if (args.length === 0) return inside;
  const matchers = args.map((arg) => ({
    path: resolve(root, arg),
    matches: picomatch(arg.replace(/^\.\//, ''), { dot: true }),
  }));
  return inside.filter((file) =>
    matchers.some(
      ({ path, matches }) =>
        path === root || file === path || file.startsWith(path + sep) || matches(relativePath(root, file)),
    ),
  );
}

/** Tells which files the configuration of a runner leaves out. */
export function ignores({ root, config }: Pick<Runner, 'root' | 'config'>): (path: string) => boolean {
  if (config.ignore.length === 0) return () => false;
  // A pattern that names a folder leaves out what is in it, as in .gitignore.
  const patterns = config.ignore.flatMap((glob) => [glob, `${glob.replace(/\/$/, '')}/**`]);
  const matches = picomatch(patterns, { dot: true });
  return (path) => matches(relativePath(config.folder ?? root, path));
}

function filesOf(arg: string, root: string, inside: readonly string[]): readonly string[] {
  const path = resolve(root, arg);
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind && path !== root && !path.startsWith(root + sep))
    throw new UsageError(`${path} is outside of ${root}. Name the folder of the project with --cwd.`);
  if (kind?.isFile()) return SOURCE.test(path) ? [path] : [];
  if (kind?.isDirectory()) return inside.filter((file) => path === root || file.startsWith(path + sep));
  const matches = picomatch(arg.replace(/^\.\//, ''), { dot: true });
  const listed = inside.filter((file) => matches(relativePath(root, file)));
  return listed.length > 0 ? listed : globbed(arg, root);
}

/** Files that the index leaves out (tests, declarations) can be asked for: they exist, and have no findings. */
function globbed(arg: string, root: string): readonly string[] {
  return globSync(arg, { cwd: root, exclude: ['**/node_modules'] })
    .map((path) => join(root, path))
    .filter((path) => SOURCE.test(path));
}
