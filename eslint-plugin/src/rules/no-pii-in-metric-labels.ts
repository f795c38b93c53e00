import { labelSuggestions } from '../fixes/labels.ts';
import { createRule, traceText, type Problem } from './create-rule.ts';

type Options = readonly [{ readonly ignore: readonly string[] }];

/** Flags personal data and secrets as metric labels. */
export const noPiiInMetricLabels = createRule<Options, 'pii'>({
  name: 'no-pii-in-metric-labels',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow personal data and secrets as metric labels', recommended: 'recommended' },
    messages: {
      pii: 'Label `{{key}}` of {{metric}} carries {{what}} ({{category}}){{trace}}: labels are stored in clear text and shown on every dashboard. Drop the label or use a group of values.',
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
    for (const emission of facts.emissions) {
      for (const label of emission.labels) {
        const { sensitive } = label;
        if (!sensitive || ignore.includes(label.key) || QUIET.has(sensitive.match.category)) continue;
        if (label.origin !== undefined && seen.has(label.origin)) continue;
        if (label.origin !== undefined) seen.add(label.origin);
        const trace = traceText(sensitive.trace, label.valueText);
        yield {
          range: label.range,
          messageId: 'pii',
          data: {
            key: label.key,
            metric: `\`${emission.metric}\``,
            what: sensitive.what,
            category: sensitive.match.category,
            trace: trace === '' ? '' : ` (\`${label.valueText}\` ← ${trace})`,
          },
          suggestions: labelSuggestions(label, emission, text),
        };
      }
    }
  },
});

/** `no-unbounded-metric-labels` reports these as what they are. */
const QUIET = new Set(['url', 'query', 'body', 'message', 'content']);
