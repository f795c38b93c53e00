import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Clock } from './clock.ts';
import { observeHttp, type HttpOutcome } from './http-outcome.ts';
import { EXPORT_FAILED, type ExportResultLike, type ReadableSpanLike, type SpanExporterLike } from './span-types.ts';

/** The key by which the SDK recognises its own requests (`suppressTracing` of @opentelemetry/core, both lines). */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** How one attempt ended, and what the collector said meanwhile. */
export interface AttemptEnd {
  readonly result: ExportResultLike;
  readonly outcome: HttpOutcome;
  /** The answer came after the attempt had been given up. */
  readonly isLate: boolean;
}

/**
 * Hands spans to an exporter once and tells how it went: exactly one end that is not late, whatever the exporter does
 * (throws, answers twice, never answers), and possibly a late one.
 */
export function attemptExport(
  inner: SpanExporterLike,
  spans: ReadableSpanLike[],
  timing: { readonly clock: Clock; readonly timeoutMs: number },
  onEnd: (end: AttemptEnd) => void,
): void {
  const outcome: HttpOutcome = {};
  let isLate = false;
  let answered = false;
  const finish = (result: ExportResultLike): void => {
    timing.clock.clear(timer);
    onEnd({ result, outcome, isLate });
    isLate = true;
  };
  const answer = (result: ExportResultLike): void => {
    if (answered) return;
    answered = true;
    finish(result);
  };
  const timer = timing.clock.after(timing.timeoutMs, () => {
    if (!answered) finish({ code: EXPORT_FAILED, error: new Error('export timed out') });
  });
  const send = (): void => {
    if (isLate) return;
    try {
      context.with(ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true), () => {
        observeHttp(outcome, () => {
          inner.export(spans, answer);
        });
      });
    } catch (error) {
      answer({ code: EXPORT_FAILED, error: error instanceof Error ? error : new Error(String(error)) });
    }
  };
  const pending = pendingResources(spans);
  if (pending.length === 0) send();
  else void Promise.allSettled(pending).then(send);
}

/** Detectors that are still at work: attributes must not be read before. */
function pendingResources(spans: readonly ReadableSpanLike[]): Promise<void>[] {
  const pending = new Set<ReadableSpanLike['resource']>();
  for (const { resource } of spans) {
    if (resource.asyncAttributesPending === true && resource.waitForAsyncAttributes !== undefined)
      pending.add(resource);
  }
  return Array.from(pending, (resource) => resource.waitForAsyncAttributes?.() ?? Promise.resolve());
}
