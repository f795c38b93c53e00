import { CORE_METRICS } from '../../../runtime/src/metrics.ts';
import { dashboardFile, type Row } from '../dashboard.ts';
import { lines } from '../panels.ts';
import { DASHBOARD, share, sumRate } from '../query.ts';
import { circuitBreakersRow, eventBusRow, jobsRow, queuesRow } from './service-background.ts';
import { gaugeBy, poolUse, quantileBy, rateBy, shareBy } from '../signals.ts';

const { graphql, database, cache, httpClient } = CORE_METRICS;

const graphqlRow: Row = {
  title: 'GraphQL',
  panels: [
    lines({
      title: 'Operations',
      description: 'Operations per second. Rare ones are together as __other__.',
      unit: 'ops',
      queries: [rateBy(graphql.duration, ['graphql_operation_type', 'graphql_operation_name'])],
    }),
    lines({
      title: 'Duration of operations',
      description: '95th percentile by operation.',
      unit: 's',
      queries: [quantileBy(0.95, graphql.duration, ['graphql_operation_name'])],
    }),
    lines({
      title: 'Failed operations',
      description: 'Part of the operations that failed.',
      unit: 'percentunit',
      queries: [shareBy(graphql.duration, ['graphql_operation_name'], { outcome: '=failure' })],
    }),
    lines({
      title: 'Errors by code',
      description: 'Errors in responses per second, by the code in their extensions.',
      unit: 'cps',
      queries: [rateBy(graphql.errors, ['graphql_operation_type', 'error_code'])],
    }),
    lines({
      title: 'Slowest resolvers',
      description: 'The ten fields with the highest 95th percentile.',
      unit: 's',
      queries: [
        (({ expr, ...rest }) => ({ ...rest, expr: `topk(10, ${expr})` }))(
          quantileBy(0.95, graphql.resolverDuration, ['graphql_field']),
        ),
      ],
    }),
  ],
};

const databaseRow: Row = {
  title: 'Databases',
  panels: [
    lines({
      title: 'Database operations',
      description: 'Operations per second by system, operation and collection.',
      unit: 'ops',
      queries: [rateBy(database.duration, ['db_system_name', 'db_operation_name', 'db_collection_name'])],
    }),
    lines({
      title: 'Duration of database operations',
      description: '95th percentile as the service sees it, network and waiting included.',
      unit: 's',
      queries: [quantileBy(0.95, database.duration, ['db_system_name', 'db_operation_name', 'db_collection_name'])],
    }),
    lines({
      title: 'Errors of databases',
      description: 'Operations per second that failed, by the class of the error.',
      unit: 'ops',
      queries: [rateBy(database.duration, ['db_system_name', 'error_type'], { error_type: '!=' })],
    }),
    lines({
      title: 'Use of connection pools',
      description: 'Connections in use against the most that a pool opens. PoolSaturated fires above 80 %.',
      unit: 'percentunit',
      queries: [poolUse()],
    }),
    lines({
      title: 'Connections',
      description: 'Open connections by state, and the most that a pool opens.',
      unit: 'short',
      queries: [
        gaugeBy('sum', database.connections, ['db_client_connection_pool_name', 'db_client_connection_state']),
        gaugeBy('sum', database.maxConnections, ['db_client_connection_pool_name'], { prefix: 'most' }),
      ],
    }),
    lines({
      title: 'Waiting for connections',
      description: 'Requests that wait. PoolWaiting fires when there are some for 5 minutes.',
      unit: 'short',
      queries: [gaugeBy('sum', database.waiting, ['job', 'db_client_connection_pool_name'])],
    }),
    lines({
      title: 'Time waited for connections',
      description: '95th percentile of the time until a request had its connection.',
      unit: 's',
      queries: [quantileBy(0.95, database.waitTime, ['db_client_connection_pool_name'])],
    }),
    lines({
      title: 'Gave up waiting',
      description: 'Requests per second that got no connection in time.',
      unit: 'ops',
      queries: [rateBy(database.timeouts, ['job', 'db_client_connection_pool_name'])],
    }),
  ],
};

const hits = sumRate(cache.requests, DASHBOARD, { by: ['job', 'cache_name'], where: { outcome: '=hit' } });

const cacheRow: Row = {
  title: 'Caches',
  panels: [
    lines({
      title: 'Cache hit ratio',
      description: 'Part of the look-ups that found an entry. A fall means work for what is behind the cache.',
      unit: 'percentunit',
      queries: [
        {
          expr: share(hits, sumRate(cache.requests, DASHBOARD, { by: ['job', 'cache_name'] })),
          legend: '{{job}} {{cache_name}}',
        },
      ],
      max: 1,
    }),
    lines({
      title: 'Look-ups',
      description: 'Look-ups per second by what they found.',
      unit: 'ops',
      queries: [rateBy(cache.requests, ['cache_name', 'outcome'])],
      isStacked: true,
    }),
    lines({
      title: 'Duration of cache operations',
      description: '95th percentile by cache and operation.',
      unit: 's',
      queries: [quantileBy(0.95, cache.duration, ['cache_name', 'operation'])],
    }),
    lines({
      title: 'Evictions',
      description: 'Entries per second that left. For lack of capacity: the cache is too small for what is asked.',
      unit: 'ops',
      queries: [rateBy(cache.evictions, ['cache_name', 'reason'])],
    }),
    lines({
      title: 'Entries',
      description: 'Entries in each cache.',
      unit: 'short',
      queries: [gaugeBy('sum', cache.entries, ['job', 'cache_name'])],
    }),
    lines({
      title: 'Size of caches',
      description: 'Memory that the entries take.',
      unit: 'bytes',
      queries: [gaugeBy('sum', cache.size, ['job', 'cache_name'])],
    }),
  ],
};

const outgoingRow: Row = {
  title: 'Outgoing calls',
  panels: [
    lines({
      title: 'Outgoing requests',
      description: 'Requests per second by host.',
      unit: 'reqps',
      queries: [rateBy(httpClient.duration, ['server_address'])],
    }),
    lines({
      title: 'Failed outgoing requests',
      description: 'Part of the requests with a status of 5xx or none at all, by host.',
      unit: 'percentunit',
      queries: [shareBy(httpClient.duration, ['server_address'], { http_response_status_code: '=~5..|' })],
    }),
    lines({
      title: 'Errors of outgoing requests',
      description: 'Requests per second without a response, by the class of the error: refused, reset, timed out.',
      unit: 'reqps',
      queries: [
        rateBy(httpClient.duration, ['http_request_method', 'server_address', 'error_type'], { error_type: '!=' }),
      ],
    }),
    lines({
      title: 'Duration of outgoing requests',
      description: '95th percentile by host.',
      unit: 's',
      queries: [quantileBy(0.95, httpClient.duration, ['server_address'])],
    }),
    lines({
      title: 'Outgoing requests under way',
      description:
        'Requests that wait for the end of their response. Rising without more traffic: the host became slow.',
      unit: 'short',
      queries: [gaugeBy('sum', httpClient.active, ['server_address', 'http_request_method'])],
    }),
  ],
};

/** What a service does and what it needs. */
export const service = dashboardFile({
  uid: 'telint-service',
  title: 'Service',
  description: 'GraphQL operations, databases, caches, queues, outgoing calls, circuit breakers and jobs of a service.',
  folder: 'services',
  rows: [graphqlRow, databaseRow, cacheRow, queuesRow, outgoingRow, circuitBreakersRow, eventBusRow, jobsRow],
});
