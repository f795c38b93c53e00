import type { Io } from './io.ts';

const INTERVAL_MS = 80;

/** One line on a terminal that says how far a long task is; nothing where nobody looks. */
export class Progress {
  readonly #io: Pick<Io, 'err' | 'errIsTerminal'>;
  #shownAt = 0;
  #shown = false;

  constructor(io: Pick<Io, 'err' | 'errIsTerminal'>) {
    this.#io = io;
  }

  /** Shows a step, unless one was shown a moment ago. */
  step(what: string, done: number, total: number): void {
    if (!this.#io.errIsTerminal) return;
    const now = Date.now();
    if (now - this.#shownAt < INTERVAL_MS) return;
    this.#shownAt = now;
    this.#shown = true;
    this.#io.err(`\r\u001b[K${what} ${done} of ${total}`);
  }

  /** Removes the line. */
  done(): void {
    if (this.#shown) this.#io.err('\r\u001b[K');
    this.#shown = false;
  }
}
