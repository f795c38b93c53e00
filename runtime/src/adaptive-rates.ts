import { systemClock, type Clock } from './clock.ts';

/** Options of `adaptiveSampler`; every figure has a default but the goal. */
export interface AdaptiveOptions {
  /** Traces per second that this process may start, over all keys. */
  readonly goalPerSecond: number;
  /** Seconds of goal that a burst may use up at once; 5 without it. */
  readonly burstSeconds?: number;
  /** Time constant of the moving average of throughput, in seconds; 10 without it. */
  readonly averageSeconds?: number;
  /** How often the rates are set anew, in milliseconds; 1000 without it. */
  readonly intervalMs?: number;
  /** Factor by which a probability may rise from one interval to the next; 2 without it. */
  readonly maxIncrease?: number;
  /** Each key gets one sample in so many milliseconds whatever its rate, while the burst lasts; 60 000 without it. */
  readonly guaranteeMs?: number;
  /** Keys (method and route) that are told apart; further ones share one. 500 without it. */
  readonly maxKeys?: number;
  /** A key without requests for so many milliseconds is forgotten; 300 000 without it. */
  readonly idleMs?: number;
  /** Time; for tests. */
  readonly clock?: Clock;
}

/** Throughput of one key. `probability` is what the last interval set; `count` the requests since then. */
interface KeyRate {
  count: number;
  average: number;
  known: boolean;
  probability: number;
  guaranteedAt: number;
  seenAt: number;
}

/** Below half of the burst the probabilities shrink in proportion, but never to nothing: counts stay estimable. */
const MIN_BURST_FACTOR = 1 / 64;

/**
 * Probabilities per key that keep the sum of samples at a goal. All of it depends on the past and on counts, never on the
 * randomness of the trace at hand, so 1 / probability is an unbiased weight (Horvitz and Thompson, 1952).
 *
 * - Each interval the goal is shared max-min fairly: keys below the common level are kept whole, the others get it each.
 * - Within an interval the n-th request of a key has at most level / n, so that a jump in load costs a logarithm.
 * - A token bucket over all keys scales everything down when bursts add up.
 */
export class AdaptiveRates {
  readonly #goal: number;
  readonly #burst: number;
  readonly #averageMs: number;
  readonly #intervalMs: number;
  readonly #maxIncrease: number;
  readonly #guaranteeMs: number;
  readonly #maxKeys: number;
  readonly #idleMs: number;
  readonly #clock: Clock;
  readonly #routes = new Map<string, Map<string, KeyRate>>();
  #keyCount = 0;
  #other: KeyRate | undefined;
  /** Samples per second that one key may have now. */
  #level: number;
  #tokens: number;
  #refilledAt: number;
  #tickedAt: number;
  #folded = 0;
  #guaranteed = 0;

  constructor(options: AdaptiveOptions) {
    this.#goal = options.goalPerSecond;
    this.#burst = options.goalPerSecond * (options.burstSeconds ?? 5);
    this.#averageMs = (options.averageSeconds ?? 10) * 1000;
    this.#intervalMs = options.intervalMs ?? 1000;
    this.#maxIncrease = options.maxIncrease ?? 2;
    this.#guaranteeMs = options.guaranteeMs ?? 60_000;
    this.#maxKeys = options.maxKeys ?? 500;
    this.#idleMs = options.idleMs ?? 300_000;
    this.#clock = options.clock ?? systemClock;
    this.#level = this.#goal;
    this.#tokens = this.#burst;
    this.#refilledAt = this.#tickedAt = this.#clock.now();
  }

  /** Counts a request and returns the probability with which it is to be kept; 1 for the guaranteed one. */
  probability(route: string, method: string): number {
    const now = this.#clock.now();
    if (now !== this.#refilledAt) {
      this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#refilledAt) / 1000) * this.#goal);
      this.#refilledAt = now;
      if (now - this.#tickedAt >= this.#intervalMs) this.#rebalance(now);
    }
    const key = this.#routes.get(route)?.get(method) ?? this.#newKey(route, method);
    const count = ++key.count;
    key.seenAt = now;
    if (now - key.guaranteedAt >= this.#guaranteeMs && this.#tokens >= 1) {
      key.guaranteedAt = now;
      this.#guaranteed++;
      return 1;
    }
    const streaming = (this.#level * this.#intervalMs) / 1000 / count;
    const probability = streaming < key.probability ? streaming : key.probability;
    const fill = this.#tokens / (this.#burst / 2);
    if (fill >= 1) return probability;
    return probability * (fill > MIN_BURST_FACTOR ? fill : MIN_BURST_FACTOR);
  }

  /** Takes one sample out of the burst. */
  spend(): void {
    this.#tokens--;
  }

  /** Keys told apart, requests that fell into the shared key, guaranteed samples, and the level per key and second. */
  stats(): { keys: number; folded: number; guaranteed: number; levelPerSecond: number } {
    return { keys: this.#keyCount, folded: this.#folded, guaranteed: this.#guaranteed, levelPerSecond: this.#level };
  }

  #newKey(route: string, method: string): KeyRate {
    const fresh: KeyRate = {
      count: 0,
      average: 0,
      known: false,
      probability: 1,
      guaranteedAt: -Infinity,
      seenAt: 0,
    };
    if (this.#keyCount >= this.#maxKeys) {
      this.#folded++;
      return (this.#other ??= fresh);
    }
    this.#keyCount++;
    const methods = this.#routes.get(route);
    if (methods === undefined) this.#routes.set(route, new Map([[method, fresh]]));
    else methods.set(method, fresh);
    return fresh;
  }

  #rebalance(now: number): void {
    const elapsedMs = now - this.#tickedAt;
    this.#tickedAt = now;
    const weight = 1 - Math.exp(-elapsedMs / this.#averageMs);
    const keys: KeyRate[] = [];
    const update = (key: KeyRate): void => {
      const rate = (key.count / elapsedMs) * 1000;
      key.average = key.known ? key.average + weight * (rate - key.average) : rate;
      key.count = 0;
      keys.push(key);
    };
    for (const [route, methods] of this.#routes) {
      for (const [method, key] of methods) {
        if (now - key.seenAt <= this.#idleMs) update(key);
        else {
          methods.delete(method);
          this.#keyCount--;
        }
      }
      if (methods.size === 0) this.#routes.delete(route);
    }
    if (this.#other !== undefined) update(this.#other);
    keys.sort((a, b) => a.average - b.average);
    let left = this.#goal;
    let level = this.#goal;
    for (const [i, key] of keys.entries()) {
      level = left / (keys.length - i);
      if (key.average > level) break;
      left -= key.average;
    }
    this.#level = level;
    for (const key of keys) {
      const fair = key.average <= level ? 1 : level / key.average;
      key.probability = key.known ? Math.min(fair, key.probability * this.#maxIncrease) : fair;
      key.known = true;
    }
  }
}
