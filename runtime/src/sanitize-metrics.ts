import { free, oneOf } from './domains.ts';
import type { Metrics } from './registry.ts';
import type { Sanitizer } from './sanitize.ts';
import { TELEMETRY_METRICS } from './telemetry-metrics-table.ts';

const PLACES = ['attribute', 'label', 'text', 'object', 'error'] as const;

/** Categories of the vocabulary, and `pattern` where not the key told but what a text looks like. */
const MOST_CATEGORIES = 20;
const BY_PATTERN = 'pattern';

/** A text that was only cut held nothing that it should not. */
const ONLY_CUT = /^(?![^]*REDACTED)[^]*\[TRUNCATED \d+ chars\]$/;

function isReplaced(old: unknown, clean: unknown): boolean {
  return clean !== old && !(typeof clean === 'string' && ONLY_CUT.test(clean));
}

/**
 * A sanitizer that does what another one does and counts where it found something: `telemetry_sanitized_total` by place
 * (attribute of a span or log, metric label, text, object, error) and category. Nothing of the value is written down.
 * URLs, headers and cookies are not counted: parts of them go in every request.
 */
export function countSanitized(sanitizer: Sanitizer, metrics: Metrics): Sanitizer {
  const counter = metrics.counter({
    name: TELEMETRY_METRICS.sanitized.name,
    help: 'Values in which the sanitizer replaced something, by where they stood and why.',
    labels: { place: oneOf(...PLACES), category: free({ max: MOST_CATEGORIES }) },
  });
  const count = <T>(place: (typeof PLACES)[number], old: unknown, clean: T, key?: string): T => {
    if (isReplaced(old, clean)) {
      counter.inc({ place, category: (key === undefined ? undefined : sanitizer.key(key)) ?? BY_PATTERN });
    }
    return clean;
  };
  return {
    ...sanitizer,
    value: (text) => count('text', text, sanitizer.value(text)),
    json: (text) => count('text', text, sanitizer.json(text)),
    attribute: (key, value) => count('attribute', value, sanitizer.attribute(key, value), key),
    label: (key, value) => count('label', value, sanitizer.label(key, value), key),
    object: (value) => count('object', value, sanitizer.object(value)),
    error(error) {
      const clean = sanitizer.error(error);
      if (error instanceof Error) count('error', error.message, clean.message);
      return clean;
    },
  };
}
