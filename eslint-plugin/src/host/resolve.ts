import { dirname, join, resolve as resolvePath, sep } from 'node:path';
import type { Folders } from './folders.ts';
import { readText } from './read-text.ts';

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];
/** A compiled name stands for its source: `./x.js` for `./x.ts`. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.jsx': ['.tsx'],
};

interface PathAlias {
  readonly prefix: string;
  readonly suffix: string;
  readonly exact: boolean;
  readonly targets: readonly string[];
}

interface TsConfig {
  readonly baseUrl: string | undefined;
  readonly aliases: readonly PathAlias[];
}

/** Finds the workspace file behind a module specifier without running anything: relative paths, tsconfig paths, workspace packages. */
export class Resolver {
  readonly #root: string;
  readonly #folders: Folders;
  readonly #listPackages: () => readonly string[];
  readonly #cache = new Map<string, string | undefined>();
  readonly #tsconfigs = new Map<string, TsConfig | undefined>();
  #packages: ReadonlyMap<string, string> | undefined;

  constructor(root: string, folders: Folders, listPackages: () => readonly string[]) {
    this.#root = root;
    this.#folders = folders;
    this.#listPackages = listPackages;
  }

  resolve(specifier: string, from: string): string | undefined {
    if (specifier.startsWith('node:')) return undefined;
    const dir = dirname(from);
    const key = `${dir}\0${specifier}`;
    if (this.#cache.has(key)) return this.#cache.get(key);
    const found = specifier.startsWith('.')
      ? asFile(this.#folders, resolvePath(dir, specifier))
      : (this.#alias(specifier, dir) ?? this.#package(specifier) ?? this.#linked(specifier, dir));
    this.#cache.set(key, found);
    return found;
  }

  #alias(specifier: string, dir: string): string | undefined {
    const config = this.#tsconfig(dir);
    if (!config) return undefined;
    for (const a of config.aliases) {
      const matches = a.exact ? specifier === a.prefix : specifier.startsWith(a.prefix) && specifier.endsWith(a.suffix);
      if (!matches) continue;
      const star = specifier.slice(a.prefix.length, specifier.length - a.suffix.length);
      for (const t of a.targets) {
        const file = asFile(this.#folders, t.replace('*', star));
        if (file !== undefined) return file;
      }
    }
    return config.baseUrl === undefined ? undefined : asFile(this.#folders, join(config.baseUrl, specifier));
  }

  #tsconfig(dir: string): TsConfig | undefined {
    if (this.#tsconfigs.has(dir)) return this.#tsconfigs.get(dir);
    let config: TsConfig | undefined;
    for (const name of ['tsconfig.json', 'jsconfig.json']) config ??= readTsConfig(join(dir, name));
    if ((!config || (config.aliases.length === 0 && config.baseUrl === undefined)) && dir.length > this.#root.length)
      config = this.#tsconfig(dirname(dir)) ?? config;
    this.#tsconfigs.set(dir, config);
    return config;
  }

  /** `"Common": "file:../Common"`: a folder under a name of its own. */
  #linked(specifier: string, dir: string): string | undefined {
    const [name = '', ...rest] = specifier.split('/');
    for (let d = dir; d.length >= this.#root.length; d = dirname(d)) {
      const target = this.#folders.manifest(d)?.dependencies.find(([n]) => n === name)?.[1];
      const link = target === undefined ? undefined : /^(?:file|link|portal):(.+)$/.exec(target)?.[1];
      if (link !== undefined)
        return rest.length === 0
          ? packageEntry(this.#folders, resolvePath(d, link))
          : subPath(this.#folders, resolvePath(d, link), rest.join('/'));
      if (d === dirname(d)) break;
    }
    return undefined;
  }

  #package(specifier: string): string | undefined {
    this.#packages ??= packageMap(this.#folders, this.#listPackages());
    const parts = specifier.split('/');
    const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
    const dir = this.#packages.get(name);
    if (dir === undefined) return undefined;
    const rest = specifier.slice(name.length + 1);
    return rest === '' ? packageEntry(this.#folders, dir) : subPath(this.#folders, dir, rest);
  }
}

function packageMap(folders: Folders, manifests: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const path of manifests) {
    const name = folders.manifest(dirname(path))?.name;
    if (name !== undefined && !map.has(name)) map.set(name, dirname(path));
  }
  return map;
}

/** Source entry of a workspace package: its declared entry mapped back to sources, else the usual places. */
function packageEntry(folders: Folders, dir: string): string | undefined {
  const manifest = folders.manifest(dir)?.raw ?? {};
  const declared = [exportTarget(manifest['exports'], '.'), manifest['types'], manifest['module'], manifest['main']];
  for (const d of declared) {
    const file = typeof d === 'string' ? sourceOf(folders, dir, d) : undefined;
    if (file !== undefined) return file;
  }
  for (const guess of ['src/index', 'index', 'src/main', 'lib/index', 'src/lib/index']) {
    const file = asFile(folders, join(dir, guess));
    if (file !== undefined) return file;
  }
  return undefined;
}

function subPath(folders: Folders, dir: string, rest: string): string | undefined {
  const manifest = folders.manifest(dir)?.raw ?? {};
  const target = exportTarget(manifest['exports'], `./${rest}`);
  const inner = rest.replace(/^(?:dist|lib|build|out)\//, '');
  return (
    (target === undefined ? undefined : sourceOf(folders, dir, target)) ??
    asFile(folders, join(dir, rest)) ??
    asFile(folders, join(dir, 'src', inner)) ??
    asFile(folders, join(dir, 'src', rest))
  );
}

function exportTarget(exports: unknown, key: string): string | undefined {
  if (typeof exports === 'string') return key === '.' ? exports : undefined;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const table = exports as Record<string, unknown>;
  const hasPaths = Object.keys(table).some((k) => k.startsWith('.'));
  if (!hasPaths) return key === '.' ? firstString(table) : undefined;
  if (key in table) return firstString(table[key]);
  for (const [pattern, target] of Object.entries(table)) {
    const star = pattern.indexOf('*');
    if (star < 0 || !key.startsWith(pattern.slice(0, star))) continue;
    const text = firstString(target);
    if (text !== undefined) return text.replace('*', key.slice(star, key.length - (pattern.length - star - 1)));
  }
  return undefined;
}

function firstString(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const table = value as Record<string, unknown>;
  for (const k of ['source', 'development', 'types', 'import', 'node', 'default', 'require', ...Object.keys(table)]) {
    const found = firstString(table[k]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `dist/index.d.ts` → `src/index.ts`. */
function sourceOf(folders: Folders, dir: string, target: string): string | undefined {
  const clean = target.replace(/^\.\//, '').replace(/\.d\.([cm]?)ts$/, '.$1ts');
  const moved = clean.replace(/^(?:dist|lib|build|out|\.dist)\/(?:(?:esm|cjs|types|src)\/)?/, 'src/');
  const bare = moved.replace(/\.[cm]?[jt]sx?$/, '');
  return (
    asFile(folders, join(dir, bare)) ??
    (moved === clean ? asFile(folders, join(dir, clean)) : undefined) ??
    asFile(folders, join(dir, clean.replace(/\.[cm]?[jt]sx?$/, '')))
  );
}

/** The file that a path without certainty about its extension means. */
function asFile(folders: Folders, path: string): string | undefined {
  if (path.includes(`${sep}node_modules${sep}`)) return undefined;
  const dot = /\.[cm]?[jt]sx?$/.exec(path)?.[0];
  if (dot !== undefined) {
    if (folders.isFile(path)) return path;
    const stem = path.slice(0, -dot.length);
    for (const e of SOURCES[dot] ?? []) if (folders.isFile(stem + e)) return stem + e;
  }
  for (const e of EXTENSIONS) if (folders.isFile(path + e)) return path + e;
  for (const e of EXTENSIONS) {
    const index = join(path, `index${e}`);
    if (folders.isFile(index)) return index;
  }
  const main = folders.manifest(path)?.raw['main'];
  const own = typeof main === 'string' ? resolvePath(path, main.replace(/\.[cm]?js$/, '')) : undefined;
  // A folder that names itself or a parent would be looked at for ever.
  return own?.startsWith(`${path}${sep}`) ? asFile(folders, own) : undefined;
}

/** Aliases and base of a tsconfig and what it extends; whatever has the wrong type is ignored, because `tsc` reports it. */
function readTsConfig(path: string, extending: readonly string[] = []): TsConfig | undefined {
  if (extending.includes(path) || extending.length > 8) return undefined;
  const raw = readJson(path);
  if (!raw) return undefined;
  const dir = dirname(path);
  const bases = [raw['extends']].flat().filter((e): e is string => typeof e === 'string' && e.startsWith('.'));
  // The last one wins, as in TypeScript 5.
  const base = bases
    .reverse()
    .map((e) => readTsConfig(withJson(resolvePath(dir, e)), [...extending, path]))
    .find((b) => b !== undefined);
  const options = isTable(raw['compilerOptions']) ? raw['compilerOptions'] : {};
  const own = typeof options['baseUrl'] === 'string' ? resolvePath(dir, options['baseUrl']) : undefined;
  const baseUrl = own ?? base?.baseUrl;
  const aliases = Object.entries(isTable(options['paths']) ? options['paths'] : {}).map(([pattern, targets]) => {
    const star = pattern.indexOf('*');
    const list = Array.isArray(targets) ? targets.filter((t): t is string => typeof t === 'string') : [];
    return {
      prefix: star < 0 ? pattern : pattern.slice(0, star),
      suffix: star < 0 ? '' : pattern.slice(star + 1),
      exact: star < 0,
      targets: list.map((t) => resolvePath(own ?? baseUrl ?? dir, t)),
    };
  });
  return { baseUrl, aliases: aliases.length > 0 ? aliases : (base?.aliases ?? []) };
}

function readJson(path: string): Record<string, unknown> | undefined {
  try {
    const raw: unknown = JSON.parse(stripComments(readText(path)));
    return isTable(raw) ? raw : undefined;
  } catch {
    return undefined;
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withJson(path: string): string {
  return path.endsWith('.json') ? path : `${path}.json`;
}

/** JSON with comments and trailing commas, as tsconfig allows. */
function stripComments(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, s: string | undefined) => s ?? '')
    .replace(/,(\s*[}\]])/g, '$1');
}
