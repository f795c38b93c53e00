import { createRule } from './create-rule.ts';
import { IGNORE_SCHEMA, sensitiveWrites, type IgnoreOptions } from './pii-writes.ts';

/** Flags personal data and secrets in span attributes, events, names and status texts. */
export const noPiiInSpanAttributes = createRule<IgnoreOptions, 'pii'>({
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
    schema: IGNORE_SCHEMA,
    defaultOptions: [{ ignore: [] }],
  },
  check: (facts, { options: [{ ignore }], text }) =>
    sensitiveWrites(
      facts.writes.filter((w) => w.sink === 'span'),
      ignore,
      text,
      () => 'pii',
    ),
});
