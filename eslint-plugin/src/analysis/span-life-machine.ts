import type { FunctionNode, Node, TSESTree } from './ast.ts';
import type { Module } from './module.ts';
import type { Binding } from './scope.ts';
import type { Jump, State } from './span-life-paths.ts';
import type { Tracking } from './span-life-refs.ts';

/** States after a promise settles. */
export interface Settlement {
  readonly ok: State;
  readonly bad: State;
  /** A callback of the promise ends the span or hands it over. */
  readonly acts: boolean;
}

/** Result of an expression: the state after it, and what its promise does later. */
export interface Outcome {
  readonly state: State;
  readonly settle?: Settlement | undefined;
}

/** A function of the workspace behind a callee. */
export interface ResolvedFunction {
  readonly node: FunctionNode;
  readonly module: Module;
}

/** What a run of the interpreter finds besides its exits. */
export interface Notes {
  /** How often the start was passed. */
  starts: number;
  /** Calls that end the span. */
  readonly ends: Set<Node>;
  /** Places that hand it to other code. */
  readonly gives: Set<Node>;
  /** Second `end()` → first one. */
  readonly doubleEnds: Map<Node, Node>;
  /** Write to an ended span → its `end()`. */
  readonly lateUses: Map<Node, Node>;
  /** `end()` → the `await` of work that follows it. */
  readonly early: Map<Node, Node>;
  /** Call of an async function that is returned without `await` → the `end()` in the `finally` that runs before it is done. */
  readonly unawaited: Map<Node, Node>;
  /** Promises that nobody waits for and that leave the span open. */
  readonly detached: Jump[];
  /** Places that overwrite the variable while the span is open. */
  readonly overwritten: Set<Node>;
  /** Counts ends and hand-overs, to see whether a part of the code does any. */
  activity: number;
}

/** The parts of the interpreter that call each other. */
export interface Machine {
  readonly module: Module;
  readonly track: Tracking;
  /** The `startSpan` call whose result is tracked; undefined when the span is a parameter. */
  readonly start: TSESTree.CallExpression | undefined;
  /** The span is the active one in the whole function. */
  readonly active: boolean;
  readonly notes: Notes;
  /** Hand-overs after which this code ends the span itself. */
  readonly borrowed: ReadonlySet<Node>;
  /** Promises kept in variables. */
  readonly promises: Map<Binding, Settlement>;
  /** How often each condition is asked in the owner; what is asked once need not be remembered. */
  readonly questions: ReadonlyMap<string, number>;
  /** Greater than 0 inside a `try` whose `catch` makes ordinary calls count as throwing. */
  soft: number;
  /** Functions being run, innermost last. */
  readonly stack: FunctionNode[];
  readonly resolve: (callee: Node) => ResolvedFunction | undefined;
  /** What a helper does with the span in a parameter. */
  readonly helper: (target: ResolvedFunction, index: number) => HelperEffect;
  /** Takes one step of the budget. */
  readonly step: () => void;
  readonly exec: (node: Node, state: State, jumps: Jump[]) => State;
  readonly evaluate: (node: Node, state: State, jumps: Jump[]) => Outcome;
  readonly assume: (test: Node, state: State, jumps: Jump[]) => { readonly yes: State; readonly no: State };
  readonly invoke: (fn: FunctionNode, state: State, jumps: Jump[]) => Outcome;
}

/** What a helper does with a span: `unknown` when it depends. */
export interface HelperEffect {
  readonly ok: 'ended' | 'open' | 'unknown';
  readonly bad: 'ended' | 'open' | 'unknown';
  readonly async: boolean;
}

/** Thrown inside when the code is too large or too deep to judge; never leaves the analysis. */
export class OutOfBudget extends Error {}
