import { placeOf } from '../analysis/log-conditions.ts';
import { createRule } from './create-rule.ts';
import { IGNORE_SCHEMA, sensitiveWrites, type IgnoreOptions } from './pii-writes.ts';

/** Flags personal data and secrets in log calls and, with the setting `trackers`, in reports to error trackers. */
export const noPiiInLogs = createRule<IgnoreOptions, 'pii' | 'tracker'>({
  name: 'no-pii-in-logs',
  meta: {
    type: 'problem',
    docs: { description: 'Disallow personal data and secrets in log messages and fields', recommended: 'strict' },
    messages: {
      pii: '{{part}} of a log call carries {{what}} ({{category}}){{trace}}: logs are copied to many places and kept. Drop it, mask it, or log an id.',
      tracker:
        '{{part}} of a report to an error tracker carries {{what}} ({{category}}){{trace}}: it is sent to another company and kept. Drop it, mask it, or report an id.',
    },
    schema: IGNORE_SCHEMA,
    defaultOptions: [{ ignore: [] }],
  },
  check(facts, { options: [{ ignore }], text, filename, cwd }) {
    const place = placeOf(filename, cwd, text);
    if (place === 'trial') return [];
    const logs = facts.logs.filter((w) => !w.console || place === 'service');
    const reports = facts.writes.filter((w) => w.sink === 'tracker');
    return sensitiveWrites([...logs, ...reports], ignore, text, (w) => (w.sink === 'tracker' ? 'tracker' : 'pii'));
  },
});
