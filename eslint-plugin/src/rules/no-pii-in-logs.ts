import { placeOf } from '../analysis/log-conditions.ts';
import { writeSuggestions } from '../fixes/writes.ts';
import { createRule, partText, traceText, type Problem } from './create-rule.ts';

type Options = readonly [{ readonly ignore: readonly string[] }];

/** Flags personal data and secrets in log calls and, with the setting `trackers`, in reports to error trackers. */
export const noPiiInLogs = createRule<Options, 'pii' | 'tracker'>({
  name: 'no-pii-in-logs',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow personal data and secrets in log messages and fields', recommended: 'strict' },
    messages: {
      pii: '{{part}} of a log call carries {{what}} ({{category}}){{trace}}: logs are copied to many places and kept. Drop it, mask it, or log an id.',
      tracker:
        '{{part}} of a report to an error tracker carries {{what}} ({{category}}){{trace}}: it is sent to another company and kept. Drop it, mask it, or report an id.',
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
  *check(facts, { options: [{ ignore }], text, filename, cwd }): Iterable<Problem<'pii' | 'tracker'>> {
    const place = placeOf(filename, cwd, text);
    if (place === 'trial') return;
    const seen = new Set<string>();
    for (const write of [...facts.logs, ...facts.writes.filter((w) => w.sink === 'tracker')]) {
      const { sensitive } = write;
      if (!sensitive || (write.key !== undefined && ignore.includes(write.key))) continue;
      if (write.console && place !== 'service') continue;
      if (write.origin !== undefined && seen.has(write.origin)) continue;
      if (write.origin !== undefined) seen.add(write.origin);
      const trace = traceText(sensitive.trace, write.valueText);
      yield {
        range: write.range,
        messageId: write.sink === 'tracker' ? 'tracker' : 'pii',
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
