import { attemptExport, type AttemptEnd } from './export-attempt.ts';
import { Circuit } from './circuit.ts';
import { systemClock, type Clock } from './clock.ts';
import { warn } from './diagnostics.ts';
import { DropLedger } from './drop-ledger.ts';
import { judge } from './export-verdict.ts';
import type { HttpOutcome } from './http-outcome.ts';
import { checkResilientOptions, type ExporterStats, type ResilientOptions } from './resilient-options.ts';
import { SpanRing } from './span-ring.ts';
import { SpanSpool } from './span-spool.ts';
import { EXPORT_SUCCESS, type ExportResultLike, type ReadableSpanLike, type SpanExporterLike } from './span-types.ts';

/** Shares of the queue from which on batches go to disk: while nothing may be sent, and while an export is under way. */
const HALF_FULL = 0.5;
const NEARLY_FULL = 0.75;

interface Batch {
  readonly spans: ReadableSpanLike[];
  readonly file?: string | undefined;
  unexplained: number;
  settled: boolean;
}

/** A span exporter that holds, retries, spools and accounts for every span; see `resilientExporter`. */
export class ResilientExporter implements SpanExporterLike {
  readonly #inner: SpanExporterLike;
  readonly #ring: SpanRing<ReadableSpanLike>;
  readonly #retry: Batch[] = [];
  readonly #flying = new Set<Batch>();
  readonly #circuit: Circuit;
  readonly #ledger: DropLedger;
  readonly #spool: SpanSpool | undefined;
  readonly #clock: Clock;
  readonly #maxQueue: number;
  readonly #maxBatch: number;
  readonly #delayMs: number;
  readonly #timeoutMs: number;
  readonly #concurrency: number;
  readonly #dropOldest: boolean;
  readonly #maxUnexplained: number;
  readonly #shutdownMs: number;
  readonly #name: string;
  #accepted = 0;
  #exported = 0;
  #failures = 0;
  /** Spans in `#retry` and `#flying` that do not come from the disk. */
  #retrying = 0;
  #scheduled = false;
  #timer: unknown;
  #flushing = 0;
  #isSpooling = false;
  #spoolBlocked = false;
  #isLoading = false;
  #stopped = false;
  #closed = false;
  #shutdown: Promise<void> | undefined;
  readonly #watchers = new Set<() => void>();

  constructor(inner: SpanExporterLike, options: ResilientOptions) {
    this.#inner = inner;
    this.#clock = options.clock ?? systemClock;
    this.#maxQueue = options.maxQueueSize ?? 8192;
    this.#maxBatch = Math.min(options.maxExportBatchSize ?? 512, this.#maxQueue);
    this.#delayMs = options.scheduledDelayMs ?? 5000;
    this.#timeoutMs = options.exportTimeoutMs ?? 30_000;
    this.#concurrency = options.concurrency ?? 4;
    this.#dropOldest = (options.overflow ?? 'drop-oldest') === 'drop-oldest';
    this.#maxUnexplained = options.maxUnexplainedAttempts ?? 5;
    this.#shutdownMs = options.shutdownTimeoutMs ?? 5000;
    this.#name = options.name ?? 'spans';
    this.#ring = new SpanRing(this.#maxQueue);
    this.#circuit = new Circuit(this.#clock, options.backoff);
    this.#ledger = new DropLedger(this.#name, options.onDrop);
    this.#spool = options.spool === undefined ? undefined : new SpanSpool(options.spool);
    void this.#spool?.open().then(() => {
      this.#schedule();
    });
  }

  /** Takes one ended span over; never throws, never waits, and sends nothing before the caller is done. */
  add(span: ReadableSpanLike): void {
    this.#accepted++;
    if (this.#stopped) {
      this.#ledger.drop('shutdown', 1);
      return;
    }
    if (this.#held >= this.#maxQueue) {
      this.#ledger.drop('queue_full', 1);
      if (!this.#dropOldest || this.#ring.take(1).length === 0) return;
    }
    this.#ring.push(span);
    if (this.#ring.size >= this.#maxBatch) this.#schedule();
    else this.#startTimer(this.#delayMs);
  }

  /** The SDK's way in. It answers at once: from here on the spans are this exporter's to account for. */
  export(spans: ReadableSpanLike[], done: (result: ExportResultLike) => void): void {
    for (const span of spans) this.add(span);
    done({ code: EXPORT_SUCCESS });
  }

  /** Where the spans are now. */
  stats(): ExporterStats {
    let inFlight = 0;
    for (const batch of this.#flying) if (batch.file === undefined && !batch.settled) inFlight += batch.spans.length;
    return {
      accepted: this.#accepted,
      recovered: this.#spool?.recovered ?? 0,
      exported: this.#exported,
      dropped: this.#ledger.total,
      droppedByReason: this.#ledger.snapshot(),
      queued: this.#ring.size + this.#retrying - inFlight,
      inFlight,
      spooled: this.#spool?.spans ?? 0,
      failures: this.#failures,
      circuit: this.#circuit.state,
    };
  }

  get #held(): number {
    return this.#ring.size + this.#retrying;
  }

  #startTimer(delayMs: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#flushing++;
      this.#pump();
      this.#flushing--;
    });
  }

  #stopTimer(): void {
    if (this.#timer === undefined) return;
    this.#clock.clear(this.#timer);
    this.#timer = undefined;
  }

  /** One export per turn of the event loop, because encoding a batch takes milliseconds. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #next(): Batch | undefined {
    const again = this.#retry.shift();
    if (again !== undefined) return again;
    return this.#flushing === 0 && this.#ring.size < this.#maxBatch ? undefined : this.#takeBatch();
  }

  #takeBatch(): Batch | undefined {
    if (this.#ring.size === 0) return undefined;
    const spans = this.#ring.take(this.#maxBatch);
    this.#retrying += spans.length;
    return { spans, unexplained: 0, settled: false };
  }

  #pump(): void {
    if (this.#closed) return;
    const state = this.#circuit.state;
    if (state === 'open') {
      this.#relieve(HALF_FULL);
      this.#stopTimer();
      this.#startTimer(this.#circuit.waitMs);
      return;
    }
    if (this.#flying.size >= (state === 'closed' ? this.#concurrency : 1)) {
      // An attempt may take as long as the export timeout, and nothing else makes room meanwhile.
      this.#relieve(NEARLY_FULL);
      return;
    }
    const batch = this.#next();
    if (batch === undefined) {
      this.#load();
      if (this.#ring.size > 0) this.#startTimer(this.#delayMs);
      return;
    }
    this.#send(batch);
    if (this.#retry.length > 0 || this.#ring.size >= this.#maxBatch || (this.#flushing > 0 && this.#ring.size > 0)) {
      this.#schedule();
    } else if (this.#ring.size > 0) this.#startTimer(this.#delayMs);
    else this.#load();
  }

  /** Fetches a batch from disk when memory has none. */
  #load(): void {
    const spool = this.#spool;
    if (spool === undefined || this.#isLoading || this.#stopped || !spool.hasWaiting) return;
    this.#isLoading = true;
    void spool
      .take((count) => {
        this.#ledger.drop('spool_corrupt', count);
      })
      .then((batch) => {
        this.#isLoading = false;
        if (batch === undefined) return;
        if (this.#stopped || this.#circuit.state === 'open') return spool.release(batch.file);
        this.#send({ spans: batch.spans, file: batch.file, unexplained: 0, settled: false });
        return undefined;
      });
  }

  /** Moves the oldest batch to disk while the collector is away, or does not answer, and memory fills up. */
  #relieve(share: number): void {
    const isDue = this.#held >= this.#maxQueue * share;
    if (this.#spool === undefined || this.#isSpooling || this.#spoolBlocked || !isDue) return;
    const batch = this.#retry.shift() ?? this.#takeBatch();
    if (batch === undefined) return;
    this.#isSpooling = true;
    const kept = (): boolean => {
      this.#forget(batch);
      return true;
    };
    void this.#spool.write(batch.spans, kept).then((written) => {
      this.#isSpooling = false;
      if (!written) {
        // A full spool stays full until something is sent from it.
        this.#retry.unshift(batch);
        this.#spoolBlocked = true;
      }
      this.#changed();
      this.#schedule();
    });
  }

  #send(batch: Batch): void {
    this.#flying.add(batch);
    attemptExport(this.#inner, batch.spans, { clock: this.#clock, timeoutMs: this.#timeoutMs }, (end) => {
      if (end.isLate) this.#answeredLate(batch, end.result);
      else this.#settle(batch, end);
    });
  }

  /** An export that was given up and is waiting for its retry turned out to have worked. */
  #answeredLate(batch: Batch, result: ExportResultLike): void {
    const at = this.#retry.indexOf(batch);
    if (result.code !== EXPORT_SUCCESS || at < 0 || batch.settled) return;
    this.#retry.splice(at, 1);
    this.#exported += batch.spans.length;
    this.#circuit.succeed();
    this.#forget(batch);
    this.#changed();
    this.#schedule();
  }

  #settle(batch: Batch, { result, outcome }: AttemptEnd): void {
    this.#flying.delete(batch);
    if (batch.settled) return;
    if (result.code === EXPORT_SUCCESS) {
      const count = batch.spans.length;
      const rejected = Math.min(count, outcome.rejectedSpans ?? 0);
      this.#circuit.succeed();
      this.#spoolBlocked = false;
      this.#exported += count - rejected;
      this.#ledger.drop('rejected', rejected, 'partial success');
      this.#forget(batch);
    } else this.#failed(batch, result.error, outcome);
    this.#changed();
    this.#schedule();
  }

  #forget(batch: Batch): void {
    batch.settled = true;
    if (batch.file === undefined) this.#retrying -= batch.spans.length;
    else void this.#spool?.remove(batch.file);
  }

  #failed(batch: Batch, error: Error | undefined, outcome: HttpOutcome): void {
    this.#failures++;
    const count = batch.spans.length;
    const status = outcome.status === undefined ? '' : `HTTP ${String(outcome.status)}`;
    const detail = status === '' ? (error?.message ?? 'unknown error') : status;
    let verdict = judge(error, outcome);
    if (verdict === 'retry-some' && ++batch.unexplained >= this.#maxUnexplained) verdict = 'drop';
    if (verdict === 'split' && (count < 2 || batch.file !== undefined)) verdict = 'drop';
    if (verdict === 'drop') {
      this.#ledger.drop(status === '' ? 'failed' : 'rejected', count, detail);
      this.#forget(batch);
      return;
    }
    if (verdict === 'split') {
      const half = Math.ceil(count / 2);
      const parts = [batch.spans.slice(0, half), batch.spans.slice(half)];
      this.#retry.unshift(...parts.map((spans) => ({ spans, unexplained: 0, settled: false })));
      return;
    }
    // Messages can hold addresses; codes and statuses are few, so each is told once.
    const subject = status === '' ? ((error as NodeJS.ErrnoException | undefined)?.code ?? 'no code') : status;
    warn('TELINT_EXPORT_FAILED', `Exporting spans failed and is retried: ${detail}.`, `${this.#name} ${subject}`);
    this.#circuit.fail(outcome.retryAfterMs);
    if (batch.file !== undefined) void this.#spool?.release(batch.file);
    else this.#retry.unshift(batch);
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** Sends until memory is empty, the collector demands to wait, or the deadline; resolves always. */
  async #drain(timeoutMs: number): Promise<void> {
    this.#flushing++;
    this.#circuit.probeNow();
    try {
      await new Promise<void>((resolve) => {
        const end = (): void => {
          this.#watchers.delete(check);
          this.#clock.clear(deadline);
          resolve();
        };
        const check = (): void => {
          if (this.#held === 0 || (this.#circuit.state === 'open' && this.#flying.size === 0)) end();
        };
        const deadline = this.#clock.after(timeoutMs, end, true);
        this.#watchers.add(check);
        this.#stopTimer();
        this.#schedule();
        check();
      });
    } finally {
      this.#flushing--;
    }
  }

  /** Sends what is in memory; resolves when it is sent, cannot be sent now, or the time is over. Never rejects. */
  async forceFlush(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (this.#shutdown !== undefined) return this.#shutdown;
    await this.#drain(options.timeoutMs ?? this.#shutdownMs);
  }

  /**
   * Stops accepting, sends what it can, shuts the inner exporter down, and spools or counts the rest, all within the
   * deadline. Never rejects, never hangs; further calls get the same promise.
   */
  shutdown(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    return (this.#shutdown ??= this.#close(options.timeoutMs ?? this.#shutdownMs));
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#stopped = true;
    const endsAt = this.#clock.now() + timeoutMs;
    // A fifth of the time is left for the inner exporter and the disk.
    await this.#drain(timeoutMs * 0.8);
    this.#closed = true;
    this.#stopTimer();
    const rest = [...this.#flying, ...this.#retry].filter((batch) => batch.file === undefined);
    for (let batch = this.#takeBatch(); batch !== undefined; batch = this.#takeBatch()) rest.push(batch);
    const closing = [this.#keepRest(rest), Promise.resolve().then(() => this.#inner.shutdown())];
    await this.#within(Promise.allSettled(closing), Math.max(0, endsAt - this.#clock.now()));
    for (const batch of rest) {
      if (batch.settled) continue;
      this.#ledger.drop('shutdown', batch.spans.length);
      this.#forget(batch);
    }
  }

  async #keepRest(rest: readonly Batch[]): Promise<void> {
    for (const batch of rest) {
      if (this.#spool === undefined || batch.settled) continue;
      // Settled at the moment it is on disk: an answer that comes later must not count the spans a second time.
      const kept = (): boolean => {
        if (batch.settled) return false;
        this.#forget(batch);
        return true;
      };
      if (!(await this.#spool.write(batch.spans, kept))) return;
    }
  }

  async #within(work: Promise<unknown>, timeoutMs: number): Promise<void> {
    let timer: unknown;
    const deadline = new Promise<void>((resolve) => {
      timer = this.#clock.after(timeoutMs, resolve, true);
    });
    await Promise.race([work, deadline]);
    this.#clock.clear(timer);
  }
}

/**
 * Wraps a span exporter so that no span is lost unnoticed: a bounded queue in memory, retries with a circuit breaker that
 * keeps to `Retry-After` however long, an optional spool on disk, and an account in which every loss has a reason. It
 * batches itself: use `spanProcessor` of it, or hand it to the SDK's processors.
 */
export function resilientExporter(inner: SpanExporterLike, options: ResilientOptions = {}): ResilientExporter {
  checkResilientOptions(options);
  return new ResilientExporter(inner, options);
}
