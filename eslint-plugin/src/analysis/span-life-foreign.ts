import {
  calleeName,
  enclosingFunction,
  isFunction,
  propertyName,
  rangeOf,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { Module } from './module.ts';
import type { Evidence } from './span-life-evidence.ts';
import { lineOf } from './trace.ts';
import { findNode } from './span-life-find.ts';
import { outerOf } from './span-life-refs.ts';

/** Functions that make a span active while a callback runs; inside, the active span is the code's own. */
const ACTIVATORS = new Set(['startActiveSpan', 'with', 'withSpan', 'withActiveSpan', 'bind', 'run']);

/** The `end()` of a span that `trace.getActiveSpan()` returned in a function that did not start it; the call is the `getActiveSpan()`. */
export function foreignEnd(call: TSESTree.CallExpression, module: Module): Evidence | undefined {
  const fn = enclosingFunction(call);
  if (!fn || runsUnderOwnSpan(fn)) return undefined;
  const end = endOf(call, module, fn);
  // a function that only ends the active span is the other half of one that starts it
  const works = findNode(
    fn.body,
    (n) => n.type === 'AwaitExpression' || n.type === 'TryStatement',
    (n) => !isFunction(n),
  );
  if (!end || !works) return undefined;
  return { text: `\`end()\` at line ${String(lineOf(end, module))} ends the span of the caller`, node: end };
}

function runsUnderOwnSpan(fn: FunctionNode): boolean {
  for (let f: FunctionNode | undefined = fn; f; f = enclosingFunction(f)) {
    const parent = outerOf(f);
    if (parent?.type === 'CallExpression' && unwrap(parent.callee) !== f && ACTIVATORS.has(calleeName(parent) ?? ''))
      return true;
  }
  return false;
}

function endOf(call: TSESTree.CallExpression, module: Module, fn: FunctionNode): Node | undefined {
  const parent = outerOf(call);
  if (parent?.type === 'MemberExpression') return propertyName(parent) === 'end' ? parent : undefined;
  if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier') return undefined;
  const binding = module.scopes.resolve(parent.id);
  const refs = binding ? module.scopes.references(binding) : [];
  // the variable gets another span somewhere: which one ends is not this simple
  if (refs.some((ref) => outerOf(ref)?.type === 'AssignmentExpression')) return undefined;
  return refs.find((ref) => {
    const member = outerOf(ref);
    return (
      member?.type === 'MemberExpression' &&
      unwrap(member.object) === ref &&
      propertyName(member) === 'end' &&
      enclosingFunction(ref) === fn
    );
  });
}

/** Ways to answer that all go through `end`, so that patching one of them misses the others. */
const ANSWERS = new Set(['send', 'json', 'render', 'redirect', 'sendFile', 'jsonp']);

/** The span is ended only inside replaced methods of the response (`res.send = function …`), never when the response is finished. */
export function endedOnlyInAnswers(endings: readonly Node[], owner: Node, module: Module): Evidence | undefined {
  if (endings.length === 0) return undefined;
  const names = new Set<string>();
  for (const ending of endings) {
    const name = patchedMethod(ending, owner, module);
    if (name === undefined || !ANSWERS.has(name)) return undefined;
    names.add(name);
  }
  const [first] = endings;
  const list = [...names].map((n) => `\`${n}\``).join(' and ');
  return (
    first && {
      text: `only the replaced ${list} of the response end it; an answer given another way, or a client that goes away, leaves it open`,
      node: first,
    }
  );
}

/** `x.name = function () { … ending … }` with x a parameter. */
function patchedMethod(ending: Node, owner: Node, module: Module): string | undefined {
  for (let fn = enclosingFunction(ending); fn && fn !== owner; fn = enclosingFunction(fn)) {
    const parent = outerOf(fn);
    if (parent?.type !== 'AssignmentExpression' || !isFunction(unwrap(parent.right))) continue;
    const left = unwrap(parent.left);
    if (left.type !== 'MemberExpression' || rangeOf(left)[0] > rangeOf(fn)[0]) return undefined;
    const object = unwrap(left.object);
    const binding = object.type === 'Identifier' ? module.scopes.resolve(object) : undefined;
    return binding?.kind === 'param' ? propertyName(left) : undefined;
  }
  return undefined;
}

/** The `end()` in the handler of `new Proxy(tracer, { get … 'startActiveSpan' … finally { span.end() } })`: such a tracer ends spans itself. */
export function endInProxy(proxy: TSESTree.NewExpression): Node | undefined {
  const handler = proxy.arguments[1] && unwrap(proxy.arguments[1]);
  if (calleeName(proxy) !== 'Proxy' || handler?.type !== 'ObjectExpression') return undefined;
  const named = findNode(handler, (n) => n.type === 'Literal' && n.value === 'startActiveSpan');
  const ending = findNode(handler, (n) => n.type === 'TryStatement' && finalEnd(n) !== undefined);
  return named && ending?.type === 'TryStatement' ? finalEnd(ending) : undefined;
}

function finalEnd({ finalizer }: TSESTree.TryStatement): Node | undefined {
  return finalizer ? findNode(finalizer, (n) => n.type === 'CallExpression' && calleeName(n) === 'end') : undefined;
}
