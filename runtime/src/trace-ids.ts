const HEX = Array.from({ length: 65536 }, (_, i) => i.toString(16).padStart(4, '0'));

/** Sixteen random bits as four hexadecimal digits. */
const quad = (): string => HEX[(Math.random() * 65536) | 0] as string;

/** A random span identifier of 16 hexadecimal digits; all zeros, which is invalid, comes out as the last bit set. */
export function newSpanId(): string {
  const id = quad() + quad() + quad() + quad();
  return id === '0000000000000000' ? '0000000000000001' : id;
}

/** A random trace identifier of 32 hexadecimal digits. */
export function newTraceId(): string {
  return newSpanId() + newSpanId();
}
