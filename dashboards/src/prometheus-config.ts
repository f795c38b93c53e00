/** Configuration of Prometheus and Alertmanager. */
import { ALERT_GROUPS } from './alerts/index.ts';

/** How long Prometheus keeps samples, and how much of the disk they may take. */
export const PROMETHEUS_RETENTION = { time: '30d', size: '20GB' } as const;

const RUNBOOK_LINK =
  '{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n{{ .Annotations.runbook_url }}\n{{ end }}';

/** What the metrics endpoint of the runtime asks for; see its documentation. */
const ENDPOINT = {
  scheme: 'http',
  metrics_path: '/metrics',
  authorization: { type: 'Bearer', credentials_file: '/etc/prometheus/secrets/metrics-token' },
};

const SECURE = {
  ...ENDPOINT,
  scheme: 'https',
  tls_config: {
    ca_file: '/etc/prometheus/secrets/ca.pem',
    cert_file: '/etc/prometheus/secrets/prometheus.pem',
    key_file: '/etc/prometheus/secrets/prometheus-key.pem',
  },
};

/** A label from what service discovery knows. */
const relabel = (source: string, target: string): object => ({ source_labels: [source], target_label: target });
const keep = (source: string, regex: string): object => ({ source_labels: [source], regex, action: 'keep' });

const global = {
  scrape_interval: '30s',
  scrape_timeout: '10s',
  evaluation_interval: '30s',
  external_labels: { environment: 'production' },
};

/** prometheus.yml: files with targets, which a deployment writes; other ways of discovery stand in `discoveryExamples`. */
export function prometheusConfig(): object {
  return {
    global,
    rule_files: ['rules/*.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] },
    scrape_configs: [
      {
        job_name: 'services',
        ...ENDPOINT,
        // A runaway service must not take the server down with it.
        sample_limit: 50_000,
        label_limit: 40,
        file_sd_configs: [{ files: ['targets/*.yml'] }],
      },
      { job_name: 'prometheus', static_configs: [{ targets: ['localhost:9090'] }] },
      { job_name: 'alertmanager', static_configs: [{ targets: ['alertmanager:9093'] }] },
      {
        job_name: 'otel-collector',
        static_configs: [{ targets: ['otel-collector:8888', 'otel-collector:8889'] }],
        honor_labels: true,
      },
    ],
  };
}

/** A file with targets: `job` names the service, as the dashboards expect. */
export function exampleTargets(): object[] {
  return [{ targets: ['host.docker.internal:9464'], labels: { job: 'shop' } }];
}

/** Ways to find services, to copy into `scrape_configs`. */
export function discoveryExamples(): object {
  return {
    global,
    scrape_configs: [
      {
        job_name: 'kubernetes-pods',
        ...ENDPOINT,
        sample_limit: 50_000,
        kubernetes_sd_configs: [{ role: 'pod' }],
        relabel_configs: [
          keep('__meta_kubernetes_pod_annotation_prometheus_io_scrape', 'true'),
          keep('__meta_kubernetes_pod_phase', 'Running'),
          {
            source_labels: ['__meta_kubernetes_pod_ip', '__meta_kubernetes_pod_annotation_prometheus_io_port'],
            regex: '([^;]+);(\\d+)',
            replacement: '$1:$2',
            target_label: '__address__',
          },
          relabel('__meta_kubernetes_pod_label_app_kubernetes_io_name', 'job'),
          relabel('__meta_kubernetes_namespace', 'namespace'),
          relabel('__meta_kubernetes_pod_name', 'pod'),
        ],
      },
      {
        job_name: 'dns',
        ...SECURE,
        dns_sd_configs: [{ names: ['tasks.shop'], type: 'A', port: 9464 }],
        relabel_configs: [{ target_label: 'job', replacement: 'shop' }],
      },
      {
        job_name: 'consul',
        ...SECURE,
        consul_sd_configs: [{ server: 'consul:8500', tags: ['metrics'] }],
        relabel_configs: [relabel('__meta_consul_service', 'job')],
      },
      {
        job_name: 'ec2',
        ...SECURE,
        ec2_sd_configs: [{ region: 'eu-central-1', port: 9464, filters: [{ name: 'tag:metrics', values: ['true'] }] }],
        relabel_configs: [relabel('__meta_ec2_tag_Name', 'job')],
      },
      {
        job_name: 'docker',
        ...ENDPOINT,
        docker_sd_configs: [{ host: 'unix:///var/run/docker.sock' }],
        relabel_configs: [
          keep('__meta_docker_container_label_prometheus_scrape', 'true'),
          relabel('__meta_docker_container_label_com_docker_compose_service', 'job'),
        ],
      },
      {
        job_name: 'http',
        ...ENDPOINT,
        http_sd_configs: [{ url: 'https://inventory.example.com/prometheus/targets' }],
      },
    ],
  };
}

const SEVERITY_LABEL = 'severity';
const GROUP_BY = ['alertname', 'job'];

/** alertmanager.yml: critical alerts to the pager, others to the chat, the watchdog to a dead man's switch. */
export function alertmanagerConfig(): object {
  const watchdogs = ALERT_GROUPS.flatMap(({ alerts }) => alerts).filter(({ severity }) => severity === 'none');
  const chat = {
    api_url_file: '/etc/alertmanager/secrets/slack-url',
    channel: '#alerts',
    send_resolved: true,
    title: '{{ .Status | toUpper }} {{ .CommonLabels.alertname }} {{ .CommonLabels.job }}',
    text: RUNBOOK_LINK,
  };
  return {
    global: { resolve_timeout: '5m' },
    route: {
      receiver: 'chat',
      group_by: GROUP_BY,
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '12h',
      routes: [
        {
          matchers: [`alertname =~ "${watchdogs.map(({ name }) => name).join('|')}"`],
          receiver: 'dead-mans-switch',
          group_wait: '0s',
          group_interval: '1m',
          repeat_interval: '5m',
        },
        { matchers: [`${SEVERITY_LABEL} = "critical"`], receiver: 'pager', repeat_interval: '4h', continue: true },
        { matchers: [`${SEVERITY_LABEL} =~ "critical|warning"`], receiver: 'chat' },
        { matchers: [`${SEVERITY_LABEL} = "info"`], receiver: 'chat', group_interval: '1h', repeat_interval: '7d' },
      ],
    },
    inhibit_rules: [
      // An instance that is down says nothing else that is true.
      {
        source_matchers: ['alertname = "ServiceDown"'],
        target_matchers: [`${SEVERITY_LABEL} =~ "warning|info"`],
        equal: ['job', 'instance'],
      },
      {
        source_matchers: ['alertname = "ErrorBudgetBurn1h"'],
        target_matchers: ['alertname =~ "ErrorBudgetBurn6h|ErrorBudgetBurn1d|ErrorBudgetBurn3d"'],
        equal: ['job'],
      },
      {
        source_matchers: ['alertname = "PoolWaiting"'],
        target_matchers: ['alertname = "PoolSaturated"'],
        equal: ['job', 'instance', 'db_client_connection_pool_name'],
      },
      {
        source_matchers: ['alertname = "CardinalityLimitReached"'],
        target_matchers: ['alertname = "CardinalityNearLimit"'],
        equal: ['job', 'metric'],
      },
    ],
    receivers: [
      { name: 'chat', slack_configs: [chat] },
      {
        name: 'pager',
        pagerduty_configs: [
          {
            routing_key_file: '/etc/alertmanager/secrets/pagerduty-key',
            severity: 'critical',
            description: '{{ .CommonAnnotations.summary }}',
            details: { runbook: '{{ .CommonAnnotations.runbook_url }}' },
          },
        ],
      },
      {
        name: 'dead-mans-switch',
        webhook_configs: [{ url: 'http://dead-mans-switch:8080/ping', send_resolved: false }],
      },
    ],
  };
}
