import { rangeOf, type Node } from '../analysis/ast.ts';
import type { SpanLifeFact } from '../analysis/span-life.ts';
import { spanEndSuggestions } from '../fixes/span-end.ts';
import { createRule, type Problem } from './create-rule.ts';

type MessageIds =
  | 'neverEnded'
  | 'notOnEveryPath'
  | 'endedTooEarly'
  | 'doubleEnd'
  | 'useAfterEnd'
  | 'sharedSpan'
  | 'floatingSpan'
  | 'foreignEnd';

const MESSAGE_OF: Readonly<Record<SpanLifeFact['problem'], MessageIds>> = {
  'never-ended': 'neverEnded',
  'not-on-every-path': 'notOnEveryPath',
  'ended-too-early': 'endedTooEarly',
  'double-end': 'doubleEnd',
  'use-after-end': 'useAfterEnd',
  'shared-span': 'sharedSpan',
  'floating-active-span': 'floatingSpan',
  'foreign-end': 'foreignEnd',
};

/** Flags OpenTelemetry spans that are not ended exactly once, on every path, by the code that started them. */
export const requireSpanEnd = createRule<readonly [], MessageIds>({
  name: 'require-span-end',
  meta: {
    type: 'problem',
    docs: { description: 'Require every started span to be ended once, on every path', recommended: 'recommended' },
    messages: {
      neverEnded:
        'Span{{name}} is never ended ({{evidence}}): a span without `end()` is not exported and is missing from its trace. Call `end()` in a `finally`.',
      notOnEveryPath:
        'Span{{name}} is not ended on every path ({{evidence}}): what fails is then missing from the trace. Call `end()` in a `finally`.',
      endedTooEarly:
        'Span{{name}} is ended before its work is done ({{evidence}}): its duration is too short and what is written to it later is lost. Call `end()` after the last `await`.',
      doubleEnd:
        'Span{{name}} is ended a second time ({{evidence}}): only one `end()` counts and the SDK logs an error for the other. Remove one of them.',
      useAfterEnd:
        'Span{{name}} is written to after its end ({{evidence}}): the SDK drops the write. Move it before `end()`.',
      sharedSpan:
        'Span{{name}} is started once for the whole module ({{evidence}}): calls that overlap write to, and end, the same span. Start a span in the function that does the work.',
      floatingSpan:
        'Nothing waits for the async callback of span{{name}} ({{evidence}}): the caller goes on before the work is done and does not see its errors. Add `await` or `return`, or `void` if it is meant.',
      foreignEnd:
        'This function ends a span that it did not start ({{evidence}}): the code that started it still writes to it and ends it again. Remove the `end()`, or start a span of its own.',
    },
    fixable: 'code',
    schema: [],
    defaultOptions: [],
  },
  *check(facts, { text }): Iterable<Problem<MessageIds>> {
    // one callback given to two starts is judged with each of them
    const seen = new Set<string>();
    for (const fact of facts.spanLife) {
      const range = headOf(fact);
      const key = `${fact.problem}:${String(range.start)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      yield {
        range,
        messageId: MESSAGE_OF[fact.problem],
        data: {
          name: fact.name === undefined ? '' : ` \`${fact.name}\``,
          evidence: fact.evidence.map((e) => e.text).join('; '),
        },
        suggest: () => spanEndSuggestions(fact, text),
        related: fact.evidence.map((e) => ({ message: e.text, range: toRange(e.node) })),
      };
    }
  },
});

function toRange(node: Node): { start: number; end: number } {
  const [start, end] = rangeOf(node);
  return { start, end };
}

/** A start with a callback is long: the part before its first argument says which one is meant. */
function headOf(fact: SpanLifeFact): { start: number; end: number } {
  const node: Node = fact.node;
  const [start, end] = rangeOf(node);
  if (node.type !== 'CallExpression' || node !== fact.start) return { start, end };
  const first = node.arguments[0];
  return { start, end: first ? rangeOf(first)[1] : end };
}
