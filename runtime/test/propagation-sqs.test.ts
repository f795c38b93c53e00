import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { SpanStatusCode } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sqsCarrier, traceAwsClient, withBatchSpan, withSqsMessage } from '../src/propagation.ts';
import { startSqsStandIn } from './services/sqs-stand-in.ts';
import { collectSpans, inRequest, type SpanCollector } from './support/spans.ts';

const QueueUrl = 'http://localhost/000000000000/orders';
const settings = { region: 'eu-west-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, maxAttempts: 1 };

describe('the AWS SDK against a stand-in that speaks the protocol of SQS', () => {
  let server: Awaited<ReturnType<typeof startSqsStandIn>>;
  let collector: SpanCollector;
  let client: SQSClient;

  beforeAll(async () => {
    server = await startSqsStandIn();
    collector = collectSpans();
    client = traceAwsClient(traceAwsClient(new SQSClient({ ...settings, endpoint: server.endpoint })));
  });
  afterEach(() => collector.reset());
  afterAll(async () => {
    client.destroy();
    await server.stop();
    await collector.shutdown();
  });

  const receive = async (count = 10): Promise<Message[]> => {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: count }));
    for (const { ReceiptHandle } of Messages) await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return Messages;
  };

  it('makes one trace from the request over the queue to the handler; the receive span is linked', async () => {
    const input = {
      QueueUrl,
      MessageBody: '{"id":1}',
      MessageAttributes: { tenant: { DataType: 'String', StringValue: 'a' } },
    };
    const sent = await inRequest('POST /orders', () => client.send(new SendMessageCommand(input)));
    expect(Object.keys(input.MessageAttributes)).toEqual(['tenant']);
    const [message] = await receive();
    if (message === undefined) throw new Error('no message');
    await withSqsMessage(message, { queue: QueueUrl }, () => Promise.resolve());
    expect(collector.tree()).toEqual([
      'POST /orders [SERVER]',
      '  SendMessage orders [PRODUCER]',
      '    process orders [CONSUMER]',
      'ReceiveMessage orders [CLIENT] links:1',
    ]);
    expect(collector.one('SendMessage orders').attributes['messaging.message.id']).toBe(sent.MessageId);
    expect(collector.one('process orders').attributes).toMatchObject({
      'messaging.system': 'aws_sqs',
      'messaging.message.id': sent.MessageId,
    });
    expect(server.waiting()).toBe(0);
  });

  it('batches: every entry carries the context, the consumer links each producer once', async () => {
    const Entries = ['a', 'b', 'c'].map((Id) => ({ Id, MessageBody: Id }));
    await inRequest('request', () => client.send(new SendMessageBatchCommand({ QueueUrl, Entries })));
    await inRequest('request 2', () => client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'd' })));
    const messages = await receive();
    const bodies = withBatchSpan(messages, { system: 'aws_sqs', destination: 'orders' }, (all) =>
      all.map(({ Body }) => Body),
    );
    expect(bodies).toEqual(['a', 'b', 'c', 'd']);
    expect(collector.one('process orders').links.map((link) => link.context.spanId)).toEqual([
      collector.one('SendMessageBatch orders').spanContext().spanId,
      collector.one('SendMessage orders').spanContext().spanId,
    ]);
    expect(collector.one('SendMessageBatch orders').attributes['messaging.batch.message_count']).toBe(3);
  });

  it('a message with 10 attributes still arrives, one with 11 keeps the error of SQS', async () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, { DataType: 'String', StringValue: 'v' }]));
    const send = (count: number) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes: many(count) }));
    await inRequest('request', () => send(10));
    await expect(inRequest('request', () => send(11))).rejects.toThrow('exceeds the allowed maximum');
    expect(collector.named('SendMessage orders').at(-1)?.status.code).toBe(SpanStatusCode.ERROR);
    const [message] = await receive();
    expect(sqsCarrier(message ?? {})).toBeUndefined();
  });

  it('reads the envelope of an SNS topic without raw delivery, and the event of a Lambda function', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const envelope = {
      TopicArn: 'arn:aws:sns:eu-west-1:1:t',
      Message: 'x',
      MessageAttributes: { traceparent: { Type: 'String', Value: traceparent } },
    };
    withSqsMessage({ Body: JSON.stringify(envelope) }, { queue: 'orders' }, () => undefined);
    withSqsMessage(
      { messageId: 'm', messageAttributes: { traceparent: { dataType: 'String', stringValue: traceparent } } },
      { queue: 'orders' },
      () => undefined,
    );
    withSqsMessage({ Body: '{"TopicArn" broken' }, { queue: 'orders' }, () => undefined);
    expect(collector.named('process orders').map((span) => span.parentSpanContext?.spanId)).toEqual([
      'b7ad6b7169203331',
      'b7ad6b7169203331',
      undefined,
    ]);
  });

  it('SNS: publish and batch send the attributes over the query protocol', async () => {
    const requests: URLSearchParams[] = [];
    const sns: Server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const form = new URLSearchParams(body);
        requests.push(form);
        const action = form.get('Action') ?? '';
        response.setHeader('content-type', 'text/xml');
        response.end(
          `<${action}Response><${action}Result><MessageId>m-1</MessageId></${action}Result></${action}Response>`,
        );
      });
    });
    await new Promise<void>((resolve) => sns.listen(0, '127.0.0.1', resolve));
    const topic = traceAwsClient(
      new SNSClient({ ...settings, endpoint: `http://127.0.0.1:${(sns.address() as AddressInfo).port}` }),
    );
    const TopicArn = 'arn:aws:sns:eu-west-1:000000000000:news';
    await inRequest('request', async () => {
      await topic.send(new PublishCommand({ TopicArn, Message: 'x' }));
      await topic.send(
        new PublishBatchCommand({
          TopicArn,
          PublishBatchRequestEntries: [
            { Id: 'a', Message: 'x' },
            { Id: 'b', Message: 'y' },
          ],
        }),
      );
    });
    topic.destroy();
    sns.close();
    const spanId = collector.one('Publish news').spanContext().spanId;
    expect(requests[0]?.get('MessageAttributes.entry.1.Name')).toBe('traceparent');
    expect(requests[0]?.get('MessageAttributes.entry.1.Value.StringValue')).toContain(spanId);
    expect([...(requests[1]?.values() ?? [])].filter((value) => value === 'traceparent')).toHaveLength(2);
    expect(collector.one('Publish news').attributes).toMatchObject({
      'messaging.system': 'aws.sns',
      'messaging.message.id': 'm-1',
    });
    expect(collector.one('PublishBatch news').parentSpanContext?.spanId).toBe(
      collector.one('request').spanContext().spanId,
    );
  });
});
