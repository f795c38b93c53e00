import { globals } from '../knowledge/libraries/builtins.ts';
import { libraries } from '../knowledge/libraries/index.ts';
import { globalTypes } from '../knowledge/libraries/web.ts';
import type { Library, Member, Shape, ShapeName, Signature } from '../knowledge/types.ts';

type Export = Member & { readonly construct?: Signature };

const shapes = new Map<ShapeName, Shape>();
const byModule = new Map<string, Library[]>();
const prefixes: [string, Library][] = [];
for (const library of libraries) {
  for (const [name, shape] of Object.entries(library.shapes ?? {})) shapes.set(name, shape);
  for (const module of library.modules) {
    if (module.endsWith('/*')) prefixes.push([module.slice(0, -1), library]);
    else byModule.set(module, [...(byModule.get(module) ?? []), library]);
  }
}

/** Libraries that a module specifier belongs to. */
export function librariesOf(specifier: string): readonly Library[] {
  const exact = byModule.get(specifier);
  if (exact) return exact;
  return prefixes.filter(([prefix]) => specifier.startsWith(prefix)).map(([, library]) => library);
}

/** Facts of a shape. */
export function shapeOf(name: ShapeName): Shape | undefined {
  return shapes.get(name);
}

/** Export of a known library, `default` falling back to nothing so that the namespace can stand in. */
export function libraryExport(specifier: string, name: string): Export | undefined {
  for (const library of librariesOf(specifier)) {
    if (Object.hasOwn(library.exports, name)) return library.exports[name];
  }
  return undefined;
}

/** Shape that a type name imported from a library stands for. */
export function libraryType(specifier: string, name: string): ShapeName | undefined {
  for (const library of librariesOf(specifier)) {
    if (library.types && Object.hasOwn(library.types, name)) return library.types[name];
  }
  return undefined;
}

/** A global object or function that is known. */
export function globalExport(name: string): Export | undefined {
  return Object.hasOwn(globals, name) ? globals[name] : undefined;
}

/** Shape of a global TypeScript type. */
export function globalType(name: string): ShapeName | undefined {
  return Object.hasOwn(globalTypes, name) ? globalTypes[name] : undefined;
}

/** Member of a shape, falling back to its `anyMember`. */
export function shapeMember(shape: ShapeName, name: string): Member | undefined {
  const facts = shapes.get(shape);
  if (!facts) return undefined;
  return facts.members && Object.hasOwn(facts.members, name) ? facts.members[name] : facts.anyMember;
}
