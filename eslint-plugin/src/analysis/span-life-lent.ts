import { enclosingFunction, isFunction, parentOf, propertyName, rangeOf, unwrap, type Node } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import type { Module } from './module.ts';
import type { Binding } from './scope.ts';
import { sinkSites } from './sinks.ts';
import { findNode } from './span-life-find.ts';
import type { ResolvedFunction } from './span-life-machine.ts';
import { outerOf } from './span-life-refs.ts';

/** The callback ends what it gets as its first argument; a cheap look before the function it is given to is looked up. */
export function endsFirstParameter(fn: Node, module: Module): boolean {
  const first = isFunction(fn) ? fn.params[0] : undefined;
  const binding = first?.type === 'Identifier' ? module.scopes.resolve(first) : undefined;
  return binding !== undefined && module.scopes.references(binding).some((ref) => isEnd(ref));
}

/**
 * The `end()` of a helper that starts a span, calls its parameter with it and ends it whatever the parameter does:
 * `try { return await work(span); } finally { span.end(); }`, `work(span).finally(() => span.end())`.
 */
export function endOfLentSpan(ev: Evaluator, helper: ResolvedFunction, index: number): Node | undefined {
  const { module } = helper;
  const param = helper.node.params[index];
  const work = param?.type === 'Identifier' ? module.scopes.resolve(param) : undefined;
  for (const ref of work ? module.scopes.references(work) : []) {
    const call = outerOf(ref);
    const lent = call?.type === 'CallExpression' && unwrap(call.callee) === ref ? call.arguments[0] : undefined;
    const span = lent?.type === 'Identifier' ? module.scopes.resolve(lent) : undefined;
    if (!call || !span || !isStarted(ev, span, module)) continue;
    const end = endAfter(call, span, module);
    if (end) return end;
  }
  return undefined;
}

function isEnd(ref: Node): boolean {
  const member = outerOf(ref);
  return member?.type === 'MemberExpression' && unwrap(member.object) === ref && propertyName(member) === 'end';
}

/** The variable holds a span of an OpenTelemetry tracer that this module starts. */
function isStarted(ev: Evaluator, span: Binding, module: Module): boolean {
  const { declaration } = span;
  return sinkSites(ev, module).some(({ sink, call, evidence }) => {
    if (sink.kind !== 'span-start' || evidence === 'named') return false;
    const last = call.arguments.at(-1);
    return sink.active
      ? span.kind === 'param' && last !== undefined && unwrap(last) === declaration
      : declaration.type === 'VariableDeclarator' && declaration.init !== null && unwrap(declaration.init) === call;
  });
}

/** The `end()` that follows the call however it ends. */
function endAfter(call: Node, span: Binding, module: Module): Node | undefined {
  const ends = module.scopes.references(span).filter((ref) => isEnd(ref));
  const within = (area: Node): Node | undefined =>
    ends.find((ref) => rangeOf(ref)[0] >= rangeOf(area)[0] && rangeOf(ref)[1] <= rangeOf(area)[1]);
  const fn = enclosingFunction(call);
  for (
    let node: Node = call, parent = parentOf(node);
    parent && parent !== fn;
    node = parent, parent = parentOf(node)
  ) {
    const finalizer = parent.type === 'TryStatement' && parent.block === node ? parent.finalizer : undefined;
    const callback =
      parent.type === 'MemberExpression' && parent.object === node && propertyName(parent) === 'finally'
        ? outerOf(parent)
        : undefined;
    const area = finalizer ?? (callback?.type === 'CallExpression' ? callback.arguments[0] : undefined);
    const end = area && isUnconditional(area) ? within(area) : undefined;
    if (end) return end;
  }
  return undefined;
}

/** Nothing in it decides whether the span is ended. */
function isUnconditional(area: Node): boolean {
  return !findNode(area, (n) => n.type === 'IfStatement' || n.type === 'ConditionalExpression');
}
