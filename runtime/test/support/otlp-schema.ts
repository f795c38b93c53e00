import protobuf from 'protobufjs';

/**
 * The messages of OTLP traces (opentelemetry-proto, `collector/trace/v1`, `trace/v1`, `common/v1`, `resource/v1`), as
 * protobufjs reads them. Field numbers and types are those that the protocol has frozen; what our exporters send is decoded by
 * this independent reader, not by the code that encoded it.
 */
const { root } = protobuf.parse(`
syntax = "proto3";
message AnyValue {
  oneof value {
    string string_value = 1;
    bool bool_value = 2;
    int64 int_value = 3;
    double double_value = 4;
    ArrayValue array_value = 5;
    KeyValueList kvlist_value = 6;
    bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message InstrumentationScope { string name = 1; string version = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4; uint32 dropped_attributes_count = 5; fixed32 flags = 6; }
message Status { string message = 2; int32 code = 3; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; fixed32 flags = 16;
  string name = 5; int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10;
  repeated Event events = 11; uint32 dropped_events_count = 12; repeated Link links = 13; uint32 dropped_links_count = 14;
  Status status = 15;
}
message ScopeSpans { InstrumentationScope scope = 1; repeated Span spans = 2; string schema_url = 3; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ExportTracePartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
message ExportTraceServiceResponse { ExportTracePartialSuccess partial_success = 1; }
`);

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A span as it arrived, flattened. */
export interface ArrivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly kind: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: string;
}

function record(pairs: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
}

interface DecodedSpan {
  readonly name: string;
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly parentSpanId?: Buffer;
  readonly traceState?: string;
  readonly kind?: number;
  readonly startTimeUnixNano: number;
  readonly endTimeUnixNano: number;
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly { readonly name: string; readonly attributes?: readonly KeyValue[] }[];
}

interface DecodedRequest {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly {
      readonly scope: { readonly name: string };
      readonly spans?: readonly DecodedSpan[];
    }[];
  }[];
}

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

/** Decodes an ExportTraceServiceRequest; throws when it is none. */
export function decodeRequest(body: Uint8Array): ArrivedSpan[] {
  const type = root.lookupType('ExportTraceServiceRequest');
  const request = type.toObject(type.decode(body), { longs: Number }) as DecodedRequest;
  const spans: ArrivedSpan[] = [];
  for (const { resource, scopeSpans = [] } of request.resourceSpans ?? []) {
    for (const { scope, spans: own = [] } of scopeSpans) {
      for (const span of own) {
        spans.push({
          name: span.name,
          traceId: hex(span.traceId),
          spanId: hex(span.spanId),
          parentSpanId: hex(span.parentSpanId),
          traceState: span.traceState ?? '',
          kind: span.kind ?? 0,
          start: span.startTimeUnixNano / 1e6,
          end: span.endTimeUnixNano / 1e6,
          statusCode: span.status?.code ?? 0,
          statusMessage: span.status?.message ?? '',
          attributes: record(span.attributes),
          events: (span.events ?? []).map((event) => ({ name: event.name, attributes: record(event.attributes) })),
          resource: record(resource.attributes),
          scope: scope.name,
        });
      }
    }
  }
  return spans;
}

/** Encodes an ExportTraceServiceResponse that rejects spans. */
export function encodePartialSuccess(rejectedSpans: number, errorMessage: string): Uint8Array {
  const type = root.lookupType('ExportTraceServiceResponse');
  return type.encode(type.create({ partialSuccess: { rejectedSpans, errorMessage } })).finish();
}
