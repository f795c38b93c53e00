import { calleeName, isFunction, unwrap, type FunctionNode, type Node, type TSESTree } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import type { Module } from './module.ts';
import { sinkSites } from './sinks.ts';
import { endInProxy } from './span-life-foreign.ts';
import { endOfLentSpan, endsFirstParameter } from './span-life-lent.ts';
import { judgeForeignEnd, judgeSpanLife, type SpanLifeDeps, type SpanLifeFact } from './span-life.ts';
import { alternatives } from './value.ts';

/** Life cycles of the spans that a file starts on an OpenTelemetry tracer. */
export function collectSpanLife(ev: Evaluator, module: Module): readonly SpanLifeFact[] {
  const deps: SpanLifeDeps = {
    resolveFunction(callee, home) {
      for (const v of alternatives(ev.ask(callee, home)))
        if (v.type === 'function') return { node: v.node, module: v.module };
      return undefined;
    },
  };
  const out: SpanLifeFact[] = [];
  for (const site of sinkSites(ev, module)) {
    const { sink, call } = site;
    // A tracer that cannot be traced may be a helper that ends its spans itself.
    if (sink.kind !== 'span-start' || site.evidence === 'named') continue;
    const callback = sink.active ? callbackOf(ev, call.arguments.at(-1), module) : undefined;
    if (sink.active && !callback) continue;
    out.push(...judgeSpanLife({ call, module, active: sink.active, callback }, deps));
  }
  for (const call of module.scopes.nodes('CallExpression')) {
    const name = calleeName(call);
    if (name === 'getActiveSpan') out.push(...judgeForeignEnd(call, module));
    else if (name === 'startActiveSpan') out.push(...throughProxy(ev, call, module, deps));
    out.push(...throughHelper(ev, call, module, deps));
  }
  return out;
}

/** A tracer behind a `Proxy` that ends the span itself: an `end()` in the callback is one too many. */
function throughProxy(
  ev: Evaluator,
  call: TSESTree.CallExpression,
  module: Module,
  deps: SpanLifeDeps,
): readonly SpanLifeFact[] {
  const callee = unwrap(call.callee);
  const callback = callbackOf(ev, call.arguments.at(-1), module);
  if (callee.type !== 'MemberExpression' || !callback) return [];
  for (const v of alternatives(ev.ask(callee.object, module))) {
    if (v.type !== 'shape' || v.shape !== 'js.Proxy' || v.origin?.type !== 'NewExpression') continue;
    const endedBy = endInProxy(v.origin);
    if (endedBy) return judgeSpanLife({ call, module, active: true, callback, endedBy }, deps);
  }
  return [];
}

/** A callback of a helper that ends the span after it, whatever happens. */
function throughHelper(
  ev: Evaluator,
  call: TSESTree.CallExpression,
  module: Module,
  deps: SpanLifeDeps,
): readonly SpanLifeFact[] {
  for (const [index, argument] of call.arguments.entries()) {
    const callback = unwrap(argument);
    if (!isFunction(callback) || !endsFirstParameter(callback, module)) continue;
    const helper = deps.resolveFunction(call.callee, module);
    const endedBy = helper && endOfLentSpan(ev, helper, index);
    if (endedBy)
      return judgeSpanLife({ call, module, active: true, callback, endedBy }, deps).filter(
        (f) => f.problem === 'double-end',
      );
  }
  return [];
}

function callbackOf(ev: Evaluator, node: Node | undefined, module: Module): FunctionNode | undefined {
  if (!node) return undefined;
  const n = unwrap(node);
  if (isFunction(n)) return n;
  if (n.type === 'SpreadElement') return undefined;
  const value = ev.ask(n, module);
  return value.type === 'function' && value.module === module ? value.node : undefined;
}
