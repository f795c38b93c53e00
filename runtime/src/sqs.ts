import { propagation, type Attributes } from '@opentelemetry/api';
import { warn } from './diagnostics.ts';
import {
  withConsumerSpan,
  withProducerSpan,
  withReceiveSpan,
  type ConsumerOptions,
  type TracingOptions,
} from './messaging.ts';
import type { Span } from '@opentelemetry/api';

interface AttributeValue {
  readonly DataType: string;
  readonly StringValue?: string;
}
type MessageAttributes = Readonly<Record<string, AttributeValue>>;

/** A message of `ReceiveMessage`, or a record of the SQS event of a Lambda function. */
export interface SqsMessage {
  readonly MessageId?: string | undefined;
  readonly messageId?: string | undefined;
  readonly Body?: string | undefined;
  readonly body?: string | undefined;
  readonly MessageAttributes?: object | undefined;
  readonly messageAttributes?: object | undefined;
}

/** Attributes that SQS takes on one message; SNS passes no more than these on to a queue with raw delivery. */
const MAX_ATTRIBUTES = 10;
/** Bodies that are looked into for the envelope of SNS: 1 MiB, the largest message of SQS. */
const MAX_BODY = 1_048_576;

/**
 * Message attributes with the fields added. SQS refuses a message with more than 10: then the least important fields stay
 * out (`baggage`, then `tracestate`), and a message without room for any goes on without a context.
 */
export function withSqsAttributes(
  attributes: MessageAttributes | undefined,
  fields: Readonly<Record<string, string>>,
): MessageAttributes {
  const own = attributes ?? {};
  const names = Object.keys(fields);
  const others = Object.keys(own).filter((name) => !Object.hasOwn(fields, name));
  const room = MAX_ATTRIBUTES - others.length;
  if (names.length > 0 && room < 1) {
    warn(
      'TELINT_CARRIER_FULL',
      `A message has ${others.length} attributes, so that its trace ends there: leave one of the 10 free.`,
      'sqs',
    );
    return own;
  }
  // The propagators write in order of importance: trace context first, baggage last.
  const rank = (name: string): number =>
    ['traceparent', 'b3', 'uber-trace-id'].indexOf(name) >= 0 ? 0 : name === 'baggage' ? 2 : 1;
  const kept = names.sort((a, b) => rank(a) - rank(b)).slice(0, Math.max(room, 0));
  const added = kept.filter((name) => fields[name] !== '');
  return {
    ...own,
    ...Object.fromEntries(added.map((name) => [name, { DataType: 'String', StringValue: fields[name] ?? '' }])),
  };
}

interface CommandInput {
  readonly QueueUrl?: string;
  readonly TopicArn?: string;
  readonly TargetArn?: string;
  readonly MessageAttributes?: MessageAttributes;
  readonly MessageAttributeNames?: readonly string[];
  readonly Entries?: readonly { readonly MessageAttributes?: MessageAttributes }[];
  readonly PublishBatchRequestEntries?: readonly { readonly MessageAttributes?: MessageAttributes }[];
}

interface MiddlewareArgs {
  readonly input: CommandInput;
}
interface Output {
  readonly output?: { readonly MessageId?: string; readonly Messages?: readonly SqsMessage[] };
}
type Next = (args: MiddlewareArgs) => Promise<Output>;

/** A client of `@aws-sdk/client-sqs` or `@aws-sdk/client-sns` (version 3), as far as its middleware stack. */
export interface AwsClient {
  readonly middlewareStack: {
    add(middleware: never, options: never): void;
    remove(name: string): boolean;
  };
}

const MIDDLEWARE = 'telintPropagation';

/** Last part of the URL of a queue or the ARN of a topic: its name, without the number of the account. */
function nameOf(address: string | undefined): string | undefined {
  return address?.split(/[/:]/).at(-1);
}

function producer(command: string, input: CommandInput, count: number, options: TracingOptions) {
  const sqs = command.startsWith('SendMessage');
  return {
    ...options,
    system: sqs ? 'aws_sqs' : 'aws.sns',
    destination: nameOf(sqs ? input.QueueUrl : (input.TopicArn ?? input.TargetArn)),
    operation: command.replace(/Command$/, ''),
    attributes: { ...(count === 1 ? {} : { 'messaging.batch.message_count': count }), ...options.attributes },
  };
}

async function handleCommand(
  command: string,
  args: MiddlewareArgs,
  next: Next,
  options: TracingOptions,
): Promise<Output> {
  const { input } = args;
  const fill = <E extends { readonly MessageAttributes?: MessageAttributes }>(
    entry: E,
    fields: Record<string, string>,
  ): E => ({
    ...entry,
    MessageAttributes: withSqsAttributes(entry.MessageAttributes, fields),
  });
  switch (command) {
    case 'SendMessageCommand':
    case 'PublishCommand':
      return withProducerSpan(producer(command, input, 1, options), async (fields, span) => {
        const result = await next({ ...args, input: fill(input, fields) });
        const id = result.output?.MessageId;
        if (id !== undefined) span.setAttribute('messaging.message.id', id);
        return result;
      });
    case 'SendMessageBatchCommand':
    case 'PublishBatchCommand': {
      const key = command === 'PublishBatchCommand' ? 'PublishBatchRequestEntries' : 'Entries';
      const entries = input[key] ?? [];
      return withProducerSpan(producer(command, input, entries.length, options), (fields) =>
        next({ ...args, input: { ...input, [key]: entries.map((entry) => fill(entry, fields)) } }),
      );
    }
    case 'ReceiveMessageCommand': {
      // SQS leaves out every attribute that was not asked for.
      const asked = input.MessageAttributeNames ?? [];
      const wanted =
        asked.includes('All') || asked.includes('.*') ? asked : [...new Set([...asked, ...propagation.fields()])];
      return withReceiveSpan(
        {
          ...options,
          system: 'aws_sqs',
          destination: nameOf(input.QueueUrl),
          operation: 'ReceiveMessage',
          carriersOf: (result: Output) => (result.output?.Messages ?? []).map(sqsCarrier),
        },
        () => next({ ...args, input: { ...input, MessageAttributeNames: wanted } }),
      );
    }
    default:
      return next(args);
  }
}

/**
 * Adds a middleware to an SQS or SNS client of the AWS SDK: sending makes PRODUCER spans with the context in the message
 * attributes, receiving asks for these attributes and makes a span linked to the messages. Returns the client; calling it
 * twice adds it once.
 */
export function traceAwsClient<C extends AwsClient>(client: C, options: TracingOptions = {}): C {
  const middleware = (next: Next, details: { readonly commandName?: string }) => (args: MiddlewareArgs) =>
    handleCommand(details.commandName ?? '', args, next, options);
  client.middlewareStack.add(middleware as never, { step: 'initialize', name: MIDDLEWARE, override: true } as never);
  return client;
}

/** The carrier of a received message: its attributes, or those in the envelope of an SNS topic without raw delivery. */
export function sqsCarrier(message: SqsMessage): unknown {
  const attributes = message.MessageAttributes ?? message.messageAttributes;
  if (attributes !== undefined && Object.keys(attributes).length > 0) return attributes;
  const body = message.Body ?? message.body;
  if (typeof body !== 'string' || body.length > MAX_BODY || !body.includes('"TopicArn"')) return attributes;
  try {
    const envelope: unknown = JSON.parse(body);
    return typeof envelope === 'object' && envelope !== null
      ? (envelope as { MessageAttributes?: unknown }).MessageAttributes
      : undefined;
  } catch {
    return undefined;
  }
}

/** Options of `withSqsMessage`. */
export interface SqsMessageOptions extends ConsumerOptions {
  /** Name or URL of the queue. */
  readonly queue: string;
}

/** Runs the handler of one SQS message (or Lambda record) inside a CONSUMER span; deleting it stays with the service. */
export function withSqsMessage<T>(message: SqsMessage, options: SqsMessageOptions, handle: (span: Span) => T): T {
  const id = message.MessageId ?? message.messageId;
  const attributes: Attributes = { ...(id === undefined ? {} : { 'messaging.message.id': id }), ...options.attributes };
  return withConsumerSpan(
    { ...options, system: 'aws_sqs', destination: nameOf(options.queue), carrier: sqsCarrier(message), attributes },
    handle,
  );
}
