import {
  calleeName,
  dottedName,
  enclosingFunction,
  isFunction,
  parentOf,
  propertyName,
  rangeOf,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { Module } from './module.ts';
import { findNode } from './span-life-find.ts';
import type { Machine, ResolvedFunction } from './span-life-machine.ts';
import { outerOf } from './span-life-refs.ts';

/** Continuations: calling them hands a result back, it does not run the work. */
const CONTINUATIONS = /^(?:cb|callback|done|resolve|reject)$/;
/** Parameters that answer a question instead of doing the work. */
const GETTERS = /^(?:get|is|has|should|can|to|with)[A-Z]/;
/** Waiting for time to pass. */
const TIMERS = /^(?:sleep|delay|wait|pause|nextTick|setImmediate|setTimeout|tick|yieldToEventLoop)$/;
/** Calls that nobody expects to throw. */
const HARMLESS_ROOTS = new Set([
  'console',
  'Date',
  'Math',
  'Object',
  'Array',
  'String',
  'Number',
  'Boolean',
  'Symbol',
  'performance',
  'trace',
  'context',
  'propagation',
  'otel',
  'api',
  'opentelemetry',
  'process',
]);
const HARMLESS_CALLS =
  /^(?:trace|debug|info|warn|error|log|fatal|verbose|now|push|set|get|has|add|delete|join|split|slice|trim|includes|startsWith|endsWith|toString|toLowerCase|toUpperCase|String|Number|Boolean|clearTimeout|clearInterval|setTimeout|setInterval|recordException|setStatus|setAttribute|setAttributes|addEvent|end)$/;
/** Methods that exist to throw. */
const THROWING = new Set(['throwIfAborted']);

/** A call, without `await`, that runs code which can well throw: `next()`, `fn()` of a parameter, `original.apply(this, args)`. */
export function runsUserCode(call: TSESTree.CallExpression, machine: Machine): boolean {
  return isUserCode(call, machine) && !isUsedAsPromise(call, machine.module);
}

const PROMISE_METHODS = new Set(['then', 'catch', 'finally']);

/** What the call returns gets promise callbacks: such a function reports its failures through the promise. */
function isUsedAsPromise(call: Node, module: Module, hops = 0): boolean {
  const parent = outerOf(call);
  if (parent?.type === 'MemberExpression') return PROMISE_METHODS.has(propertyName(parent) ?? '');
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') {
    const binding = module.scopes.resolve(parent.id);
    const refs = binding ? module.scopes.references(binding) : [];
    return refs.some((ref) => {
      const member = outerOf(ref);
      return member?.type === 'MemberExpression' && PROMISE_METHODS.has(propertyName(member) ?? '');
    });
  }
  // `context.with(ctx, () => original.apply(this, args)).then(…)`
  const fn = parent?.type === 'ReturnStatement' ? enclosingFunction(parent) : isFunction(parent) ? parent : undefined;
  const runner = fn && outerOf(fn);
  return (
    runner?.type === 'CallExpression' &&
    unwrap(runner.callee) !== fn &&
    hops < 3 &&
    isUsedAsPromise(runner, module, hops + 1)
  );
}

function isUserCode(call: TSESTree.CallExpression, machine: Machine): boolean {
  const callee = unwrap(call.callee);
  if (callee.type === 'Identifier') return isCallerFunction(callee, call, machine);
  if (callee.type !== 'MemberExpression') return false;
  const name = propertyName(callee);
  if (name !== undefined && THROWING.has(name)) return true;
  const object = unwrap(callee.object);
  if (name === 'with' && isContextApi(object)) {
    const fn = call.arguments[1];
    return fn !== undefined && !isFunction(unwrap(fn)) && !machine.track.localFunction(fn);
  }
  if (name !== 'apply' && name !== 'call') return false;
  if (object.type === 'Identifier') {
    if (object.name === 'Reflect') return true;
    const binding = machine.module.scopes.resolve(object);
    if (binding?.kind === 'param') return isCallerFunction(object, call, machine);
    // `const original = descriptor.value`: the wrapped method of a decorator or patch
    return (
      binding?.declaration.type === 'VariableDeclarator' &&
      binding.declaration.init !== null &&
      unwrap(binding.declaration.init).type === 'MemberExpression'
    );
  }
  return object.type === 'MemberExpression' && propertyName(object) === 'value';
}

/** A parameter of the owner or of a function around it. */
function isCallerFunction(id: TSESTree.Identifier, call: TSESTree.CallExpression, machine: Machine): boolean {
  const binding = machine.module.scopes.resolve(id);
  if (binding?.kind !== 'param') return false;
  const fn = binding.declaration;
  const [from, to] = rangeOf(fn);
  const [ownerFrom, ownerTo] = rangeOf(machine.track.owner);
  if (from > ownerFrom || to < ownerTo) return false;
  if (GETTERS.test(id.name)) return false;
  const parent = parentOf(fn);
  if (parent?.type === 'NewExpression' && unwrap(parent.callee).type === 'Identifier') return false;
  return !(CONTINUATIONS.test(id.name) && parentOf(call)?.type === 'ExpressionStatement');
}

function isContextApi(object: Node): boolean {
  return /(?:^|\.)(?:context|contextApi|otelContext|contextManager|otContext)$/i.test(dottedName(object) ?? '');
}

/** An ordinary call that a `try` around it was written for. */
export function mayThrowInTry(call: Node): boolean {
  if (call.type === 'NewExpression') return false;
  if (call.type !== 'CallExpression') return false;
  const name = calleeName(call);
  if (name === undefined) return true;
  const callee = unwrap(call.callee);
  const root = callee.type === 'MemberExpression' ? dottedName(callee.object)?.split('.')[0] : undefined;
  return !HARMLESS_CALLS.test(name) && !(root !== undefined && HARMLESS_ROOTS.has(root));
}

/** Whether waiting for the expression can end in a rejection. */
export function mayReject(argument: Node, resolve: (callee: Node) => ResolvedFunction | undefined): boolean {
  const n = unwrap(argument);
  switch (n.type) {
    case 'Literal':
    case 'TemplateLiteral':
    case 'ImportExpression':
    case 'ObjectExpression':
    case 'ThisExpression':
    case 'UnaryExpression':
      return false;
    case 'ConditionalExpression':
      return mayReject(n.consequent, resolve) || mayReject(n.alternate, resolve);
    case 'LogicalExpression':
      return mayReject(n.left, resolve) || mayReject(n.right, resolve);
    case 'NewExpression': {
      if (calleeName(n) !== 'Promise') return false;
      const executor = n.arguments[0] && unwrap(n.arguments[0]);
      // `new Promise((resolve) => setTimeout(resolve, 10))` cannot reject
      return !(isFunction(executor) && executor.params.length < 2 && executor.body.type !== 'BlockStatement');
    }
    case 'CallExpression': {
      const name = calleeName(n) ?? '';
      const dotted = dottedName(n.callee);
      if (dotted === 'Promise.resolve' || dotted === 'Promise.allSettled' || TIMERS.test(name)) return false;
      const target = resolve(n.callee);
      return !target || canFail(target.node, target.module, resolve, 2);
    }
    default:
      return true;
  }
}

/** A function with more nodes is taken to be able to fail. */
const MAX_NODES = 4000;

/** Whether an async function can reject: an `await` or `throw` that no `catch` around it swallows. */
function canFail(
  fn: FunctionNode,
  module: Module,
  resolve: (callee: Node) => ResolvedFunction | undefined,
  depth: number,
): boolean {
  if (!fn.async || fn.generator) return true;
  let steps = 0;
  const leak = findNode(fn.body, fails, (n) => !isFunction(n) && !(n.type === 'TryStatement' && n.handler));
  return leak !== undefined || fn.body.type !== 'BlockStatement';

  function fails(node: Node): boolean {
    steps += 1;
    switch (node.type) {
      case 'TryStatement':
        // what the block throws ends in the handler; only handler and finalizer can let something out
        return (
          node.handler !== null &&
          (blockFails(node.handler.body) || (node.finalizer !== null && blockFails(node.finalizer)))
        );
      case 'ThrowStatement':
        return true;
      case 'ForOfStatement':
        return node.await;
      case 'AwaitExpression':
        return depth <= 0 || awaitFails(node.argument);
      case 'ReturnStatement':
        return node.argument !== null && unwrap(node.argument).type === 'CallExpression';
      default:
        return steps > MAX_NODES;
    }
  }
  function awaitFails(argument: Node): boolean {
    const n = unwrap(argument);
    if (n.type === 'CallExpression' && unwrap(n.callee).type === 'MemberExpression' && calleeName(n) === 'catch')
      return false;
    return n.type !== 'CallExpression' || mayRejectDeep(n);
  }
  function mayRejectDeep(call: TSESTree.CallExpression): boolean {
    if (dottedName(call.callee) === 'Promise.allSettled' || TIMERS.test(calleeName(call) ?? '')) return false;
    const target = resolve(call.callee);
    // `resolve` speaks for the module it was made for; functions of other modules are not followed further
    return !target || target.module !== module || canFail(target.node, module, resolve, depth - 1);
  }
  function blockFails(block: Node): boolean {
    const out = findNode(
      block,
      (n) => n.type === 'ThrowStatement' || n.type === 'AwaitExpression',
      (n) => !isFunction(n) && !(n.type === 'TryStatement' && n.handler),
    );
    return out !== undefined;
  }
}

/** Awaited clean-up and notification that may well follow the end of a span. */
const AFTERWORK =
  /flush|shutdown|close|clean|dispose|release|disconnect|destroy|exit|stop|unlock|sleep|delay|wait|log|report|notify|emit|drain|reply|respond|record|save|rollback|unsubscribe|\bend\b|^end|finish|complete|teardown|format|serializ|pars|convert|render|transform|^next$/i;

/** The awaited expression is work that belongs to the operation. */
export function isRealWork(argument: Node): boolean {
  const n = unwrap(argument);
  if (n.type !== 'CallExpression') return false;
  const name = calleeName(n);
  if (name === undefined || TIMERS.test(name) || AFTERWORK.test(name)) return false;
  const callee = unwrap(n.callee);
  const root = callee.type === 'MemberExpression' ? (dottedName(callee.object) ?? '') : '';
  return (
    !/span|tracer|provider|exporter|processor|Promise|log/i.test(root) &&
    name !== 'catch' &&
    name !== 'then' &&
    name !== 'finally'
  );
}
