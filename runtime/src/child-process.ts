import type { Context } from '@opentelemetry/api';
import { extract, inject, type CarrierOptions } from './carriers.ts';
import { wrapMessage } from './context-envelope.ts';

/** Name of an environment variable for a field: `TRACEPARENT`, `TRACESTATE`, `BAGGAGE`, as OpenTelemetry names them. */
const variableOf = (field: string): string => field.toUpperCase().replace(/[^A-Z0-9_]/g, '_');

/**
 * Variables for a child process: a copy of `env` with the active context. A context that this process inherited itself
 * does not go on in the place of the active one.
 */
export function envWithContext(
  env: Readonly<Record<string, string | undefined>> = process.env,
  options?: CarrierOptions,
): Record<string, string | undefined> {
  const copy: Record<string, string | undefined> = { ...env };
  for (const name of ['TRACEPARENT', 'TRACESTATE', 'BAGGAGE']) Reflect.deleteProperty(copy, name);
  for (const [field, value] of Object.entries(inject(undefined, options))) copy[variableOf(field)] = value;
  return copy;
}

/** The context that the parent process left in the variables; the root when there is none. */
export function contextFromEnv(
  env: Readonly<Record<string, string | undefined>> = process.env,
  options?: CarrierOptions,
): Context {
  // A header bag: fields are looked up one by one, so that no other variable is read.
  return extract({ get: (field: string) => env[variableOf(field)], set: () => undefined }, options);
}

/** A child process or `process` itself, when it has an IPC channel. */
export interface IpcTarget {
  send?: ((message: never, ...rest: never[]) => boolean) | undefined;
}

/**
 * `send` with the active context; the other side listens with `onMessageWithContext`. Returns what `send` returns, and
 * false without an IPC channel.
 */
export function sendWithContext(target: IpcTarget, message: unknown, ...rest: readonly unknown[]): boolean {
  const send = target.send as ((...args: unknown[]) => boolean) | undefined;
  return send === undefined ? false : send.call(target, wrapMessage(message), ...rest);
}
