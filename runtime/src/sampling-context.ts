import { createContextKey, type Context } from '@opentelemetry/api';

/** A decision made before `startSpan`, on its way to the sampler through the context. */
export interface PendingDecision {
  readonly threshold: number;
  readonly randomness: number;
  /** Set with the first root span: a second root in the same context is another trace and decides for itself. */
  used: boolean;
}

/** Where a decision waits for the root span. */
export const DECISION_KEY = createContextKey('telint sampling decision');
/** Set while a span is made that has to be kept whatever the rate, at an unknown probability. */
export const FORCED_KEY = createContextKey('telint sampling forced');

/** The decision that waits in a context. */
export function pendingDecision(context: Context): PendingDecision | undefined {
  return context.getValue(DECISION_KEY) as PendingDecision | undefined;
}
