import { crc32 } from 'node:zlib';
import type { Attributes, HrTime, Link, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';
import type { InstrumentationScopeLike, ReadableSpanLike, ResourceLike, TimedEventLike } from './span-types.ts';
import { traceStateOf } from './trace-state.ts';

/**
 * Ended spans as text, for the spool. The first line says format, number of spans and CRC-32 of the rest; a file that was
 * cut off or damaged does not decode. Resources and scopes are written once and referred to by index.
 */
const FORMAT = 'telint-spans/1';

interface PlainContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean | undefined;
  readonly state?: string | undefined;
}

interface PlainSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly own: PlainContext;
  readonly parent?: PlainContext | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: readonly (Omit<Link, 'context'> & { readonly context: PlainContext })[];
  readonly events: TimedEventLike[];
  readonly resource: number;
  readonly scope: number;
  readonly dropped: readonly [attributes: number, events: number, links: number];
}

interface Payload {
  readonly resources: readonly {
    readonly attributes: Record<string, unknown>;
    readonly schemaUrl?: string | undefined;
  }[];
  readonly scopes: readonly InstrumentationScopeLike[];
  readonly spans: readonly PlainSpan[];
}

const BYTES_KEY = '$bytes';

/** JSON turns bytes into an object of digits and drops what is not finite; both have a form of their own. */
function replacer(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { [BYTES_KEY]: Buffer.from(value).toString('base64') };
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
  return value;
}

function reviver(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { $bytes, $number } = value as { $bytes?: unknown; $number?: unknown };
  if (typeof $bytes === 'string') return new Uint8Array(Buffer.from($bytes, 'base64'));
  return typeof $number === 'string' ? Number($number) : value;
}

function plainContext(context: SpanContext): PlainContext {
  const { traceId, spanId, traceFlags, isRemote, traceState } = context;
  return { traceId, spanId, traceFlags, isRemote, state: traceState?.serialize() };
}

function reviveContext(plain: PlainContext): SpanContext {
  const { traceId, spanId, traceFlags, isRemote, state } = plain;
  return {
    traceId,
    spanId,
    traceFlags,
    ...(isRemote === undefined ? {} : { isRemote }),
    ...(state === undefined ? {} : { traceState: traceStateOf(state) }),
  };
}

/** Buffers are typed arrays with a `toJSON` of their own, which `replacer` would see too late. */
function withoutToJson(attributes: Record<string, unknown> | undefined): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(attributes ?? {})) {
    result[key] = Buffer.isBuffer(value) ? new Uint8Array(value) : value;
  }
  return result;
}

/** Index of an object in a list, which it joins when it is new. */
function indexIn<T>(list: T[], known: Map<T, number>, item: T): number {
  const found = known.get(item);
  if (found !== undefined) return found;
  known.set(item, list.length);
  return list.push(item) - 1;
}

/** Writes spans as text; resources must be settled. */
export function encodeSpans(spans: readonly ReadableSpanLike[]): string {
  const resources: ResourceLike[] = [];
  const scopes: InstrumentationScopeLike[] = [];
  const knownResources = new Map<ResourceLike, number>();
  const knownScopes = new Map<InstrumentationScopeLike, number>();
  const plain = spans.map((span): PlainSpan => ({
    name: span.name,
    kind: span.kind,
    own: plainContext(span.spanContext()),
    parent: span.parentSpanContext === undefined ? undefined : plainContext(span.parentSpanContext),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    status: span.status,
    attributes: withoutToJson(span.attributes),
    links: span.links.map((link) => ({ ...link, context: plainContext(link.context) })),
    events: span.events,
    resource: indexIn(resources, knownResources, span.resource),
    scope: indexIn(scopes, knownScopes, span.instrumentationScope),
    dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
  }));
  const payload: Payload = {
    resources: resources.map(({ attributes, schemaUrl }) => ({ attributes, schemaUrl })),
    scopes: scopes.map(({ name, version, schemaUrl }) => ({ name, version, schemaUrl })),
    spans: plain,
  };
  const body = JSON.stringify(payload, replacer);
  return `${FORMAT} ${String(spans.length)} ${crc32(body).toString(16)}\n${body}`;
}

function revive(plain: PlainSpan, resource: ResourceLike, scope: InstrumentationScopeLike): ReadableSpanLike {
  const own = reviveContext(plain.own);
  return {
    name: plain.name,
    kind: plain.kind,
    spanContext: () => own,
    ...(plain.parent === undefined ? {} : { parentSpanContext: reviveContext(plain.parent) }),
    startTime: plain.startTime,
    endTime: plain.endTime,
    duration: plain.duration,
    ended: true,
    status: plain.status,
    attributes: plain.attributes,
    links: plain.links.map((link) => ({ ...link, context: reviveContext(link.context) })),
    events: plain.events,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: plain.dropped[0],
    droppedEventsCount: plain.dropped[1],
    droppedLinksCount: plain.dropped[2],
  };
}

/** Reads what `encodeSpans` wrote; throws when it is damaged. */
export function decodeSpans(text: string): ReadableSpanLike[] {
  const end = text.indexOf('\n');
  const [format, count, checksum] = text.slice(0, Math.max(0, end)).split(' ');
  const body = text.slice(end + 1);
  if (format !== FORMAT || crc32(body).toString(16) !== checksum) throw new Error('checksum or format does not match');
  const payload = JSON.parse(body, reviver) as Payload;
  if (String(payload.spans.length) !== count) throw new Error('number of spans does not match');
  const resources = payload.resources.map((resource): ResourceLike => ({ ...resource, asyncAttributesPending: false }));
  return payload.spans.map((span) => {
    const resource = resources[span.resource];
    const scope = payload.scopes[span.scope];
    if (resource === undefined || scope === undefined) throw new Error('resource or scope is missing');
    return revive(span, resource, scope);
  });
}
