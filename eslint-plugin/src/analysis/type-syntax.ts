import { propertyName, type Node, type TSESTree } from './ast.ts';
import { globalType, libraryType } from './libraries.ts';
import { importSource, specifierName, type Module } from './module.ts';
import type { Evaluator } from './evaluate.ts';
import { bounded, type DeclaredType, type Value } from './value.ts';

const MAX_DEPTH = 12;

/** The type annotation of a parameter, variable or field. */
export function annotationOf(node: Node): TSESTree.TypeNode | undefined {
  const n =
    node.type === 'AssignmentPattern'
      ? node.left
      : node.type === 'TSParameterProperty'
        ? node.parameter.type === 'AssignmentPattern'
          ? node.parameter.left
          : node.parameter
        : node;
  return (n as { typeAnnotation?: TSESTree.TSTypeAnnotation }).typeAnnotation?.typeAnnotation;
}

/**
 * What a written type says about a value: a bounded set of values, a shape of a known library, or nothing.
 * `names` is what the value is called, for the unknown that remains.
 */
export function valueOfType(ev: Evaluator, type: DeclaredType, names: readonly string[], depth = 0): Value | undefined {
  const { node, module } = type;
  if (depth > MAX_DEPTH) return undefined;
  const next = (n: TSESTree.TypeNode, m = module): Value | undefined =>
    valueOfType(ev, { node: n, module: m }, names, depth + 1);
  switch (node.type) {
    case 'TSBooleanKeyword':
      return bounded('a boolean', 2, undefined, 'typed');
    case 'TSLiteralType': {
      const l = node.literal;
      if (l.type === 'Literal') return bounded('a literal type', 1, [String(l.value)], 'typed');
      if (l.type === 'TemplateLiteral' && l.expressions.length === 0)
        return bounded('a literal type', 1, undefined, 'typed');
      return undefined;
    }
    case 'TSNullKeyword':
    case 'TSUndefinedKeyword':
    case 'TSNeverKeyword':
    case 'TSVoidKeyword':
      return bounded('nothing', 0, undefined, 'typed');
    case 'TSUnionType':
      return unionOf(node.types.map((t) => next(t)));
    case 'TSIntersectionType':
      return node.types.map((t) => next(t)).find((v) => v !== undefined);
    case 'TSTypeOperator':
      if (node.operator === 'keyof') return bounded('the keys of a type', undefined, undefined, 'typed');
      return node.typeAnnotation ? next(node.typeAnnotation) : undefined;
    case 'TSTypeReference':
      return valueOfReference(ev, node, module, names, depth);
    case 'TSImportType': {
      const source = node.source as { value?: unknown } | undefined;
      const name = node.qualifier?.type === 'Identifier' ? node.qualifier.name : undefined;
      const shape = typeof source?.value === 'string' && name ? libraryType(source.value, name) : undefined;
      return shape ? { type: 'shape', shape, module, origin: undefined, evidence: 'typed' } : undefined;
    }
    case 'TSIndexedAccessType': {
      const member =
        node.indexType.type === 'TSLiteralType' && node.indexType.literal.type === 'Literal'
          ? String(node.indexType.literal.value)
          : undefined;
      const found =
        member === undefined ? undefined : memberType(ev, { node: node.objectType, module }, member, depth + 1);
      return found ? valueOfType(ev, found, names, depth + 1) : undefined;
    }
    default:
      return undefined;
  }
}

function unionOf(values: readonly (Value | undefined)[]): Value | undefined {
  let count = 0;
  const literals: string[] = [];
  const shapes: Value[] = [];
  for (const v of values) {
    if (v?.type === 'shape') {
      shapes.push(v);
      continue;
    }
    if (v?.type !== 'bounded') return undefined;
    count += v.count ?? Number.NaN;
    if (v.literals) literals.push(...v.literals);
  }
  if (shapes.length > 0) return shapes[0];
  return bounded(
    `a union of ${values.length} types`,
    Number.isNaN(count) ? undefined : count,
    literals.length === count ? literals : undefined,
    'typed',
  );
}

const TRANSPARENT = new Set([
  'Readonly',
  'NonNullable',
  'Partial',
  'Required',
  'Awaited',
  'Promise',
  'DeepPartial',
  'Maybe',
  'Nullable',
  'Optional',
]);

function valueOfReference(
  ev: Evaluator,
  node: TSESTree.TSTypeReference,
  module: Module,
  names: readonly string[],
  depth: number,
): Value | undefined {
  const name = node.typeName;
  const first = node.typeArguments?.params[0];
  if (name.type === 'Identifier' && TRANSPARENT.has(name.name) && first)
    return valueOfType(ev, { node: first, module }, names, depth + 1);
  if (name.type === 'Identifier' && (name.name === 'Extract' || name.name === 'Exclude') && first)
    return valueOfType(ev, { node: first, module }, names, depth + 1);
  if (name.type === 'Identifier' && (name.name === 'Secret' || name.name === 'Pii')) return undefined;
  const target = typeTarget(ev, name, module);
  if (!target) {
    const shape =
      name.type === 'Identifier' && !module.scopes.lookup(name.name, node) ? globalType(name.name) : undefined;
    return shape ? { type: 'shape', shape, module, origin: undefined, evidence: 'typed' } : undefined;
  }
  if (target.kind === 'shape')
    return { type: 'shape', shape: target.shape, module, origin: undefined, evidence: 'typed' };
  const { node: declaration, module: home } = target;
  if (declaration.type === 'TSEnumDeclaration') return enumType(declaration);
  if (declaration.type === 'TSTypeAliasDeclaration')
    return valueOfType(ev, { node: declaration.typeAnnotation, module: home }, names, depth + 1);
  if (declaration.type === 'TSInterfaceDeclaration') return inheritedShape(ev, declaration, home, names, depth);
  if (declaration.type === 'ClassDeclaration' || declaration.type === 'ClassExpression') {
    return { type: 'instance', of: { type: 'class', node: declaration, module: home }, args: undefined };
  }
  return undefined;
}

/** `interface AuthRequest extends Request`: still a request. */
function inheritedShape(
  ev: Evaluator,
  node: TSESTree.TSInterfaceDeclaration,
  module: Module,
  names: readonly string[],
  depth: number,
): Value | undefined {
  if (depth > MAX_DEPTH) return undefined;
  for (const base of node.extends) {
    if (base.expression.type !== 'Identifier') continue;
    const target = typeTarget(ev, base.expression, module);
    if (target?.kind === 'shape')
      return { type: 'shape', shape: target.shape, module, origin: undefined, evidence: 'typed' };
    if (target?.kind === 'node' && target.node.type === 'TSInterfaceDeclaration') {
      const found = inheritedShape(ev, target.node, target.module, names, depth + 1);
      if (found) return found;
    }
    if (!target) {
      const shape = module.scopes.lookup(base.expression.name, base) ? undefined : globalType(base.expression.name);
      if (shape) return { type: 'shape', shape, module, origin: undefined, evidence: 'typed' };
    }
  }
  return undefined;
}

function enumType(node: TSESTree.TSEnumDeclaration): Value {
  const members =
    (node.body as { members?: readonly unknown[] } | undefined)?.members ??
    (node as unknown as { members?: readonly unknown[] }).members ??
    [];
  return bounded(`the enum \`${node.id.name}\``, members.length, undefined, 'typed');
}

type TypeTarget =
  | { readonly kind: 'node'; readonly node: Node; readonly module: Module }
  | { readonly kind: 'shape'; readonly shape: string };

/** Declaration that a type name means, through imports and re-exports. */
export function typeTarget(ev: Evaluator, name: TSESTree.EntityName, module: Module): TypeTarget | undefined {
  if (name.type === 'TSQualifiedName') {
    if (name.left.type !== 'Identifier') return undefined;
    const binding = module.scopes.lookup(name.left.name, name);
    if (binding?.kind === 'enum') return { kind: 'node', node: binding.declaration, module };
    const source = importSource(binding?.declaration);
    if (source === undefined) return undefined;
    const shape = libraryType(source, name.right.name);
    if (shape) return { kind: 'shape', shape };
    return ev.graph.exportedDeclaration(source, name.right.name, module);
  }
  if (name.type !== 'Identifier') return undefined;
  const binding = module.scopes.lookup(name.name, name);
  if (!binding) return undefined;
  if (binding.kind !== 'import') return { kind: 'node', node: binding.declaration, module };
  const source = importSource(binding.declaration);
  if (source === undefined) return undefined;
  const imported =
    binding.declaration.type === 'ImportSpecifier' ? specifierName(binding.declaration.imported) : 'default';
  const shape = libraryType(source, imported) ?? passedOn(ev, source, imported, module);
  if (shape) return { kind: 'shape', shape };
  return ev.graph.exportedDeclaration(source, imported, module);
}

/** A library type that a module of the workspace re-exports. */
function passedOn(ev: Evaluator, source: string, name: string, module: Module): string | undefined {
  const home = ev.graph.importedModule(source, module);
  const outside = home && ev.graph.outsideExport(home, name);
  return outside ? libraryType(outside.specifier, outside.name) : undefined;
}

/** Type of a member of a written object type, followed through aliases, interfaces and `extends`. */
export function memberType(ev: Evaluator, type: DeclaredType, member: string, depth = 0): DeclaredType | undefined {
  const { node, module } = type;
  if (depth > MAX_DEPTH) return undefined;
  switch (node.type) {
    case 'TSTypeLiteral':
      return memberOf(node.members, member, module);
    case 'TSArrayType':
      return member === '[]' ? { node: node.elementType, module } : undefined;
    case 'TSIntersectionType':
    case 'TSUnionType': {
      for (const t of node.types) {
        const found = memberType(ev, { node: t, module }, member, depth + 1);
        if (found) return found;
      }
      return undefined;
    }
    case 'TSTypeReference': {
      const name = node.typeName;
      const args = node.typeArguments?.params ?? [];
      if (name.type === 'Identifier' && args[0]) {
        if (TRANSPARENT.has(name.name) || name.name === 'Pick' || name.name === 'Omit')
          return memberType(ev, { node: args[0], module }, member, depth + 1);
        if (member === '[]' && (name.name === 'Array' || name.name === 'ReadonlyArray' || name.name === 'Set'))
          return { node: args[0], module };
        if (name.name === 'Record' && args[1]) return { node: args[1], module };
      }
      const target = typeTarget(ev, name, module);
      if (target?.kind !== 'node') return undefined;
      const d = target.node;
      if (d.type === 'TSTypeAliasDeclaration')
        return memberType(ev, { node: d.typeAnnotation, module: target.module }, member, depth + 1);
      if (d.type === 'TSInterfaceDeclaration') {
        const own = memberOf(d.body.body, member, target.module);
        if (own) return own;
        for (const base of d.extends) {
          if (base.expression.type !== 'Identifier') continue;
          const t = typeTarget(ev, base.expression, target.module);
          if (t?.kind === 'node' && t.node.type === 'TSInterfaceDeclaration') {
            const inherited = memberOf(t.node.body.body, member, t.module);
            if (inherited) return inherited;
          }
        }
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

function memberOf(members: readonly TSESTree.TypeElement[], name: string, module: Module): DeclaredType | undefined {
  for (const m of members) {
    if (m.type === 'TSPropertySignature' && propertyName(m) === name && m.typeAnnotation)
      return { node: m.typeAnnotation.typeAnnotation, module };
  }
  return undefined;
}

/** Name of a referenced type (`User` of `User`, `Readonly<User>`), for object context. */
export function typeName(node: TSESTree.TypeNode): string | undefined {
  if (node.type !== 'TSTypeReference') return undefined;
  if (node.typeName.type !== 'Identifier')
    return node.typeName.type === 'TSQualifiedName' ? node.typeName.right.name : undefined;
  const first = node.typeArguments?.params[0];
  return TRANSPARENT.has(node.typeName.name) && first ? typeName(first) : node.typeName.name;
}
