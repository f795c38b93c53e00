import { lambdaHandlerType } from '../knowledge/entry-points.ts';
import { isFunction, unwrap, type Node } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import { handlerArgument, rangeFrom, type HandlerDraft } from './handler-facts.ts';
import { importSource, type ExportTarget } from './module.ts';
import { rootImport } from './root-import.ts';

const ROUTE_FILE = /(?:^|[/\\])app[/\\](?:(.*)[/\\])?route\.[cm]?[jt]sx?$/;
const API_FILE = /(?:^|[/\\])pages[/\\](api[/\\].+?)\.[cm]?[jt]sx?$/;
const HTTP_EXPORTS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

/** Handlers that a platform finds by the file or the export: routes of Next.js, AWS Lambda functions. */
export function* exportedHandlers(ctx: AnalysisContext): Iterable<HandlerDraft> {
  yield* nextHandlers(ctx);
  yield* lambdaHandlers(ctx);
}

function* nextHandlers(ctx: AnalysisContext): Iterable<HandlerDraft> {
  const { module, host } = ctx;
  const below =
    host.root !== undefined && module.path.startsWith(host.root) ? module.path.slice(host.root.length) : module.path;
  const route = ROUTE_FILE.exec(below);
  const api = route ? null : API_FILE.exec(below);
  if ((!route && !api) || !host.project(module.path).dependencies.has('next')) return;
  if (api?.[1] !== undefined) {
    const target = module.exports.get('default');
    if (target) yield draft(ctx, target, 'http', 'next', `ALL /${slashes(api[1]).replace(/\/index$/, '')}`);
    return;
  }
  // Folders in parentheses and with `@` are not part of the path.
  const path = slashes(route?.[1] ?? '')
    .split('/')
    .filter((part) => part !== '' && !/^(?:\(.*\)|@.*)$/.test(part))
    .join('/');
  for (const [name, target] of module.exports)
    if (HTTP_EXPORTS.has(name)) yield draft(ctx, target, 'http', 'next', `${name} /${path}`);
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}

function* lambdaHandlers(ctx: AnalysisContext): Iterable<HandlerDraft> {
  const { module } = ctx;
  if (!/aws-lambda|@middy\/core/.test(module.text)) return;
  for (const [name, target] of module.exports) {
    const node = nodeOf(target);
    if (node && isLambda(ctx, node)) yield draft(ctx, target, 'lambda', 'aws-lambda', name);
  }
}

function isLambda(ctx: AnalysisContext, node: Node): boolean {
  const { module } = ctx;
  if (node.type === 'VariableDeclarator') {
    const annotation = node.id.type === 'Identifier' ? node.id.typeAnnotation?.typeAnnotation : undefined;
    if (annotation && isLambdaType(ctx, annotation, lambdaHandlerType)) return true;
    const init = node.init && unwrap(node.init);
    if (init?.type === 'CallExpression') return rootImport(ctx, init.callee, module)?.source === '@middy/core';
    return init ? isLambda(ctx, init) : false;
  }
  if (!isFunction(node)) return false;
  const [first] = node.params;
  const annotation = first?.type === 'Identifier' ? first.typeAnnotation?.typeAnnotation : undefined;
  return annotation !== undefined && isLambdaType(ctx, annotation, /Event(?:V2)?$/);
}

/** A type that is imported from @types/aws-lambda. */
function isLambdaType({ module }: AnalysisContext, type: Node, name: RegExp): boolean {
  if (type.type !== 'TSTypeReference') return false;
  const id = type.typeName.type === 'TSQualifiedName' ? type.typeName.left : type.typeName;
  const last =
    type.typeName.type === 'TSQualifiedName' ? type.typeName.right.name : id.type === 'Identifier' ? id.name : '';
  if (id.type !== 'Identifier' || !name.test(last)) return false;
  return importSource(module.scopes.lookup(id.name, type)?.declaration) === 'aws-lambda';
}

function nodeOf(target: ExportTarget): Node | undefined {
  if (target.kind === 'binding') return target.binding.declaration;
  return target.kind === 'expression' ? unwrap(target.node) : undefined;
}

function draft(
  ctx: AnalysisContext,
  target: ExportTarget,
  kind: HandlerDraft['kind'],
  framework: string,
  name: string,
): HandlerDraft {
  const { module } = ctx;
  const node = nodeOf(target);
  const id = target.kind === 'binding' ? target.binding.id : node;
  const value = node?.type === 'VariableDeclarator' ? (node.init ?? undefined) : node;
  return {
    kind,
    framework,
    name,
    module,
    range: id && !isFunction(id) ? rangeFrom(id, id) : startOf(id),
    ...(value ? handlerArgument(ctx, value, module) : { functions: [], around: [] }),
    decorators: [],
  };
}

/** The head of a function without a name. */
function startOf(node: Node | undefined): HandlerDraft['range'] {
  const [start = 0, end = 0] = node?.range ?? [];
  return { start, end: Math.min(end, start + 8) };
}
