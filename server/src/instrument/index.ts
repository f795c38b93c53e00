import type { TSESTree } from '../../../eslint-plugin/src/analysis/ast.ts';
import type { Finding, TextEdit, TextRange } from '../findings.ts';
import { parseTree } from './tree.ts';
import { fixActions } from './fix-actions.ts';
import { metricActions } from './metric-actions.ts';
import { spanActions } from './span-actions.ts';
import { targetAt } from './target.ts';

/** A way to instrument the function at the cursor; `edits` are computed when it is chosen. */
export interface InstrumentAction {
  readonly title: string;
  /** Code action kind below `refactor.rewrite.telint`. */
  readonly kind: string;
  /** Why it cannot be done here; there are no edits then. */
  readonly disabled?: string;
  /** What it repairs, where it is the fix of a finding. */
  readonly finding?: Finding;
  readonly edits: () => readonly TextEdit[];
}

/** What instrumentation is written with, and what is known of the file. */
export interface InstrumentContext {
  /** `runtime` writes `withSpan` and metrics of `@telint/runtime`. */
  readonly flavour: 'opentelemetry' | 'runtime';
  /** The tree of this text, where the host has it already. */
  readonly ast?: TSESTree.Program | undefined;
  /** Findings of the file: their fixes are offered anywhere in the function that they are in. */
  readonly findings?: readonly Finding[] | undefined;
  /** The package of the file: decides the metrics library, names the tracer. */
  readonly project?:
    { readonly dependencies: ReadonlyMap<string, string>; readonly packageName: string | undefined } | undefined;
  /** True for names of metrics that the workspace has already: two of one name end the process at its start. */
  readonly isMetricName?: ((name: string) => boolean) | undefined;
}

/** The file that is instrumented. */
export interface InstrumentFile {
  readonly path: string;
  readonly text: string;
}

/** Finds the actions that apply to the function around a range of a file. */
export type InstrumentActions = (
  file: InstrumentFile,
  range: TextRange,
  context: InstrumentContext,
) => readonly InstrumentAction[];

/** Actions that apply to the function around a range of a file. */
export const instrumentActions: InstrumentActions = (file, range, context) => {
  const program = context.ast ?? parseTree(file);
  if (!program) return [];
  const target = targetAt(program, file, range);
  return [
    ...(target ? spanActions(target, file, context) : []),
    ...(target ? metricActions(target, file, context) : []),
    ...fixActions(range, target, context),
  ];
};
