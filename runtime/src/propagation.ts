/** Propagation of traces where nothing else carries them: `@telint/runtime/propagation`. */
export { traceChannel, type AmqpChannel, type AmqpMessage } from './amqp.ts';
export {
  bullTelemetry,
  traceFlowProducer,
  traceProcessor,
  traceQueue,
  type BullFlowProducer,
  type BullJob,
  type BullQueue,
  type BullSpan,
  type BullTelemetry,
} from './bullmq.ts';
export { extract, inject, type BaggageFilter, type Carrier, type CarrierOptions } from './carriers.ts';
export { contextFromEnv, envWithContext, sendWithContext, type IpcTarget } from './child-process.ts';
export {
  onMessageWithContext,
  unwrapMessage,
  wrapMessage,
  type MessageSource,
  type Unwrapped,
} from './context-envelope.ts';
export { bindEmitter, type EmitterLike } from './emitter.ts';
export { bindAsyncIterable, bindIterable, bindStream } from './generators.ts';
export { traceHttpClients, type HttpClientOptions, type OutgoingRequest } from './http-client.ts';
export { traceJob, withJobSpan, withoutContext, type JobOptions } from './jobs.ts';
export {
  traceConsumer,
  traceProducer,
  type KafkaConsumer,
  type KafkaConsumerOptions,
  type KafkaSender,
} from './kafka.ts';
export {
  bindContext,
  consumeEach,
  linksOf,
  withBatchSpan,
  withConsumerSpan,
  withProducerSpan,
  type BatchSpanOptions,
  type ConsumerOptions,
  type ConsumerSpanOptions,
  type Destination,
  type ProducerSpanOptions,
  type Relation,
  type TracingOptions,
} from './messaging.ts';
export { traceNats, type NatsHeaders, type NatsOptions, type NatsPublisher } from './nats.ts';
export { contextPool } from './pool.ts';
export { traceQueries, type Queryable, type QueryTracingOptions } from './postgres.ts';
export { traceRedisCommands, type RedisCommandOptions } from './redis-channels.ts';
export { traceRedisPubSub, unwrapRedisMessage, wrapRedisMessage, type RedisPubSub } from './redis-pubsub.ts';
export {
  traceRedisStreams,
  withStreamEntry,
  withStreamFields,
  type StreamEntry,
  type StreamEntryOptions,
} from './redis-streams.ts';
export {
  sqsCarrier,
  traceAwsClient,
  withSqsAttributes,
  withSqsMessage,
  type AwsClient,
  type SqsMessage,
  type SqsMessageOptions,
} from './sqs.ts';
export {
  contextOfWorkerData,
  postMessageWithContext,
  runWorkerData,
  workerDataWithContext,
  type MessageTarget,
  type Transfer,
} from './worker.ts';
