/** The OpenTelemetry Collector, and its twin for Grafana Alloy. */

/** Attributes that must not reach a store even when a service does not use the sanitizer. */
const BLOCKED_KEYS = [
  '.*[Pp]assw.*',
  '.*[Ss]ecret.*',
  '.*[Aa]uthorization.*',
  '.*[Cc]ookie.*',
  '.*[Aa]pi[-_.]?[Kk]ey.*',
];

/** Texts that are credentials or card numbers, whatever the attribute is called. */
const BLOCKED_VALUES = [
  '\\b4[0-9]{12}(?:[0-9]{3})?\\b',
  '\\b5[1-5][0-9]{14}\\b',
  '\\bgh[pousr]_[A-Za-z0-9]{36,}\\b',
  '\\bAKIA[0-9A-Z]{16}\\b',
  '\\beyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]+\\b',
  '-----BEGIN [A-Z ]*PRIVATE KEY-----',
];

const CERTIFICATES = '/etc/otelcol/certs';

const server = {
  cert_file: `${CERTIFICATES}/collector.pem`,
  key_file: `${CERTIFICATES}/collector-key.pem`,
  min_version: '1.2',
  reload_interval: '1h',
};

const inside = {
  tls: { insecure: true },
  sending_queue: { enabled: true, queue_size: 5000 },
  retry_on_failure: { enabled: true },
};

/** Every trace with an error or a slow root, and a tenth of the others. */
const TAIL_POLICIES = [
  { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
  { name: 'slow', type: 'latency', latency: { threshold_ms: 1000 } },
  { name: 'others', type: 'probabilistic', probabilistic: { sampling_percentage: 10 } },
];

const variable = (name: string, fallback?: string): string =>
  fallback === undefined ? `\${env:${name}}` : `\${env:${name}:-${fallback}}`;

/** collector.yaml. */
export function collectorConfig(): object {
  return {
    extensions: { health_check: { endpoint: '0.0.0.0:13133' } },
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: '0.0.0.0:4317', tls: server, max_recv_msg_size_mib: 16 },
          http: { endpoint: '0.0.0.0:4318', tls: server },
        },
      },
      postgresql: {
        endpoint: variable('POSTGRES_ENDPOINT', 'postgres:5432'),
        username: variable('POSTGRES_MONITOR_USER', 'monitor'),
        password: variable('POSTGRES_MONITOR_PASSWORD', 'unset'),
        collection_interval: '30s',
        tls: { insecure: false, ca_file: `${CERTIFICATES}/ca.pem` },
      },
      redis: {
        endpoint: variable('REDIS_ENDPOINT', 'redis:6379'),
        username: variable('REDIS_MONITOR_USER', 'monitor'),
        password: variable('REDIS_MONITOR_PASSWORD', 'unset'),
        collection_interval: '30s',
      },
    },
    processors: {
      memory_limiter: { check_interval: '1s', limit_percentage: 80, spike_limit_percentage: 20 },
      redaction: {
        allow_all_keys: true,
        blocked_key_patterns: BLOCKED_KEYS,
        blocked_values: BLOCKED_VALUES,
        summary: 'silent',
      },
      tail_sampling: {
        decision_wait: '10s',
        num_traces: 50_000,
        expected_new_traces_per_sec: 500,
        policies: TAIL_POLICIES,
      },
      batch: { timeout: '2s', send_batch_size: 1024, send_batch_max_size: 2048 },
    },
    exporters: {
      'otlp/tempo': { endpoint: 'tempo:4317', ...inside },
      'otlphttp/loki': { endpoint: 'http://loki:3100/otlp', ...inside },
      prometheus: {
        endpoint: '0.0.0.0:8889',
        resource_to_telemetry_conversion: { enabled: false },
        metric_expiration: '5m',
      },
    },
    service: {
      extensions: ['health_check'],
      telemetry: {
        metrics: { readers: [{ pull: { exporter: { prometheus: { host: '0.0.0.0', port: 8888 } } } }] },
      },
      pipelines: {
        traces: {
          receivers: ['otlp'],
          processors: ['memory_limiter', 'redaction', 'tail_sampling', 'batch'],
          exporters: ['otlp/tempo'],
        },
        logs: {
          receivers: ['otlp'],
          processors: ['memory_limiter', 'redaction', 'batch'],
          exporters: ['otlphttp/loki'],
        },
        metrics: {
          receivers: ['otlp', 'postgresql', 'redis'],
          processors: ['memory_limiter', 'redaction', 'batch'],
          exporters: ['prometheus'],
        },
      },
    },
  };
}

/** What changes for Grafana Cloud: a second `--config`, merged over collector.yaml. */
export function grafanaCloudOverlay(): object {
  const exporters = ['otlphttp/grafana_cloud'];
  return {
    extensions: {
      'basicauth/grafana_cloud': {
        client_auth: {
          username: variable('GRAFANA_CLOUD_INSTANCE_ID'),
          password: variable('GRAFANA_CLOUD_API_KEY'),
        },
      },
    },
    exporters: {
      'otlphttp/grafana_cloud': {
        endpoint: variable('GRAFANA_CLOUD_OTLP_ENDPOINT'),
        auth: { authenticator: 'basicauth/grafana_cloud' },
        sending_queue: { enabled: true, queue_size: 5000 },
        retry_on_failure: { enabled: true },
      },
    },
    receivers: {
      // The collector scrapes the services in the place of Prometheus.
      prometheus: {
        config: {
          scrape_configs: [
            {
              job_name: 'services',
              scrape_interval: '30s',
              authorization: { type: 'Bearer', credentials_file: '/etc/otelcol/secrets/metrics-token' },
              file_sd_configs: [{ files: ['/etc/otelcol/targets/*.yml'] }],
            },
          ],
        },
      },
    },
    service: {
      extensions: ['health_check', 'basicauth/grafana_cloud'],
      pipelines: {
        traces: { exporters },
        logs: { exporters },
        metrics: { receivers: ['otlp', 'postgresql', 'redis', 'prometheus'], exporters },
      },
    },
  };
}

const list = (values: readonly string[]): string =>
  `[\n${values.map((value) => `    ${JSON.stringify(value)},\n`).join('')}  ]`;

/** `output` of a component: to which others its signals go, in columns as the formatter of Alloy has them. */
function output(to: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(to).map(({ length }) => length));
  const lines = Object.entries(to).map(([signal, name]) => `    ${signal.padEnd(width)} = [otelcol.${name}.input]\n`);
  return `  output {\n${lines.join('')}  }`;
}

/** `tls` of a receiver. */
const tls = `    tls {
      cert_file = "${server.cert_file}"
      key_file  = "${server.key_file}"
    }`;

/** config.alloy: the same pipelines; with GRAFANA_CLOUD_OTLP_ENDPOINT set everything goes there. */
export function alloyConfig(): string {
  const limiter = 'processor.memory_limiter.default';
  const redact = 'processor.transform.redact';
  const batch = 'processor.batch.default';
  return `// Written by npm run generate from dashboards/src: change it there.
// The twin of collector.yaml. Without GRAFANA_CLOUD_OTLP_ENDPOINT it sends to the stores of compose.yaml.

otelcol.receiver.otlp "default" {
  grpc {
    endpoint              = "0.0.0.0:4317"
    max_recv_msg_size     = "16MiB"
${tls}
  }
  http {
    endpoint = "0.0.0.0:4318"
${tls}
  }
${output({ traces: limiter, logs: limiter, metrics: limiter })}
}

otelcol.processor.memory_limiter "default" {
  check_interval         = "1s"
  limit_percentage       = 80
  spike_limit_percentage = 20
${output({ traces: redact, logs: redact, metrics: batch })}
}

// The second line: services sanitize before they send.
otelcol.processor.transform "redact" {
  error_mode = "ignore"
  trace_statements {
    context    = "span"
    statements = ${list(redactStatements())}
  }
  log_statements {
    context    = "log"
    statements = ${list(redactStatements())}
  }
${output({ traces: 'processor.tail_sampling.default', logs: batch })}
}

otelcol.processor.tail_sampling "default" {
  decision_wait               = "10s"
  num_traces                  = 50000
  expected_new_traces_per_sec = 500
${TAIL_POLICIES.map(alloyPolicy).join('')}${output({ traces: batch })}
}

otelcol.processor.batch "default" {
  timeout             = "2s"
  send_batch_size     = 1024
  send_batch_max_size = 2048
${output({ traces: 'exporter.otlphttp.traces', logs: 'exporter.otlphttp.logs', metrics: 'exporter.otlphttp.metrics' })}
}

otelcol.auth.basic "grafana_cloud" {
  username = coalesce(sys.env("GRAFANA_CLOUD_INSTANCE_ID"), "none")
  password = coalesce(sys.env("GRAFANA_CLOUD_API_KEY"), "none")
}
${(['traces', 'logs', 'metrics'] as const).map(alloyExporter).join('')}
prometheus.exporter.postgres "default" {
  data_source_names = [sys.env("POSTGRES_MONITOR_URL")]
}

prometheus.exporter.redis "default" {
  redis_addr     = coalesce(sys.env("REDIS_ENDPOINT"), "redis:6379")
  redis_user     = coalesce(sys.env("REDIS_MONITOR_USER"), "monitor")
  redis_password = sys.env("REDIS_MONITOR_PASSWORD")
}

prometheus.scrape "databases" {
  targets         = array.concat(prometheus.exporter.postgres.default.targets, prometheus.exporter.redis.default.targets)
  scrape_interval = "30s"
  forward_to      = [otelcol.receiver.prometheus.default.receiver]
}

otelcol.receiver.prometheus "default" {
  output {
    metrics = [otelcol.processor.memory_limiter.default.input]
  }
}
`;
}

function redactStatements(): string[] {
  return [
    ...BLOCKED_KEYS.map((pattern) => `delete_matching_keys(attributes, ${JSON.stringify(pattern)})`),
    ...BLOCKED_VALUES.map((pattern) => `replace_all_patterns(attributes, "value", ${JSON.stringify(pattern)}, "****")`),
  ];
}

function alloyPolicy(policy: (typeof TAIL_POLICIES)[number]): string {
  const settings: Readonly<Record<string, unknown>> = policy;
  const [key = '', value = ''] = Object.entries(settings[policy.type] as Record<string, unknown>)[0] ?? [];
  return `  policy {
    name = ${JSON.stringify(policy.name)}
    type = ${JSON.stringify(policy.type)}
    ${policy.type} {
      ${key} = ${JSON.stringify(value)}
    }
  }
`;
}

const STORES = {
  traces: 'http://tempo:4318',
  logs: 'http://loki:3100/otlp',
  metrics: 'http://prometheus:9090/api/v1/otlp',
};

function alloyExporter(signal: keyof typeof STORES): string {
  return `
otelcol.exporter.otlphttp "${signal}" {
  client {
    endpoint = coalesce(sys.env("GRAFANA_CLOUD_OTLP_ENDPOINT"), "${STORES[signal]}")
    auth     = otelcol.auth.basic.grafana_cloud.handler
  }
}
`;
}
