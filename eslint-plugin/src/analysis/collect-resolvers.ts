import { propertyName, unwrap, type Node, type TSESTree } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import { handlerArgument, rangeFrom, type HandlerDraft } from './handler-facts.ts';
import { rootImport } from './root-import.ts';
import { alternatives, type ObjectValue, type Value } from './value.ts';

/** Packages whose functions and constructors take `{ resolvers }`. */
const SCHEMA_PACKAGES =
  /^(?:@apollo\/server|@apollo\/subgraph|apollo-server(?:-\w+)?|@graphql-tools\/schema|graphql-tools|graphql-yoga|mercurius|type-graphql)$/;
const SERVICE_PACKAGES = /^(?:@grpc\/grpc-js|grpc)$/;
const ROOT_TYPES = ['Query', 'Mutation', 'Subscription'];

/** Handlers that a framework gets as an object: resolvers of a GraphQL schema, methods of a gRPC service. */
export function* resolverHandlers(ctx: AnalysisContext): Iterable<HandlerDraft> {
  const { module } = ctx;
  if (!/resolvers|addService/.test(module.text)) return;
  for (const call of [...module.scopes.nodes('CallExpression'), ...module.scopes.nodes('NewExpression')]) {
    for (const argument of call.arguments) {
      const resolvers = resolversIn(argument);
      if (resolvers && SCHEMA_PACKAGES.test(rootOf(ctx, call) ?? '')) yield* fieldsOf(ctx, resolvers);
    }
    const callee = unwrap(call.callee);
    const service = call.arguments[1];
    if (
      callee.type === 'MemberExpression' &&
      propertyName(callee) === 'addService' &&
      service &&
      SERVICE_PACKAGES.test(rootImport(ctx, callee.object, module)?.source ?? '')
    )
      for (const object of objectsOf(ctx.evaluate(service))) yield* functionsIn(ctx, object, 'rpc', 'grpc', '');
  }
}

/** The package of the call, or of a plugin that it registers: `app.register(mercurius, { resolvers })`. */
function rootOf(ctx: AnalysisContext, call: TSESTree.CallExpression | TSESTree.NewExpression): string | undefined {
  const own = rootImport(ctx, call.callee, ctx.module)?.source;
  if (own !== undefined && SCHEMA_PACKAGES.test(own)) return own;
  const [plugin] = call.arguments;
  return plugin ? rootImport(ctx, plugin, ctx.module)?.source : undefined;
}

function resolversIn(argument: Node): Node | undefined {
  if (argument.type !== 'ObjectExpression') return undefined;
  const property = argument.properties.find((p) => p.type === 'Property' && propertyName(p) === 'resolvers');
  return property?.type === 'Property' ? property.value : undefined;
}

function* fieldsOf(ctx: AnalysisContext, resolvers: Node): Iterable<HandlerDraft> {
  for (const object of objectsOf(ctx.evaluate(resolvers)))
    for (const type of ROOT_TYPES)
      for (const fields of objectsOf(object.props.get(type)?.get()))
        yield* functionsIn(ctx, fields, 'graphql', 'graphql', `${type}.`);
}

/** Objects that a value can be; the elements of an array count. */
function objectsOf(value: Value | undefined): readonly ObjectValue[] {
  if (!value) return [];
  return alternatives(value).flatMap((v) =>
    v.type === 'object' ? [v] : v.type === 'array' ? v.items.flatMap((item) => objectsOf(item())) : [],
  );
}

function* functionsIn(
  ctx: AnalysisContext,
  object: ObjectValue,
  kind: HandlerDraft['kind'],
  framework: string,
  prefix: string,
): Iterable<HandlerDraft> {
  for (const [name, { node, module }] of object.props) {
    const value = valueOf(node);
    const given = value && handlerArgument(ctx, subscribeOf(value) ?? value, module);
    if (!given || given.functions.length === 0) continue;
    yield { kind, framework, name: `${prefix}${name}`, module, range: keyRange(node), ...given, decorators: [] };
  }
}

function valueOf(node: Node): Node | undefined {
  if (node.type === 'Property') return node.value;
  return node.type === 'AssignmentExpression' ? node.right : undefined;
}

/** A subscription is an object with the function inside. */
function subscribeOf(value: Node): Node | undefined {
  if (value.type !== 'ObjectExpression') return undefined;
  const property = value.properties.find((p) => p.type === 'Property' && propertyName(p) === 'subscribe');
  return property?.type === 'Property' ? property.value : undefined;
}

function keyRange(node: Node): HandlerDraft['range'] {
  return node.type === 'Property' ? rangeFrom(node.key, node.key) : rangeFrom(node, node);
}
