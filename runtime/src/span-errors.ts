import { SpanStatusCode, type Span } from '@opentelemetry/api';

/** What stands in the place of a text whose sanitizer failed. */
const REDACTION_FAILED = '[REDACTED]';

let defaultRedact: ((text: string) => string) | undefined;

/** Sets the sanitizer that every `withSpan` and `traced` without an own one uses for error texts; undefined removes it. */
export function setSpanRedaction(redact: ((text: string) => string) | undefined): void {
  defaultRedact = redact;
}

/** Fails closed: a sanitizer that throws or returns no string must not let the text through. */
function sanitize(text: string, redact: ((text: string) => string) | undefined): string {
  const clean = redact ?? defaultRedact;
  if (clean === undefined) return text;
  try {
    const result: unknown = clean(text);
    return typeof result === 'string' ? result : REDACTION_FAILED;
  } catch {
    return REDACTION_FAILED;
  }
}

/** Errors that a span already carries as an event: the spans around it get the status only, not the stack again. */
const recorded = new WeakSet();

function errorParts(error: unknown): {
  name: string;
  message: string;
  stack: string | undefined;
  code: string | number | undefined;
} {
  if (typeof error !== 'object' || error === null) {
    return { name: typeof error, message: String(error), stack: undefined, code: undefined };
  }
  const { name, message, stack, code } = error as Record<'name' | 'message' | 'stack' | 'code', unknown>;
  return {
    name: typeof name === 'string' && name !== '' ? name : 'Error',
    message: typeof message === 'string' ? message : '',
    stack: typeof stack === 'string' ? stack : undefined,
    code: typeof code === 'string' || typeof code === 'number' ? code : undefined,
  };
}

/**
 * Marks a span as failed: status ERROR with the sanitized message, attribute `error.type`, and the exception as an event
 * once per error object, on the innermost span that sees it. Never throws.
 */
export function recordError(span: Span, error: unknown, redact?: (text: string) => string): void {
  try {
    const { name, message, stack, code } = errorParts(error);
    const cleanMessage = sanitize(message, redact);
    const isObject = typeof error === 'object' && error !== null;
    if (!isObject || !recorded.has(error)) {
      if (isObject) recorded.add(error);
      span.recordException({
        name,
        message: cleanMessage,
        ...(stack === undefined ? {} : { stack: sanitize(stack, redact) }),
        ...(code === undefined ? {} : { code }),
      });
    }
    span.setAttribute('error.type', code === undefined ? name : String(code));
    span.setStatus({ code: SpanStatusCode.ERROR, message: cleanMessage });
  } catch {
    // An error with hostile getters must reach the caller unchanged; the span still ends.
  }
}
