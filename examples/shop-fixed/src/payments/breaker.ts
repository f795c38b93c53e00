import { breakerMetrics } from '../telemetry/metrics.ts';

type State = 'closed' | 'open' | 'half-open';

const STATES = ['closed', 'open', 'half-open'] as const;
const FAILURES_TO_OPEN = 5;
const OPEN_MS = 2_000;

/** The breaker is open: the call was not made. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
}

/** Stops calling what fails, and tries again with one call after a while. */
export class CircuitBreaker {
  readonly #labels: { readonly circuit_breaker_name: string };
  #failures = 0;
  #openedAt = 0;
  #state: State = 'closed';

  constructor(name: 'payments') {
    this.#labels = { circuit_breaker_name: name };
    this.#show('closed');
  }

  /** Runs a call, or fails at once. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#state === 'open' && Date.now() - this.#openedAt >= OPEN_MS) this.#enter('half-open');
    else if (!this.#isClosed) {
      breakerMetrics.calls.inc({ ...this.#labels, outcome: 'rejected' });
      throw new CircuitOpenError('the circuit is open');
    }
    try {
      const result = await call();
      this.#failures = 0;
      if (!this.#isClosed) this.#enter('closed');
      breakerMetrics.calls.inc({ ...this.#labels, outcome: 'success' });
      return result;
    } catch (error) {
      this.#failures += 1;
      if (this.#state === 'half-open' || this.#failures >= FAILURES_TO_OPEN) this.#enter('open');
      breakerMetrics.calls.inc({ ...this.#labels, outcome: 'failure' });
      throw error;
    }
  }

  get #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #enter(state: State): void {
    if (state === 'open') this.#openedAt = Date.now();
    if (state === this.#state) return;
    this.#state = state;
    breakerMetrics.transitions.inc({ ...this.#labels, state });
    this.#show(state);
  }

  #show(current: State): void {
    for (const state of STATES) breakerMetrics.state.set({ ...this.#labels, state }, state === current ? 1 : 0);
  }
}
