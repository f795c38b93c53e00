import { type Attributes } from '@opentelemetry/api';
import { warn } from './diagnostics.ts';
import { type Sanitizer } from './sanitize.ts';
import { sanitizeStatement } from './sanitize-statement.ts';
import {
  EXPORT_FAILED,
  type ExportResultLike,
  type ReadableSpanLike,
  type ResourceLike,
  type SpanExporterLike,
  type SpanProcessorLike,
} from './span-types.ts';

const REDACTED = '[REDACTED]';
const STATEMENTS: ReadonlySet<string> = new Set(['db.query.text', 'db.statement']);

/** Sanitizes attributes; with `db.system.name` beside it a statement is read in its own language. */
export function sanitizeAttributes(attributes: Readonly<Record<string, unknown>>, sanitizer: Sanitizer): Attributes {
  const clean: Attributes = {};
  for (const key in attributes) {
    const value = attributes[key];
    const out =
      typeof value === 'string' && STATEMENTS.has(key)
        ? sanitizer.value(sanitizeStatement(value, systemOf(attributes)))
        : sanitizer.attribute(key, value);
    if (out !== undefined) clean[key] = out;
  }
  return clean;
}

function systemOf(attributes: Readonly<Record<string, unknown>>): string | undefined {
  const system = attributes['db.system.name'] ?? attributes['db.system'];
  return typeof system === 'string' ? system : undefined;
}

/** Older instrumentations name spans after their statement. */
function sanitizeName(span: ReadableSpanLike, sanitizer: Sanitizer): string {
  for (const key of STATEMENTS) {
    const statement = span.attributes[key];
    if (typeof statement === 'string' && statement !== '' && span.name.includes(statement)) {
      return sanitizer.value(
        span.name.replace(statement, () => sanitizeStatement(statement, systemOf(span.attributes))),
      );
    }
  }
  return sanitizer.value(span.name);
}

const resources = new WeakMap<Sanitizer, WeakMap<object, ResourceLike>>();

/** Resources hold command lines; every span has the same one, and exporters group spans by its identity. */
function sanitizeResource(resource: ResourceLike, sanitizer: Sanitizer): ResourceLike {
  let known = resources.get(sanitizer);
  if (known === undefined) resources.set(sanitizer, (known = new WeakMap()));
  const cached = known.get(resource);
  if (cached !== undefined) return cached;
  const attributes = sanitizeAttributes(resource.attributes, sanitizer);
  const clean = Object.create(resource, { attributes: { value: attributes, enumerable: true } }) as ResourceLike;
  if (resource.asyncAttributesPending !== true) known.set(resource, clean);
  return clean;
}

/** The fields that both lines of the SDK compute from private state; a copy must not depend on how. */
const READ = [
  'kind',
  'parentSpanContext',
  'startTime',
  'endTime',
  'duration',
  'ended',
  'instrumentationScope',
  'droppedAttributesCount',
  'droppedEventsCount',
  'droppedLinksCount',
] as const satisfies readonly (keyof ReadableSpanLike)[];

/** A copy with the prototype of the span, so that `instanceof` and methods still work, and other contents. */
function copyOf(span: ReadableSpanLike, contents: Partial<ReadableSpanLike>): ReadableSpanLike {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(span) as object | null) as ReadableSpanLike, span);
  const define = (key: string, value: unknown): void => {
    Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  };
  for (const key of READ) define(key, span[key]);
  const context = span.spanContext();
  define('spanContext', () => context);
  for (const [key, value] of Object.entries(contents)) define(key, value);
  return copy;
}

/**
 * A copy of an ended span without what is sensitive in its name, attributes, events, links, status message and resource. Spans
 * are shared by all processors, so the original stays as it is. If anything fails, the copy has no contents at all.
 */
export function sanitizeSpan(span: ReadableSpanLike, sanitizer: Sanitizer): ReadableSpanLike {
  try {
    const { message } = span.status;
    return copyOf(span, {
      name: sanitizeName(span, sanitizer),
      attributes: sanitizeAttributes(span.attributes, sanitizer),
      status: message === undefined ? span.status : { ...span.status, message: sanitizer.value(message) },
      events: span.events.map((event) => ({
        ...event,
        name: sanitizer.value(event.name),
        ...(event.attributes === undefined ? {} : { attributes: sanitizeAttributes(event.attributes, sanitizer) }),
      })),
      links: span.links.map((link) =>
        link.attributes === undefined ? link : { ...link, attributes: sanitizeAttributes(link.attributes, sanitizer) },
      ),
      resource: sanitizeResource(span.resource, sanitizer),
    });
  } catch (error) {
    warn('TELINT_SANITIZE_FAILED', 'A span could not be sanitized; its contents were left out.', nameOf(error));
    return copyOf(span, {
      name: REDACTED,
      attributes: {},
      status: { code: span.status.code },
      events: [],
      links: [],
      resource: Object.create(span.resource, { attributes: { value: {}, enumerable: true } }) as ResourceLike,
    });
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** An exporter that gets only sanitized copies of the spans. */
export function sanitizingExporter(inner: SpanExporterLike, sanitizer: Sanitizer): SpanExporterLike {
  return {
    export(spans, done: (result: ExportResultLike) => void) {
      let clean: ReadableSpanLike[];
      try {
        clean = spans.map((span) => sanitizeSpan(span, sanitizer));
      } catch (error) {
        // Not even the identity of a span could be read: nothing leaves.
        warn('TELINT_SANITIZE_FAILED', 'A batch of spans could not be sanitized and was not exported.', nameOf(error));
        done({ code: EXPORT_FAILED, error: error instanceof Error ? error : new Error('unreadable span') });
        return;
      }
      inner.export(clean, done);
    },
    forceFlush: () => inner.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => inner.shutdown(),
  };
}

/** A span processor whose inner processor gets only sanitized copies of ended spans. */
export function sanitizingProcessor(inner: SpanProcessorLike, sanitizer: Sanitizer): SpanProcessorLike {
  return {
    onStart: (span, parentContext) => inner.onStart(span, parentContext),
    ...(inner.onEnding === undefined ? {} : { onEnding: (span: unknown) => inner.onEnding?.(span) }),
    onEnd(span) {
      let clean: ReadableSpanLike;
      try {
        clean = sanitizeSpan(span, sanitizer);
      } catch (error) {
        warn('TELINT_SANITIZE_FAILED', 'A span could not be sanitized and was dropped.', nameOf(error));
        return;
      }
      inner.onEnd(clean);
    },
    forceFlush: () => inner.forceFlush(),
    shutdown: () => inner.shutdown(),
  };
}
