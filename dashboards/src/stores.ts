/** Configurations of the stores for traces and logs. */

/** How long traces and logs are kept. */
export const RETENTION = { traces: '168h', logs: '168h' } as const;

/** stores/tempo.yaml. */
export function tempoConfig(): object {
  return {
    server: { http_listen_port: 3200 },
    distributor: {
      receivers: { otlp: { protocols: { grpc: { endpoint: '0.0.0.0:4317' }, http: { endpoint: '0.0.0.0:4318' } } } },
    },
    compactor: { compaction: { block_retention: RETENTION.traces } },
    storage: { trace: { backend: 'local', local: { path: '/var/tempo/blocks' }, wal: { path: '/var/tempo/wal' } } },
    usage_report: { reporting_enabled: false },
  };
}

/** stores/loki.yaml. */
export function lokiConfig(): object {
  return {
    auth_enabled: false,
    server: { http_listen_port: 3100 },
    common: {
      path_prefix: '/loki',
      replication_factor: 1,
      ring: { kvstore: { store: 'inmemory' } },
      storage: { filesystem: { chunks_directory: '/loki/chunks', rules_directory: '/loki/rules' } },
    },
    schema_config: {
      configs: [
        {
          from: '2024-04-01',
          store: 'tsdb',
          object_store: 'filesystem',
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    // Without the compactor nothing is ever deleted.
    compactor: { working_directory: '/loki/compactor', retention_enabled: true, delete_request_store: 'filesystem' },
    limits_config: {
      retention_period: RETENTION.logs,
      allow_structured_metadata: true,
      max_label_names_per_series: 15,
    },
    analytics: { reporting_enabled: false },
  };
}
