import { isFunction, type Node } from './ast.ts';
import type { Module } from './module.ts';
import type { Exit, RunResult } from './span-life-run.ts';
import { lineOf } from './trace.ts';

/** A sentence part and the code that it speaks of. */
export interface Evidence {
  readonly text: string;
  readonly node: Node;
}

const MAX_EVIDENCE = 3;

/** The most telling ways on which the span stays open, ordinary ones first. */
export function evidenceOf(exits: readonly Exit[], module: Module, run: RunResult): Evidence[] {
  const order: readonly Exit['kind'][] = ['return', 'end', 'overwritten', 'throw', 'reject', 'call', 'late', 'dropped'];
  const list: Evidence[] = [];
  const sorted = [...exits].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  for (const exit of sorted) {
    for (const node of exit.nodes) {
      if (list.length >= MAX_EVIDENCE) return list;
      if (!list.some((e) => e.node === node)) list.push({ text: sentence(exit.kind, node, module, run), node });
    }
  }
  return list;
}

function sentence(kind: Exit['kind'], node: Node, module: Module, run: RunResult): string {
  const line = String(lineOf(node, module));
  switch (kind) {
    case 'end':
      return isFunction(node) && run.notes.ends.size === 0
        ? 'the function ends without it'
        : `the function that starts at line ${line} can reach its end with the span open`;
    case 'return':
      return node.type === 'ReturnStatement'
        ? `the \`return\` at line ${line} leaves it open`
        : `the function returns at line ${line} with the span open`;
    case 'throw':
      return `the \`throw\` at line ${line} leaves it open`;
    case 'reject':
      return `a rejected \`await\` at line ${line} leaves it open`;
    case 'call':
      return `an exception of the function called at line ${line} leaves it open`;
    case 'late':
      return `a rejection of the promise returned at line ${line} leaves it open`;
    case 'dropped':
      return `the promise at line ${line} can reject before the span is ended`;
    case 'overwritten':
      return `line ${line} replaces the span while it is open`;
  }
}
