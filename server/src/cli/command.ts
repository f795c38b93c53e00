import type { Io } from './io.ts';

/** An option of a command: a switch, or one that takes a value. */
export interface OptionSpec {
  readonly help: string;
  /** One letter in place of the name. */
  readonly short?: string;
  /** Name of the value in the help; a switch has none. */
  readonly value?: string;
  /** Allowed values. */
  readonly choices?: readonly string[];
}

/** What was given on the command line, checked against the options of the command. */
export interface Given {
  readonly paths: readonly string[];
  /** Value of an option that takes one. */
  text(name: string): string | undefined;
  /** Was a switch given? */
  on(name: string): boolean;
}

/** How a command ends: nothing found, something found, or a mistake in its use. */
export type ExitCode = 0 | 1 | 2;

/** A command of `telint`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What follows the name: `[paths…]`. */
  readonly operands: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Further lines of the help. */
  readonly notes?: readonly string[];
  run(given: Given, io: Io): Promise<ExitCode>;
}

/** A mistake in the use of the command line; the message says what to write. */
export class UsageError extends Error {
  override readonly name = 'TelintUsageError';
}
