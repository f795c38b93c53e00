import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Attribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}
interface Stored {
  readonly MessageId: string;
  readonly Body: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}
interface Request {
  readonly MessageBody?: string;
  readonly MessageAttributes?: Readonly<Record<string, Attribute>>;
  readonly Entries?: readonly (Request & { readonly Id: string })[];
  readonly MessageAttributeNames?: readonly string[];
  readonly MaxNumberOfMessages?: number;
  readonly ReceiptHandle?: string;
}

const md5 = (data: string | Buffer): string => createHash('md5').update(data).digest('hex');

/** Digest of the attributes as the API reference of SQS describes it: sorted names, types and values with their lengths. */
function attributesDigest(attributes: Readonly<Record<string, Attribute>>): string {
  const length = (size: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(size);
    return bytes;
  };
  const parts: Buffer[] = [];
  for (const name of Object.keys(attributes).sort()) {
    const { DataType, StringValue, BinaryValue } = attributes[name] ?? { DataType: '' };
    const value = StringValue === undefined ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue);
    for (const text of [Buffer.from(name), Buffer.from(DataType)]) parts.push(length(text.length), text);
    parts.push(Buffer.from([StringValue === undefined ? 2 : 1]), length(value.length), value);
  }
  return md5(Buffer.concat(parts));
}

async function bodyOf(request: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Request;
}

/** A queue that speaks the JSON protocol of SQS with its digests and its limit of attributes; one queue, no visibility timeout. */
export async function startSqsStandIn() {
  const queue: Stored[] = [];
  const refuse = (message: string): never => {
    throw new Error(message);
  };
  const store = ({ MessageBody: Body = '', MessageAttributes: attributes = {} }: Request) => {
    if (Object.keys(attributes).length > 10) refuse('Number of message attributes exceeds the allowed maximum [10].');
    for (const { StringValue, BinaryValue } of Object.values(attributes)) {
      if ((StringValue ?? BinaryValue ?? '') === '') refuse('Message attribute value must not be empty.');
    }
    const MessageId = randomUUID();
    queue.push({ MessageId, Body, attributes });
    return {
      MessageId,
      MD5OfMessageBody: md5(Body),
      ...(Object.keys(attributes).length === 0 ? {} : { MD5OfMessageAttributes: attributesDigest(attributes) }),
    };
  };
  const actions: Readonly<Record<string, (request: Request) => object>> = {
    SendMessage: store,
    SendMessageBatch: ({ Entries = [] }) => ({
      Successful: Entries.map((entry) => ({ Id: entry.Id, ...store(entry) })),
      Failed: [],
    }),
    ReceiveMessage: ({ MessageAttributeNames = [], MaxNumberOfMessages = 1 }) => ({
      Messages: queue.slice(0, MaxNumberOfMessages).map(({ MessageId, Body, attributes }) => {
        const all = MessageAttributeNames.includes('All');
        const asked = Object.entries(attributes).filter(([name]) => all || MessageAttributeNames.includes(name));
        return {
          MessageId,
          ReceiptHandle: MessageId,
          Body,
          MD5OfBody: md5(Body),
          ...(asked.length === 0
            ? {}
            : {
                MessageAttributes: Object.fromEntries(asked),
                MD5OfMessageAttributes: attributesDigest(Object.fromEntries(asked)),
              }),
        };
      }),
    }),
    DeleteMessage: ({ ReceiptHandle }) => {
      queue.splice(
        queue.findIndex((message) => message.MessageId === ReceiptHandle),
        1,
      );
      return {};
    },
  };
  const server = createServer((request, response) => {
    const action = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    void bodyOf(request).then((body) => {
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      try {
        const run = actions[action] ?? refuse(`unknown action ${action}`);
        response.end(JSON.stringify(run(body)));
      } catch (error) {
        response.statusCode = 400;
        response.end(
          JSON.stringify({ __type: 'com.amazonaws.sqs#InvalidParameterValue', message: (error as Error).message }),
        );
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    waiting: () => queue.length,
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
