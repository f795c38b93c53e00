/** compose.yaml: the whole stack on one machine. */
import { DASHBOARDS } from './dashboards/index.ts';
import { FOLDERS, folderPath } from './grafana-provisioning.ts';
import { PROMETHEUS_RETENTION } from './prometheus-config.ts';

/** Images with the versions that the configurations are written for. */
const IMAGES = {
  prometheus: 'prom/prometheus:v3.5.0',
  alertmanager: 'prom/alertmanager:v0.28.1',
  grafana: 'grafana/grafana:12.1.1',
  tempo: 'grafana/tempo:2.8.2',
  loki: 'grafana/loki:3.5.3',
  collector: 'otel/opentelemetry-collector-contrib:0.131.1',
  alloy: 'grafana/alloy:v1.10.2',
  curl: 'curlimages/curl:8.15.0',
} as const;

const limits = (cpus: string, memory: string): object => ({
  deploy: { resources: { limits: { cpus, memory } } },
  restart: 'unless-stopped',
  // No container needs more rights than it starts with.
  security_opt: ['no-new-privileges:true'],
  cap_drop: ['ALL'],
  logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
});

/** Ports are for this machine only: put a proxy with a login in front of what others shall reach. */
const local = (...ports: readonly number[]): string[] => ports.map((port) => `127.0.0.1:${port}:${port}`);

const probe = (test: readonly string[]): object => ({
  healthcheck: { test, interval: '15s', timeout: '5s', retries: 5 },
});

const wget = (url: string): object => probe(['CMD', 'wget', '--quiet', '--spider', url]);

const grafanaFiles = Object.keys(FOLDERS).flatMap((folder) =>
  DASHBOARDS.filter((file) => file.folder === folder).map(
    ({ uid }) => `./grafana/${uid}.json:${folderPath(folder)}/${uid}.json:ro`,
  ),
);

/** compose.yaml. */
export function composeFile(): object {
  return {
    services: {
      prometheus: {
        image: IMAGES.prometheus,
        ...limits('2', '2g'),
        command: [
          '--config.file=/etc/prometheus/prometheus.yml',
          '--storage.tsdb.path=/prometheus',
          `--storage.tsdb.retention.time=${PROMETHEUS_RETENTION.time}`,
          `--storage.tsdb.retention.size=${PROMETHEUS_RETENTION.size}`,
          '--enable-feature=exemplar-storage',
          '--web.enable-otlp-receiver',
        ],
        volumes: ['./prometheus:/etc/prometheus:ro', './secrets:/etc/prometheus/secrets:ro', 'prometheus:/prometheus'],
        ports: local(9090),
        extra_hosts: ['host.docker.internal:host-gateway'],
        ...wget('http://localhost:9090/-/healthy'),
      },
      alertmanager: {
        image: IMAGES.alertmanager,
        ...limits('0.5', '256m'),
        command: [
          '--config.file=/etc/alertmanager/alertmanager.yml',
          '--storage.path=/alertmanager',
          '--data.retention=120h',
        ],
        volumes: [
          './alertmanager:/etc/alertmanager:ro',
          './secrets:/etc/alertmanager/secrets:ro',
          'alertmanager:/alertmanager',
        ],
        ports: local(9093),
        ...wget('http://localhost:9093/-/healthy'),
      },
      grafana: {
        image: IMAGES.grafana,
        ...limits('1', '512m'),
        environment: {
          PROMETHEUS_URL: '${PROMETHEUS_URL:-http://prometheus:9090}',
          TEMPO_URL: '${TEMPO_URL:-http://tempo:3200}',
          LOKI_URL: '${LOKI_URL:-http://loki:3100}',
          ALERTMANAGER_URL: '${ALERTMANAGER_URL:-http://alertmanager:9093}',
          GF_SECURITY_ADMIN_USER: '${GRAFANA_ADMIN_USER:-admin}',
          GF_SECURITY_ADMIN_PASSWORD__FILE: '/run/secrets/grafana-admin-password',
          GF_AUTH_ANONYMOUS_ENABLED: 'false',
          GF_USERS_ALLOW_SIGN_UP: 'false',
          GF_USERS_AUTO_ASSIGN_ORG_ROLE: 'Viewer',
          GF_ANALYTICS_REPORTING_ENABLED: 'false',
          GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${folderPath('services')}/telint-golden-signals.json`,
        },
        secrets: ['grafana-admin-password'],
        volumes: ['./grafana/provisioning:/etc/grafana/provisioning:ro', ...grafanaFiles, 'grafana:/var/lib/grafana'],
        ports: local(3000),
        depends_on: ['prometheus', 'tempo', 'loki'],
        ...wget('http://localhost:3000/api/health'),
      },
      'grafana-permissions': {
        image: IMAGES.curl,
        ...limits('0.25', '64m'),
        restart: 'on-failure',
        entrypoint: ['sh', '/set-permissions.sh'],
        environment: {
          GRAFANA_URL: 'http://grafana:3000',
          GRAFANA_ADMIN_USER: '${GRAFANA_ADMIN_USER:-admin}',
          GRAFANA_ADMIN_PASSWORD_FILE: '/run/secrets/grafana-admin-password',
        },
        secrets: ['grafana-admin-password'],
        volumes: ['./grafana/permissions:/permissions:ro', './grafana/set-permissions.sh:/set-permissions.sh:ro'],
        depends_on: ['grafana'],
      },
      tempo: {
        image: IMAGES.tempo,
        ...limits('1', '1g'),
        command: ['-config.file=/etc/tempo.yaml'],
        volumes: ['./stores/tempo.yaml:/etc/tempo.yaml:ro', 'tempo:/var/tempo'],
        ports: local(3200),
      },
      loki: {
        image: IMAGES.loki,
        ...limits('1', '1g'),
        command: ['-config.file=/etc/loki.yaml'],
        volumes: ['./stores/loki.yaml:/etc/loki.yaml:ro', 'loki:/loki'],
        ports: local(3100),
      },
      'otel-collector': {
        image: IMAGES.collector,
        ...limits('1', '512m'),
        command: ['--config=/etc/otelcol/collector.yaml'],
        environment: COLLECTOR_ENVIRONMENT,
        volumes: ['./otel/collector.yaml:/etc/otelcol/collector.yaml:ro', './certs:/etc/otelcol/certs:ro'],
        ports: local(4317, 4318, 13133),
        depends_on: ['tempo', 'loki'],
      },
    },
    secrets: { 'grafana-admin-password': { file: './secrets/grafana-admin-password' } },
    volumes: { prometheus: {}, alertmanager: {}, grafana: {}, tempo: {}, loki: {} },
  };
}

const COLLECTOR_ENVIRONMENT = Object.fromEntries(
  [
    ['POSTGRES_ENDPOINT', 'postgres:5432'],
    ['POSTGRES_MONITOR_USER', 'monitor'],
    ['POSTGRES_MONITOR_PASSWORD', 'unset'],
    ['REDIS_ENDPOINT', 'redis:6379'],
    ['REDIS_MONITOR_USER', 'monitor'],
    ['REDIS_MONITOR_PASSWORD', 'unset'],
  ].map(([name = '', fallback = '']) => [name, `\${${name}:-${fallback}}`]),
);

const CLOUD_VARIABLES = ['GRAFANA_CLOUD_OTLP_ENDPOINT', 'GRAFANA_CLOUD_INSTANCE_ID', 'GRAFANA_CLOUD_API_KEY'];

/** compose.grafana-cloud.yaml: only a collector, which scrapes, receives and sends everything to Grafana Cloud. */
export function grafanaCloudCompose(): object {
  const cloud = Object.fromEntries(
    CLOUD_VARIABLES.map((name) => [name, `\${${name}:?set it to the value of your stack}`]),
  );
  return {
    services: {
      'otel-collector': {
        image: IMAGES.collector,
        ...limits('1', '512m'),
        command: ['--config=/etc/otelcol/collector.yaml', '--config=/etc/otelcol/grafana-cloud.yaml'],
        environment: { ...COLLECTOR_ENVIRONMENT, ...cloud },
        volumes: [
          './otel/collector.yaml:/etc/otelcol/collector.yaml:ro',
          './otel/grafana-cloud.yaml:/etc/otelcol/grafana-cloud.yaml:ro',
          './prometheus/targets:/etc/otelcol/targets:ro',
          './secrets:/etc/otelcol/secrets:ro',
          './certs:/etc/otelcol/certs:ro',
        ],
        ports: local(4317, 4318, 13133),
        extra_hosts: ['host.docker.internal:host-gateway'],
      },
    },
  };
}

/** compose.alloy.yaml: Grafana Alloy in the place of the collector; `-f compose.yaml -f compose.alloy.yaml`. */
export function alloyCompose(): object {
  return {
    services: {
      'otel-collector': {
        image: IMAGES.alloy,
        command: [
          'run',
          '--storage.path=/tmp/alloy',
          '--server.http.listen-addr=0.0.0.0:12345',
          '/etc/alloy/config.alloy',
        ],
        environment: {
          POSTGRES_MONITOR_URL: '${POSTGRES_MONITOR_URL:-}',
          ...Object.fromEntries(CLOUD_VARIABLES.map((name) => [name, `\${${name}:-}`])),
        },
        volumes: ['./otel/config.alloy:/etc/alloy/config.alloy:ro', './certs:/etc/otelcol/certs:ro'],
        ports: local(12345),
      },
    },
  };
}
