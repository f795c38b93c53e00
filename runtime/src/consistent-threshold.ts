import type { TraceState } from '@opentelemetry/api';
import { traceStateOf, traceStateWith } from './trace-state.ts';

/**
 * Consistent probability sampling (OpenTelemetry specification, "TraceState: Probability Sampling"): a span is kept when
 * its randomness R is not below the rejection threshold T, both out of 2^56; `ot=th:T` tells readers that one kept span
 * stands for 2^56 / (2^56 - T) spans. Numbers here are the leading 48 bits, which a double holds exactly; thresholds
 * are multiples of 2^8, so that comparing 48 bits decides as comparing 56 would.
 */
export const RANDOMNESS_RANGE = 2 ** 48;
const DIGITS = 12;
const HALF_RANGE = 2 ** 24;
/** Smallest probability that a threshold of 48 bits can say. */
const MIN_PROBABILITY = 1 / RANDOMNESS_RANGE;
/** Significant hexadecimal digits of a threshold: the error of the probability stays under 2^-13 of it. */
const PRECISION = 4;

/** Threshold for a probability in (0, 1], rounded to four significant digits as the specification proposes. */
export function thresholdOf(probability: number): number {
  if (probability >= 1) return 0;
  const kept = Math.max(probability, MIN_PROBABILITY) * RANDOMNESS_RANGE;
  // Leading `f` digits carry no precision: a small probability has more of them and needs as many digits more.
  const digits = Math.min(DIGITS, PRECISION + Math.floor(-Math.log2(Math.max(probability, MIN_PROBABILITY)) / 4));
  const quantum = 16 ** (DIGITS - digits);
  const threshold = Math.round((RANDOMNESS_RANGE - kept) / quantum) * quantum;
  return Math.min(threshold, RANDOMNESS_RANGE - quantum);
}

/** Probability that a threshold stands for; 1 / probability is the number of spans that a kept one stands for. */
export function probabilityOf(threshold: number): number {
  return (RANDOMNESS_RANGE - threshold) / RANDOMNESS_RANGE;
}

/** Value of the sub-key `th`: hexadecimal, trailing zeros removed, `0` when everything is kept. */
export function encodeThreshold(threshold: number): string {
  if (threshold === 0) return '0';
  return threshold.toString(16).padStart(DIGITS, '0').replace(/0+$/, '');
}

/** Reads a `th` value (1 to 14 hexadecimal digits); undefined when it is none. */
export function decodeThreshold(text: string): number | undefined {
  if (!/^[0-9a-f]{1,14}$/.test(text)) return undefined;
  return Number.parseInt(text.padEnd(14, '0').slice(0, DIGITS), 16);
}

/** Randomness of a trace identifier: its last 7 bytes, of which the leading 48 bits. */
export function randomnessOf(traceId: string): number {
  return Number.parseInt(traceId.slice(18, 30), 16);
}

/** Reads an explicit `rv` value (exactly 14 hexadecimal digits); undefined when it is none. */
export function decodeRandomness(text: string): number | undefined {
  return /^[0-9a-f]{14}$/.test(text) ? Number.parseInt(text.slice(0, DIGITS), 16) : undefined;
}

/** Value of the sub-key `rv`. In two halves: V8 writes large numbers in hexadecimal ten times slower than small ones. */
export function encodeRandomness(randomness: number): string {
  const high = Math.floor(randomness / HALF_RANGE);
  const low = randomness - high * HALF_RANGE;
  return `${high.toString(16).padStart(DIGITS / 2, '0')}${low.toString(16).padStart(DIGITS / 2, '0')}00`;
}

/** Reads one sub-key of the `ot` member. */
export function readOtMember(state: TraceState | undefined, key: 'th' | 'rv'): string | undefined {
  const member = state?.get('ot');
  if (member === undefined) return undefined;
  for (const pair of member.split(';')) {
    if (pair.startsWith(`${key}:`)) return pair.slice(key.length + 1);
  }
  return undefined;
}

/** Longest `ot` value that the specification permits. */
const MAX_OT_LENGTH = 256;

/**
 * A trace state with `th` (and `rv`) of this decision; other sub-keys and other vendors' members stay. `th` undefined
 * removes it, which says that the probability is unknown.
 */
export function withOtMember(state: TraceState | undefined, th: string | undefined, rv?: string): TraceState {
  if (state === undefined && th !== undefined) {
    return traceStateWith('ot', rv === undefined ? `th:${th}` : `th:${th};rv:${rv}`);
  }
  const others = (state?.get('ot') ?? '')
    .split(';')
    .filter((pair) => pair !== '' && !pair.startsWith('th:') && (rv === undefined || !pair.startsWith('rv:')));
  const own = [...(th === undefined ? [] : [`th:${th}`]), ...(rv === undefined ? [] : [`rv:${rv}`])];
  let value = [...own, ...others].join(';');
  if (value.length > MAX_OT_LENGTH) value = own.join(';');
  const base = state ?? traceStateOf();
  return value === '' ? base.unset('ot') : base.set('ot', value);
}
