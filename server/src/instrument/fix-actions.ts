import { rangeOf } from '../../../eslint-plugin/src/analysis/ast.ts';
import type { TextRange } from '../findings.ts';
import type { InstrumentAction, InstrumentContext } from './index.ts';
import type { Target } from './target.ts';

const KINDS: ReadonlyMap<string, string> = new Map([
  ['telint/require-context-propagation', 'propagation'],
  ['telint/require-span-end', 'span-end'],
  ['telint/no-unbounded-metric-labels', 'label'],
  ['telint/no-pii-in-metric-labels', 'label'],
  ['telint/no-pii-in-span-attributes', 'attribute'],
]);

/** Fixes of findings that the range touches or that are in the function around it, as things to do with that function. */
export function fixActions(
  range: TextRange,
  target: Target | undefined,
  context: InstrumentContext,
): readonly InstrumentAction[] {
  const [start, end] = target ? rangeOf(target.node) : [range.start, range.end];
  const from = Math.min(start, range.start);
  const to = Math.max(end, range.end);
  return (context.findings ?? []).flatMap((finding) => {
    const kind = KINDS.get(finding.rule);
    if (kind === undefined || finding.range.start > to || finding.range.end < from) return [];
    return finding.fixes.map(({ title, edits }) => ({
      title,
      kind: `refactor.rewrite.telint.${kind}`,
      finding,
      edits: () => edits,
    }));
  });
}
