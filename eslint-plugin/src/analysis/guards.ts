import { dottedName, isFunction, propertyName, rangeOf, unwrap, type Node, type TSESTree } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import type { Module } from './module.ts';
import { returnedExpressions } from './expressions.ts';
import { valueOfType } from './type-syntax.ts';
import { bounded, type Env, type FunctionValue, type Value } from './value.ts';
import { TreeMemory, treeOfNode } from './tree-memory.ts';

const MAX_CLIMB = 40;

/**
 * A use that a test has limited to a known set: `SET.has(x) ? x : 'other'`, `case 'a':`, `if (!LIST.includes(x)) return`.
 * Undefined when nothing limits it.
 */
export function guardOf(ev: Evaluator, use: Node, module: Module, env: Env | undefined): Value | undefined {
  const text = keyOf(use, module);
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
      if (keyOf(owner.discriminant, module) === text) found = bounded('a `case`', owner.cases.length);
    } else if (p.type === 'BlockStatement' || p.type === 'Program') {
      const [at] = rangeOf(child);
      for (const s of earlyExits(p)) {
        if (rangeOf(s)[0] >= at) break;
        found ??= test(s.test, false);
      }
      found ??= assertionLimits(ev, p, at, text, module, env);
    }
    if (found) return found;
    if (isFunction(p)) return undefined;
  }
  return undefined;
}

const exitsCache = new TreeMemory<Node, readonly TSESTree.IfStatement[]>(treeOfNode);

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

const assertionsCache = new TreeMemory<Node, ReadonlyMap<string, readonly Assertion[]>>(treeOfNode);

/** A call that stands alone or gives a variable its value, and the position of an argument in it. */
interface Assertion {
  readonly call: TSESTree.CallExpression;
  readonly index: number;
}

/** Such calls among the statements of a block by the text of each argument; found once per block. */
function assertionsOf(
  block: TSESTree.BlockStatement | TSESTree.Program,
  module: Module,
): ReadonlyMap<string, readonly Assertion[]> {
  let map = assertionsCache.get(block);
  if (!map) {
    const made = new Map<string, Assertion[]>();
    for (const s of block.body) {
      const call = calledBy(s);
      for (const [index, a] of call?.arguments.entries() ?? []) {
        const key = a.type === 'SpreadElement' ? undefined : keyOf(a, module);
        if (!call || key === undefined) continue;
        const list = made.get(key);
        if (list) list.push({ call, index });
        else made.set(key, [{ call, index }]);
      }
    }
    assertionsCache.set(block, (map = made));
  }
  return map;
}

/** Calls that are looked into for one value. */
const MAX_ASSERTIONS = 8;

/** `const queue = this.queueOf(name);`: a function of the workspace that throws for what it does not know was called before. */
function assertionLimits(
  ev: Evaluator,
  block: TSESTree.BlockStatement | TSESTree.Program,
  at: number,
  text: string,
  module: Module,
  env: Env | undefined,
): Value | undefined {
  for (const { call, index } of assertionsOf(block, module).get(text)?.slice(0, MAX_ASSERTIONS) ?? []) {
    if (rangeOf(call)[0] >= at) break;
    const callee = ev.evaluate(call.callee, module, env);
    const param = callee.type === 'function' ? callee.node.params[index] : undefined;
    if (callee.type !== 'function' || param?.type !== 'Identifier' || callee.node.body.type !== 'BlockStatement')
      continue;
    for (const { test, consequent } of earlyExits(callee.node.body)) {
      const found = throws(consequent)
        ? testLimits(ev, test, param.name, false, callee.module, undefined, 1)
        : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

function calledBy(statement: Node): TSESTree.CallExpression | undefined {
  const expression =
    statement.type === 'ExpressionStatement'
      ? statement.expression
      : statement.type === 'VariableDeclaration'
        ? statement.declarations[0]?.init
        : undefined;
  const n = expression && unwrap(expression);
  const call = n?.type === 'AwaitExpression' ? unwrap(n.argument) : n;
  return call?.type === 'CallExpression' ? call : undefined;
}

function throws(node: Node): boolean {
  const last = node.type === 'BlockStatement' ? node.body.at(-1) : node;
  return last?.type === 'ThrowStatement';
}

/** Text under which two expressions are the same: a member chain, or a call written the same way. */
function keyOf(node: Node, module: Module): string | undefined {
  const n = unwrap(node);
  const dotted = dottedName(n);
  if (dotted !== undefined || n.type !== 'CallExpression') return dotted;
  const [start, end] = rangeOf(n);
  return end - start > 200 ? undefined : module.text.slice(start, end).replace(/\s+/g, '');
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
      if (!holds) return undefined;
      return membershipLimits(ev, node, text, module, env) ?? predicateLimits(ev, node, text, module, env, depth);
    case 'Identifier': {
      // `const known = SET.has(x)`: the test has a name.
      const binding = module.scopes.resolve(node);
      const init =
        binding?.kind === 'const' && binding.declaration.type === 'VariableDeclarator'
          ? binding.declaration.init
          : undefined;
      return init && binding?.declaration.type === 'VariableDeclarator' && binding.declaration.id.type === 'Identifier'
        ? again(init, holds)
        : undefined;
    }
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
    return holds && keyOf(node.left, module) === text ? collection(ev, node.right, module, env) : undefined;
  const index = indexLimits(ev, node, text, holds, module, env);
  if (index) return index;
  const equal = operator === '===' || operator === '==';
  const different = operator === '!==' || operator === '!=';
  if (!(equal && holds) && !(different && !holds)) return undefined;
  const other =
    keyOf(node.left, module) === text
      ? node.right
      : keyOf(node.right, module) === text
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

/** `LIST.indexOf(x) >= 0`, `!== -1`, `> -1`. */
function indexLimits(
  ev: Evaluator,
  node: TSESTree.BinaryExpression,
  text: string,
  holds: boolean,
  module: Module,
  env: Env | undefined,
): Value | undefined {
  const call = unwrap(node.left);
  if (call.type !== 'CallExpression' || call.arguments.length !== 1) return undefined;
  const callee = unwrap(call.callee);
  const [argument] = call.arguments;
  if (
    callee.type !== 'MemberExpression' ||
    propertyName(callee) !== 'indexOf' ||
    !argument ||
    keyOf(argument, module) !== text
  )
    return undefined;
  const right = keyText(node.right, module);
  const found = `${node.operator}${right}`;
  const positive = found === '>=0' || found === '>-1' || found === '!==-1' || found === '!=-1';
  const negative = found === '<0' || found === '===-1' || found === '==-1';
  return (holds && positive) || (!holds && negative) ? collection(ev, callee.object, module, env) : undefined;
}

function keyText(node: Node, module: Module): string {
  return module.text.slice(...rangeOf(node)).replace(/\s+/g, '');
}

/** `isKnown(x)`: a function of the workspace whose answer is a test of its parameter, or that declares what it is then. */
function predicateLimits(
  ev: Evaluator,
  call: TSESTree.CallExpression,
  text: string,
  module: Module,
  env: Env | undefined,
  depth: number,
): Value | undefined {
  const index = call.arguments.findIndex((a) => a.type !== 'SpreadElement' && keyOf(a, module) === text);
  if (index < 0) return undefined;
  const callee = ev.evaluate(call.callee, module, env);
  if (callee.type !== 'function') return undefined;
  const param = callee.node.params[index];
  if (param?.type !== 'Identifier') return undefined;
  const declared = callee.node.returnType?.typeAnnotation;
  if (declared?.type === 'TSTypePredicate' && declared.typeAnnotation) {
    const limited = valueOfType(ev, { node: declared.typeAnnotation.typeAnnotation, module: callee.module }, [
      param.name,
    ]);
    if (limited?.type === 'bounded') return limited;
  }
  const [answer, ...others] = returnedExpressions(callee.node, callee.module);
  return answer && others.length === 0
    ? testLimits(ev, answer, param.name, true, callee.module, undefined, depth + 1)
    : undefined;
}

/** What a callback's answer says of its first parameter: `(x) => LIST.includes(x)`. */
export function callbackLimits(ev: Evaluator, fn: FunctionValue): Value | undefined {
  const [param] = fn.node.params;
  const [answer, ...others] = returnedExpressions(fn.node, fn.module);
  if (param?.type !== 'Identifier' || !answer || others.length > 0) return undefined;
  return testLimits(ev, answer, param.name, true, fn.module, undefined, 0);
}

/** The value that a variable keeps when `if (!SET.has(x)) x = 'other'` replaces all others. */
export function replacementLimits(
  ev: Evaluator,
  assignment: Node,
  name: string,
  module: Module,
  env: Env | undefined,
): Value | undefined {
  let child = assignment;
  for (let p = assignment.parent ?? undefined, i = 0; p && i < 4; child = p, p = p.parent ?? undefined, i++) {
    if (p.type === 'IfStatement')
      return p.consequent === child && !p.alternate ? testLimits(ev, p.test, name, false, module, env, 0) : undefined;
    if (p.type !== 'ExpressionStatement' && p.type !== 'BlockStatement' && p.type !== 'AssignmentExpression')
      return undefined;
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
  if (method === 'test') return patternLimits(callee.object, call, text, module);
  if (method === undefined || !COLLECTION_METHODS.has(method)) return undefined;
  const last = call.arguments.at(-1);
  if (!last || keyOf(last, module) !== text) return undefined;
  const holder = method === 'hasOwn' ? call.arguments[0] : callee.object;
  return holder ? collection(ev, holder, module, env) : undefined;
}

/** `/^(?:a|b)$/.test(x)`: a pattern that is a list of words. */
function patternLimits(pattern: Node, call: TSESTree.CallExpression, text: string, module: Module): Value | undefined {
  const n = unwrap(pattern);
  const [argument] = call.arguments;
  if (n.type !== 'Literal' || !('regex' in n) || !argument || keyOf(argument, module) !== text) return undefined;
  const words =
    /^\^\((?:\?:)?([\w|/-]+)\)\$$/.exec(n.regex.pattern)?.[1] ?? /^\^([\w-]+)\$$/.exec(n.regex.pattern)?.[1];
  return words === undefined ? undefined : bounded('a pattern of fixed words', words.split('|').length);
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
