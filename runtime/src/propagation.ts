/** Propagation of traces where nothing else carries them: `@telint/runtime/propagation`. */
export { extract, inject, type BaggageFilter, type Carrier, type CarrierOptions } from './carriers.ts';
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
export { traceChannel, type AmqpChannel, type AmqpMessage } from './amqp.ts';
