/** SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash for short texts, in 32-bit halves because BigInt costs 50 times more. */

/** Two words of 64 bits as four halves, low half first. */
export type SipKey = readonly [number, number, number, number];

/** Reads a key of 16 bytes. */
export function sipKey(bytes: Uint8Array): SipKey {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true)];
}

/** State: v0 to v3, low and high halves. */
const state = new Uint32Array(8);

/** `state[a] += state[b]` on 64 bits; `a` and `b` are the places of the low halves. */
function add(a: number, b: number): void {
  const low = (state[a] ?? 0) + (state[b] ?? 0);
  state[a] = low;
  state[a + 1] = (state[a + 1] ?? 0) + (state[b + 1] ?? 0) + (low > 0xffffffff ? 1 : 0);
}

/** `state[a] = rotl(state[a], bits) ^ state[b]` on 64 bits, 0 < bits < 32. */
function rotateXor(a: number, bits: number, b: number): void {
  const low = state[a] ?? 0;
  const high = state[a + 1] ?? 0;
  state[a] = ((low << bits) | (high >>> (32 - bits))) ^ (state[b] ?? 0);
  state[a + 1] = ((high << bits) | (low >>> (32 - bits))) ^ (state[b + 1] ?? 0);
}

function swapHalves(a: number): void {
  const low = state[a] ?? 0;
  state[a] = state[a + 1] ?? 0;
  state[a + 1] = low;
}

function round(): void {
  add(0, 2);
  add(4, 6);
  rotateXor(2, 13, 0);
  rotateXor(6, 16, 4);
  swapHalves(0);
  add(4, 2);
  add(0, 6);
  rotateXor(2, 17, 4);
  rotateXor(6, 21, 0);
  swapHalves(4);
}

function absorb(low: number, high: number): void {
  state[6] = (state[6] ?? 0) ^ low;
  state[7] = (state[7] ?? 0) ^ high;
  round();
  round();
  state[0] = (state[0] ?? 0) ^ low;
  state[1] = (state[1] ?? 0) ^ high;
}

/** The 64 bits of SipHash-2-4 as `[low, high]`. */
export function sipHash(key: SipKey, bytes: Uint8Array, length = bytes.length): [number, number] {
  const [k0, k1, k2, k3] = key;
  state[0] = k0 ^ 0x70736575;
  state[1] = k1 ^ 0x736f6d65;
  state[2] = k2 ^ 0x6e646f6d;
  state[3] = k3 ^ 0x646f7261;
  state[4] = k0 ^ 0x6e657261;
  state[5] = k1 ^ 0x6c796765;
  state[6] = k2 ^ 0x79746573;
  state[7] = k3 ^ 0x74656462;
  const byte = (index: number): number => (index < length ? (bytes[index] ?? 0) : 0);
  const word = (at: number): number => byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24);
  const whole = length - (length % 8);
  for (let at = 0; at < whole; at += 8) absorb(word(at), word(at + 4));
  absorb(word(whole), word(whole + 4) | (length << 24));
  state[4] ^= 0xff;
  for (let index = 0; index < 4; index++) round();
  const folded = (at: number): number =>
    ((state[at] ?? 0) ^ (state[at + 2] ?? 0) ^ (state[at + 4] ?? 0) ^ (state[at + 6] ?? 0)) >>> 0;
  return [folded(0), folded(1)];
}
