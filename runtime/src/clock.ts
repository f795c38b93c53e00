/** Time as the runtime sees it, replaceable in tests; all figures are milliseconds. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back after a delay without keeping the process alive; the result goes to `clear`. */
  after(delayMs: number, callback: () => void): unknown;
  /** Cancels what `after` returned. */
  clear(handle: unknown): void;
}

/** The process clock; its timers never keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => setTimeout(callback, delayMs).unref(),
  clear: (handle) => {
    clearTimeout(handle as NodeJS.Timeout);
  },
};
