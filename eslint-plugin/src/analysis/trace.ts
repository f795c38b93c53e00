import { parentOf, rangeOf, unwrap, type Node } from './ast.ts';
import type { TraceStep } from './facts.ts';
import type { Module } from './module.ts';
import type { Step } from './value.ts';

const lineStarts = new WeakMap<Module, readonly number[]>();

/** 1-based line of a node; from its offset, because oxlint computes `loc` from the text of the file that it is at. */
export function lineOf(node: Node, module: Module): number {
  let starts = lineStarts.get(module);
  if (!starts) {
    const list = [0];
    for (let i = module.text.indexOf('\n'); i >= 0; i = module.text.indexOf('\n', i + 1)) list.push(i + 1);
    starts = list;
    lineStarts.set(module, starts);
  }
  const [at] = rangeOf(node);
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((starts[mid] ?? 0) <= at) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** Plain trace of a chain of steps; repeated texts are dropped, long chains keep their ends. */
export function traceOf(step: Step | undefined, home: Module): readonly TraceStep[] {
  const out: TraceStep[] = [];
  for (let s = step, i = 0; s && i < 24; s = s.next, i++) {
    const text = `\`${s.text}\``;
    if (out.at(-1)?.text === text) continue;
    const origin = definingNode(s.node);
    out.push({ text, path: s.module.path, line: lineOf(origin, s.module), foreign: s.module !== home });
  }
  return out.length > 6 ? [...out.slice(0, 3), ...out.slice(-3)] : out;
}

function definingNode(node: Node): Node {
  const n = unwrap(node);
  return parentOf(n) ? n : node;
}
