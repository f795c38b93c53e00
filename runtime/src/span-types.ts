import type {
  Attributes,
  Context,
  HrTime,
  Link,
  SpanContext,
  SpanKind,
  SpanStatus,
  TraceState,
  TracerProvider,
} from '@opentelemetry/api';

/**
 * The parts of the OpenTelemetry SDK that the runtime touches, taken structurally: SDK 2.x and 3.x both satisfy them,
 * and neither has to be installed for the types to resolve.
 */

/** What a resource is to an exporter; `asyncAttributesPending` while a detector is still at work. */
export interface ResourceLike {
  readonly attributes: Record<string, unknown>;
  readonly schemaUrl?: string | undefined;
  readonly asyncAttributesPending?: boolean | undefined;
  waitForAsyncAttributes?(): Promise<void>;
}

/** An event of an ended span. */
export interface TimedEventLike {
  readonly time: HrTime;
  readonly name: string;
  readonly attributes?: Attributes | undefined;
  readonly droppedAttributesCount?: number | undefined;
}

/** The scope (instrumentation library) that made a span. */
export interface InstrumentationScopeLike {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
}

/** An ended span as exporters get it. */
export interface ReadableSpanLike {
  readonly name: string;
  readonly kind: SpanKind;
  spanContext(): SpanContext;
  readonly parentSpanContext?: SpanContext | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly events: TimedEventLike[];
  readonly resource: ResourceLike;
  readonly instrumentationScope: InstrumentationScopeLike;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

/** Outcome of one export; code 0 is success, 1 is failure (`ExportResultCode` of the SDK). */
export interface ExportResultLike {
  readonly code: number;
  readonly error?: Error | undefined;
}

/** `ExportResultCode.SUCCESS` of the SDK. */
export const EXPORT_SUCCESS = 0;
/** `ExportResultCode.FAILED` of the SDK. */
export const EXPORT_FAILED = 1;

/** A span exporter of the SDK. Method syntax on purpose: SDK classes type their spans more narrowly. */
export interface SpanExporterLike {
  export(spans: ReadableSpanLike[], done: (result: ExportResultLike) => void): void;
  forceFlush?(): Promise<void>;
  shutdown(): Promise<void>;
}

/** A span processor of the SDK. */
export interface SpanProcessorLike {
  onStart(span: unknown, parentContext: Context): void;
  onEnding?(span: unknown): void;
  onEnd(span: ReadableSpanLike): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** `SamplingDecision.NOT_RECORD` of the SDK. */
export const NOT_RECORD = 0;
/** `SamplingDecision.RECORD_AND_SAMPLED` of the SDK. */
export const RECORD_AND_SAMPLED = 2;

/** What a sampler answers; the API's own type is deprecated in favour of one in the SDK. */
export interface SamplingResultLike {
  readonly decision: typeof NOT_RECORD | typeof RECORD_AND_SAMPLED;
  readonly traceState?: TraceState;
}

/** The sampler interface that both lines share. */
export interface SamplerLike {
  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResultLike;
  toString(): string;
}

/** A tracer provider of the SDK, as far as it is started, flushed and ended. */
export interface SdkTracerProvider extends TracerProvider {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}
