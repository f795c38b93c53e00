/**
 * Metrics of the process. Three that no client of Prometheus has and that alerts need (memory limit, heap limit,
 * utilisation of the event loop), and those of prom-client's `collectDefaultMetrics` under the same names where the
 * registry does not have them yet: dashboards find one set of names either way.
 */
import { readdirSync, readFileSync } from 'node:fs';
import {
  constants,
  monitorEventLoopDelay,
  performance,
  PerformanceObserver,
  type PerformanceEntry,
} from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { TelintError } from './diagnostics.ts';
import { free, oneOf } from './domains.ts';
import { memoryLimit } from './memory-limit.ts';
import type { Aggregator } from './metric-family.ts';
import type { ProcessMetricName } from './process-metrics-table.ts';
import type { Metrics } from './registry.ts';

/** Settings of the process metrics. */
export interface ProcessMetricsOptions {
  /** Milliseconds between two looks at the event loop. Default 10, that of prom-client. */
  readonly eventLoopResolutionMs?: number;
}

/** Ends what observes the process; the metrics keep their last values. */
export interface ProcessMetrics {
  /** Names that were registered; the others were in the registry of the service. */
  readonly names: readonly string[];
  stop(): void;
}

const NANOSECONDS_PER_SECOND = 1e9;
const MICROSECONDS_PER_SECOND = 1e6;
const DEFAULT_RESOLUTION_MS = 10;
const GC_SECONDS = [0.001, 0.01, 0.1, 1, 2, 5];
const GC_KINDS = ['minor', 'major', 'incremental', 'weakcb'] as const;

const GC_KIND_NAMES = new Map<number, (typeof GC_KINDS)[number]>([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** A limit can change while a container runs, but not often: it is read again after this long. */
const LIMIT_AGE_MS = 60_000;

/** Registers metrics that are not there yet, and remembers which. */
class Registration {
  readonly names: string[] = [];
  readonly metrics: Metrics;

  constructor(metrics: Metrics) {
    this.metrics = metrics;
  }

  /** Creates a metric, or nothing when the registry of the service has one of that name. */
  add<M extends { readonly name: string }>(create: (metrics: Metrics) => M): M | undefined {
    try {
      const metric = create(this.metrics);
      this.names.push(metric.name);
      return metric;
    } catch (error) {
      if (error instanceof TelintError && error.code === 'TELINT_METRIC_DUPLICATE') return undefined;
      throw error;
    }
  }

  /** A gauge that is read at each scrape; `max` of several processes where a sum would mean nothing. */
  gauge(name: ProcessMetricName, help: string, read: () => number, aggregator: Aggregator = 'sum'): void {
    const unit = unitOf(name);
    const collect = () => {
      gauge?.set(read());
    };
    const gauge = this.add((metrics) => metrics.gauge({ name, help, aggregator, collect, ...unit }));
  }

  /** A counter over a total of seconds that the system keeps. */
  seconds(name: ProcessMetricName, help: string, read: () => number): void {
    let last = 0;
    const collect = () => {
      const total = read();
      counter?.inc(Math.max(0, total - last));
      last = total;
    };
    const counter = this.add((metrics) => metrics.counter({ name, help, unit: 'seconds', collect }));
  }
}

function unitOf(name: string): { readonly unit?: string } {
  const unit = /_(seconds|bytes|ratio)$/.exec(name)?.[1];
  return unit === undefined ? {} : { unit };
}

function registerMemory(registration: Registration): void {
  let limit = 0;
  let readAt = -Infinity;
  const currentLimit = (): number => {
    const now = performance.now();
    if (now - readAt >= LIMIT_AGE_MS) [limit, readAt] = [memoryLimit(), now];
    return limit;
  };
  const heapLimit = () => getHeapStatistics().heap_size_limit;
  registration.gauge(
    'process_memory_limit_bytes',
    'Memory that the process may use: the limit of its control group, or what the machine has.',
    currentLimit,
    'max',
  );
  registration.gauge('nodejs_heap_size_limit_bytes', 'Size that the heap of V8 may reach.', heapLimit, 'max');
  const resident = () => process.memoryUsage.rss();
  const total = () => getHeapStatistics().total_heap_size;
  const used = () => getHeapStatistics().used_heap_size;
  const external = () => getHeapStatistics().external_memory;
  registration.gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', resident);
  registration.gauge('nodejs_heap_size_total_bytes', 'Process heap size from Node.js in bytes.', total);
  registration.gauge('nodejs_heap_size_used_bytes', 'Process heap size used from Node.js in bytes.', used);
  registration.gauge('nodejs_external_memory_bytes', 'Node.js external memory size in bytes.', external);
  registerHeapSpaces(registration);
}

function registerHeapSpaces(registration: Registration): void {
  const parts = [
    ['total', 'space_size'],
    ['used', 'space_used_size'],
    ['available', 'space_available_size'],
  ] as const;
  for (const [part, field] of parts) {
    const name = `nodejs_heap_space_size_${part}_bytes`;
    const help = `Process heap space size ${part} from Node.js in bytes.`;
    const collect = () => {
      for (const space of getHeapSpaceStatistics()) {
        gauge?.set({ space: space.space_name.replace(/_space$/, '') }, space[field]);
      }
    };
    const gauge = registration.add((metrics) =>
      metrics.gauge({ name, help, unit: 'bytes', labels: { space: free({ max: 20 }) }, collect }),
    );
  }
}

function registerProcessor(registration: Registration): void {
  const user = () => process.cpuUsage().user / MICROSECONDS_PER_SECOND;
  const system = () => process.cpuUsage().system / MICROSECONDS_PER_SECOND;
  registration.seconds('process_cpu_user_seconds_total', 'Total user CPU time spent in seconds.', user);
  registration.seconds('process_cpu_system_seconds_total', 'Total system CPU time spent in seconds.', system);
  const both = () => user() + system();
  registration.seconds('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.', both);
  const started = performance.timeOrigin / 1000;
  const help = 'Start time of the process since unix epoch in seconds.';
  registration.gauge('process_start_time_seconds', help, () => started, 'omit');
}

/** The soft limit of open files, from the kernel's table. */
function maxFileDescriptors(): number {
  const limit = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return limit === undefined ? Infinity : Number(limit);
}

function registerResources(registration: Registration): void {
  if (process.platform === 'linux') {
    const open = () => readdirSync('/proc/self/fd').length - 1;
    registration.gauge('process_open_fds', 'Number of open file descriptors.', open);
    registration.gauge('process_max_fds', 'Maximum number of open file descriptors.', maxFileDescriptors);
  }
  const collect = () => {
    gauge?.reset();
    for (const type of process.getActiveResourcesInfo()) gauge?.inc({ type });
  };
  const gauge = registration.add((metrics) =>
    metrics.gauge({
      name: 'nodejs_active_resources',
      help: 'Number of active resources that are currently keeping the event loop alive, grouped by async resource type.',
      labels: { type: free({ max: 50 }) },
      collect,
    }),
  );
}

/** The delays of the event loop since the last scrape. */
interface Delays {
  readonly collect: () => void;
  readonly stop: () => void;
}

/** Gauges over the delays since the last scrape. As in prom-client they include the resolution itself. */
function registerDelays({ metrics, names }: Registration, resolution: number): Delays {
  const delays = monitorEventLoopDelay({ resolution });
  const parts: readonly [part: string, help: string, aggregator: Aggregator, read: () => number][] = [
    ['min', 'The minimum recorded event loop delay.', 'min', () => delays.min],
    ['max', 'The maximum recorded event loop delay.', 'max', () => delays.max],
    ['mean', 'The mean of the recorded event loop delays.', 'average', () => delays.mean],
    ['stddev', 'The standard deviation of the recorded event loop delays.', 'average', () => delays.stddev],
    ['p50', 'The 50th percentile of the recorded event loop delays.', 'average', () => delays.percentile(50)],
    ['p90', 'The 90th percentile of the recorded event loop delays.', 'average', () => delays.percentile(90)],
    ['p99', 'The 99th percentile of the recorded event loop delays.', 'average', () => delays.percentile(99)],
  ];
  const gauges = parts.map(([part, help, aggregator, read]) => {
    const name = `nodejs_eventloop_lag_${part}_seconds`;
    names.push(name);
    return [metrics.gauge({ name, help, unit: 'seconds', aggregator }), read] as const;
  });
  delays.enable();
  return {
    collect: () => {
      // Nothing recorded since the last scrape: a minimum of 2^63 and a mean of NaN would say nothing.
      if (delays.count > 0) for (const [gauge, read] of gauges) gauge.set(read() / NANOSECONDS_PER_SECOND);
      delays.reset();
    },
    stop: () => delays.disable(),
  };
}

/** Utilisation and delay of the event loop; returns what ends the observation. */
function registerEventLoop(registration: Registration, resolution: number): () => void {
  let before = performance.eventLoopUtilization();
  const utilization = () => {
    const now = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(now, before);
    before = now;
    return since.utilization;
  };
  const help = 'Part of the time since the last scrape in which the event loop had work to do.';
  registration.gauge('nodejs_eventloop_utilization_ratio', help, utilization, 'average');
  // One `collect` for all: the gauges belong to the same period.
  const collect = async () => {
    delays.collect();
    const start = performance.now();
    await nextTurn();
    lag?.set((performance.now() - start) / 1000);
  };
  const name = 'nodejs_eventloop_lag_seconds';
  const lag = registration.add((metrics) =>
    metrics.gauge({ name, help: 'Lag of event loop in seconds.', unit: 'seconds', aggregator: 'average', collect }),
  );
  if (lag === undefined) return () => {};
  const delays = registerDelays(registration, resolution);
  return delays.stop;
}

/** Entry of a garbage collection; the types of Node leave out `detail`. */
type GarbageCollection = PerformanceEntry & { readonly detail: { readonly kind: number } };

/** Duration of garbage collections; returns what ends the observation. */
function registerGarbageCollection(registration: Registration): () => void {
  const histogram = registration.add((metrics) =>
    metrics.histogram({
      name: 'nodejs_gc_duration_seconds',
      help: 'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
      unit: 'seconds',
      labels: { kind: oneOf(...GC_KINDS) },
      buckets: GC_SECONDS,
    }),
  );
  if (histogram === undefined) return () => {};
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as GarbageCollection[]) {
      const kind = GC_KIND_NAMES.get(entry.detail.kind);
      if (kind !== undefined) histogram.observe({ kind }, entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

/**
 * Registers the metrics of the process. Call it after `collectDefaultMetrics` of prom-client where a service has that:
 * what is there is not registered twice. Neither the observation of the event loop nor that of garbage collection keeps
 * the process alive.
 */
export function processMetrics(metrics: Metrics, options: ProcessMetricsOptions = {}): ProcessMetrics {
  const registration = new Registration(metrics);
  registerMemory(registration);
  registerProcessor(registration);
  registerResources(registration);
  const stopEventLoop = registerEventLoop(registration, options.eventLoopResolutionMs ?? DEFAULT_RESOLUTION_MS);
  const stopGarbageCollection = registerGarbageCollection(registration);
  return {
    names: registration.names,
    stop: () => {
      stopEventLoop();
      stopGarbageCollection();
    },
  };
}
