import type { Node } from './ast.ts';
import type { ModuleHost } from './host.ts';
import { libraryExport, librariesOf, libraryType } from './libraries.ts';
import { importSource, moduleOf, specifierName, type ExportTarget, type Module } from './module.ts';
import { TreeMemoryAcrossFiles, treeOfModule } from './tree-memory.ts';

/** An export where it is declared. */
export interface FoundExport {
  readonly target: Exclude<ExportTarget, { kind: 'reexport' }>;
  readonly home: Module;
}

/** Export of a package that modules of the workspace pass on. */
export interface OutsideExport {
  readonly specifier: string;
  readonly name: string;
}

/** Modules that one search looks at. */
const MAX_SEEN = 2000;

/** What exports of a module mean, by their names. */
type ExportCache<T> = TreeMemoryAcrossFiles<Module, Map<string, T | undefined>>;

/** Searches for an export once. Inside of another search, nothing found may mean that a circle of modules ended there. */
function once<T>(
  cache: ExportCache<T>,
  module: Module,
  name: string,
  seen: ReadonlySet<string>,
  search: () => T | undefined,
): T | undefined {
  let known = cache.get(module);
  if (!known) cache.set(module, (known = new Map<string, T | undefined>()));
  if (known.has(name)) return known.get(name);
  const isWhole = seen.size === 0;
  const found = search();
  if (found || isWhole) known.set(name, found);
  return found;
}

/** Which module means what: specifiers to modules, names to the declarations behind re-exports. */
export class ModuleGraph {
  readonly host: ModuleHost;
  private readonly exportCache: ExportCache<FoundExport> = new TreeMemoryAcrossFiles(treeOfModule);
  private readonly outsideCache: ExportCache<OutsideExport> = new TreeMemoryAcrossFiles(treeOfModule);

  constructor(host: ModuleHost) {
    this.host = host;
  }

  /** Workspace module behind a specifier. */
  importedModule(specifier: string, from: Module): Module | undefined {
    if (librariesOf(specifier).length > 0) return undefined;
    const path = this.host.resolve(specifier, from.path);
    return path === undefined ? undefined : this.moduleAt(path);
  }

  /** Workspace module that `export *` passes on, where it can have the name: most of a folder's files do not. */
  private starModule(specifier: string, from: Module, name: string): Module | undefined {
    if (librariesOf(specifier).length > 0) return undefined;
    const path = this.host.resolve(specifier, from.path);
    return path === undefined || this.host.mayExport?.(path, name) === false ? undefined : this.moduleAt(path);
  }

  /** Module at a path of the workspace. */
  moduleAt(path: string): Module | undefined {
    const file = this.host.parse(path);
    return file ? moduleOf(file) : undefined;
  }

  /** Declaration behind an exported name of a workspace module. */
  findExport(module: Module, name: string, seen = new Set<string>()): FoundExport | undefined {
    return once(this.exportCache, module, name, seen, () => this.searchExport(module, name, seen));
  }

  private searchExport(module: Module, name: string, seen: Set<string>): FoundExport | undefined {
    const key = `${module.path} ${name}`;
    if (seen.has(key) || seen.size > MAX_SEEN) return undefined;
    seen.add(key);
    const target = module.exports.get(name) ?? (name === 'default' ? module.exports.get('module.exports') : undefined);
    if (target && target.kind !== 'reexport') return { target, home: module };
    if (target) {
      const next = this.importedModule(target.source, module);
      return next ? this.findExport(next, target.name, seen) : undefined;
    }
    for (const source of module.starExports) {
      const next = this.starModule(source, module, name);
      const found = next && this.findExport(next, name, seen);
      if (found) return found;
    }
    return undefined;
  }

  /** Package export that a workspace module passes on: `export { Tracer } from '@opentelemetry/api'`. */
  outsideExport(module: Module, name: string, seen = new Set<string>()): OutsideExport | undefined {
    return once(this.outsideCache, module, name, seen, () => this.searchOutside(module, name, seen));
  }

  private searchOutside(module: Module, name: string, seen: Set<string>): OutsideExport | undefined {
    const key = `${module.path} ${name}`;
    if (seen.has(key) || seen.size > MAX_SEEN) return undefined;
    seen.add(key);
    const target = module.exports.get(name);
    const declaration = target?.kind === 'binding' ? target.binding.declaration : undefined;
    const [source, inner] =
      target?.kind === 'reexport'
        ? [target.source, target.name]
        : declaration?.type === 'ImportSpecifier'
          ? [importSource(declaration), specifierName(declaration.imported)]
          : [undefined, name];
    if (source !== undefined) {
      if (librariesOf(source).length > 0) return { specifier: source, name: inner };
      const next = this.importedModule(source, module);
      return next ? this.outsideExport(next, inner, seen) : undefined;
    }
    // Of two exports of a name the written one counts.
    if (target) return undefined;
    for (const star of module.starExports) {
      if (libraryExport(star, name) ?? libraryType(star, name)) return { specifier: star, name };
      const next = this.starModule(star, module, name);
      const found = next && this.outsideExport(next, name, seen);
      if (found) return found;
    }
    return undefined;
  }

  /** Declaration node of an exported type, enum or class of the workspace. */
  exportedDeclaration(
    specifier: string,
    name: string,
    from: Module,
  ): { kind: 'node'; node: Node; module: Module } | undefined {
    const target = this.importedModule(specifier, from);
    const found = target && this.findExport(target, name, new Set());
    if (!found) return undefined;
    if (found.target.kind === 'binding')
      return { kind: 'node', node: found.target.binding.declaration, module: found.home };
    return found.target.kind === 'expression'
      ? { kind: 'node', node: found.target.node, module: found.home }
      : undefined;
  }
}
