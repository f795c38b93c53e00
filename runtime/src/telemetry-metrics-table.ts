/** Types, names and labels of what telemetry says about itself, as data: series, spans and what was sanitized. */

const none = {} as const;

/** Metrics about telemetry itself as data: key → metric. Registered by self-metrics.ts, tracing-metrics.ts and sanitize-metrics.ts. */
export const TELEMETRY_METRICS = {
  series: { type: 'gauge', name: 'telemetry_series', labels: { metric: none } },
  seriesLimit: { type: 'gauge', name: 'telemetry_series_limit', labels: { metric: none } },
  folded: { type: 'counter', name: 'telemetry_folded_total', labels: { metric: none, label: none } },
  labelDemand: { type: 'gauge', name: 'telemetry_label_demand', labels: { metric: none, label: none } },
  sanitized: { type: 'counter', name: 'telemetry_sanitized_total', labels: { place: none, category: none } },
  spansAccepted: { type: 'counter', name: 'telemetry_spans_accepted_total', labels: none },
  spansExported: { type: 'counter', name: 'telemetry_spans_exported_total', labels: none },
  spansDropped: { type: 'counter', name: 'telemetry_spans_dropped_total', labels: { reason: none } },
  spansQueued: { type: 'gauge', name: 'telemetry_spans_queued', labels: none },
  spansSpooled: { type: 'gauge', name: 'telemetry_spans_spooled', labels: none },
  exportFailures: { type: 'counter', name: 'telemetry_export_failures_total', labels: none },
  exportCircuitOpen: { type: 'gauge', name: 'telemetry_export_circuit_open', labels: none },
} as const;
