import { CORE_METRICS } from '../../../runtime/src/metrics.ts';
import { gauge, rule, select } from '../query.ts';
import { series, SHOP, type Alert, type AlertGroup, type TestSeries } from './alert.ts';

const { connections, maxConnections, waiting } = CORE_METRICS.database;
const { depth, oldestAge } = CORE_METRICS.queue;
const { state } = CORE_METRICS.circuitBreaker;

const everything = rule('5m');

const POOL = { ...SHOP, db_client_connection_pool_name: 'main' } as const;
const QUEUE = { ...SHOP, messaging_system: 'bullmq', messaging_destination_name: 'mails' } as const;
const QUEUE_LABELS = { job: 'shop', messaging_system: 'bullmq', messaging_destination_name: 'mails' };

const used = (values: string): TestSeries =>
  series(connections, { ...POOL, db_client_connection_state: 'used' }, values);

const poolSaturated: Alert = {
  name: 'PoolSaturated',
  severity: 'warning',
  expr:
    `${select(connections, everything, { db_client_connection_state: '=used' })} / ` +
    `ignoring (${'db_client_connection_state' satisfies keyof typeof connections.labels}) ${maxConnections.name} > 0.8`,
  for: '5m',
  summary:
    'Pool {{ $labels.db_client_connection_pool_name }} of {{ $labels.job }} is {{ $value | humanizePercentage }} in use',
  description:
    'More than 80 % of the connections of pool {{ $labels.db_client_connection_pool_name }} on {{ $labels.instance }} have been in use for 5 minutes.',
  runbook: {
    meaning: 'Connections in use against the most that the pool opens.',
    impact: 'None yet. The next peak waits for connections, and every request that needs the database with it.',
    steps: [
      'Dashboard "Service": did the operations become slower (then connections are held longer), or are there more of them?',
      'Slow operations: look at locks and missing indexes in the database.',
      'Search for transactions that stay open during calls to other services.',
      'Raise the size of the pool only if the database has connections left for all instances.',
    ],
  },
  tests: [
    {
      title: 'nine of ten connections',
      series: [used('9x60'), series(maxConnections, POOL, '10x60')],
      at: '10m',
      fires: [
        {
          labels: { ...POOL },
          summary: 'Pool main of shop is 90% in use',
          description: 'More than 80 % of the connections of pool main on shop-1:9464 have been in use for 5 minutes.',
        },
      ],
    },
    {
      title: 'all connections open, few in use',
      series: [
        used('2x60'),
        series(connections, { ...POOL, db_client_connection_state: 'idle' }, '8x60'),
        series(maxConnections, POOL, '10x60'),
      ],
      at: '10m',
      fires: [],
    },
  ],
};

const poolWaiting: Alert = {
  name: 'PoolWaiting',
  severity: 'critical',
  expr: `${gauge('max', waiting, everything, { by: ['job', 'instance', 'db_client_connection_pool_name'] })} > 0`,
  for: '5m',
  summary: 'Requests of {{ $labels.job }} wait for connections of pool {{ $labels.db_client_connection_pool_name }}',
  description:
    'On {{ $labels.instance }} requests have waited for a connection of pool {{ $labels.db_client_connection_pool_name }} at every look for 5 minutes, {{ $value }} of them now.',
  runbook: {
    meaning: 'All connections of the pool are in use, and requests queue for the next free one.',
    impact: 'The service is slow, and requests fail when they give up waiting.',
    steps: [
      'Follow the steps of PoolSaturated.',
      'Connections that never come back: search for paths that do not release a client after an error.',
      'Dashboard "Service", panel "Gave up waiting": do requests fail already?',
    ],
  },
  tests: [
    {
      title: 'three requests wait all the time',
      series: [series(waiting, POOL, '3x60')],
      at: '10m',
      fires: [
        {
          labels: { ...POOL },
          summary: 'Requests of shop wait for connections of pool main',
          description:
            'On shop-1:9464 requests have waited for a connection of pool main at every look for 5 minutes, 3 of them now.',
        },
      ],
    },
    { title: 'a peak', series: [series(waiting, POOL, '0x10 25x4 0x40')], at: '10m', fires: [] },
  ],
};

const circuitBreakerOpen: Alert = {
  name: 'CircuitBreakerOpen',
  severity: 'critical',
  expr: `${gauge('max', state, everything, { by: ['job', 'instance', 'circuit_breaker_name'], where: { state: '=open' } })} == 1`,
  for: '1m',
  summary: 'Circuit breaker {{ $labels.circuit_breaker_name }} of {{ $labels.job }} is open',
  description:
    '{{ $labels.instance }} of {{ $labels.job }} has not called {{ $labels.circuit_breaker_name }} for a minute, because it failed too often.',
  runbook: {
    meaning: 'The dependency behind the breaker failed or timed out so often that calls are rejected at once.',
    impact: 'What needs the dependency fails or shows its fallback.',
    steps: [
      'Dashboard "Service": calls of the breaker by outcome; did failures or timeouts open it?',
      'Is the dependency down? Look at its own dashboard or status page.',
      'One instance only: its network or its DNS; replace the instance.',
      'Timeouts while the dependency is fine: is the event loop of this service late (EventLoopLag)?',
    ],
  },
  tests: [
    {
      title: 'open for minutes',
      series: [series(state, { ...SHOP, circuit_breaker_name: 'payments', state: 'open' }, '0x4 1x40')],
      at: '5m',
      fires: [
        {
          labels: { ...SHOP, circuit_breaker_name: 'payments' },
          summary: 'Circuit breaker payments of shop is open',
          description: 'shop-1:9464 of shop has not called payments for a minute, because it failed too often.',
        },
      ],
    },
    {
      title: 'closed and half open',
      series: [
        series(state, { ...SHOP, circuit_breaker_name: 'payments', state: 'closed' }, '1x40'),
        series(state, { ...SHOP, circuit_breaker_name: 'search', state: 'half-open' }, '1x40'),
        series(state, { ...SHOP, circuit_breaker_name: 'search', state: 'open' }, '0x40'),
      ],
      at: '5m',
      fires: [],
    },
  ],
};

const queueBy = { by: ['job', 'messaging_system', 'messaging_destination_name'] } as const;
const waitingMessages = gauge('max', depth, everything, { ...queueBy, where: { state: '=waiting' } });

const queueBacklog: Alert = {
  name: 'QueueBacklog',
  severity: 'warning',
  expr: `${gauge('max', oldestAge, everything, queueBy)} > 300 or (${waitingMessages} > 1000 and deriv(${waitingMessages}[15m:1m]) > 0)`,
  for: '10m',
  summary: 'Queue {{ $labels.messaging_destination_name }} of {{ $labels.job }} falls behind',
  description:
    'Messages of {{ $labels.messaging_destination_name }} ({{ $labels.messaging_system }}) have waited longer than 5 minutes, or more than 1000 wait and their number rises, for 10 minutes.',
  runbook: {
    meaning: 'More messages arrive than are processed, or nothing processes them.',
    impact: 'What the messages are for happens late: mails, exports, invoices. A full broker refuses new messages.',
    steps: [
      'Dashboard "Service", row "Queues": does processing stand still, or is it slower than what arrives?',
      'Stands still: are there workers, and do they fail (dead letters, redeliveries)? One poisoned message can block a queue.',
      'Too slow: duration of processing; add workers if their dependencies can take it.',
      'Too many messages: which service sends them?',
    ],
  },
  tests: [
    {
      title: 'the oldest message is ten minutes old',
      series: [series(oldestAge, QUEUE, '600x60'), series(depth, { ...QUEUE, state: 'waiting' }, '3x60')],
      at: '15m',
      fires: [
        {
          labels: QUEUE_LABELS,
          summary: 'Queue mails of shop falls behind',
          description:
            'Messages of mails (bullmq) have waited longer than 5 minutes, or more than 1000 wait and their number rises, for 10 minutes.',
        },
      ],
    },
    {
      title: 'thousands wait, more and more',
      series: [series(oldestAge, QUEUE, '100x80'), series(depth, { ...QUEUE, state: 'waiting' }, '2000+10x80')],
      at: '30m',
      fires: [
        {
          labels: QUEUE_LABELS,
          summary: 'Queue mails of shop falls behind',
          description:
            'Messages of mails (bullmq) have waited longer than 5 minutes, or more than 1000 wait and their number rises, for 10 minutes.',
        },
      ],
    },
    {
      title: 'thousands wait, fewer and fewer; many failed ones rest',
      series: [
        series(oldestAge, QUEUE, '100x80'),
        series(depth, { ...QUEUE, state: 'waiting' }, '5000-20x80'),
        series(depth, { ...QUEUE, state: 'failed' }, '5000+20x80'),
      ],
      at: '30m',
      fires: [],
    },
  ],
};

/** What the service needs. */
export const dependencies: AlertGroup = {
  name: 'dependencies',
  alerts: [poolSaturated, poolWaiting, circuitBreakerOpen, queueBacklog],
};
