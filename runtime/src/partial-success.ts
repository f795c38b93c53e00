/**
 * Reads `partial_success.rejected_spans` of an OTLP trace response (`ExportTraceServiceResponse`, field 1 of field 1).
 * The official exporter writes it to its log only, and the spans would be missing from every account.
 */
export function readRejectedSpans(body: Uint8Array, contentType: string): number {
  try {
    return contentType.includes('json') ? fromJson(body) : fromProtobuf(body);
  } catch {
    // A response that is no OTLP says nothing about rejected spans.
    return 0;
  }
}

function fromJson(body: Uint8Array): number {
  const response = JSON.parse(new TextDecoder().decode(body)) as {
    partialSuccess?: { rejectedSpans?: unknown };
  } | null;
  return positiveInteger(Number(response?.partialSuccess?.rejectedSpans ?? 0));
}

function positiveInteger(value: number): number {
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

function fromProtobuf(body: Uint8Array): number {
  const partial = field(body, 1, LENGTH_DELIMITED);
  return partial instanceof Uint8Array ? positiveInteger(Number(field(partial, 1, VARINT) ?? 0)) : 0;
}

/** The last field with this number and wire type in a message. */
function field(message: Uint8Array, number: number, type: number): number | Uint8Array | undefined {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++];
      if (byte === undefined || factor > 2 ** 56) throw new RangeError('not a message');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const bytes = (length: number): Uint8Array => {
    if (at + length > message.length) throw new RangeError('not a message');
    at += length;
    return message.subarray(at - length, at);
  };
  const read = (wireType: number): number | Uint8Array => {
    if (wireType === VARINT) return varint();
    if (wireType === LENGTH_DELIMITED) return bytes(varint());
    if (wireType === FIXED64) return bytes(8);
    if (wireType === FIXED32) return bytes(4);
    throw new RangeError('not a message');
  };
  let found: number | Uint8Array | undefined;
  while (at < message.length) {
    const tag = varint();
    const value = read(tag % 8);
    if (Math.floor(tag / 8) === number && tag % 8 === type) found = value;
  }
  return found;
}
