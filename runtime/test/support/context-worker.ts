/** Worker and child process of the tests: answers every message with the trace that it ran in. */
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { parentPort, workerData } from 'node:worker_threads';
import {
  contextFromEnv,
  onMessageWithContext,
  postMessageWithContext,
  runWorkerData,
  sendWithContext,
} from '../../src/propagation.ts';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
const spanId = (ctx = context.active()) => trace.getSpanContext(ctx)?.spanId;

interface Question {
  readonly question: string;
}
if (parentPort === null) {
  onMessageWithContext<Question>(process, ({ question }) => {
    sendWithContext(process, { question, spanId: spanId(), environment: spanId(contextFromEnv()) });
  });
} else {
  const port = parentPort;
  const started = runWorkerData(workerData, (data: { name: string }) => ({ name: data.name, spanId: spanId() }));
  onMessageWithContext<Question>(port, ({ question }) =>
    postMessageWithContext(port, { question, spanId: spanId(), started }),
  );
}
