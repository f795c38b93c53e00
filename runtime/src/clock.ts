/** Time as the runtime sees it, replaceable in tests; all figures are milliseconds. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back after a delay; the process may end before, unless `keepAlive`. The result goes to `clear`. */
  after(delayMs: number, callback: () => void, keepAlive?: boolean): unknown;
  /** Cancels what `after` returned. */
  clear(handle: unknown): void;
}

/** The clock of the process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback, keepAlive = false) => {
    const timer = setTimeout(callback, delayMs);
    return keepAlive ? timer : timer.unref();
  },
  clear: (handle) => {
    clearTimeout(handle as NodeJS.Timeout);
  },
};
