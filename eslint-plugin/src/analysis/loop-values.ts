import { calleeName, isFunction, propertyName, unwrap, type Node } from './ast.ts';
import { projectPattern } from './evaluate-binding.ts';
import type { Evaluator } from './evaluate.ts';
import { bindParameters } from './frame.ts';
import type { Module } from './module.ts';
import { patternIds, type Binding } from './scope.ts';
import { literal, type Env, type Thunk, type Value } from './value.ts';

const MAX_ITEMS = 40;
const EACH = new Set(['forEach', 'map']);

/**
 * An environment for every round of the loop that a node stands in, where the list is known: values of one item stay
 * together. One that is empty where there is no such loop.
 */
export function loopsAround(ev: Evaluator, node: Node, module: Module): readonly (Env | undefined)[] {
  for (let n = node.parent; n; n = n.parent) {
    if (n.type === 'ForOfStatement' && n.left.type === 'VariableDeclaration') {
      const [declarator] = n.left.declarations;
      const items = listItems(ev, n.right, module);
      return declarator && items ? items.map((item) => roundOf(ev, declarator.id, item, module)) : [undefined];
    }
    if (!isFunction(n)) continue;
    const call = n.parent;
    if (call.type !== 'CallExpression' || call.arguments[0] !== n || !EACH.has(calleeName(call) ?? ''))
      return [undefined];
    const callee = unwrap(call.callee);
    const items = callee.type === 'MemberExpression' ? listItems(ev, callee.object, module) : undefined;
    const fn = n;
    return items ? items.map((item) => bindParameters(ev, fn, module, [item], undefined, undefined, 1)) : [undefined];
  }
  return [undefined];
}

/** Items of a list, and pairs of `Object.entries()`; undefined where not all are known. */
function listItems(ev: Evaluator, expression: Node, module: Module): readonly Thunk[] | undefined {
  const node = unwrap(expression);
  if (node.type === 'CallExpression') {
    const callee = unwrap(node.callee);
    const [object] = node.arguments;
    if (callee.type !== 'MemberExpression' || propertyName(callee) !== 'entries' || !object) return undefined;
    if (callee.object.type !== 'Identifier' || callee.object.name !== 'Object') return undefined;
    const value = ev.ask(object, module);
    if (value.type !== 'object' || value.rest.length > 0 || value.props.size > MAX_ITEMS) return undefined;
    return [...value.props].map(([key, { get }]) => () => ({
      type: 'array',
      exact: true,
      items: [(): Value => literal(key), get],
    }));
  }
  const value = ev.ask(node, module);
  return value.type === 'array' && value.exact && value.items.length <= MAX_ITEMS ? value.items : undefined;
}

function roundOf(ev: Evaluator, pattern: Node, item: Thunk, module: Module): Env {
  const bindings = new Map<Binding, Thunk>();
  const env: Env = { bindings, self: undefined, parent: undefined, depth: 1 };
  for (const id of patternIds(pattern)) {
    const binding = module.scopes.lookup(id.name, id);
    if (binding) bindings.set(binding, () => projectPattern(ev, pattern, id, item(), module, env));
  }
  return env;
}
