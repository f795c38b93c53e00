import type { LabelFact } from '../analysis/facts.ts';
import { labelSuggestions } from '../fixes/labels.ts';
import { createRule, tracePlaces, traceText, type Problem } from './create-rule.ts';

type Options = readonly [{ readonly ignore: readonly string[]; readonly evidence: 'proved' | 'named' }];
type MessageIds = 'unbounded' | 'unboundedThrough' | 'named';

/** Flags metric labels whose number of values grows with users, content or requests. */
export const noUnboundedMetricLabels = createRule<Options, MessageIds>({
  name: 'no-unbounded-metric-labels',
  meta: {
    type: 'problem',
    docs: {
      description: 'Disallow metric labels whose values grow with users, content or requests, or that a client chooses',
      recommended: 'recommended',
    },
    messages: {
      unbounded:
        'Label {{keys}}{{place}} takes {{why}}{{trace}}: every new value is a new time series that is kept for hours. Use a value from a fixed set, or drop the label.',
      unboundedThrough:
        'Label {{keys}} takes {{why}} through `{{through}}()`{{trace}}: every new value is a new time series that is kept for hours. Pass a value from a fixed set.',
      named:
        'Label {{keys}}{{place}} is set from {{why}}: identifiers make one time series each. Drop the label, or use a value from a fixed set.',
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
      const bad = emission.labels.filter(
        (l) =>
          l.bound.bound === 'unbounded' &&
          !ignore.includes(l.key) &&
          (l.bound.evidence !== 'named' || evidence === 'named'),
      );
      for (const group of byPlace(bad)) {
        const [label] = group;
        // A helper of another file that brings in the same labels again is one defect.
        if (!label || group.every((l) => l.origin !== undefined && seen.has(l.origin))) continue;
        for (const l of group) if (l.origin !== undefined) seen.add(l.origin);
        const { bound } = label;
        const trace = traceText(bound.trace, label.valueText);
        const byName = bound.evidence === 'named' && bound.why.includes('is called an identifier');
        yield {
          range: label.range,
          messageId: byName ? 'named' : emission.through === undefined ? 'unbounded' : 'unboundedThrough',
          data: {
            keys: group.map((l) => `\`${l.key}\``).join(', '),
            place: label.form === 'spread' || label.form === 'object' ? ` (in \`${label.valueText}\`)` : '',
            why: bound.why,
            through: emission.through ?? '',
            trace: trace === '' ? '' : ` (\`${label.valueText}\` ← ${trace})`,
          },
          suggest: () => labelSuggestions(label, emission, text),
          related: tracePlaces(bound.trace),
        };
      }
    }
  },
});

/** Labels that come in through the same spread or object make one finding. */
function byPlace(labels: readonly LabelFact[]): Iterable<readonly LabelFact[]> {
  return Map.groupBy(labels, (l) =>
    l.form === 'spread' || l.form === 'object' ? `${l.range.start}` : `${l.range.start} ${l.key}`,
  ).values();
}
