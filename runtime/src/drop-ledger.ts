import { warn } from './diagnostics.ts';

/**
 * Why a span was lost. `queue_full`: more spans than the collector takes. `rejected`: the collector refused it for good.
 * `failed`: the exporter failed for no reason it could name. `shutdown`: too late, or not delivered within the deadline.
 * `spool_corrupt`: its file on disk could not be read.
 */
export type DropReason = 'queue_full' | 'rejected' | 'failed' | 'shutdown' | 'spool_corrupt';

/** Reasons in the order in which they are shown. */
export const DROP_REASONS: readonly DropReason[] = ['queue_full', 'rejected', 'failed', 'shutdown', 'spool_corrupt'];

const EXPLANATION: Record<DropReason, string> = {
  queue_full: 'the queue is full; raise maxQueueSize, sample less, or look at the collector',
  rejected: 'the collector refused them for good; check endpoint, credentials and limits',
  failed: 'the exporter failed repeatedly without a cause that passes',
  shutdown: 'they ended after the shutdown or could not be delivered before its deadline',
  spool_corrupt: 'their spool file could not be read',
};

/** Counts lost spans by reason and tells of each reason once. */
export class DropLedger {
  readonly #counts = new Map<DropReason, number>();
  readonly #onDrop: ((reason: DropReason, count: number) => void) | undefined;
  readonly #subject: string;
  #total = 0;

  constructor(subject: string, onDrop: ((reason: DropReason, count: number) => void) | undefined) {
    this.#subject = subject;
    this.#onDrop = onDrop;
  }

  /** Lost spans of all reasons. */
  get total(): number {
    return this.#total;
  }

  drop(reason: DropReason, count: number, detail = ''): void {
    if (count === 0) return;
    this.#total += count;
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
    const cause = detail === '' ? '' : ` (${detail})`;
    warn(
      'TELINT_SPANS_DROPPED',
      `Spans are lost: ${EXPLANATION[reason]}${cause}. telemetry_spans_dropped_total{reason="${reason}"} counts them.`,
      `${this.#subject} ${reason}`,
    );
    try {
      this.#onDrop?.(reason, count);
    } catch {
      // The callback is the service's; its failure must not reach the code that ended a span.
    }
  }

  /** Lost spans by reason; every reason is present. */
  snapshot(): Record<DropReason, number> {
    const of = (reason: DropReason): number => this.#counts.get(reason) ?? 0;
    return {
      queue_full: of('queue_full'),
      rejected: of('rejected'),
      failed: of('failed'),
      shutdown: of('shutdown'),
      spool_corrupt: of('spool_corrupt'),
    };
  }
}
