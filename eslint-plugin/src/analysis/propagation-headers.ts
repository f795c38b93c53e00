import {
  calleeName,
  dottedName,
  enclosingFunction,
  isFunction,
  parentOf,
  propertyName,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
  rangeOf,
} from './ast.ts';
import type { AnalysisContext } from './context.ts';
import { propagationCall, type Direction } from './propagation-carrier.ts';
import { shapesOf, type CarrierHolder, type PropagationDraft } from './propagation-facts.ts';
import type { Module } from './module.ts';
import { alternatives } from './value.ts';

type Holder = CarrierHolder;

/** Objects that keep their entries behind methods, so that `carrier[key]` finds and writes nothing. */
const HOLDERS: Readonly<Record<string, { readonly holder: Holder; readonly words: string }>> = {
  'fetch.Headers': { holder: 'fetch', words: 'a Fetch `Headers` object' },
  'fetch.ResponseHeaders': { holder: 'fetch', words: 'a Fetch `Headers` object' },
  'nats.Headers': { holder: 'nats', words: 'a NATS `MsgHdrs` object' },
  'kafka.Headers': { holder: 'buffers', words: 'Kafka headers, whose values are Buffers' },
};

/** `extract` and `inject` calls that do nothing: wrong kind of carrier, or a result that nobody uses. */
export function collectCarriers(ctx: AnalysisContext): readonly PropagationDraft[] {
  const { module } = ctx;
  const facts: PropagationDraft[] = [];
  for (const call of module.scopes.nodes('CallExpression')) {
    const direction = propagationCall(call, module);
    if (!direction || !isGlobalApi(call, ctx)) continue;
    const carrier = call.arguments[1];
    // A third argument is a getter or setter of their own.
    if (carrier && carrier.type !== 'SpreadElement' && call.arguments.length === 2) {
      const wrong = holderOf(ctx, carrier, direction);
      if (wrong) facts.push(carrierFact(call, carrier, direction, wrong, module));
    }
    if (direction === 'extract') facts.push(...discarded(call, module));
  }
  return facts;
}

/** The API's `propagation`, whose getter and setter have defaults; a propagator object has none. */
function isGlobalApi(call: TSESTree.CallExpression, ctx: AnalysisContext): boolean {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return false;
  const object = unwrap(callee.object);
  if (object.type !== 'Identifier' && propertyName(object) !== 'propagation') return false;
  // An object of the workspace that has such a method.
  return !alternatives(ctx.evaluate(object)).some(
    (v) => v.type === 'object' || v.type === 'instance' || v.type === 'class',
  );
}

function holderOf(
  ctx: AnalysisContext,
  carrier: Node,
  direction: Direction,
): { readonly holder: Holder | undefined; readonly words: string } | undefined {
  const node = unwrap(carrier);
  const value = ctx.evaluate(node);
  const shapes = shapesOf(value);
  const known = shapes.map((s) => HOLDERS[s]);
  const first = known[0];
  if (first && known.every((k) => k !== undefined))
    return first.holder === 'buffers' && direction === 'inject' ? undefined : first;
  if (isHonoHeaders(node, ctx.module)) return HOLDERS['fetch.Headers'];
  if (isNew(node, ctx.module, 'Headers')) return HOLDERS['fetch.Headers'];
  if (isNew(node, ctx.module, 'Map')) return { holder: 'map', words: 'a `Map`' };
  return isAccessorObject(node, ctx.module)
    ? { holder: undefined, words: 'an object that only has `get` and `set` functions' }
    : undefined;
}

/** `c.req.raw.headers`: Hono's raw request is a Fetch `Request`. */
function isHonoHeaders(node: Node, module: Module): boolean {
  const dotted = dottedName(node);
  if (dotted === undefined || !/^\w+\.req\.raw\.headers$/.test(dotted)) return false;
  return (
    module.scopes.nodes('ImportDeclaration').some((i) => /hono/i.test(i.source.value)) ||
    /\bRouterFunction\b|\bHono\w*\b/.test(module.text)
  );
}

/** The value, or every branch of the variable's initialiser, is `new X(…)`. */
function isNew(node: Node, module: Module, name: string, depth = 0): boolean {
  const n = unwrap(node);
  if (n.type === 'NewExpression')
    return n.callee.type === 'Identifier' && n.callee.name === name && !module.scopes.resolve(n.callee);
  if (n.type === 'ConditionalExpression')
    return isNew(n.consequent, module, name, depth) && isNew(n.alternate, module, name, depth);
  if (n.type !== 'Identifier' || depth > 2) return false;
  const declaration = module.scopes.resolve(n)?.declaration;
  return (
    declaration?.type === 'VariableDeclarator' &&
    declaration.id.type === 'Identifier' &&
    declaration.init !== null &&
    isNew(declaration.init, module, name, depth + 1)
  );
}

/** `{ get: (key) => …, set: (key, value) => … }`: a getter or setter that was passed as the carrier. */
function isAccessorObject(node: Node, module: Module): boolean {
  let n = node;
  if (n.type === 'Identifier') {
    const declaration = module.scopes.resolve(n)?.declaration;
    if (declaration?.type !== 'VariableDeclarator' || !declaration.init) return false;
    n = unwrap(declaration.init);
  }
  if (n.type !== 'ObjectExpression' || n.properties.length === 0) return false;
  return n.properties.every(
    (p) => p.type === 'Property' && ['get', 'set', 'keys'].includes(propertyName(p) ?? '') && isFunction(p.value),
  );
}

function carrierFact(
  call: TSESTree.CallExpression,
  carrier: Node,
  direction: Direction,
  wrong: { readonly holder: Holder | undefined; readonly words: string },
  module: Module,
): PropagationDraft {
  const text = module.text.slice(...rangeOf(carrier));
  return {
    kind: direction,
    problem: direction === 'extract' ? 'default-getter-on-headers' : 'default-setter-on-headers',
    node: carrier,
    broker: wrong.holder ?? 'object',
    subject: text.length > 40 ? 'the carrier' : text,
    where: wrong.words,
    evidence: [{ text: `\`${text}\` is ${wrong.words}`, node: carrier }],
    optIn: undefined,
    target: wrong.holder ? { kind: 'carrier', call, holder: wrong.holder } : undefined,
  };
}

/** The result of `extract` is dropped, or only given to a `context.with` whose callback does nothing. */
function discarded(call: TSESTree.CallExpression, module: Module): readonly PropagationDraft[] {
  const parent = parentOf(call);
  if (parent?.type === 'ExpressionStatement')
    return [discardFact(call, 'the result', 'the result of `extract` is not used')];
  if (parent?.type === 'CallExpression' && isContextWith(parent) && parent.arguments[0] === call) {
    return doesNothing(parent.arguments[1])
      ? [discardFact(call, 'the result', 'the callback of `context.with` does nothing')]
      : [];
  }
  if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier') return [];
  const { name } = parent.id;
  const binding = module.scopes.resolve(parent.id) ?? module.scopes.lookup(name, parent);
  if (!binding || [...module.exports.values()].some((e) => e.kind === 'binding' && e.binding === binding)) return [];
  const references = module.scopes.references(binding);
  if (references.length === 0) return [discardFact(call, name, `\`${name}\` is never used`)];
  const wasted = references.every((r) => {
    const use = parentOf(r);
    return (
      use?.type === 'CallExpression' && isContextWith(use) && use.arguments[0] === r && doesNothing(use.arguments[1])
    );
  });
  return wasted ? [discardFact(call, name, `\`${name}\` is only active in a callback that does nothing`)] : [];
}

function discardFact(call: TSESTree.CallExpression, subject: string, text: string): PropagationDraft {
  return {
    kind: 'extract',
    problem: 'extracted-context-discarded',
    node: unwrap(call.callee),
    broker: 'context',
    subject,
    where: 'context.with',
    evidence: [{ text, node: call }],
    optIn: undefined,
    target: undefined,
  };
}

function isContextWith(call: TSESTree.CallExpression): boolean {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || propertyName(callee) !== 'with') return false;
  const object = unwrap(callee.object);
  return /context$/i.test((object.type === 'Identifier' ? object.name : propertyName(object)) ?? '');
}

/** `() => {}`, `async () => resolve()`: nothing runs with the context. */
function doesNothing(node: Node | undefined): boolean {
  if (!node || !isFunction(node)) return false;
  if (node.body.type !== 'BlockStatement') return isResolve(node.body, node);
  const statements = node.body.body;
  return statements.every((s) =>
    s.type === 'ReturnStatement'
      ? !s.argument || isResolve(s.argument, node)
      : s.type === 'ExpressionStatement' && isResolve(s.expression, node),
  );
}

/** A call of the `resolve` of the promise around it, or a constant. */
function isResolve(expression: Node, fn: FunctionNode): boolean {
  const n = unwrap(expression);
  if (n.type === 'Identifier' && n.name === 'undefined') return true;
  if (n.type === 'Literal') return true;
  if (n.type !== 'CallExpression' || n.callee.type !== 'Identifier') return false;
  const promise = enclosingFunction(fn);
  const first = promise?.params[0];
  return (
    first?.type === 'Identifier' &&
    first.name === n.callee.name &&
    promise?.parent?.type === 'NewExpression' &&
    calleeName(promise.parent) === 'Promise' &&
    n.arguments.every((a) => a.type === 'Literal' || (a.type === 'Identifier' && a.name === 'undefined'))
  );
}
