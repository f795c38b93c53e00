import { writeSuggestions } from '../fixes/writes.ts';
import { createRule, partText, traceText, type Problem } from './create-rule.ts';

type Options = readonly [{ readonly ignore: readonly string[] }];

/** Flags personal data and secrets in baggage. */
export const noPiiInBaggage = createRule<Options, 'pii'>({
  name: 'no-pii-in-baggage',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow personal data and secrets in baggage, which leaves the process with every request',
      recommended: 'recommended',
    },
    messages: {
      pii: '{{part}} of baggage carries {{what}} ({{category}}){{trace}}: baggage is sent in clear text to every service that is called. Drop it or send an id.',
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
      if (!sensitive || (write.key !== undefined && ignore.includes(write.key)) || write.sink !== 'baggage') continue;
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
