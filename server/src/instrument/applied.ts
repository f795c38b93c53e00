import {
  calleeName,
  childrenOf,
  dottedName,
  isFunction,
  unwrap,
  type Node,
} from '../../../eslint-plugin/src/analysis/ast.ts';
import type { Target } from './target.ts';

const SPAN_STARTS = new Set(['startActiveSpan', 'startSpan', 'startSpanManual', 'withSpan', 'traced', 'wrapTracer']);
const COUNTS = new Set(['inc', 'add']);
const TIMES = new Set(['observe', 'record']);

/** Visits what a function does itself: its own frame, and the callbacks that it runs in a span. */
function eachOfWork(target: Target, visit: (node: Node) => void): void {
  const stack: Node[] = [target.node.body];
  for (let node = stack.pop(); node; node = stack.pop()) {
    visit(node);
    if (node.type === 'CallExpression' && SPAN_STARTS.has(calleeName(node) ?? ''))
      for (const argument of node.arguments) {
        const inner = unwrap(argument);
        if (isFunction(inner)) stack.push(inner.body);
      }
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') continue;
    if (node === target.node.body || !isFunction(node)) stack.push(...childrenOf(node).reverse());
  }
}

function nameOfCall(node: Node): string {
  return node.type === 'CallExpression' ? (calleeName(node) ?? '') : '';
}

/** True when the function starts a span, or is the callback or the decorated method of one. */
export function hasSpan(target: Target): boolean {
  const holder = target.around.at(-1);
  if (holder?.type === 'CallExpression' && SPAN_STARTS.has(nameOfCall(holder))) return true;
  if (holder?.type === 'MethodDefinition') {
    const decorators = holder.decorators.map(({ expression }) =>
      expression.type === 'CallExpression' ? calleeName(expression) : dottedName(expression),
    );
    if (decorators.some((name) => /Span$|^Traced?$/.test(name ?? ''))) return true;
  }
  let found = false;
  eachOfWork(target, (n) => (found ||= SPAN_STARTS.has(nameOfCall(n))));
  return found;
}

/** True when a `finally` of the function counts its calls. */
export function hasCounter(target: Target): boolean {
  return finalizes(target, COUNTS);
}

/** True when the function runs a timer or observes a duration in a `finally`. */
export function hasTimer(target: Target): boolean {
  let found = finalizes(target, TIMES);
  eachOfWork(target, (n) => (found ||= nameOfCall(n) === 'startTimer'));
  return found;
}

function finalizes(target: Target, methods: ReadonlySet<string>): boolean {
  let found = false;
  eachOfWork(target, (n) => {
    if (n.type !== 'TryStatement' || !n.finalizer) return;
    for (const s of n.finalizer.body)
      found ||= s.type === 'ExpressionStatement' && methods.has(nameOfCall(unwrap(s.expression)));
  });
  return found;
}
