import type { HttpOutcome } from './http-outcome.ts';

/** What to do with a batch that an exporter could not deliver. */
export type Verdict = 'retry' | 'retry-some' | 'split' | 'drop';

/** Statuses that OTLP/HTTP calls retryable (specification, "Failures"), and 408, which asks for the request again. */
const RETRYABLE_STATUS = new Set([408, 429, 502, 503, 504]);
/** Status codes that OTLP/gRPC calls retryable. */
const RETRYABLE_GRPC = new Set([1, 4, 8, 10, 11, 14, 15]);
const PAYLOAD_TOO_LARGE = 413;

/**
 * Judges a failed export. `retry`: the collector may take it later, however often it fails. `retry-some`: nobody knows what
 * went wrong, a few attempts are enough. `split`: too large, halves may pass. `drop`: it will never be taken.
 */
export function judge(error: Error | undefined, outcome: HttpOutcome): Verdict {
  const code = (error as { code?: unknown } | undefined)?.code;
  // 0 to 16 are gRPC's codes; the HTTP exporters put the status into the same property.
  if (typeof code === 'number' && code >= 0 && code <= 16) return RETRYABLE_GRPC.has(code) ? 'retry' : 'drop';
  // The error is about the last attempt; a status without one may be of an attempt before.
  const failedBelowHttp = typeof code === 'string' || /time(d )?\s?out/i.test(error?.message ?? '');
  if (failedBelowHttp) return 'retry';
  const status = typeof code === 'number' ? code : outcome.status;
  if (status === undefined || status < 300) return 'retry-some';
  if (status === PAYLOAD_TOO_LARGE) return 'split';
  return RETRYABLE_STATUS.has(status) ? 'retry' : 'drop';
}
