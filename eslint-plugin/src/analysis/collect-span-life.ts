import { isFunction, unwrap, type FunctionNode, type Node } from './ast.ts';
import type { Evaluator } from './evaluate.ts';
import type { Module } from './module.ts';
import { sinkSites } from './sinks.ts';
import { judgeSpanLife, type SpanLifeDeps, type SpanLifeFact } from './span-life.ts';
import { alternatives } from './value.ts';

/** Life cycles of the spans that a file starts on an OpenTelemetry tracer. */
export function collectSpanLife(ev: Evaluator, module: Module): readonly SpanLifeFact[] {
  const deps: SpanLifeDeps = {
    resolveFunction(callee, home) {
      for (const v of alternatives(ev.ask(callee, home))) if (v.type === 'function') return { node: v.node, module: v.module };
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
  return out;
}

function callbackOf(ev: Evaluator, node: Node | undefined, module: Module): FunctionNode | undefined {
  if (!node) return undefined;
  const n = unwrap(node);
  if (isFunction(n)) return n;
  if (n.type === 'SpreadElement') return undefined;
  const value = ev.ask(n, module);
  return value.type === 'function' && value.module === module ? value.node : undefined;
}

