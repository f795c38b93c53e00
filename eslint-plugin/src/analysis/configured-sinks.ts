import { dottedName, enclosingFunction, type TSESTree } from './ast.ts';
import type { Module } from './module.ts';
import type { Settings, WrapperSetting } from './settings.ts';
import type { SinkSite } from './sinks.ts';
import type { Sink } from '../knowledge/types.ts';

/** Calls of functions that `settings.telint.wrappers` declares to write metrics, spans or logs. */
export function configuredSites(
  module: Module,
  settings: Settings,
  kind: 'metric' | 'span' | 'log',
): readonly SinkSite[] {
  const wrappers = settings.wrappers.filter((w) => w.kind === kind);
  if (wrappers.length === 0) return [];
  const out: SinkSite[] = [];
  for (const call of module.scopes.nodes('CallExpression')) {
    const wrapper = wrappers.find((w) => isCallOf(call, w));
    if (!wrapper) continue;
    out.push({
      call,
      sink: sinkOf(wrapper),
      shape: '',
      method: wrapper.name,
      receiver: undefined,
      fn: enclosingFunction(call),
      evidence: 'proved',
    });
  }
  return out;
}

/** `Metrics.inc` matches `Metrics.inc(…)` and `this.Metrics.inc(…)`; `record` matches a call of that name on anything. */
function isCallOf(call: TSESTree.CallExpression, wrapper: WrapperSetting): boolean {
  const name = dottedName(call.callee);
  return name === wrapper.name || (name?.endsWith(`.${wrapper.name}`) ?? false);
}

function sinkOf(wrapper: WrapperSetting): Sink {
  if (wrapper.kind === 'metric') return { kind: 'metric-emit', labels: wrapper.labels ?? 0 };
  if (wrapper.kind === 'span') return { kind: 'attributes', arg: wrapper.attributes ?? 0, on: 'span' };
  return { kind: 'log', level: 'info' };
}
