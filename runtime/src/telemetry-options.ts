import type { ContextManager, TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import type { EnvironmentSource, ExporterName, PropagatorName, SpanLimitsLike } from './environment.ts';
import type { OtlpOptions } from './otlp-exporter.ts';
import type { ResilientOptions } from './resilient-options.ts';
import type { Sanitizer } from './sanitize.ts';
import type { SamplerLike, SpanExporterLike, SpanProcessorLike } from './span-types.ts';
import type { ProcessorStats } from './span-processor.ts';
import type { MetricRegistryLike } from './tracing-metrics.ts';

/** An instrumentation of OpenTelemetry. */
export interface InstrumentationLike {
  setTracerProvider(provider: TracerProvider): void;
  enable(): void;
  disable?(): void;
  getConfig?(): { readonly enabled?: boolean | undefined };
}

/** Options of `startTelemetry`; every one wins over its environment variable. */
export interface TelemetryOptions {
  readonly serviceName?: string;
  readonly serviceVersion?: string;
  /** Further attributes of the resource. */
  readonly resource?: Readonly<Record<string, string | number | boolean>>;
  /** Detectors of @opentelemetry/resources and its relatives. */
  readonly resourceDetectors?: readonly unknown[];
  /** A sampler, or the probability of a parent-based one. */
  readonly sampler?: SamplerLike | number;
  /** An exporter, or the name of one. */
  readonly exporter?: SpanExporterLike | ExporterName;
  readonly otlp?: OtlpOptions;
  /** Queue, retries and spool; see `resilientExporter`. */
  readonly queue?: ResilientOptions;
  readonly propagators?: readonly (PropagatorName | TextMapPropagator)[];
  readonly contextManager?: ContextManager;
  /** Processors that run before the exporting one, for example a sanitizer. */
  readonly spanProcessors?: readonly SpanProcessorLike[];
  readonly spanLimits?: SpanLimitsLike;
  readonly instrumentations?: readonly (InstrumentationLike | readonly InstrumentationLike[])[];
  /**
   * Cleans what leaves the process in spans and baggage, on disk too: one of `createSanitizer()` without it, false to send
   * everything as it is.
   */
  readonly sanitizer?: Sanitizer | false;
  /** Cleaner of error texts for `withSpan`, `traced` and `errorSpan`; the sanitizer's without it. */
  readonly redact?: (text: string) => string;
  /** Prometheus registry that gets the account of spans. */
  readonly registry?: MetricRegistryLike;
  /** Shuts down on SIGTERM, SIGINT and at the end of the process; false without it, true with `register`. */
  readonly handleSignals?: boolean;
  /** What to close after the exporter, in this order: a metrics server, a meter provider. */
  readonly closers?: readonly (() => Promise<void> | undefined)[];
  /** Deadline of `shutdown`, in milliseconds; 5000 without it. */
  readonly shutdownTimeoutMs?: number;
  /** Directory from which the SDK's packages are resolved; that of the entry file without it. */
  readonly resolveFrom?: string;
  /** Variables to read; `process.env` without it. */
  readonly env?: EnvironmentSource;
}

/** Identifiers of the active span for a line of log. */
export interface LogFields {
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly trace_flags?: string;
}

/** Running telemetry. */
export interface Telemetry {
  /** False when the environment disabled the SDK or when tracing was set up before. */
  readonly isRecording: boolean;
  readonly sampler: SamplerLike | undefined;
  /** Where every sampled span is; undefined when not recording. */
  stats(): ProcessorStats | undefined;
  /** Fields of the active span for a line of log, for example as pino's `mixin`; empty outside a span. */
  logFields(): LogFields;
  /** Sends what is in memory; never rejects. */
  forceFlush(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** Stops accepting, flushes, closes exporter and the rest within the deadline; never rejects; one shutdown for all calls. */
  shutdown(options?: { readonly timeoutMs?: number }): Promise<void>;
}
