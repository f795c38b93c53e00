import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import type { ModuleHost, ParsedFile, ProjectFacts, TypeOracle } from '../analysis/host.ts';
import { parseFile } from './parse.ts';
import { Resolver } from './resolve.ts';

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
const SOURCE = /\.[cm]?[jt]sx?$/;
const DECLARATION = /\.d\.[cm]?ts$/;
/** Larger files are generated or bundled: nothing of interest for provenance. */
const MAX_BYTES = 1_000_000;
const MAX_FILES = 20_000;
/** How old what was read may get before it is looked at again, in milliseconds. */
const PARSED_FRESH_MS = 1000;
const LISTING_FRESH_MS = 30_000;

interface Source {
  readonly text: string;
  readonly mtime: number;
  readonly size: number;
}

/** The files of one workspace: read, searched and parsed on demand; changes on disk are noticed. */
export class Workspace implements ModuleHost {
  readonly root: string;
  types: TypeOracle | undefined;
  readonly #resolver: Resolver;
  readonly #sources = new Map<string, Source | undefined>();
  readonly #parsed = new Map<string, ParsedFile | undefined>();
  readonly #mentions = new Map<string, readonly string[]>();
  readonly #projects = new Map<string, ProjectFacts>();
  #files: readonly string[] | undefined;
  #imports: ReadonlyMap<string, readonly string[]> | undefined;
  #listedAt = 0;
  #checkedAt = 0;

  constructor(root: string) {
    this.root = root;
    this.#resolver = new Resolver(root, () => this.#packages());
  }

  /** Forgets everything when a file that was parsed has changed on disk; true when that happened. */
  refresh(force = false): boolean {
    const now = Date.now();
    if (!force && now - this.#checkedAt < PARSED_FRESH_MS) return false;
    this.#checkedAt = now;
    const stale =
      [...this.#parsed.keys()].some((path) => this.#changed(path)) ||
      ((force || now - this.#listedAt > LISTING_FRESH_MS) && this.#files !== undefined && this.#anyChanged());
    if (now - this.#listedAt > LISTING_FRESH_MS) this.#listedAt = now;
    return stale;
  }

  #anyChanged(): boolean {
    for (const path of this.#sources.keys()) if (this.#changed(path)) return true;
    return false;
  }

  #changed(path: string): boolean {
    const known = this.#sources.get(path);
    try {
      const s = statSync(path);
      return known?.mtime !== s.mtimeMs || known.size !== s.size;
    } catch {
      return known !== undefined;
    }
  }

  #read(path: string): string | undefined {
    if (this.#sources.has(path)) return this.#sources.get(path)?.text;
    let source: Source | undefined;
    try {
      const s = statSync(path);
      if (s.isFile() && s.size <= MAX_BYTES)
        source = { text: readFileSync(path, 'utf8'), mtime: s.mtimeMs, size: s.size };
    } catch {
      source = undefined;
    }
    this.#sources.set(path, source);
    return source?.text;
  }

  parse(path: string): ParsedFile | undefined {
    if (this.#parsed.has(path)) return this.#parsed.get(path);
    const text = SOURCE.test(path) ? this.#read(path) : undefined;
    const file = text === undefined ? undefined : parseFile(path, text);
    this.#parsed.set(path, file);
    return file;
  }

  resolve(specifier: string, from: string): string | undefined {
    return this.#resolver.resolve(specifier, from);
  }

  /** Source files of the workspace, tests and declarations left out. */
  files(): readonly string[] {
    if (!this.#files) {
      this.#files = listFiles(this.root);
      this.#listedAt = Date.now();
    }
    return this.#files;
  }

  mentioning(words: readonly string[], options: { readonly importing?: string } = {}): readonly string[] {
    const key = `${words.join('\0')}\0\0${options.importing ?? ''}`;
    let found = this.#mentions.get(key);
    if (!found) {
      const pool = options.importing === undefined ? this.files() : this.#importers(options.importing);
      found = pool.filter((path) => {
        const text = this.#read(path);
        return text !== undefined && words.every((w) => text.includes(w));
      });
      this.#mentions.set(key, found);
    }
    return found;
  }

  /** Files that import a module: by its base name, its folder for an index file, or its package; from one pass over all texts. */
  #importers(path: string): readonly string[] {
    this.#imports ??= this.#indexImports();
    const base = basename(path, extname(path));
    const stem = base === 'index' ? basename(dirname(path)) : base;
    const near = stem === 'src' || stem === 'lib' ? basename(dirname(dirname(path))) : stem;
    const name = this.project(path).packageName;
    const direct = [...(this.#imports.get(near) ?? []), ...(base === 'index' ? (this.#imports.get('') ?? []) : [])];
    const home = this.#packageRoot(path);
    const byPackage =
      name === undefined || home === this.root
        ? []
        : (this.#imports.get(name) ?? []).filter((f) => !f.startsWith(home + sep));
    return byPackage.length === 0 ? direct : [...new Set([...direct, ...byPackage])];
  }

  /** Last part of every imported specifier, and the package of bare ones → the files that import it. */
  #indexImports(): ReadonlyMap<string, readonly string[]> {
    const index = new Map<string, string[]>();
    for (const path of this.files()) {
      const text = this.#read(path);
      if (text === undefined) continue;
      const names = new Set<string>();
      for (const m of text.matchAll(/(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*['"]([^'"\n]+)['"]/g)) {
        const specifier = m[1] ?? '';
        const parts = specifier.split('/');
        const last = (parts.at(-1) ?? '').replace(/\.[cm]?[jt]sx?$/, '');
        names.add(last === 'index' ? (parts.at(-2) ?? '') : last === '.' || last === '..' ? '' : last);
        if (!specifier.startsWith('.'))
          names.add(specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? ''));
      }
      for (const n of names) {
        const list = index.get(n);
        if (list) list.push(path);
        else index.set(n, [path]);
      }
    }
    return index;
  }

  #packageRoot(path: string): string {
    for (let dir = dirname(path); dir.length >= this.root.length; dir = dirname(dir)) {
      if (existsSync(join(dir, 'package.json'))) return dir;
      if (dir === dirname(dir)) break;
    }
    return this.root;
  }

  project(path: string): ProjectFacts {
    const home = this.#packageRoot(path);
    let facts = this.#projects.get(home);
    if (!facts) {
      const dependencies = new Map<string, string>();
      let packageName: string | undefined;
      for (let dir = home; dir.length >= this.root.length; dir = dirname(dir)) {
        const manifest = readManifest(join(dir, 'package.json'));
        if (manifest) {
          packageName ??= manifest.name;
          for (const [k, v] of manifest.dependencies) if (!dependencies.has(k)) dependencies.set(k, v);
        }
        if (dir === this.root || dir === dirname(dir)) break;
      }
      facts = { dependencies, packageName };
      this.#projects.set(home, facts);
    }
    return facts;
  }

  #packages(): readonly string[] {
    const out = new Set<string>();
    for (const file of this.files()) out.add(dirname(file));
    const folders = new Set<string>();
    for (const dir of out)
      for (let d = dir; d.length >= this.root.length && !folders.has(d); d = dirname(d)) folders.add(d);
    return [...folders].map((d) => join(d, 'package.json')).filter((p) => existsSync(p));
  }
}

/** Name and dependencies of a package.json; undefined when it cannot be read. */
export function readManifest(path: string):
  | {
      readonly name: string | undefined;
      readonly dependencies: readonly (readonly [string, string])[];
      readonly raw: Record<string, unknown>;
    }
  | undefined {
  try {
    const raw = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as Record<string, unknown>;
    const entries = (key: string): (readonly [string, string])[] =>
      typeof raw[key] === 'object'
        ? Object.entries((raw[key] ?? {}) as Record<string, string>).filter(
            ([, version]) => typeof version === 'string',
          )
        : [];
    return {
      name: typeof raw['name'] === 'string' ? raw['name'] : undefined,
      dependencies: [
        ...entries('dependencies'),
        ...entries('devDependencies'),
        ...entries('optionalDependencies'),
        ...entries('peerDependencies'),
      ],
      raw,
    };
  } catch {
    return undefined;
  }
}

function listFiles(root: string): readonly string[] {
  const out: string[] = [];
  const stack = [root];
  for (let dir = stack.pop(); dir !== undefined && out.length < MAX_FILES; dir = stack.pop()) {
    let entries;
    try {
      entries = readdirSync(dir, { withFileTypes: true });
    } catch {
      continue;
    }
    for (const e of entries) {
      // Symbolic links are not followed: they lead out of the workspace or in circles.
      if (e.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(e.name) && !(e.name.startsWith('.') && dir === root)) stack.push(join(dir, e.name));
      } else if (
        e.isFile() &&
        SOURCE.test(e.name) &&
        !DECLARATION.test(e.name) &&
        !isTestPath(relative(root, join(dir, e.name))) &&
        !e.name.endsWith('.min.js')
      )
        out.push(join(dir, e.name));
    }
  }
  return out.sort();
}

/** Test files do not tell how production code is called; `path` is relative to the workspace, so that the place of a checkout does not matter. */
export function isTestPath(path: string): boolean {
  return (
    /\.(?:test|spec|e2e|stories|bench)\.[cm]?[jt]sx?$/.test(path) ||
    /(?:^|[/\\])(?:__tests__|__mocks__|test|tests|e2e|fixtures)[/\\]/.test(path)
  );
}

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
  const manifest = readManifest(join(dir, 'package.json'))?.raw;
  const declared = manifest?.['workspaces'];
  const list = Array.isArray(declared) ? declared : ((declared as { packages?: unknown } | undefined)?.packages ?? []);
  if (Array.isArray(list) && list.length > 0) return list.filter((g): g is string => typeof g === 'string');
  try {
    const yaml = readFileSync(join(dir, 'pnpm-workspace.yaml'), 'utf8');
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
