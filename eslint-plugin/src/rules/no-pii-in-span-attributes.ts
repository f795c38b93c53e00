import { writeSuggestions } from '../fixes/writes.ts';
import { createRule, partText, traceText, type Problem } from './create-rule.ts';

type Options = readonly [{ readonly ignore: readonly string[] }];

/** Flags personal data and secrets in span attributes, events, names and status texts. */
export const noPiiInSpanAttributes = createRule<Options, 'pii'>({
  name: 'no-pii-in-span-attributes',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow personal data and secrets in span attributes, events, names, links and status texts',
      recommended: 'recommended',
    },
    messages: {
      pii: '{{part}} of a span carries {{what}} ({{category}}){{trace}}: traces are kept for weeks and read by many. Drop it, sanitize it, or write an id instead.',
    },
    schema: [
      {
        type: 'object',
        additionalProperties: false,
        properties: { ignore: { type: 'array', items: { type: 'string' } } },
      },
    ],
    defaultOptions: [{ ignore: [] }],
  },
  *check(facts, { options: [{ ignore }], text }): Iterable<Problem<'pii'>> {
    const seen = new Set<string>();
    for (const write of facts.writes) {
      const { sensitive } = write;
      if (!sensitive || (write.key !== undefined && ignore.includes(write.key)) || write.sink !== 'span') continue;
      if (write.origin !== undefined && seen.has(write.origin)) continue;
      if (write.origin !== undefined) seen.add(write.origin);
      const trace = traceText(sensitive.trace, write.valueText);
      yield {
        range: write.range,
        messageId: 'pii',
        data: {
          part: partText(write),
          what: sensitive.what,
          category: sensitive.match.category,
          trace: trace === '' ? '' : ` (\`${write.valueText}\` ← ${trace})`,
        },
        suggestions: writeSuggestions(write, text),
      };
    }
  },
});
