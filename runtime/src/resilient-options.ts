import type { BackoffOptions, CircuitState } from './circuit.ts';
import type { Clock } from './clock.ts';
import { TelintError } from './diagnostics.ts';
import type { DropReason } from './drop-ledger.ts';
import type { SpoolOptions } from './span-spool.ts';

/** Options of `resilientExporter`. */
export interface ResilientOptions {
  /** Spans held in memory at most, those on their way included; 8192 without it. */
  readonly maxQueueSize?: number;
  /** Spans per export; 512 without it. */
  readonly maxExportBatchSize?: number;
  /** Longest time a span waits for its batch to fill, in milliseconds; 5000 without it. */
  readonly scheduledDelayMs?: number;
  /** Time after which an export without an answer counts as failed, in milliseconds; 30 000 without it. */
  readonly exportTimeoutMs?: number;
  /** Exports under way at once; 4 without it. */
  readonly concurrency?: number;
  /** Which span a full queue loses: `drop-oldest` (the default) keeps what explains the present, `drop-newest` as the SDK. */
  readonly overflow?: 'drop-oldest' | 'drop-newest';
  /** Attempts for failures that nobody can explain; 5 without it. Failures that pass are retried without end. */
  readonly maxUnexplainedAttempts?: number;
  /** Waiting times after failures. */
  readonly backoff?: BackoffOptions;
  /** Keeps batches on disk while the collector is away or when the process ends. */
  readonly spool?: SpoolOptions;
  /** Called for every loss, with the number of spans. */
  readonly onDrop?: (reason: DropReason, count: number) => void;
  /** Name in warnings; `spans` without it. */
  readonly name?: string;
  /** Default deadline of `shutdown` and `forceFlush`, in milliseconds; 5000 without it. */
  readonly shutdownTimeoutMs?: number;
  /** Time; for tests. */
  readonly clock?: Clock;
}

/** Where spans are. accepted + recovered = exported + dropped + queued + inFlight + spooled, at every moment. */
export interface ExporterStats {
  /** Spans handed over since the start. */
  readonly accepted: number;
  /** Spans that earlier processes left in the spool, less those that other processes took over from this one. */
  readonly recovered: number;
  readonly exported: number;
  readonly dropped: number;
  readonly droppedByReason: Readonly<Record<DropReason, number>>;
  /** In memory, waiting. */
  readonly queued: number;
  /** Handed to the exporter, without an answer yet; those read back from the spool count as spooled. */
  readonly inFlight: number;
  /** On disk. */
  readonly spooled: number;
  /** Exports that failed, retried ones included. */
  readonly failures: number;
  readonly circuit: CircuitState;
}

/** Throws for figures that cannot work. */
export function checkResilientOptions(options: ResilientOptions): void {
  for (const name of ['maxQueueSize', 'maxExportBatchSize', 'exportTimeoutMs', 'concurrency'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
      throw new TelintError(
        'TELINT_OPTION_INVALID',
        `resilientExporter: ${name} must be a whole number above 0; got ${String(value)}.`,
      );
    }
  }
}
