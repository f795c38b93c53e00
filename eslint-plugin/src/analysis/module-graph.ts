import type { Node } from './ast.ts';
import type { ModuleHost } from './host.ts';
import { libraryExport, librariesOf, libraryType } from './libraries.ts';
import { importSource, moduleOf, specifierName, type ExportTarget, type Module } from './module.ts';

/** An export where it is declared. */
export interface FoundExport {
  readonly target: Exclude<ExportTarget, { kind: 'reexport' }>;
  readonly home: Module;
}

/** Which module means what: specifiers to modules, names to the declarations behind re-exports. */
export class ModuleGraph {
  readonly host: ModuleHost;
  private readonly exportCache = new WeakMap<Module, Map<string, FoundExport | undefined>>();

  constructor(host: ModuleHost) {
    this.host = host;
  }

  /** Workspace module behind a specifier. */
  importedModule(specifier: string, from: Module): Module | undefined {
    if (librariesOf(specifier).length > 0) return undefined;
    const path = this.host.resolve(specifier, from.path);
    return path === undefined ? undefined : this.moduleAt(path);
  }

  /** Module at a path of the workspace. */
  moduleAt(path: string): Module | undefined {
    const file = this.host.parse(path);
    return file ? moduleOf(file) : undefined;
  }

  /** Declaration behind an exported name of a workspace module. */
  findExport(module: Module, name: string, seen = new Set<string>()): FoundExport | undefined {
    const known = this.exportCache.get(module) ?? new Map<string, FoundExport | undefined>();
    this.exportCache.set(module, known);
    if (known.has(name)) return known.get(name);
    const found = this.searchExport(module, name, seen);
    known.set(name, found);
    return found;
  }

  private searchExport(module: Module, name: string, seen: Set<string>): FoundExport | undefined {
    const key = `${module.path} ${name}`;
    if (seen.has(key) || seen.size > 2000) return undefined;
    seen.add(key);
    const target = module.exports.get(name) ?? (name === 'default' ? module.exports.get('module.exports') : undefined);
    if (target && target.kind !== 'reexport') return { target, home: module };
    if (target) {
      const next = this.importedModule(target.source, module);
      return next ? this.findExport(next, target.name, seen) : undefined;
    }
    for (const source of module.starExports) {
      const next = this.importedModule(source, module);
      const found = next && this.findExport(next, name, seen);
      if (found) return found;
    }
    return undefined;
  }

  /** Package export that a workspace module passes on: `export { Tracer } from '@opentelemetry/api'`. */
  outsideExport(
    module: Module,
    name: string,
    depth = 0,
  ): { readonly specifier: string; readonly name: string } | undefined {
    if (depth > 8) return undefined;
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
      return next ? this.outsideExport(next, inner, depth + 1) : undefined;
    }
    for (const star of module.starExports) {
      if (libraryExport(star, name) ?? libraryType(star, name)) return { specifier: star, name };
      const next = librariesOf(star).length > 0 ? undefined : this.importedModule(star, module);
      const found = next && this.outsideExport(next, name, depth + 1);
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
