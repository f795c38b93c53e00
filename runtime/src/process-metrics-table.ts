/** Types, names and labels of the metrics of the process, as data; process-metrics.ts registers them. */

const none = {} as const;

/** Metrics of the process as data: key → metric. All but the first three are those of prom-client's `collectDefaultMetrics`. */
export const PROCESS_METRICS = {
  memoryLimit: { type: 'gauge', name: 'process_memory_limit_bytes', labels: none },
  heapLimit: { type: 'gauge', name: 'nodejs_heap_size_limit_bytes', labels: none },
  eventLoopUtilization: { type: 'gauge', name: 'nodejs_eventloop_utilization_ratio', labels: none },
  residentMemory: { type: 'gauge', name: 'process_resident_memory_bytes', labels: none },
  heapTotal: { type: 'gauge', name: 'nodejs_heap_size_total_bytes', labels: none },
  heapUsed: { type: 'gauge', name: 'nodejs_heap_size_used_bytes', labels: none },
  externalMemory: { type: 'gauge', name: 'nodejs_external_memory_bytes', labels: none },
  heapSpaceTotal: { type: 'gauge', name: 'nodejs_heap_space_size_total_bytes', labels: { space: none } },
  heapSpaceUsed: { type: 'gauge', name: 'nodejs_heap_space_size_used_bytes', labels: { space: none } },
  heapSpaceAvailable: { type: 'gauge', name: 'nodejs_heap_space_size_available_bytes', labels: { space: none } },
  cpuUser: { type: 'counter', name: 'process_cpu_user_seconds_total', labels: none },
  cpuSystem: { type: 'counter', name: 'process_cpu_system_seconds_total', labels: none },
  cpu: { type: 'counter', name: 'process_cpu_seconds_total', labels: none },
  startTime: { type: 'gauge', name: 'process_start_time_seconds', labels: none },
  openDescriptors: { type: 'gauge', name: 'process_open_fds', labels: none },
  maxDescriptors: { type: 'gauge', name: 'process_max_fds', labels: none },
  activeResources: { type: 'gauge', name: 'nodejs_active_resources', labels: { type: none } },
  eventLoopLag: { type: 'gauge', name: 'nodejs_eventloop_lag_seconds', labels: none },
  eventLoopLagMin: { type: 'gauge', name: 'nodejs_eventloop_lag_min_seconds', labels: none },
  eventLoopLagMax: { type: 'gauge', name: 'nodejs_eventloop_lag_max_seconds', labels: none },
  eventLoopLagMean: { type: 'gauge', name: 'nodejs_eventloop_lag_mean_seconds', labels: none },
  eventLoopLagStddev: { type: 'gauge', name: 'nodejs_eventloop_lag_stddev_seconds', labels: none },
  eventLoopLagP50: { type: 'gauge', name: 'nodejs_eventloop_lag_p50_seconds', labels: none },
  eventLoopLagP90: { type: 'gauge', name: 'nodejs_eventloop_lag_p90_seconds', labels: none },
  eventLoopLagP99: { type: 'gauge', name: 'nodejs_eventloop_lag_p99_seconds', labels: none },
  gcDuration: { type: 'histogram', name: 'nodejs_gc_duration_seconds', labels: { kind: none } },
} as const;

type ProcessMetric = (typeof PROCESS_METRICS)[keyof typeof PROCESS_METRICS];

/** Name of a metric of the process. */
export type ProcessMetricName = ProcessMetric['name'];
