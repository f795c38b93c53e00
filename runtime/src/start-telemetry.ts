import { randomUUID } from 'node:crypto';
import { arch, hostname } from 'node:os';
import {
  context,
  diag,
  DiagConsoleLogger,
  DiagLogLevel,
  isSpanContextValid,
  propagation,
  trace,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { TelintError, warn } from './diagnostics.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { loadOtlpExporter } from './otlp-exporter.ts';
import { resilientExporter } from './resilient-exporter.ts';
import type { ResilientOptions } from './resilient-options.ts';
import { safeBaggagePropagator } from './sanitize-hooks.ts';
import { sanitizeSpan, sanitizingExporter } from './sanitize-span.ts';
import { createSanitizer, type Sanitizer } from './sanitize.ts';
import { adaptiveSampler, alwaysOff, alwaysOn, fixedSampler } from './sampling.ts';
import { defaultResolveFrom, SdkLoader } from './sdk-loader.ts';
import { setSpanRedaction } from './span-errors.ts';
import { type AccountingSpanProcessor, spanProcessor } from './span-processor.ts';
import type { ReadableSpanLike, ResourceLike, SamplerLike, SpanExporterLike } from './span-types.ts';
import type { LogFields, Telemetry, TelemetryOptions } from './telemetry-options.ts';
import { handleSignals, runShutdown, type ShutdownStep } from './telemetry-shutdown.ts';
import { registerTracingMetrics } from './tracing-metrics.ts';

const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_GOAL_PER_SECOND = 10;

/** Identifiers of the active span under the names that OpenTelemetry gives them in logs; empty outside a span. */
export function logFields(): LogFields {
  const active = trace.getSpanContext(context.active());
  if (active === undefined || !isSpanContextValid(active)) return {};
  return {
    trace_id: active.traceId,
    span_id: active.spanId,
    trace_flags: active.traceFlags.toString(16).padStart(2, '0'),
  };
}

function samplerOf(options: TelemetryOptions, environment: Environment): SamplerLike {
  if (typeof options.sampler === 'number') return fixedSampler(options.sampler);
  if (options.sampler !== undefined) return options.sampler;
  const probability = environment.samplerArg ?? 1;
  switch (environment.sampler) {
    case 'always_on':
      return alwaysOn({ parentBased: false });
    case 'always_off':
      return alwaysOff({ parentBased: false });
    case 'traceidratio':
      return fixedSampler(probability, { parentBased: false });
    case 'parentbased_always_off':
      return alwaysOff();
    case 'parentbased_traceidratio':
      return fixedSampler(probability);
    case 'adaptive':
      return adaptiveSampler({ goalPerSecond: environment.samplerArg ?? DEFAULT_GOAL_PER_SECOND });
    default:
      return alwaysOn();
  }
}

/** Facts about service, host and process. The command line is left out: it is where passwords are passed. */
function resourceOf(options: TelemetryOptions, environment: Environment, loader: SdkLoader): ResourceLike {
  const resources = loader.resources('http/protobuf');
  const name = options.serviceName ?? environment.serviceName;
  const facts = {
    'service.instance.id': randomUUID(),
    'host.name': hostname(),
    'host.arch': arch(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    ...environment.resourceAttributes,
    ...options.resource,
    ...(name === undefined ? {} : { 'service.name': name }),
    ...(options.serviceVersion === undefined ? {} : { 'service.version': options.serviceVersion }),
  };
  const detected = resources.detectResources({ detectors: options.resourceDetectors ?? [] });
  return resources.defaultResource().merge(detected).merge(resources.resourceFromAttributes(facts));
}

function propagatorOf(
  options: TelemetryOptions,
  environment: Environment,
  loader: SdkLoader,
): TextMapPropagator | undefined {
  const wanted = options.propagators ?? environment.propagators ?? (['tracecontext', 'baggage'] as const);
  if (wanted.includes('none')) return undefined;
  const core = loader.core('http/protobuf');
  const propagators = wanted.map((item): TextMapPropagator => {
    if (typeof item !== 'string') return item;
    return item === 'baggage' ? new core.W3CBaggagePropagator() : new core.W3CTraceContextPropagator();
  });
  return new core.CompositePropagator({ propagators });
}

function exporterOf(
  options: TelemetryOptions,
  environment: Environment,
  loader: SdkLoader,
): SpanExporterLike | undefined {
  const chosen = options.exporter ?? environment.exporter ?? 'otlp';
  if (typeof chosen !== 'string') return chosen;
  if (chosen === 'none') return undefined;
  if (chosen === 'console') return new (loader.trace('http/protobuf').ConsoleSpanExporter)();
  return loadOtlpExporter(options.otlp ?? {}, environment, loader);
}

function queueOf(
  options: TelemetryOptions,
  environment: Environment,
  sanitizer: Sanitizer | undefined,
): ResilientOptions {
  const pick = <K extends 'scheduledDelayMs' | 'exportTimeoutMs' | 'maxQueueSize' | 'maxExportBatchSize'>(
    key: K,
  ): Partial<Record<K, number>> => {
    const value = environment[key];
    return value === undefined ? {} : ({ [key]: value } as Record<K, number>);
  };
  return {
    ...pick('scheduledDelayMs'),
    ...pick('exportTimeoutMs'),
    ...pick('maxQueueSize'),
    ...pick('maxExportBatchSize'),
    ...options.queue,
    ...(sanitizer === undefined || options.queue?.spool === undefined
      ? {}
      : { spool: { sanitize: (span: ReadableSpanLike) => sanitizeSpan(span, sanitizer), ...options.queue.spool } }),
  };
}

function setUpApi(
  options: TelemetryOptions,
  environment: Environment,
  loader: SdkLoader,
  sanitizer: Sanitizer | undefined,
): void {
  if (environment.logLevel !== undefined) {
    const level = DiagLogLevel[environment.logLevel.toUpperCase() as keyof typeof DiagLogLevel];
    diag.setLogger(new DiagConsoleLogger(), level);
  }
  const manager = options.contextManager ?? new (loader.context('http/protobuf').AsyncLocalStorageContextManager)();
  if (context.setGlobalContextManager(manager)) manager.enable();
  const propagator = propagatorOf(options, environment, loader);
  if (propagator !== undefined)
    propagation.setGlobalPropagator(
      sanitizer === undefined ? propagator : safeBaggagePropagator(propagator, sanitizer),
    );
  const redact = options.redact ?? (sanitizer && ((text: string): string => sanitizer.value(text)));
  if (redact !== undefined) setSpanRedaction(redact);
}

/** Telemetry that records nothing: switched off, or set up by somebody else. */
function inert(options: TelemetryOptions): Telemetry {
  const close = runOnce(() => closersOf(options), options.shutdownTimeoutMs ?? DEFAULT_TIMEOUT_MS);
  return {
    isRecording: false,
    sampler: undefined,
    stats: () => undefined,
    logFields,
    forceFlush: () => Promise.resolve(),
    shutdown: close,
  };
}

function closersOf(options: TelemetryOptions): ShutdownStep[] {
  return (options.closers ?? []).map((close, i) => ({ name: `closer ${String(i + 1)}`, run: () => close() }));
}

function runOnce(steps: () => ShutdownStep[], defaultMs: number): Telemetry['shutdown'] {
  let running: Promise<void> | undefined;
  return (options = {}) => (running ??= runShutdown(steps(), options.timeoutMs ?? defaultMs));
}

/**
 * Starts tracing for a service: composes the OpenTelemetry SDK that is installed (2.x or 3.x) with the samplers and the
 * resilient exporter of this package, and registers it globally. Call it before the service's other modules load.
 * @throws {TelintError} TELINT_SDK_MISSING with the `npm install` line; TELINT_OPTION_INVALID.
 */
export function startTelemetry(options: TelemetryOptions = {}): Telemetry {
  const environment = readEnvironment(options.env);
  const loader = new SdkLoader(options.resolveFrom ?? defaultResolveFrom());
  const sanitizer = options.sanitizer === false ? undefined : (options.sanitizer ?? createSanitizer());
  if (environment.disabled) {
    // The specification keeps propagation alive, so that a disabled service does not break its callers' traces.
    setUpApi(options, environment, loader, sanitizer);
    return inert(options);
  }
  const sdk = loader.trace('http/protobuf');
  const Provider = sdk.TracerProvider ?? sdk.BasicTracerProvider;
  if (Provider === undefined) {
    throw new TelintError(
      'TELINT_SDK_MISSING',
      'The installed OpenTelemetry SDK is older than 2.0; install 2.x or 3.x.',
    );
  }
  const sampler = samplerOf(options, environment);
  const chosen = exporterOf(options, environment, loader);
  const inner = chosen && sanitizer ? sanitizingExporter(chosen, sanitizer) : chosen;
  const resource = resourceOf(options, environment, loader);
  const exporter = inner === undefined ? undefined : resilientExporter(inner, queueOf(options, environment, sanitizer));
  const processor: AccountingSpanProcessor | undefined = exporter === undefined ? undefined : spanProcessor(exporter);
  const provider = new Provider({
    resource,
    sampler,
    spanProcessors: [...(options.spanProcessors ?? []), ...(processor === undefined ? [] : [processor])],
    spanLimits: { ...environment.spanLimits, ...options.spanLimits },
  });
  if (!trace.setGlobalTracerProvider(provider)) {
    warn('TELINT_TELEMETRY_STARTED', 'A tracer provider is registered already; startTelemetry leaves it in place.');
    void exporter?.shutdown({ timeoutMs: 0 });
    return inert(options);
  }
  setUpApi(options, environment, loader, sanitizer);
  const instrumentations = (options.instrumentations ?? []).flat();
  for (const instrumentation of instrumentations) {
    instrumentation.setTracerProvider(provider);
    if (instrumentation.getConfig?.().enabled !== true) instrumentation.enable();
  }
  if (options.registry !== undefined && processor !== undefined) registerTracingMetrics(options.registry, processor);
  const timeoutMs = options.shutdownTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  let stopSignals = (): void => undefined;
  const steps = (): ShutdownStep[] => {
    stopSignals();
    return [
      ...(options.spanProcessors ?? []).map((item) => ({ name: 'a span processor', run: () => item.forceFlush() })),
      { name: 'the exporter', run: (leftMs: number) => exporter?.shutdown({ timeoutMs: leftMs * 0.9 }) },
      { name: 'the tracer provider', run: () => provider.shutdown() },
      ...closersOf(options),
    ];
  };
  const shutdown = runOnce(steps, timeoutMs);
  const forceFlush: Telemetry['forceFlush'] = (flush) =>
    exporter === undefined ? Promise.resolve() : exporter.forceFlush({ timeoutMs: flush?.timeoutMs ?? timeoutMs });
  if (options.handleSignals === true) stopSignals = handleSignals({ shutdown, flush: forceFlush });
  return { isRecording: true, sampler, stats: () => processor?.stats(), logFields, forceFlush, shutdown };
}
