import { labelSuggestions } from '../fixes/labels.ts';
import { createRule, tracePlaces, type Problem } from './create-rule.ts';
import { IGNORE_SCHEMA, oncePerOrigin, traceSuffix, type IgnoreOptions } from './pii-writes.ts';

/** Flags personal data and secrets as metric labels. */
export const noPiiInMetricLabels = createRule<IgnoreOptions, 'pii'>({
  name: 'no-pii-in-metric-labels',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow personal data and secrets as metric labels', recommended: 'recommended' },
    messages: {
      pii: 'Label `{{key}}` of {{metric}} carries {{what}} ({{category}}){{trace}}: labels are stored in clear text and shown on every dashboard. Drop the label or use a group of values.',
    },
    schema: IGNORE_SCHEMA,
    defaultOptions: [{ ignore: [] }],
  },
  *check(facts, { options: [{ ignore }], text }): Iterable<Problem<'pii'>> {
    const reportable = facts.emissions.flatMap((emission) =>
      emission.labels
        .filter(({ key, sensitive }) => sensitive && !ignore.includes(key) && !QUIET.has(sensitive.match.category))
        .map((label) => ({ emission, label, origin: label.origin })),
    );
    for (const { emission, label } of oncePerOrigin(reportable)) {
      const { sensitive } = label;
      if (!sensitive) continue;
      yield {
        range: label.range,
        messageId: 'pii',
        data: {
          key: label.key,
          metric: `\`${emission.metric}\``,
          what: sensitive.what,
          category: sensitive.match.category,
          trace: traceSuffix(sensitive.trace, label.valueText),
        },
        suggest: () => labelSuggestions(label, emission, text),
        related: tracePlaces(sensitive.trace),
      };
    }
  },
});

/** `no-unbounded-metric-labels` reports these as what they are. */
const QUIET = new Set(['url', 'query', 'body', 'message', 'content']);
