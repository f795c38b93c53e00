import { PROCESS_METRICS } from '../../../runtime/src/metrics.ts';
import { PROMETHEUS } from '../prometheus-metrics.ts';
import { select, rule } from '../query.ts';
import { series, SHOP, type Alert, type AlertGroup } from './alert.ts';

const { up } = PROMETHEUS;
const { startTime } = PROCESS_METRICS;

const serviceDown: Alert = {
  name: 'ServiceDown',
  severity: 'critical',
  expr: `${up.name} == 0`,
  for: '2m',
  summary: '{{ $labels.job }} on {{ $labels.instance }} does not answer',
  description: 'Prometheus has not been able to scrape {{ $labels.instance }} of {{ $labels.job }} for 2 minutes.',
  runbook: {
    meaning: 'The target is known to service discovery and its metrics endpoint does not answer, or not in time.',
    impact: 'The instance probably serves nobody, and whatever happens on it is not measured.',
    steps: [
      'Open Status → Targets in Prometheus and read the error of the scrape: refused, timeout, 401, TLS.',
      'Refused or timeout: look whether the process runs, and at its last log lines and exit code.',
      '401 or a TLS error: compare token and certificates of the scrape configuration with those of the endpoint.',
      'All instances of a service at once: look at the last deployment first and roll it back.',
    ],
  },
  tests: [
    {
      title: 'an instance that stopped answering',
      series: [series(up, SHOP, '1x4 0x20')],
      at: '6m',
      fires: [
        {
          labels: { ...SHOP },
          summary: 'shop on shop-1:9464 does not answer',
          description: 'Prometheus has not been able to scrape shop-1:9464 of shop for 2 minutes.',
        },
      ],
    },
    { title: 'a restart within a minute', series: [series(up, SHOP, '1x4 0 0 1x20')], at: '6m', fires: [] },
  ],
};

const serviceAbsent: Alert = {
  name: 'ServiceAbsent',
  severity: 'critical',
  expr: `group by (job) (last_over_time(${up.name}[6h])) unless group by (job) (${up.name})`,
  for: '5m',
  summary: '{{ $labels.job }} has vanished',
  description: 'No target of {{ $labels.job }} is left in service discovery; there was one within the last 6 hours.',
  runbook: {
    meaning:
      'Service discovery does not list the service any more. `ServiceDown` cannot fire, because there is no target.',
    impact: 'The service is gone, or it runs and nothing watches it.',
    steps: [
      'Was it removed on purpose? Then silence the alert for 6 hours.',
      'Look whether the service has running instances (`kubectl get pods`, `docker compose ps`).',
      'It runs: compare its labels and annotations with the scrape configuration; look for errors of service discovery in the log of Prometheus.',
      'It does not run: look at the last deployment and at the events of the orchestrator.',
    ],
  },
  tests: [
    {
      title: 'a service that left service discovery, and another one that stays',
      series: [series(up, SHOP, '1x10 stale'), series(up, { job: 'billing', instance: 'b:9464' }, '1x60')],
      at: '15m',
      fires: [
        {
          labels: { job: 'shop' },
          summary: 'shop has vanished',
          description: 'No target of shop is left in service discovery; there was one within the last 6 hours.',
        },
      ],
    },
    {
      title: 'an instance that was replaced by another one',
      series: [series(up, SHOP, '1x10 stale'), series(up, { job: 'shop', instance: 'shop-2:9464' }, '_x8 1x60')],
      at: '15m',
      fires: [],
    },
  ],
};

const crashLoop: Alert = {
  name: 'CrashLoop',
  severity: 'critical',
  expr: `changes(${select(startTime, rule('15m'))}[15m]) > 2`,
  summary: '{{ $labels.job }} on {{ $labels.instance }} restarts again and again',
  description: '{{ $labels.instance }} of {{ $labels.job }} started {{ $value }} times within 15 minutes.',
  runbook: {
    meaning: 'The process ends soon after it starts, and something starts it again.',
    impact: 'Requests fail while it starts, caches are cold, and each start loses what was in memory.',
    steps: [
      'Read the last lines of the log before each start, and the exit code: 137 is a kill, most often for memory.',
      'Memory: compare "Memory against limit" before the restarts with the limit; see MemoryHigh.',
      'An exception at start: look for a missing variable, secret or migration of the last deployment; roll back.',
      'A failing liveness probe: compare its timeout with the lag of the event loop.',
    ],
  },
  tests: [
    {
      title: 'four starts within a quarter of an hour',
      series: [series(startTime, SHOP, '1000x5 1200x5 1400x5 1600x20')],
      at: '10m',
      fires: [
        {
          labels: { ...SHOP },
          summary: 'shop on shop-1:9464 restarts again and again',
          description: 'shop-1:9464 of shop started 3 times within 15 minutes.',
        },
      ],
    },
    { title: 'a deployment', series: [series(startTime, SHOP, '1000x5 1200x60')], at: '10m', fires: [] },
  ],
};

const watchdog: Alert = {
  name: 'Watchdog',
  severity: 'none',
  expr: 'vector(1)',
  summary: 'Alerting works',
  description: 'This alert always fires. The service that receives it tells when it stops.',
  runbook: {
    meaning:
      'Prometheus evaluates rules and reaches Alertmanager. The alert is meant for a dead man’s switch, not for people.',
    impact: 'None while it fires. When it stops, no other alert arrives either.',
    steps: [
      'If the dead man’s switch complains: look whether Prometheus and Alertmanager run and see each other (Status → Runtime & Build Information).',
      'Look at `prometheus_notifications_errors_total` and the log of Alertmanager.',
    ],
  },
  tests: [
    {
      title: 'always',
      series: [],
      at: '1m',
      fires: [
        {
          labels: {},
          summary: 'Alerting works',
          description: 'This alert always fires. The service that receives it tells when it stops.',
        },
      ],
    },
  ],
};

/** Is it there, and does it stay. */
export const availability: AlertGroup = {
  name: 'availability',
  alerts: [serviceDown, serviceAbsent, crashLoop, watchdog],
};
