import { calleeName, propertyName, rangeOf, unwrap, type Node, type TSESTree } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import { AcrossFiles } from './epoch.ts';
import type { Evaluator } from './evaluate.ts';
import type { Module } from './module.ts';
import { isTestPath } from './propagation-coverage.ts';
import { joinPath, UNKNOWN_PART } from './route-paths.ts';
import { alternatives, type ClassValue, type Value } from './value.ts';

/** Paths that `RouterModule.register([{ path, module, children }])` of Nest gives to controllers. */
interface ModulePaths {
  /** Path by controller. */
  readonly of: ReadonlyMap<string, string>;
  /** A registration could not be read. */
  readonly isUnsure: boolean;
}

const MAX_DEPTH = 6;
const known = new AcrossFiles<Evaluator, ModulePaths>();

/** Path of the modules that a controller is in; empty for one that no module gives a path. */
export function modulePath(
  ev: Evaluator,
  ctx: AnalysisContext,
  controller: TSESTree.ClassDeclaration | TSESTree.ClassExpression,
): string {
  let paths = known.get(ev);
  if (!paths) known.set(ev, (paths = findPaths(ev, ctx)));
  return paths.of.get(idOf(controller, ctx.module)) ?? (paths.isUnsure ? UNKNOWN_PART : '');
}

function findPaths(ev: Evaluator, ctx: AnalysisContext): ModulePaths {
  const of = new Map<string, string>();
  let isUnsure = false;
  for (const path of ctx.host.mentioning(['RouterModule.register('])) {
    const module = isTestPath(path, ctx.host) ? undefined : ctx.moduleAt(path);
    for (const call of module?.scopes.nodes('CallExpression') ?? []) {
      const callee = unwrap(call.callee);
      const [routes] = call.arguments;
      if (callee.type !== 'MemberExpression' || propertyName(callee) !== 'register' || !routes || !module) continue;
      if (callee.object.type !== 'Identifier' || callee.object.name !== 'RouterModule') continue;
      isUnsure ||= !addRoutes(ev, ev.ask(routes, module), '', of, 0);
    }
  }
  return { of, isUnsure };
}

/** Enters a list of routes; false where a part of it cannot be read. */
function addRoutes(ev: Evaluator, list: Value, above: string, of: Map<string, string>, depth: number): boolean {
  if (list.type !== 'array' || !list.exact || depth > MAX_DEPTH) return false;
  let isWhole = true;
  for (const item of list.items) {
    const route = ev.fresh(item);
    if (route.type === 'class') isWhole = addControllers(ev, route, above, of) && isWhole;
    else if (route.type === 'object' && route.rest.length === 0) {
      const text = route.props.get('path')?.get();
      const part = text?.type === 'literal' && typeof text.value === 'string' ? text.value : UNKNOWN_PART;
      const path = joinPath(above, part);
      const own = route.props.get('module')?.get();
      const children = route.props.get('children')?.get();
      if (own) isWhole = own.type === 'class' && addControllers(ev, own, path, of) && isWhole;
      if (children) isWhole = addRoutes(ev, children, path, of, depth + 1) && isWhole;
    } else isWhole = false;
  }
  return isWhole;
}

/** Controllers of the `@Module({ controllers })` of a class. */
function addControllers(ev: Evaluator, { node, module }: ClassValue, path: string, of: Map<string, string>): boolean {
  for (const { expression } of node.decorators) {
    const call = unwrap(expression);
    const [options] = call.type === 'CallExpression' && calleeName(call) === 'Module' ? call.arguments : [];
    const value = options ? ev.ask(options, module) : undefined;
    if (!value) continue;
    if (value.type !== 'object') return false;
    const list = value.props.get('controllers')?.get();
    if (!list) return value.rest.length === 0;
    if (list.type !== 'array' || !list.exact) return false;
    for (const item of list.items)
      for (const v of alternatives(ev.fresh(item))) if (v.type === 'class') of.set(idOf(v.node, v.module), path);
    return true;
  }
  return false;
}

function idOf(node: Node, module: Module): string {
  return `${module.path}:${rangeOf(node)[0]}`;
}
