import {
  context as contextApi,
  SpanKind,
  trace,
  type Attributes,
  type Context,
  type TimeInput,
  type Tracer,
} from '@opentelemetry/api';
import { systemClock, type Clock } from './clock.ts';
import { FORCED_KEY } from './sampling-context.ts';
import { recordError } from './span-errors.ts';

/** What is known of a request that failed without a span. */
export interface ErrorSpanOptions {
  /** Name of the span, as it would have had. */
  readonly name: string;
  /** What went wrong: an error, or nothing when only a status tells. */
  readonly error?: unknown;
  /** When the request began. */
  readonly startTime?: TimeInput;
  readonly attributes?: Attributes;
  readonly kind?: SpanKind;
  readonly tracer?: Tracer;
  /** The context the request was served in; the active one without it. The span joins its trace, so logs find it. */
  readonly context?: Context;
  /** Sanitizer of the error's texts. */
  readonly redact?: (text: string) => string;
  /** Error spans per second in this process, 10 without it; the burst is ten seconds' worth at most. */
  readonly perSecond?: number;
  /** Time; for tests. */
  readonly clock?: Clock;
}

const BURST_SECONDS = 10;
let tokens: number | undefined;
let refilledAt = 0;
let made = 0;
let suppressed = 0;

function takeToken(perSecond: number, now: number): boolean {
  const burst = perSecond * BURST_SECONDS;
  tokens = tokens === undefined ? burst : Math.min(burst, tokens + (Math.max(0, now - refilledAt) / 1000) * perSecond);
  refilledAt = now;
  if (tokens < 1) return false;
  tokens--;
  return true;
}

/**
 * Leaves one span for a failed request that was not sampled, at a limited rate; true when it did. The span has no `th`, so
 * estimates of counts pass over it, and needs a sampler of this runtime: others do not keep it. Never throws.
 */
export function errorSpan(options: ErrorSpanOptions): boolean {
  try {
    if (!takeToken(options.perSecond ?? 10, (options.clock ?? systemClock).now())) {
      suppressed++;
      return false;
    }
    const base = options.context ?? contextApi.active();
    const tracer = options.tracer ?? trace.getTracer('@telint/runtime');
    const span = tracer.startSpan(
      options.name,
      {
        kind: options.kind ?? SpanKind.SERVER,
        attributes: { ...options.attributes, 'telint.sampling.reason': 'error' },
        ...(options.startTime === undefined ? {} : { startTime: options.startTime }),
      },
      base.setValue(FORCED_KEY, true),
    );
    try {
      if (!span.isRecording()) return false;
      recordError(span, options.error ?? new RequestFailed('request failed'), options.redact);
      made++;
      return true;
    } finally {
      span.end();
    }
  } catch {
    return false;
  }
}

/** Stands for an error nobody threw: only the status of the response told. */
class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
}

/** Error spans made, and those that the rate held back. */
export function errorSpanStats(): { made: number; suppressed: number } {
  return { made, suppressed };
}
