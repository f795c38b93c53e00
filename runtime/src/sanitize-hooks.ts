import { type Baggage, type Context, propagation, type Span, type TextMapPropagator } from '@opentelemetry/api';
import { type Sanitizer } from './sanitize.ts';
import { recordError } from './span-errors.ts';

export { sanitizeAttributes, sanitizeSpan, sanitizingExporter, sanitizingProcessor } from './sanitize-span.ts';
export { sanitizeStatement } from './sanitize-statement.ts';

/** Records an error on a span with message and stack sanitized, once per error, and sets the status. Never throws. */
export function recordSafeException(span: Span, error: unknown, sanitizer: Sanitizer): void {
  recordError(span, error, (text) => sanitizer.value(text));
}

/** Sanitizes the label values of a metric before they reach it; sensitive ones become one constant. */
export function labelGuard(sanitizer: Sanitizer) {
  return <T extends Readonly<Record<string, string | number>>>(labels: T): { [K in keyof T]: T[K] | string } => {
    const clean: Record<string, string | number> = {};
    for (const key in labels) {
      const value = labels[key];
      clean[key] = typeof value === 'string' ? sanitizer.label(key, value) : numericLabel(sanitizer, key, value);
    }
    return clean as { [K in keyof T]: T[K] | string };
  };
}

function numericLabel(sanitizer: Sanitizer, key: string, value: unknown): string | number {
  const text = String(value);
  const clean = sanitizer.label(key, text);
  return clean === text && typeof value === 'number' ? value : clean;
}

/** Baggage without the entries whose key or value is sensitive: baggage goes to every service that is called. */
export function filterBaggage(baggage: Baggage, sanitizer: Sanitizer): Baggage {
  const sensitive = baggage
    .getAllEntries()
    .filter(([key, { value }]) => sanitizer.key(key) !== undefined || sanitizer.attribute(key, value) !== value)
    .map(([key]) => key);
  return sensitive.length === 0 ? baggage : baggage.removeEntries(...sensitive);
}

/**
 * A propagator that injects baggage without its sensitive entries; the context of this process keeps them. If the filter fails,
 * no baggage is injected.
 */
export function safeBaggagePropagator(inner: TextMapPropagator, sanitizer: Sanitizer): TextMapPropagator {
  return {
    inject: (context, carrier, setter) => inner.inject(withoutSensitive(context, sanitizer), carrier, setter),
    extract: (context, carrier, getter) => inner.extract(context, carrier, getter),
    fields: () => inner.fields(),
  };
}

function withoutSensitive(context: Context, sanitizer: Sanitizer): Context {
  const baggage = propagation.getBaggage(context);
  if (baggage === undefined) return context;
  try {
    return propagation.setBaggage(context, filterBaggage(baggage, sanitizer));
  } catch {
    return propagation.deleteBaggage(context);
  }
}
