import { CORE_METRICS } from '../../../runtime/src/metrics.ts';
import { LEAST_RATE, RECORDED } from '../recording-rules.ts';
import { series, SHOP, type Alert, type AlertGroup, type TestSeries } from './alert.ts';

const { duration } = CORE_METRICS.httpServer;

const ROUTE = { ...SHOP, http_request_method: 'GET', http_route: '/orders/:id' } as const;

/** Requests every 30 s with a status. */
const count = (status: string, values: string): TestSeries =>
  series(duration, { ...ROUTE, http_response_status_code: status }, values, '_count');

const bucket = (le: string, values: string): TestSeries =>
  series(duration, { ...ROUTE, http_response_status_code: '200', le }, values, '_bucket');

const highErrorRate: Alert = {
  name: 'HighErrorRate',
  severity: 'critical',
  expr: `${RECORDED.errorRatio['5m'].name} > 0.05 and ${RECORDED.requests['5m'].name} > ${LEAST_RATE}`,
  for: '5m',
  summary: '{{ $labels.job }} answers {{ $value | humanizePercentage }} of its requests with an error',
  description: 'More than 5 % of the requests of {{ $labels.job }} have ended with a status of 5xx for 5 minutes.',
  runbook: {
    meaning: 'Responses with a status of 500 and above, as part of all responses of the service, over 5 minutes.',
    impact: 'Users see errors now.',
    steps: [
      'Dashboard "Golden signals": which routes and which status? One route points to code, all routes to a dependency or the machine.',
      'Dashboard "Service": errors of the database, of outgoing calls, open circuit breakers at the same time?',
      'Open a trace of a failed request from an exemplar and read the error of its innermost span.',
      'Did it begin with a deployment? Roll it back, then search.',
    ],
  },
  tests: [
    {
      title: 'one request in ten fails',
      series: [count('200', '0+27x60'), count('503', '0+3x60')],
      at: '15m',
      fires: [
        {
          labels: { job: 'shop' },
          summary: 'shop answers 10% of its requests with an error',
          description: 'More than 5 % of the requests of shop have ended with a status of 5xx for 5 minutes.',
        },
      ],
    },
    {
      title: 'one in a hundred fails',
      series: [count('200', '0+99x60'), count('500', '0+1x60')],
      at: '15m',
      fires: [],
    },
    { title: 'clients make mistakes', series: [count('200', '0+3x60'), count('404', '0+30x60')], at: '15m', fires: [] },
    {
      title: 'every request fails, of two in 5 minutes',
      series: [count('500', '0x20 1x10 2x30')],
      at: '20m',
      fires: [],
    },
  ],
};

const slowP95: Alert = {
  name: 'SlowP95',
  severity: 'warning',
  expr: `${RECORDED.p95.name} > 1 and ${RECORDED.requests['5m'].name} > ${LEAST_RATE}`,
  for: '10m',
  summary: 'One request in twenty to {{ $labels.job }} takes longer than {{ $value | humanizeDuration }}',
  description:
    'The 95th percentile of the durations of requests to {{ $labels.job }} has been above 1 second for 10 minutes.',
  runbook: {
    meaning: 'The 95th percentile over all routes and instances of the service, from the buckets of its histogram.',
    impact: 'The service feels slow; callers with short timeouts see errors and try again, which makes it slower.',
    steps: [
      'Dashboard "Golden signals", panel "p95 by route": which routes?',
      'Saturation: event loop, processor, waiting for connections. A busy event loop slows every route down.',
      'Dashboard "Service": duration of database operations and outgoing calls.',
      'Open a slow trace from an exemplar and look where its time goes; gaps without a span are the event loop.',
    ],
  },
  tests: [
    {
      title: 'half of the requests take two seconds',
      series: [count('200', '0+20x80'), bucket('1', '0+10x80'), bucket('2.5', '0+20x80'), bucket('+Inf', '0+20x80')],
      at: '25m',
      fires: [
        {
          labels: { job: 'shop' },
          summary: 'One request in twenty to shop takes longer than 2.35s',
          description:
            'The 95th percentile of the durations of requests to shop has been above 1 second for 10 minutes.',
        },
      ],
    },
    {
      title: 'one request in a hundred takes two seconds',
      series: [count('200', '0+100x80'), bucket('1', '0+99x80'), bucket('2.5', '0+100x80'), bucket('+Inf', '0+100x80')],
      at: '25m',
      fires: [],
    },
    {
      title: 'a single slow request',
      series: [count('200', '0x20 1x60'), bucket('1', '0x80'), bucket('2.5', '0x20 1x60'), bucket('+Inf', '0x20 1x60')],
      at: '25m',
      fires: [],
    },
  ],
};

/** What users notice. */
export const requests: AlertGroup = { name: 'requests', alerts: [highErrorRate, slowP95] };
