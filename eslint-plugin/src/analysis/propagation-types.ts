import { parentOf, propertyName, rangeOf, unwrap, type FunctionNode, type Node, type TSESTree } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import type { Range } from './facts.ts';
import { specifierName, type Module } from './module.ts';
import { alternatives } from './value.ts';

/** What a written type of the message needs, so that code with the carrier still type-checks. */
export type TypeChange =
  /** The type becomes an intersection with an object that has the property. */
  | { readonly at: 'type'; readonly range: Range; readonly property: string }
  /** An interface or object type of the same file gets an optional property as its last member. */
  | { readonly at: 'members'; readonly range: Range; readonly property: string };

const MAX_DEPTH = 8;

/** Changes to the type of the data that a queue takes: `Queue<T>` where it is made or annotated in this file. */
export function sentTypes(
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  property: string,
  ctx: AnalysisContext,
): readonly TypeChange[] {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return [];
  const types: (Node | undefined)[] = [annotationBehind(callee.object, ctx.module)];
  for (const v of alternatives(ctx.evaluate(callee.object))) {
    const made = v.type === 'shape' && v.module === ctx.module && v.origin ? unwrap(v.origin) : undefined;
    if (made?.type === 'NewExpression') types.push(made.typeArguments?.params[0]);
  }
  return changes(
    types.map((t) => (t?.type === 'TSTypeReference' && isQueue(t) ? t.typeArguments?.params[0] : t)),
    property,
    ctx,
  );
}

/** Changes to the type of the message that a handler takes: its parameter, and `new Worker<T>` around it. */
export function receivedTypes(
  handler: FunctionNode,
  index: number,
  path: string,
  ctx: AnalysisContext,
): readonly TypeChange[] {
  const steps = path.split('.');
  const property = steps.at(-1) ?? path;
  const param = handler.params[index];
  const own = param && 'typeAnnotation' in param ? param.typeAnnotation?.typeAnnotation : undefined;
  if (steps.length === 1) return changes([own], property, ctx);
  if (steps.length !== 2 || steps[0] !== 'data') return [];
  const holder = parentOf(handler);
  const around = holder?.type === 'NewExpression' ? holder.typeArguments?.params[0] : undefined;
  const inner = own?.type === 'TSTypeReference' ? own.typeArguments?.params[0] : undefined;
  return changes([around, inner], property, ctx);
}

function isQueue(type: TSESTree.TSTypeReference): boolean {
  return type.typeName.type === 'Identifier' && /Queue|Producer/.test(type.typeName.name);
}

/** The annotation of a variable, parameter or field that a method is called on. */
function annotationBehind(receiver: Node, module: Module): Node | undefined {
  const n = unwrap(receiver);
  if (n.type === 'Identifier') {
    const id = module.scopes.resolve(n)?.id;
    return id?.typeAnnotation?.typeAnnotation;
  }
  if (n.type !== 'MemberExpression' || unwrap(n.object).type !== 'ThisExpression') return undefined;
  const name = propertyName(n);
  let body = parentOf(n);
  while (body && body.type !== 'ClassBody') body = parentOf(body);
  for (const member of body?.type === 'ClassBody' ? body.body : []) {
    if (member.type === 'PropertyDefinition' && propertyName(member) === name)
      return member.typeAnnotation?.typeAnnotation;
    if (member.type !== 'MethodDefinition' || member.kind !== 'constructor') continue;
    for (const p of member.value.params) {
      if (p.type === 'TSParameterProperty' && p.parameter.type === 'Identifier' && p.parameter.name === name)
        return p.parameter.typeAnnotation?.typeAnnotation;
    }
  }
  return undefined;
}

function changes(types: readonly (Node | undefined)[], property: string, ctx: AnalysisContext): readonly TypeChange[] {
  const out = new Map<number, TypeChange>();
  for (const type of types) {
    if (!type || allows(type, property, ctx.module, ctx, 0)) continue;
    const change = changeOf(type, property, ctx.module);
    out.set(change.range.start, change);
  }
  return [...out.values()];
}

function changeOf(type: Node, property: string, module: Module): TypeChange {
  const named =
    type.type === 'TSTypeReference' && type.typeName.type === 'Identifier'
      ? module.scopes.lookup(type.typeName.name, type)?.declaration
      : undefined;
  const members = named ? membersOf(named) : type;
  if (members?.type === 'TSInterfaceBody' || members?.type === 'TSTypeLiteral')
    return { at: 'members', range: range(members), property };
  return { at: 'type', range: range(type), property };
}

function membersOf(declaration: Node): Node | undefined {
  if (declaration.type === 'TSInterfaceDeclaration') return declaration.body;
  return declaration.type === 'TSTypeAliasDeclaration' ? declaration.typeAnnotation : undefined;
}

/** The type has the property, or takes any; what cannot be seen does not. */
function allows(type: Node, property: string, module: Module, ctx: AnalysisContext, depth: number): boolean {
  if (depth > MAX_DEPTH) return true;
  const inner = (n: Node, m = module): boolean => allows(n, property, m, ctx, depth + 1);
  switch (type.type) {
    case 'TSAnyKeyword':
    case 'TSMappedType':
      return true;
    case 'TSTypeLiteral':
      return hasMember(type.members, property);
    case 'TSInterfaceBody':
      return hasMember(type.body, property);
    case 'TSIntersectionType':
      return type.types.some((t) => inner(t));
    case 'TSUnionType':
      return type.types.every((t) => inner(t));
    case 'TSTypeReference': {
      if (type.typeName.type !== 'Identifier') return false;
      if (type.typeName.name === 'Record') return true;
      const found = declarationOf(type.typeName, module, ctx);
      if (!found) return false;
      const { node, module: home } = found;
      const members = membersOf(node);
      if (members && inner(members, home)) return true;
      return (
        node.type === 'TSInterfaceDeclaration' &&
        node.extends.some((e) => {
          const base = e.expression.type === 'Identifier' ? declarationOf(e.expression, home, ctx) : undefined;
          const body = base && membersOf(base.node);
          return body !== undefined && inner(body, base?.module);
        })
      );
    }
    default:
      return false;
  }
}

function hasMember(members: readonly TSESTree.TypeElement[], property: string): boolean {
  return members.some(
    (m) => m.type === 'TSIndexSignature' || (m.type === 'TSPropertySignature' && propertyName(m) === property),
  );
}

/** Declaration of a type name, one import away. */
function declarationOf(
  name: TSESTree.Identifier,
  module: Module,
  ctx: AnalysisContext,
): { readonly node: Node; readonly module: Module } | undefined {
  const declaration = module.scopes.lookup(name.name, name)?.declaration;
  if (declaration?.type !== 'ImportSpecifier' || declaration.parent.type !== 'ImportDeclaration')
    return declaration && { node: declaration, module };
  const path = ctx.host.resolve(declaration.parent.source.value, module.path);
  const home = path === undefined ? undefined : ctx.moduleAt(path);
  const target = home?.exports.get(specifierName(declaration.imported));
  return home && target?.kind === 'binding' ? { node: target.binding.declaration, module: home } : undefined;
}

function range(node: Node): Range {
  const [start, end] = rangeOf(node);
  return { start, end };
}
