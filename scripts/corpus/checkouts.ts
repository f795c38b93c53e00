/** Makes and keeps the checkouts that the judged lines refer to. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Only text that a linter reads: a snapshot may lack its largest other files. */
const CHECKED_OUT = /\.([cm]?[jt]sx?|json|ya?ml|go|rs|py|swift)$/;

/** File names that the plugin lints. */
export const LINTABLE = /\.[cm]?[jt]sx?$/;

/** Folder name of one repository at one commit, as `owner__name@<12 hex digits>`. */
export function checkoutName(repo: string, commit: string): string {
  return `${repo.replace('/', '__')}@${commit.slice(0, 12)}`;
}

function gitDirOf(mirrors: string, repo: string): string | undefined {
  const plus = repo.replace('/', '+');
  const names = [plus, `${plus}/repo`, repo.replace('/', '__'), repo];
  return names
    .map((name) => join(mirrors, name))
    .flatMap((dir) => [dir, join(dir, '.git')])
    .find((dir) => existsSync(join(dir, 'HEAD')));
}

/**
 * Returns the folder with the files of `repo` at `commit`, making it from a git directory below `mirrors` when needed;
 * undefined when neither a finished checkout nor that commit exists.
 */
export function ensureCheckout(
  workDir: string,
  mirrors: string | undefined,
  repo: string,
  commit: string,
): string | undefined {
  const dir = resolve(workDir, checkoutName(repo, commit));
  const done = join(dir, '.complete');
  if (existsSync(done)) return dir;
  const gitDir = mirrors === undefined ? undefined : gitDirOf(mirrors, repo);
  if (gitDir === undefined) return undefined;
  mkdirSync(dir, { recursive: true });
  const git = (args: string[], input?: string): string =>
    execFileSync('git', ['--git-dir', gitDir, '--work-tree', dir, ...args], {
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, GIT_INDEX_FILE: join(dir, '.index') },
    });
  try {
    const names = git(['ls-tree', '-r', '-z', '--name-only', commit])
      .split('\0')
      .filter((name) => CHECKED_OUT.test(name));
    git(['read-tree', commit]);
    try {
      git(['checkout-index', '-f', '-q', '-z', '--stdin'], names.join('\0'));
    } catch {
      // An absent object: the other files are there.
    }
  } catch {
    return undefined;
  }
  writeFileSync(done, '');
  return dir;
}

/** Every finished checkout below `workDir`, as absolute folders in name order. */
export function listCheckouts(workDir: string): string[] {
  if (!existsSync(workDir)) return [];
  return readdirSync(workDir)
    .sort()
    .map((name) => resolve(workDir, name))
    .filter((dir) => existsSync(join(dir, '.complete')));
}

/** Lintable files below a checkout as absolute paths in name order, without installed packages and declaration files. */
export function listSourceFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && LINTABLE.test(entry.name) && !/\.d\.[cm]?ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('/node_modules/'))
    .sort();
}
