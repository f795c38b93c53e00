import { join } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import { startTelemetry } from '@telint/runtime';
import { traceHttpClients, traceRedisCommands } from '@telint/runtime/propagation';
import { config } from '../config.ts';
import { registry } from './metrics.ts';
import { sampler } from './sampler.ts';
import { sanitizer } from './sanitizer.ts';

/** Baggage that the services of others may see. */
const SHARED_BAGGAGE = new Set(['shop.customer_tier']);

const directory = config.spoolFolder && join(config.spoolFolder, isMainThread ? 'main' : `thread-${threadId}`);

/** Loaded with `node --import`, also by every worker thread: where a span is made, there must be a tracer. */
export const telemetry = startTelemetry({
  serviceName: config.service,
  serviceVersion: config.version,
  sampler,
  sanitizer,
  registry,
  exporter: config.hasCollector ? 'otlp' : 'none',
  ...(directory && { queue: { spool: { directory } } }),
  // A thread has no signals of its own; the main thread asks it to end.
  handleSignals: isMainThread,
});

traceHttpClients({ baggage: (key, value) => (SHARED_BAGGAGE.has(key) ? value : undefined) });
traceRedisCommands();
