import type { Clock } from './clock.ts';

/** Figures of the waiting times after failures. */
export interface BackoffOptions {
  /** First wait in milliseconds; 1000 without it. */
  readonly initialMs?: number;
  /** Longest wait in milliseconds, apart from `Retry-After`; 30 000 without it. */
  readonly maxMs?: number;
  /** Source of the jitter in [0, 1); `Math.random` without it. */
  readonly random?: () => number;
}

/** `open`: no attempts until the wait is over. `half-open`: one attempt decides. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/**
 * Circuit breaker of an exporter: a failure opens it for a wait that doubles from one failure to the next, of which the
 * upper half is random so that the instances of a service do not return together; the first success closes it.
 */
export class Circuit {
  readonly #clock: Clock;
  readonly #initialMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #failures = 0;
  #openUntil = 0;
  #demanded = false;

  constructor(clock: Clock, options: BackoffOptions = {}) {
    this.#clock = clock;
    this.#initialMs = options.initialMs ?? 1000;
    this.#maxMs = options.maxMs ?? 30_000;
    this.#random = options.random ?? Math.random;
  }

  /** Whether attempts are permitted now. */
  get state(): CircuitState {
    if (this.#failures === 0) return 'closed';
    return this.#clock.now() >= this.#openUntil ? 'half-open' : 'open';
  }

  /** Milliseconds until the next attempt is permitted, 0 when it is. */
  get waitMs(): number {
    return this.#failures === 0 ? 0 : Math.max(0, this.#openUntil - this.#clock.now());
  }

  /** Whether the collector itself asked for the present wait: then not even a shutdown shortens it. */
  get isDemanded(): boolean {
    return this.#demanded && this.state === 'open';
  }

  succeed(): void {
    this.#failures = 0;
    this.#openUntil = 0;
    this.#demanded = false;
  }

  /** `retryAfterMs` is what the collector asked for; it is kept to even beyond the longest wait of our own. */
  fail(retryAfterMs: number | undefined): void {
    const asked = retryAfterMs ?? 0;
    let wait = asked;
    // Attempts that ran side by side fail side by side: they are one failure.
    if (this.state !== 'open') {
      const ceiling = Math.min(this.#maxMs, this.#initialMs * 2 ** Math.min(this.#failures, 30));
      this.#failures++;
      this.#demanded = false;
      wait = Math.max(ceiling / 2 + (this.#random() * ceiling) / 2, asked);
    }
    this.#demanded ||= asked > 0;
    this.#openUntil = Math.max(this.#openUntil, this.#clock.now() + wait);
  }

  /** Permits an attempt at once, unless the collector asked to wait. */
  probeNow(): void {
    if (!this.isDemanded) this.#openUntil = 0;
  }
}
