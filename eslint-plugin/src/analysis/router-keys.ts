import { routers } from '../knowledge/entry-points.ts';
import { isFunction, propertyName, rangeOf, unwrap, type FunctionNode, type Node } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import type { Module } from './module.ts';
import { valueIn } from './route-paths.ts';
import { alternatives, type Env, type Value } from './value.ts';

/** Which router an expression stands for: the place that makes it, or the parameter that it comes in through. */
export interface RouterKey {
  readonly id: string;
  readonly module: Module;
  /** Call or construction that makes it. */
  readonly made: Node | undefined;
  readonly framework: string | undefined;
  /** The function that it is a parameter of. */
  readonly parameter: { readonly fn: FunctionNode; readonly index: number } | undefined;
}

/** Routers that an expression can be. */
export function routerKeys(ev: Evaluator, expression: Node, module: Module, env?: Env): readonly RouterKey[] {
  const keys = flat(valueIn(ev, expression, module, env)).flatMap((v) => madeKey(v) ?? []);
  if (keys.length > 0) return keys;
  const parameter = parameterKey(expression, module);
  return parameter ? [parameter] : [];
}

/** Alternatives of a value and of the items of lists in it. */
function flat(value: Value): readonly Value[] {
  return alternatives(value).flatMap((v) =>
    v.type === 'array' ? v.items.flatMap((item) => alternatives(item())) : [v],
  );
}

function madeKey(value: Value): RouterKey | undefined {
  if (value.type !== 'shape' || value.evidence === 'named' || !value.origin || !value.module) return undefined;
  const { origin, module } = value;
  const framework = routers[value.shape];
  if (framework === undefined) return undefined;
  // What a framework hands to a function that stands in the call is the first parameter of the function.
  if (isFunction(origin)) return parameterOf(origin, 0, origin, module, framework);
  return { id: idOf(origin, module), module, made: origin, framework, parameter: undefined };
}

/** What a parameter of a function receives; of one without a simple name only the first. */
export function functionParameter(fn: FunctionNode, index: number, module: Module): RouterKey | undefined {
  const param = fn.params[index];
  const id = param?.type === 'AssignmentPattern' ? param.left : param;
  if (index > 0 && id?.type !== 'Identifier') return undefined;
  return id && parameterOf(fn, index, index === 0 ? fn : id, module);
}

/** The first parameter is known by its function, because values name that where a framework calls it. */
function parameterOf(fn: FunctionNode, index: number, at: Node, module: Module, framework?: string): RouterKey {
  return { id: idOf(at, module), module, made: undefined, framework, parameter: { fn, index } };
}

/** `app`, or the `app` that a chain such as `app.route('/a').get(h)` begins with, where it is a parameter. */
export function parameterKey(expression: Node, module: Module): RouterKey | undefined {
  let node = unwrap(expression);
  while (node.type === 'CallExpression') {
    const callee = unwrap(node.callee);
    if (callee.type !== 'MemberExpression' || propertyName(callee) === undefined) return undefined;
    node = unwrap(callee.object);
  }
  if (node.type !== 'Identifier') return undefined;
  const binding = module.scopes.resolve(node);
  const fn = binding?.declaration;
  if (binding?.kind !== 'param' || !isFunction(fn)) return undefined;
  const index = fn.params.findIndex((p) => (p.type === 'AssignmentPattern' ? p.left : p) === binding.id);
  return index < 0 ? undefined : functionParameter(fn, index, module);
}

function idOf(node: Node, module: Module): string {
  return `${module.path}:${rangeOf(node)[0]}`;
}
