import { TraceFlags, type SpanContext } from '@opentelemetry/api';
import type { ResilientExporter } from './resilient-exporter.ts';
import type { ExporterStats } from './resilient-options.ts';
import type { ReadableSpanLike, SpanProcessorLike } from './span-types.ts';

/** The account of a processor: started = live + accepted, and accepted is accounted for by the exporter's figures. */
export interface ProcessorStats extends ExporterStats {
  /** Sampled spans started. */
  readonly started: number;
  /** Sampled spans that have not ended. */
  readonly live: number;
}

/** Span processor in front of a `ResilientExporter`, which batches: `onEnd` only puts the span into its queue. */
export class AccountingSpanProcessor implements SpanProcessorLike {
  readonly #exporter: ResilientExporter;
  #started = 0;
  #ended = 0;

  constructor(exporter: ResilientExporter) {
    this.#exporter = exporter;
  }

  onStart(span: unknown): void {
    if (isSampled((span as { spanContext(): SpanContext }).spanContext())) this.#started++;
  }

  onEnd(span: ReadableSpanLike): void {
    if (!isSampled(span.spanContext())) return;
    this.#ended++;
    this.#exporter.add(span);
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  /** Where every sampled span is. */
  stats(): ProcessorStats {
    return { started: this.#started, live: this.#started - this.#ended, ...this.#exporter.stats() };
  }
}

function isSampled(context: SpanContext): boolean {
  return (context.traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** Makes the span processor of a resilient exporter; it replaces the SDK's BatchSpanProcessor. */
export function spanProcessor(exporter: ResilientExporter): AccountingSpanProcessor {
  return new AccountingSpanProcessor(exporter);
}
