import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import type { ModuleHost, ParsedFile, ProjectFacts, TypeOracle } from '../analysis/host.ts';
import { decode, encode, importedNames } from './bytes.ts';
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

/** The files of one workspace: read, searched and parsed on demand; changes on disk are noticed. */
export class Workspace implements ModuleHost {
  readonly root: string;
  types: TypeOracle | undefined;
  #folders = new Folders();
  #resolver: Resolver;
  readonly #sources = new Map<string, Source | undefined>();
  readonly #parsed = new Map<string, ParsedFile | undefined>();
  readonly #linted = new Map<string, WeakRef<ParsedFile>>();
  readonly #mentions = new Map<string, readonly string[]>();
  readonly #mentionKeys = new Map<string, { readonly words: readonly string[]; readonly importing?: string }>();
  readonly #projects = new Map<string, ProjectFacts>();
  #files: readonly string[] | undefined;
  #imports: Map<string, readonly string[]> | undefined;
  /** Files that changed while `load` was at work. */
  #changedInLoad: Set<string> | undefined;
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

  /**
   * Takes in a change of one file: `text` is what an editor shows; without it the file is read from disk anew, where it may
   * be gone. What was found across files has to be forgotten by the caller (`forgetAcrossFiles`), when it suits.
   */
  update(path: string, text?: string): void {
    const wasListed = this.#read(path) !== undefined;
    this.#sources.delete(path);
    if (text !== undefined) this.#sources.set(path, { bytes: encode(text), mtime: -1, size: -1 });
    this.#parsed.delete(path);
    this.#linted.delete(path);
    const bytes = this.#read(path);
    if ((bytes !== undefined) !== wasListed || /(?:package|[jt]sconfig[^/]*)\.json$/.test(path)) this.#forgetFolders();
    this.#index(path, bytes);
  }

  /** Enters a file into what is known of all files, or takes it out. */
  #index(path: string, bytes: string | undefined): void {
    this.#changedInLoad?.add(path);
    if (!this.#files || !isListed(relative(this.root, path))) return;
    this.#files = put(this.#files, path, bytes !== undefined);
    if (this.#imports) {
      for (const [name, list] of this.#imports)
        if (list.includes(path)) this.#imports.set(name, put(list, path, false));
      if (bytes !== undefined)
        for (const name of importedNames(bytes))
          this.#imports.set(name, put(this.#imports.get(name) ?? [], path, true));
    }
    for (const [key, found] of this.#mentions) {
      const { words, importing } = this.#mentionKeys.get(key) ?? { words: [] };
      const matches =
        bytes !== undefined &&
        words.every((w) => bytes.includes(encode(w))) &&
        (importing === undefined || this.#importers(importing).includes(path));
      this.#mentions.set(key, put(found, path, matches));
    }
  }

  /** Files and folders came or went, or a manifest changed: paths are resolved anew. */
  #forgetFolders(): void {
    this.#folders = new Folders();
    this.#resolver = new Resolver(this.root, this.#folders, () => this.#packages());
    this.#projects.clear();
  }

  /** Text of a file as the analysis sees it: of an editor where one has it open. */
  text(path: string): string | undefined {
    const bytes = this.#read(path);
    return bytes === undefined ? undefined : decode(bytes);
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

  /** A file as it was parsed for other files, where its text is the same, so that scopes and values are found once. */
  known(path: string, text: string): ParsedFile | undefined {
    const known = this.#parsed.get(path) ?? this.#linted.get(path)?.deref();
    return known?.text === text ? known : undefined;
  }

  /** Offers the tree of a file under lint to the files that come after it, as long as it exists. */
  offer(file: ParsedFile): void {
    this.#linted.set(file.path, new WeakRef(file));
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
      this.#files = [...walkFiles(this.root, this.#folders)].flat().sort();
      this.#listedAt = Date.now();
    }
    return this.#files;
  }

  /** Lists and reads the files in small steps, for a host that has other things to do in between; yields how many were read. */
  *load(): Generator<{ readonly read: number; readonly found: number }, void> {
    if (this.#files && this.#imports) return;
    const changed = (this.#changedInLoad = new Set<string>());
    const files: string[] = [];
    for (const some of walkFiles(this.root, this.#folders)) {
      files.push(...some);
      yield { read: 0, found: files.length };
    }
    files.sort();
    const imports = new Map<string, string[]>();
    for (const [i, path] of files.entries()) {
      this.#enterImports(imports, path);
      yield { read: i + 1, found: files.length };
    }
    this.#changedInLoad = undefined;
    this.#files = files;
    this.#imports = imports;
    this.#listedAt = Date.now();
    for (const path of changed) this.#index(path, this.#read(path));
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
      this.#mentionKeys.set(key, { words, ...options });
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
  #indexImports(): Map<string, readonly string[]> {
    const index = new Map<string, string[]>();
    for (const path of this.files()) this.#enterImports(index, path);
    return index;
  }

  #enterImports(index: Map<string, string[]>, path: string): void {
    const bytes = this.#read(path);
    if (bytes === undefined) return;
    for (const n of importedNames(bytes)) {
      const list = index.get(n);
      if (list) list.push(path);
      else index.set(n, [path]);
    }
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
      facts = { dependencies, packageName, isPublished: isPublished(this.#folders.manifest(home)?.raw) };
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

/** `main` alone does not count: `npm init` writes it into every service. */
function isPublished(raw: Readonly<Record<string, unknown>> | undefined): boolean {
  return (
    raw?.['private'] !== true && ['exports', 'types', 'typings', 'publishConfig'].some((key) => raw?.[key] != null)
  );
}

/** A sorted list with or without an entry. */
function put(list: readonly string[], entry: string, present: boolean): readonly string[] {
  if (list.includes(entry) === present) return list;
  return present ? [...list, entry].sort() : list.filter((e) => e !== entry);
}

/** Does the index look at a file of this path below the root? */
function isListed(path: string): boolean {
  const parts = path.split(sep);
  return (
    !path.startsWith('..') &&
    !parts.slice(0, -1).some((p, i) => SKIPPED_FOLDERS.has(p) || (i === 0 && p.startsWith('.'))) &&
    SOURCE.test(path) &&
    !DECLARATION.test(path) &&
    !path.endsWith('.min.js') &&
    !isTestPath(path)
  );
}

/** Source files below a folder, a folder at a time. */
export function* walkFiles(root: string, folders = new Folders()): Generator<readonly string[], void> {
  const stack = [root];
  let count = 0;
  for (let dir = stack.pop(); dir !== undefined && count < MAX_FILES; dir = stack.pop()) {
    // Symbolic links are not followed: they lead out of the workspace or in circles.
    const listing = folders.list(dir);
    for (const name of listing.folders)
      if (!SKIPPED_FOLDERS.has(name) && !(name.startsWith('.') && dir === root)) stack.push(join(dir, name));
    const inner = relative(root, dir);
    const files = [...listing.files].filter(
      (name) =>
        SOURCE.test(name) && !DECLARATION.test(name) && !name.endsWith('.min.js') && !isTestPath(join(inner, name)),
    );
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
