import { labelSuggestions } from '../fixes/labels.ts';
import { createRule, traceText, type Problem } from './create-rule.ts';

type Options = readonly [{ readonly ignore: readonly string[]; readonly evidence: 'proved' | 'named' }];
type MessageIds = 'unbounded' | 'unboundedThrough' | 'named';

/** Flags metric labels whose number of values grows with users, content or requests. */
export const noUnboundedMetricLabels = createRule<Options, MessageIds>({
  name: 'no-unbounded-metric-labels',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow metric labels whose values grow with users, content or requests, or that a client chooses', recommended: 'recommended' },
    messages: {
      unbounded: 'Label `{{key}}` of {{metric}} takes {{why}}{{trace}}: every new value is a new time series that is kept for hours. Use a value from a fixed set, or drop the label.',
      unboundedThrough: 'Label `{{key}}` of {{metric}} takes {{why}} through `{{through}}()`{{trace}}: every new value is a new time series that is kept for hours. Pass a value from a fixed set.',
      named: 'Label `{{key}}` of {{metric}} is set from {{why}}: identifiers make one time series each. Drop the label, or use a value from a fixed set.',
    },
    schema: [
      {
        type: 'object',
        additionalProperties: false,
        properties: { ignore: { type: 'array', items: { type: 'string' } }, evidence: { enum: ['proved', 'named'] } },
      },
    ],
    defaultOptions: [{ ignore: [], evidence: 'named' }],
  },
  *check(facts, { options: [{ ignore, evidence }], text }): Iterable<Problem<MessageIds>> {
    const seen = new Set<string>();
    for (const emission of facts.emissions) {
      for (const label of emission.labels) {
        const { bound } = label;
        if (bound.bound !== 'unbounded' || ignore.includes(label.key)) continue;
        if (bound.evidence === 'named' && evidence !== 'named') continue;
        if (label.origin !== undefined && seen.has(label.origin)) continue;
        if (label.origin !== undefined) seen.add(label.origin);
        const byName = bound.evidence === 'named' && bound.why.includes('is called an identifier');
        const trace = traceText(bound.trace, label.valueText);
        yield {
          range: label.range,
          messageId: byName ? 'named' : emission.through === undefined ? 'unbounded' : 'unboundedThrough',
          data: { key: label.key, metric: `\`${emission.metric}\``, why: bound.why, through: emission.through ?? '', trace: trace === '' ? '' : ` (\`${label.valueText}\` ← ${trace})` },
          suggestions: labelSuggestions(label, emission, text),
        };
      }
    }
  },
});
