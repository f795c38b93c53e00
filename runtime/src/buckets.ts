/** Bounds of histogram buckets. */
import { TelintError } from './diagnostics.ts';

/** Bounds for request durations in seconds; the defaults of every Prometheus client. */
export const DEFAULT_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** More bounds than this are a mistake: each of them is a time series for every label set. */
const MAX_BUCKETS = 200;

/** `count` bounds: `start`, `start × factor`, `start × factor²` … */
export interface ExponentialBuckets {
  readonly start: number;
  readonly factor: number;
  readonly count: number;
}

/** `count` bounds: `start`, `start + width`, `start + 2 × width` … */
export interface LinearBuckets {
  readonly start: number;
  readonly width: number;
  readonly count: number;
}

function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > MAX_BUCKETS) {
    throw new TelintError('TELINT_BUCKETS_INVALID', `\`count\` is the number of buckets: write 1 to ${MAX_BUCKETS}.`);
  }
}

/** Without the noise of binary fractions: 0.3, not 0.30000000000000004, because a bound is a label value. */
function rounded(bound: number): number {
  return Number(bound.toPrecision(12));
}

/**
 * Bounds that grow by a factor, in the unit of the metric.
 * @throws TelintError TELINT_BUCKETS_INVALID when `start` ≤ 0, `factor` ≤ 1 or `count` is out of range.
 */
export function exponentialBuckets({ start, factor, count }: ExponentialBuckets): number[] {
  checkCount(count);
  if (!(start > 0) || !(factor > 1)) {
    throw new TelintError('TELINT_BUCKETS_INVALID', 'Exponential buckets need `start` above 0 and `factor` above 1.');
  }
  return checkedBuckets(Array.from({ length: count }, (_, index) => rounded(start * factor ** index)));
}

/**
 * Bounds of equal width, in the unit of the metric.
 * @throws TelintError TELINT_BUCKETS_INVALID when `width` ≤ 0 or `count` is out of range.
 */
export function linearBuckets({ start, width, count }: LinearBuckets): number[] {
  checkCount(count);
  if (!(width > 0)) throw new TelintError('TELINT_BUCKETS_INVALID', 'Linear buckets need `width` above 0.');
  return checkedBuckets(Array.from({ length: count }, (_, index) => rounded(start + width * index)));
}

/**
 * Bounds that are finite and rise; `+Inf` at the end is dropped, because every histogram has it.
 * @throws TelintError TELINT_BUCKETS_INVALID otherwise.
 */
export function checkedBuckets(bounds: readonly number[]): number[] {
  const finite = bounds.at(-1) === Infinity ? bounds.slice(0, -1) : [...bounds];
  const isRising = finite.every((bound, index) => Number.isFinite(bound) && bound > (finite[index - 1] ?? -Infinity));
  if (!isRising || finite.length === 0 || finite.length > MAX_BUCKETS) {
    throw new TelintError(
      'TELINT_BUCKETS_INVALID',
      `Write 1 to ${MAX_BUCKETS} finite bounds in rising order, without \`+Inf\`.`,
    );
  }
  // -0 and 0 would be two ways to write one bound.
  return finite.map((bound) => bound + 0);
}
