import type { Carrier, OptIn } from '../knowledge/libraries/brokers.ts';
import type { FunctionNode, Node, TSESTree } from './ast.ts';
import type { Range } from './facts.ts';
import type { PropagationPlan } from './propagation-plan.ts';
import { alternatives, type Value } from './value.ts';

/** What goes wrong at a place where trace context should cross a boundary. */
export type PropagationProblem =
  | 'no-inject'
  | 'stored-without-context'
  | 'no-extract'
  | 'default-getter-on-headers'
  | 'default-setter-on-headers'
  | 'extracted-context-discarded'
  | 'server-span-ignores-parent'
  | 'root-context-drops-baggage';

interface Common {
  readonly kind: 'publish' | 'consume' | 'extract' | 'inject' | 'worker-message';
  readonly problem: PropagationProblem;
  /** What carries the message, in words: a package, "a worker thread", `fetch`. */
  readonly broker: string;
  /** What the message is sent through or the carrier is called. */
  readonly subject: string;
  /** Where the carrier can travel, or what the carrier is, in words. */
  readonly where: string;
  /** Reported only when this option of the rule is on. */
  readonly optIn: OptIn | undefined;
}

/** One place where trace context is lost. */
export interface PropagationFact extends Common {
  /** Short range to underline: method name, decorator, carrier argument. */
  readonly range: Range;
  readonly evidence: readonly { readonly text: string; readonly range: Range }[];
  /** Edits that would repair it; undefined where none is safe. */
  readonly plan: PropagationPlan | undefined;
}

/** What a repair starts from. */
export type PropagationTarget =
  | {
      readonly kind: 'publish';
      readonly call: TSESTree.CallExpression | TSESTree.NewExpression;
      readonly carrier: Carrier;
      readonly broker: string;
    }
  | {
      readonly kind: 'consume';
      readonly handler: FunctionNode;
      readonly message: number;
      readonly path: string;
      readonly values: 'buffers' | 'accessor' | 'redis' | undefined;
    }
  | { readonly kind: 'carrier'; readonly call: TSESTree.CallExpression; readonly holder: CarrierHolder }
  | { readonly kind: 'server'; readonly call: TSESTree.CallExpression; readonly handler: FunctionNode }
  | { readonly kind: 'root'; readonly node: Node };

/** Carriers whose entries are behind methods, or not texts. */
export type CarrierHolder = 'fetch' | 'nats' | 'buffers' | 'map';

/** A fact while it is collected: with nodes. */
export interface PropagationDraft extends Common {
  readonly node: Node;
  readonly evidence: readonly { readonly text: string; readonly node: Node }[];
  readonly target: PropagationTarget | undefined;
}

/** Shapes that a value can be, apart from those that only a conventional name suggests. */
export function shapesOf(value: Value): readonly string[] {
  const shapes: string[] = [];
  for (const v of alternatives(value)) if (v.type === 'shape' && v.evidence !== 'named') shapes.push(v.shape);
  return shapes;
}
