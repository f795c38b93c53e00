import { dottedName, isFunction, propertyName, rangeOf, unwrap, type Node, type TSESTree } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import type { Module } from './module.ts';
import { bounded, type Env, type Value } from './value.ts';

const MAX_CLIMB = 40;

/**
 * A use that a test has limited to a known set: `SET.has(x) ? x : 'other'`, `case 'a':`, `if (!LIST.includes(x)) return`.
 * Undefined when nothing limits it.
 */
export function guardOf(ev: Evaluator, use: Node, module: Module, env: Env | undefined): Value | undefined {
  const text = dottedName(use);
  if (text === undefined) return undefined;
  const test = (node: Node, holds: boolean): Value | undefined => testLimits(ev, node, text, holds, module, env, 0);
  let child: Node = use;
  for (
    let p: Node | undefined = use.parent ?? undefined, i = 0;
    p && i < MAX_CLIMB;
    child = p, p = p.parent ?? undefined, i++
  ) {
    let found: Value | undefined;
    if (p.type === 'ConditionalExpression' || p.type === 'IfStatement') {
      if (p.consequent === child) found = test(p.test, true);
      else if (p.alternate === child) found = test(p.test, false);
    } else if (p.type === 'LogicalExpression' && p.right === child) {
      found = test(p.left, p.operator === '&&');
    } else if (p.type === 'SwitchCase' && p.test && p.test !== child) {
      const owner = p.parent;
      if (dottedName(owner.discriminant) === text) found = bounded('a `case`', owner.cases.length);
    } else if (p.type === 'BlockStatement' || p.type === 'Program') {
      const [at] = rangeOf(child);
      for (const s of earlyExits(p)) {
        if (rangeOf(s)[0] >= at) break;
        found ??= test(s.test, false);
      }
    }
    if (found) return found;
    if (isFunction(p)) return undefined;
  }
  return undefined;
}

const exitsCache = new WeakMap<Node, readonly TSESTree.IfStatement[]>();

/** `if (…) return` statements of a block, in order; found once per block. */
function earlyExits(block: TSESTree.BlockStatement | TSESTree.Program): readonly TSESTree.IfStatement[] {
  let list = exitsCache.get(block);
  if (!list) {
    list = (block.body as readonly Node[]).filter(
      (s): s is TSESTree.IfStatement => s.type === 'IfStatement' && !s.alternate && exits(s.consequent),
    );
    exitsCache.set(block, list);
  }
  return list;
}

function exits(node: Node): boolean {
  if (node.type === 'BlockStatement') {
    const last = node.body.at(-1);
    return last !== undefined && exits(last);
  }
  return (
    node.type === 'ReturnStatement' ||
    node.type === 'ThrowStatement' ||
    node.type === 'ContinueStatement' ||
    node.type === 'BreakStatement'
  );
}

function testLimits(
  ev: Evaluator,
  test: Node,
  text: string,
  holds: boolean,
  module: Module,
  env: Env | undefined,
  depth: number,
): Value | undefined {
  const node = unwrap(test);
  if (depth > 8) return undefined;
  const again = (n: Node, h: boolean): Value | undefined => testLimits(ev, n, text, h, module, env, depth + 1);
  switch (node.type) {
    case 'UnaryExpression':
      return node.operator === '!' ? again(node.argument, !holds) : undefined;
    case 'LogicalExpression':
      if (node.operator === '&&' && holds) return again(node.left, true) ?? again(node.right, true);
      if (node.operator === '||' && !holds) return again(node.left, false) ?? again(node.right, false);
      if (node.operator === '||' && holds) {
        const left = again(node.left, true);
        return left && again(node.right, true) ? left : undefined;
      }
      return undefined;
    case 'BinaryExpression':
      return comparisonLimits(ev, node, text, holds, module, env);
    case 'CallExpression':
      return holds ? membershipLimits(ev, node, text, module, env) : undefined;
    default:
      return undefined;
  }
}

function comparisonLimits(
  ev: Evaluator,
  node: TSESTree.BinaryExpression,
  text: string,
  holds: boolean,
  module: Module,
  env: Env | undefined,
): Value | undefined {
  const { operator } = node;
  if (operator === 'in')
    return holds && dottedName(node.left) === text ? collection(ev, node.right, module, env) : undefined;
  const equal = operator === '===' || operator === '==';
  const different = operator === '!==' || operator === '!=';
  if (!(equal && holds) && !(different && !holds)) return undefined;
  const other =
    dottedName(node.left) === text
      ? node.right
      : dottedName(node.right) === text
        ? (node.left as Node)
        : undefined;
  if (!other) return undefined;
  const v = unwrap(other);
  if (v.type === 'Literal' && v.value !== null) return bounded('a comparison with a constant', 1);
  if (
    v.type === 'MemberExpression' ||
    (v.type === 'Identifier' && v.name !== 'undefined' && /^[A-Z][A-Z0-9_]+$/.test(v.name))
  ) {
    const value = ev.evaluate(v, module, env);
    return value.type === 'literal' && value.value != null ? bounded('a comparison with a constant', 1) : undefined;
  }
  return undefined;
}

const COLLECTION_METHODS = new Set(['has', 'includes', 'hasOwnProperty', 'hasOwn', 'contains']);

function membershipLimits(
  ev: Evaluator,
  call: TSESTree.CallExpression,
  text: string,
  module: Module,
  env: Env | undefined,
): Value | undefined {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return undefined;
  const method = propertyName(callee);
  if (method === undefined || !COLLECTION_METHODS.has(method)) return undefined;
  const last = call.arguments.at(-1);
  if (!last || dottedName(last) !== text) return undefined;
  const holder = method === 'hasOwn' ? call.arguments[0] : callee.object;
  return holder ? collection(ev, holder, module, env) : undefined;
}

/** A collection that code fixes: literal members, or a constant whose name says that it lists what is allowed. */
function collection(ev: Evaluator, node: Node, module: Module, env: Env | undefined): Value | undefined {
  const value = ev.evaluate(node, module, env);
  if (value.type === 'array' && value.exact) return bounded('a fixed list', value.items.length);
  if (value.type === 'object' && value.rest.length === 0 && value.props.size > 0)
    return bounded('a fixed table', value.props.size);
  if (value.type === 'bounded') return bounded(value.why, value.count);
  const name = dottedName(node)?.split('.').at(-1) ?? '';
  if (/^[A-Z][A-Z0-9_]+$/.test(name) || /^(?:known|allowed|valid|supported|permitted|registered|enabled)/i.test(name))
    return bounded(`the list \`${name}\``);
  return undefined;
}
