import { enclosingFunction, parentOf, unwrap } from './ast.ts';
import type { Evidence } from './span-life-evidence.ts';
import { lineOf } from './trace.ts';
import type { SpanStart } from './span-life.ts';

/** An async `startActiveSpan` callback in an async function that nobody waits for; `void` says it is meant. */
export function floatingStart(start: SpanStart): Evidence | undefined {
  const { call, callback } = start;
  if (!callback?.async || callback.generator) return undefined;
  let node = parentOf(call);
  while (node && unwrap(node) === call) node = parentOf(node);
  if (node?.type !== 'ExpressionStatement') return undefined;
  const outer = enclosingFunction(call);
  if (!outer?.async) return undefined;
  const what = outer.type === 'FunctionDeclaration' && outer.id ? `\`${outer.id.name}\`` : 'the async function';
  return {
    text: `${what} that starts at line ${String(lineOf(outer, start.module))} does not wait for it`,
    node: outer,
  };
}
