import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import type { ModuleHost, ParsedFile, ProjectFacts, TypeOracle } from '../analysis/host.ts';
import { forgetTree } from '../analysis/tree-memory.ts';
import { decode, encode, importedNames } from './bytes.ts';
import { Folders } from './folders.ts';
import { Mentions } from './mentions.ts';
import { parseFile } from './parse.ts';
import { Resolver } from './resolve.ts';
import { isListed, SOURCE, walkFiles } from './listing.ts';
import { put } from './sorted-list.ts';

/** Larger files are generated or bundled: nothing of interest for provenance. */
const MAX_BYTES = 1_000_000;
/** How old what was read may get before it is looked at again, and what counts as a pause, in milliseconds. */
const PARSED_FRESH_MS = 10_000;
const PAUSE_MS = 1000;
const LISTING_FRESH_MS = 30_000;

/** `export … from`, and what compilers and people write for it in CommonJS. */
const REEXPORT =
  /\bexport\b[^;'"`()=]*\bfrom\s*['"]|exports(?:\.\w+)?\s*=\s*(?:\w+\()?require|__exportStar|\.\.\.require/;

interface Source {
  /** The bytes of the file, one character each: half the memory and twice the speed of search where a text is not ASCII. */
  readonly bytes: string;
  /** Set where it was given: it is asked for with every key. */
  readonly text?: string;
  readonly mtime: number;
  readonly size: number;
}

/** Under which names a file is imported. */
interface ImportKeys {
  /** What specifiers of the file end with. */
  readonly ends: readonly string[];
  /** Name of its package, by which files outside of its folder import it. */
  readonly name: string | undefined;
  readonly home: string;
}

/** The files of one workspace: read, searched and parsed on demand; changes on disk are noticed. */
export class Workspace implements ModuleHost {
  readonly root: string;
  types: TypeOracle | undefined;
  #folders = new Folders();
  #resolver: Resolver;
  readonly #sources = new Map<string, Source | undefined>();
  /** Trees of files that others were judged by: null where there is none, undefined where the file has changed since. */
  readonly #parsed = new Map<string, ParsedFile | null | undefined>();
  readonly #linted = new Map<string, WeakRef<ParsedFile> | undefined>();
  readonly #mentions = new Mentions({
    read: (path) => this.#read(path),
    listed: () => this.#files,
    isListed: (path) => isListed(relative(this.root, path)),
    files: () => this.files(),
    importers: (path) => this.#importers(path),
    importsFile: (names, path, imported) => this.#importsFile(names, path, imported),
  });
  readonly #keys = new Map<string, ImportKeys>();
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
    // Not read for this: it may have changed already.
    const isNew = !this.#sources.has(path);
    const before = this.#sources.get(path)?.bytes;
    for (const file of [this.#parsed.get(path), this.#linted.get(path)?.deref()]) if (file) forgetTree(file.ast);
    // Entries are overwritten and not deleted: a map keeps what was deleted in the tables that it has outgrown.
    if (this.#parsed.has(path)) this.#parsed.set(path, undefined);
    if (this.#linted.has(path)) this.#linted.set(path, undefined);
    const source = text === undefined ? readSource(path) : { bytes: encode(text), text, mtime: -1, size: -1 };
    this.#sources.set(path, source);
    const bytes = source?.bytes;
    const cameOrWent = isNew || (bytes === undefined) !== (before === undefined);
    const isPackage = basename(path) === 'package.json';
    if (cameOrWent || isPackage || /[jt]sconfig[^/]*\.json$/.test(path)) this.#forgetFolders();
    // By which name files of the package are imported follows from it.
    if (isPackage) this.#mentions.forgetImports();
    this.#index(path, before, bytes, cameOrWent);
  }

  /** Enters a file into what is known of all files, or takes it out; most edits change neither imports nor mentions. */
  #index(path: string, before: string | undefined, bytes: string | undefined, cameOrWent: boolean): void {
    this.#changedInLoad?.add(path);
    this.#mentions.changed(path);
    if (!this.#files || !isListed(relative(this.root, path))) return;
    if (cameOrWent) this.#files = put(this.#files, path, bytes !== undefined);
    if (!this.#imports) return;
    const old = before === undefined ? new Set<string>() : importedNames(before);
    const names = bytes === undefined ? new Set<string>() : importedNames(bytes);
    for (const name of [...old, ...names])
      if (old.has(name) !== names.has(name))
        this.#imports.set(name, put(this.#imports.get(name) ?? [], path, names.has(name)));
  }

  /** Does a file that imports these names import another one? The same question as `#importers`, about one file. */
  #importsFile(names: ReadonlySet<string>, path: string, imported: string): boolean {
    const { ends, name, home } = this.#importKeys(imported);
    return ends.some((end) => names.has(end)) || (name !== undefined && names.has(name) && !path.startsWith(home));
  }

  /** Files and folders came or went, or a manifest changed: paths are resolved anew. */
  #forgetFolders(): void {
    this.#folders = new Folders();
    this.#resolver = new Resolver(this.root, this.#folders, () => this.#packages());
    this.#projects.clear();
    this.#keys.clear();
  }

  /** Text of a file as the analysis sees it: of an editor where one has it open. */
  text(path: string): string | undefined {
    const bytes = this.#read(path);
    return bytes === undefined ? undefined : (this.#sources.get(path)?.text ?? decode(bytes));
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
    const source = readSource(path);
    this.#sources.set(path, source);
    return source?.bytes;
  }

  parse(path: string): ParsedFile | undefined {
    const parsed = this.#parsed.get(path);
    if (parsed !== undefined) return parsed ?? undefined;
    const text = SOURCE.test(path) ? this.text(path) : undefined;
    const file = text === undefined ? undefined : (this.known(path, text) ?? parseFile(path, text));
    this.#parsed.set(path, file ?? null);
    return file;
  }

  /** A tree of the same text, parsed for other files or still held by the linter, so that scopes and values are found once. */
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

  mayExport(path: string, name: string): boolean {
    const bytes = this.#read(path);
    return bytes !== undefined && (this.#mentions.names(path, name) || REEXPORT.test(bytes));
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
    for (const path of changed) {
      for (const [name, list] of imports) if (list.includes(path)) imports.set(name, put(list, path, false));
      this.#files = put(this.#files, path, false);
      this.#index(path, undefined, this.#read(path), true);
    }
  }

  mentioning(words: readonly string[], { importing }: { readonly importing?: string } = {}): readonly string[] {
    return this.#mentions.of(words, importing);
  }

  /** Files that import a module: by its base name, its folder for an index file, or its package; from one pass over all texts. */
  #importers(path: string): readonly string[] {
    const imports = (this.#imports ??= this.#indexImports());
    const { ends, name, home } = this.#importKeys(path);
    const lists = ends.map((end) => imports.get(end) ?? []);
    if (name !== undefined) lists.push((imports.get(name) ?? []).filter((f) => !f.startsWith(home)));
    return [...new Set(lists.flat())].sort();
  }

  /** Files are told apart later: a name that several of them end with is no harm. */
  #importKeys(path: string): ImportKeys {
    let keys = this.#keys.get(path);
    if (!keys) {
      const root = this.#packageRoot(path);
      keys = {
        ends: endsOf(path),
        name: root === this.root ? undefined : this.project(path).packageName,
        home: root + sep,
      };
      this.#keys.set(path, keys);
    }
    return keys;
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

function readSource(path: string): Source | undefined {
  try {
    const s = statSync(path);
    if (!s.isFile() || s.size > MAX_BYTES) return undefined;
    return { bytes: readFileSync(path, 'latin1'), mtime: s.mtimeMs, size: s.size };
  } catch {
    return undefined;
  }
}

/** Base name of a file; for an index file its folder, also the one around `src`, or nothing: `import '.'`. */
function endsOf(path: string): readonly string[] {
  const base = basename(path, extname(path));
  if (base !== 'index') return [base];
  const folder = dirname(path);
  const name = basename(folder);
  return name === 'src' || name === 'lib' ? [name, basename(dirname(folder)), ''] : [name, ''];
}

/** `main` alone does not count: `npm init` writes it into every service. */
function isPublished(raw: Readonly<Record<string, unknown>> | undefined): boolean {
  return (
    raw?.['private'] !== true && ['exports', 'types', 'typings', 'publishConfig'].some((key) => raw?.[key] != null)
  );
}
