import { context, type Context } from '@opentelemetry/api';
import type { CarrierOptions } from './carriers.ts';
import { unwrapMessage, wrapMessage } from './context-envelope.ts';

/** A worker, a port, `parentPort` or a `BroadcastChannel`. */
export interface MessageTarget {
  postMessage(message: unknown, transfer?: never): void;
}

/** Objects whose ownership goes along with a message; the types of Node call the list differently in each version. */
export type Transfer = readonly object[];

/** `postMessage` with the active context; the other side listens with `onMessageWithContext`. */
export function postMessageWithContext(
  target: MessageTarget,
  message: unknown,
  transfer?: Transfer,
  options?: CarrierOptions,
): void {
  const envelope = wrapMessage(message, options);
  if (transfer === undefined) target.postMessage(envelope);
  else target.postMessage(envelope, transfer as never);
}

/** Data for `new Worker(file, { workerData })` with the active context; the worker opens it with `runWorkerData`. */
export function workerDataWithContext(data: unknown, options?: CarrierOptions): Record<string, unknown> {
  return wrapMessage(data, options);
}

/** Runs `fn` with the data of a worker in the context that `workerDataWithContext` put there. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the type of the data is the caller's claim
export function runWorkerData<D, T>(workerData: unknown, fn: (data: D) => T, options?: CarrierOptions): T {
  const { message, context: sent } = unwrapMessage(workerData, options);
  return context.with(sent, fn, undefined, message as D);
}

/** The context in `workerData`; the root when there is none. */
export function contextOfWorkerData(workerData: unknown, options?: CarrierOptions): Context {
  return unwrapMessage(workerData, options).context;
}
