import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { readRejectedSpans } from './partial-success.ts';

/**
 * What the collector answered while an exporter ran. The official exporters keep the status and `Retry-After` to
 * themselves, so they are read where Node publishes them: on `diagnostics_channel`, which needs no patching and works for
 * every exporter that uses `node:http` or `node:https`.
 */
export interface HttpOutcome {
  /** Status of the last response. */
  status?: number;
  /** `Retry-After` of the last response, in milliseconds. */
  retryAfterMs?: number;
  /** Spans that a `partial_success` of the last response says were rejected. */
  rejectedSpans?: number;
}

const storage = new AsyncLocalStorage<HttpOutcome>();
const outcomes = new WeakMap<ClientRequest, HttpOutcome>();
let subscribed = false;

/** Longest wait that is taken from a response: an absurd figure must not stop exporting for good. */
const MAX_RETRY_AFTER_MS = 3_600_000;
/** A `partial_success` is a few bytes; more of a body is not kept. */
const MAX_BODY_BYTES = 65_536;

/** Milliseconds that a `Retry-After` header (seconds or a date, RFC 9110 10.2.3) asks for; undefined when it is neither. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), MAX_RETRY_AFTER_MS);
}

function readBody(response: IncomingMessage, outcome: HttpOutcome): void {
  if (response.headers['content-encoding'] !== undefined) return;
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  });
  response.on('end', () => {
    if (size === 0 || size > MAX_BODY_BYTES) return;
    outcome.rejectedSpans = readRejectedSpans(Buffer.concat(chunks), response.headers['content-type'] ?? '');
  });
}

function subscribeOnce(): void {
  if (subscribed) return;
  subscribed = true;
  subscribe('http.client.request.created', (message) => {
    const outcome = storage.getStore();
    if (outcome !== undefined) outcomes.set((message as { request: ClientRequest }).request, outcome);
  });
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    const outcome = outcomes.get(request);
    if (outcome === undefined) return;
    const status = response.statusCode ?? 0;
    const retryAfterMs = parseRetryAfter(response.headers['retry-after'], Date.now());
    outcome.status = status;
    if (retryAfterMs === undefined) delete outcome.retryAfterMs;
    else outcome.retryAfterMs = retryAfterMs;
    delete outcome.rejectedSpans;
    if (status >= 200 && status < 300) readBody(response, outcome);
  });
}

/** Runs an export and fills `outcome` with what the collector answers meanwhile. */
export function observeHttp<T>(outcome: HttpOutcome, run: () => T): T {
  subscribeOnce();
  return storage.run(outcome, run);
}
