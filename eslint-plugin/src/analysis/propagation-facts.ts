import type { Carrier } from '../knowledge/libraries/brokers.ts';
import type { FunctionNode, Node, TSESTree } from './ast.ts';
import { alternatives, type Value } from './value.ts';

/** What goes wrong at a place where trace context should cross a boundary. */
export type PropagationProblem =
  | 'no-inject'
  | 'no-extract'
  | 'default-getter-on-headers'
  | 'default-setter-on-headers'
  | 'extracted-context-discarded'
  | 'server-span-ignores-parent'
  | 'root-context-drops-baggage';

/** What a suggestion needs to know; undefined where no edit is safe. */
export type PropagationFix =
  | { readonly kind: 'publish'; readonly call: TSESTree.CallExpression | TSESTree.NewExpression; readonly carrier: Carrier; readonly broker: string }
  | { readonly kind: 'consume'; readonly handler: FunctionNode; readonly message: number; readonly path: string; readonly values: 'buffers' | 'accessor' | 'redis' | undefined }
  | { readonly kind: 'carrier'; readonly call: TSESTree.CallExpression; readonly holder: 'fetch' | 'nats' | 'buffers' | 'map' };

/** One place where trace context is lost. */
export interface PropagationFact {
  readonly kind: 'publish' | 'consume' | 'extract' | 'inject' | 'worker-message';
  readonly problem: PropagationProblem;
  /** Short node to underline: method name, decorator, carrier argument. */
  readonly node: Node;
  /** Package or mechanism that carries the message (`bullmq`, `fetch`). */
  readonly broker: string;
  /** What the message is sent through or the carrier is called, for the text of a finding. */
  readonly subject: string;
  /** Where the carrier can travel, in words. */
  readonly where: string;
  readonly evidence: readonly { readonly text: string; readonly node: Node }[];
  /** Reported only when this option of the rule is on. */
  readonly optIn: 'workers' | 'sockets' | undefined;
  readonly fix: PropagationFix | undefined;
}

/** Shapes that a value can be, apart from those that only a conventional name suggests. */
export function shapesOf(value: Value): readonly string[] {
  const shapes: string[] = [];
  for (const v of alternatives(value, 16)) if (v.type === 'shape' && v.evidence !== 'named') shapes.push(v.shape);
  return shapes;
}
