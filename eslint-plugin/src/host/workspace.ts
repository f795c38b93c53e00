import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import type { ModuleHost, ParsedFile, ProjectFacts, TypeOracle } from '../analysis/host.ts';
import { Folders } from './folders.ts';
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
/** How old what was read may get before it is looked at again, and what counts as a pause, in milliseconds. */
const PARSED_FRESH_MS = 10_000;
const PAUSE_MS = 1000;
const LISTING_FRESH_MS = 30_000;

/** Part of the names of many packages that are asked for. */
const COMMON_WORD = 'opentelemetry';
/** `export … from`, and what compilers and people write for it in CommonJS. */
const REEXPORT =
  /\bexport\b[^;'"`()=]*\bfrom\s*['"]|exports(?:\.\w+)?\s*=\s*(?:\w+\()?require|__exportStar|\.\.\.require/;

interface Source {
  /** The bytes of the file, one character each: half the memory and twice the speed of search where a text is not ASCII. */
  readonly bytes: string;
  readonly mtime: number;
  readonly size: number;
}

/** UTF-8 text of bytes that were read one character each. */
function decode(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

function encode(word: string): string {
  return isAscii(word) ? word : Buffer.from(word, 'utf8').toString('latin1');
}

function isAscii(text: string): boolean {
  return !/[\x80-\uffff]/.test(text);
}

/** The files of one workspace: read, searched and parsed on demand; changes on disk are noticed. */
export class Workspace implements ModuleHost {
  readonly root: string;
  types: TypeOracle | undefined;
  readonly #folders = new Folders();
  readonly #resolver: Resolver;
  readonly #sources = new Map<string, Source | undefined>();
  readonly #parsed = new Map<string, ParsedFile | undefined>();
  readonly #linted = new Map<string, WeakRef<ParsedFile>>();
  readonly #mentions = new Map<string, readonly string[]>();
  readonly #projects = new Map<string, ProjectFacts>();
  #files: readonly string[] | undefined;
  #imports: ReadonlyMap<string, readonly string[]> | undefined;
  #listedAt = 0;
  #checkedAt = 0;
  #askedAt = 0;

  constructor(root: string) {
    this.root = root;
    this.#resolver = new Resolver(root, this.#folders, () => this.#packages());
  }

  /**
   * Forgets everything when a file that was parsed has changed on disk; true when that happened. Looked at after a pause,
   * as between two runs in an editor, and now and then in a long run: not while one file follows the other.
   */
  refresh(force = false): boolean {
    const now = Date.now();
    const pause = now - this.#askedAt;
    this.#askedAt = now;
    if (!force && pause < PAUSE_MS && now - this.#checkedAt < PARSED_FRESH_MS) return false;
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
    if (this.#sources.has(path)) return this.#sources.get(path)?.bytes;
    let source: Source | undefined;
    try {
      const s = statSync(path);
      if (s.isFile() && s.size <= MAX_BYTES)
        source = { bytes: readFileSync(path, 'latin1'), mtime: s.mtimeMs, size: s.size };
    } catch {
      source = undefined;
    }
    this.#sources.set(path, source);
    return source?.bytes;
  }

  parse(path: string): ParsedFile | undefined {
    if (this.#parsed.has(path)) return this.#parsed.get(path);
    const bytes = SOURCE.test(path) ? this.#read(path) : undefined;
    const text = bytes === undefined ? undefined : decode(bytes);
    const file = text === undefined ? undefined : (this.#fromLint(path, text) ?? parseFile(path, text));
    this.#parsed.set(path, file);
    return file;
  }

  /** The tree that the linter made of the same text, while it still exists. */
  #fromLint(path: string, text: string): ParsedFile | undefined {
    const file = this.#linted.get(path)?.deref();
    return file?.text === text ? file : undefined;
  }

  /**
   * A file under lint, as it was parsed before for other files where its text is the same, so that scopes and values are
   * found once; else the given one, which is offered to the files that come after it.
   */
  share(file: ParsedFile): ParsedFile {
    const known = this.#parsed.get(file.path);
    if (known?.text === file.text) return known;
    this.#linted.set(file.path, new WeakRef(file));
    return file;
  }

  mayReexport(path: string): boolean {
    const bytes = this.#read(path);
    return bytes !== undefined && REEXPORT.test(bytes);
  }

  resolve(specifier: string, from: string): string | undefined {
    return this.#resolver.resolve(specifier, from);
  }

  /** Source files of the workspace, tests and declarations left out. */
  files(): readonly string[] {
    if (!this.#files) {
      this.#files = listFiles(this.root, this.#folders);
      this.#listedAt = Date.now();
    }
    return this.#files;
  }

  mentioning(words: readonly string[], options: { readonly importing?: string } = {}): readonly string[] {
    const key = `${words.join('\0')}\0\0${options.importing ?? ''}`;
    let found = this.#mentions.get(key);
    if (!found) {
      const pool = options.importing === undefined ? this.#pool(words) : this.#importers(options.importing);
      const encoded = words.map(encode);
      found = pool.filter((path) => {
        const bytes = this.#read(path);
        return bytes !== undefined && encoded.every((w) => bytes.includes(w));
      });
      this.#mentions.set(key, found);
    }
    return found;
  }

  /**
   * Files to search: those with the last of several words, which the caller asks for with many others, and for names of
   * packages around OpenTelemetry those with that word.
   */
  #pool(words: readonly string[]): readonly string[] {
    const last = words.at(-1);
    if (words.length > 1 && last !== undefined) return this.mentioning([last]);
    return last !== undefined && last !== COMMON_WORD && last.includes(COMMON_WORD)
      ? this.mentioning([COMMON_WORD])
      : this.files();
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
      const bytes = this.#read(path);
      if (bytes === undefined) continue;
      const names = new Set<string>();
      for (const m of bytes.matchAll(/(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*['"]([^'"\n]+)['"]/g)) {
        const specifier = decode(m[1] ?? '');
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
      if (this.#folders.isFile(join(dir, 'package.json'))) return dir;
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
        const manifest = this.#folders.manifest(dir);
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
    return [...folders].map((d) => join(d, 'package.json')).filter((p) => this.#folders.isFile(p));
  }
}

function listFiles(root: string, folders: Folders): readonly string[] {
  const out: string[] = [];
  const stack = [root];
  for (let dir = stack.pop(); dir !== undefined && out.length < MAX_FILES; dir = stack.pop()) {
    // Symbolic links are not followed: they lead out of the workspace or in circles.
    const listing = folders.list(dir);
    for (const name of listing.folders)
      if (!SKIPPED_FOLDERS.has(name) && !(name.startsWith('.') && dir === root)) stack.push(join(dir, name));
    const inner = relative(root, dir);
    for (const name of listing.files)
      if (SOURCE.test(name) && !DECLARATION.test(name) && !name.endsWith('.min.js') && !isTestPath(join(inner, name)))
        out.push(join(dir, name));
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
  const manifest = new Folders().manifest(dir)?.raw;
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
