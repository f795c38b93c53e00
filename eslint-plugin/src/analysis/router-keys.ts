import { routers } from '../knowledge/entry-points.ts';
import { isFunction, propertyName, rangeOf, unwrap, type FunctionNode, type Node } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import type { Module } from './module.ts';
import { valueIn } from './route-paths.ts';
import { alternatives, type ClassValue, type Env, type Step, type Value } from './value.ts';

const MAX_CHAIN = 12;

/** Which router an expression stands for: the place that makes it, or the parameter that it comes in through. */
export interface RouterKey {
  readonly id: string;
  /** Calls of functions of the workspace on the way from that place, innermost first: a function can make many routers. */
  readonly frames: readonly string[];
  /** Class of the instance that has it, where a base class makes it. */
  readonly owner: string | undefined;
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
  if (keys.length > 0) return withOwner(ev, keys, expression, module, env);
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
  const frames = framesOf(value.step, origin);
  return { id: idOf(origin, module), frames, owner: undefined, module, made: origin, framework, parameter: undefined };
}

/** Classes of the instances that members and methods of an expression are asked of. */
function instancesIn(ev: Evaluator, expression: Node, module: Module, env: Env | undefined): readonly ClassValue[] {
  let node = unwrap(expression);
  for (let i = 0; i < MAX_CHAIN; i++) {
    if (node.type === 'CallExpression') node = unwrap(node.callee);
    if (node.type !== 'MemberExpression') return [];
    node = unwrap(node.object);
    const classes = flat(valueIn(ev, node, module, env)).flatMap((v) => (v.type === 'instance' ? [v.of] : []));
    if (classes.length > 0) return classes;
  }
  return [];
}

function framesOf(step: Step | undefined, origin: Node): readonly string[] {
  const frames = new Set<string>();
  for (let s = step; s; s = s.next) {
    const node = unwrap(s.node);
    if (node.type === 'CallExpression' && node !== origin) frames.add(idOf(node, s.module));
  }
  return [...frames].reverse();
}

/** `this.router`, `new Orders().getRouter()` of a base class: every class below it has one of its own. */
function withOwner(
  ev: Evaluator,
  keys: readonly RouterKey[],
  expression: Node,
  module: Module,
  env: Env | undefined,
): readonly RouterKey[] {
  const classes = instancesIn(ev, expression, module, env);
  return keys.flatMap((key) => {
    const owners = classes.filter((c) => !(key.module === c.module && key.made && isInside(key.made, c.node)));
    return owners.length === 0 ? [key] : owners.map((c) => ({ ...key, owner: idOf(c.node, c.module) }));
  });
}

/** What is known of a router, seen from a place that it is used at; `unsure` where it may be that of another class. */
export function sameRouter(used: RouterKey, mounted: RouterKey): boolean | 'unsure' {
  const shared = Math.min(used.frames.length, mounted.frames.length);
  for (let i = 0; i < shared; i++) if (used.frames[i] !== mounted.frames[i]) return false;
  if (used.owner === undefined || used.owner === mounted.owner) return true;
  return mounted.owner === undefined ? 'unsure' : false;
}

function isInside(inner: Node, outer: Node): boolean {
  const [start, end] = rangeOf(inner);
  const [from, to] = rangeOf(outer);
  return start >= from && end <= to;
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
  const id = idOf(at, module);
  return { id, frames: [], owner: undefined, module, made: undefined, framework, parameter: { fn, index } };
}

/** `app`, or the `app` that a chain such as `app.route('/a').get(h)` begins with, where it is a parameter. */
export function parameterKey(expression: Node, module: Module): RouterKey | undefined {
  const node = chainStart(expression);
  if (node?.type !== 'Identifier') return undefined;
  const binding = module.scopes.resolve(node);
  const fn = binding?.declaration;
  if (binding?.kind !== 'param' || !isFunction(fn)) return undefined;
  const index = fn.params.findIndex((p) => (p.type === 'AssignmentPattern' ? p.left : p) === binding.id);
  return index < 0 ? undefined : functionParameter(fn, index, module);
}

/** `app` of `app.route('/a').get(h)`. */
function chainStart(expression: Node): Node | undefined {
  let node = unwrap(expression);
  while (node.type === 'CallExpression') {
    const callee = unwrap(node.callee);
    if (callee.type !== 'MemberExpression' || propertyName(callee) === undefined) return undefined;
    node = unwrap(callee.object);
  }
  return node;
}

function idOf(node: Node, module: Module): string {
  return `${module.path}:${rangeOf(node)[0]}`;
}
