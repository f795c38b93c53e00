import type { PropagationFact, PropagationProblem } from '../analysis/propagation.ts';
import { propagationSuggestions } from '../fixes/propagation.ts';
import { createRule, type Problem } from './create-rule.ts';

type Options = readonly [
  {
    readonly workers: boolean;
    readonly sockets: boolean;
    readonly pubsub: boolean;
    readonly ignore: readonly string[];
  },
];
type MessageId = 'noInject' | 'stored' | 'noExtract' | 'getter' | 'setter' | 'discarded' | 'server' | 'baggage';

const MESSAGE_IDS: Readonly<Record<PropagationProblem, MessageId>> = {
  'no-inject': 'noInject',
  'stored-without-context': 'stored',
  'no-extract': 'noExtract',
  'default-getter-on-headers': 'getter',
  'default-setter-on-headers': 'setter',
  'extracted-context-discarded': 'discarded',
  'server-span-ignores-parent': 'server',
  'root-context-drops-baggage': 'baggage',
};

/** Flags places where trace context does not cross a queue, a process or a header object. */
export const requireContextPropagation = createRule<Options, MessageId>({
  name: 'require-context-propagation',
  meta: {
    type: 'problem',
    docs: {
      description: 'Require that trace context travels with messages, jobs and requests',
      recommended: 'recommended',
    },
    messages: {
      noInject:
        '`{{subject}}` sends over {{broker}} without trace context, and no registered instrumentation adds it: the consumer starts a new trace. Inject the active context into {{where}}.',
      stored:
        '`{{subject}}` sends stored events without the trace context of the request that stored them: that request has ended, so every event starts a new trace. Store an injected carrier in {{where}} and send it along.',
      noExtract:
        '`{{subject}}` handles messages of {{broker}} and never extracts their trace context, and no registered instrumentation does: its spans start a new trace. Extract the carrier and run the handler inside `context.with`.',
      getter:
        '`{{subject}}` is {{where}}, which the default getter cannot read (`carrier[key]`): the incoming trace is never found. Pass a plain object, or a getter as third argument.',
      setter:
        '`{{subject}}` is {{where}}, which the default setter cannot write (`carrier[key] = value`): no header is sent. Pass a plain object, or a setter as third argument.',
      discarded:
        'The extracted context `{{subject}}` is thrown away ({{evidence}}): it is only active inside the callback of `context.with`. Run the work in that callback, or pass the context when the span is started.',
      server:
        '`{{subject}}` starts a server span without the parent that the request brings ({{evidence}}): every request becomes a new trace. Pass `propagation.extract(context.active(), headers)` as the context.',
      baggage:
        'A context made from `ROOT_CONTEXT` leaves the baggage of the running request behind: later calls send none. Start from `context.active()`.',
    },
    schema: [
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          workers: { type: 'boolean', description: 'Also report messages to worker threads and child processes.' },
          sockets: { type: 'boolean', description: 'Also report messages over WebSockets.' },
          pubsub: { type: 'boolean', description: 'Also report Redis publish and subscribe.' },
          ignore: {
            type: 'array',
            items: { type: 'string' },
            description: 'Packages of brokers that are not reported.',
          },
        },
      },
    ],
    defaultOptions: [{ workers: false, sockets: false, pubsub: false, ignore: [] }],
  },
  *check(facts, { options: [options], text }): Iterable<Problem<MessageId>> {
    for (const fact of facts.propagation) {
      if ((fact.optIn !== undefined && !options[fact.optIn]) || options.ignore.includes(fact.broker)) continue;
      yield {
        range: fact.range,
        messageId: MESSAGE_IDS[fact.problem],
        data: dataOf(fact),
        suggest: () => propagationSuggestions(fact.plan, text),
        related: fact.evidence.map((e) => ({ message: e.text, range: e.range })),
      };
    }
  },
});

function dataOf(fact: PropagationFact): Record<string, string> {
  return {
    subject: fact.subject,
    broker: fact.broker,
    where: fact.where,
    evidence: fact.evidence.map((e) => e.text).join(', '),
  };
}
