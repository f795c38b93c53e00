import { createRule } from './create-rule.ts';
import { IGNORE_SCHEMA, sensitiveWrites, type IgnoreOptions } from './pii-writes.ts';

/** Flags personal data and secrets in baggage. */
export const noPiiInBaggage = createRule<IgnoreOptions, 'pii'>({
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
    schema: IGNORE_SCHEMA,
    defaultOptions: [{ ignore: [] }],
  },
  check: (facts, { options: [{ ignore }], text }) =>
    sensitiveWrites(
      facts.writes.filter((w) => w.sink === 'baggage'),
      ignore,
      text,
      () => 'pii',
    ),
});
