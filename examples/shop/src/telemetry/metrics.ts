import { metrics } from '@opentelemetry/api';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { config } from '../config.ts';

/** Everything that the admin port serves under /metrics. */
export const registry = new Registry();
registry.setDefaultLabels({
  service: config.service,
  region: config.region,
});
collectDefaultMetrics({ register: registry });

const registers = [registry];

export const httpDuration = new Histogram({
  name: 'shop_http_request_duration_seconds',
  help: 'Time until the response was sent',
  labelNames: ['method', 'route', 'status_class'],
  buckets: [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10],
  registers,
});

export const slowRequests = new Counter({
  name: 'shop_http_slow_requests_total',
  help: 'Requests that took longer than the limit',
  labelNames: ['group', 'path'],
  registers,
});

const httpRequests = new Counter({
  name: 'shop_http_requests_total',
  help: 'Requests that a handler has answered',
  labelNames: ['route', 'status_class'],
  registers,
});

export const notFoundRequests = new Counter({
  name: 'shop_http_not_found_total',
  help: 'Requests that no route matches',
  labelNames: ['method', 'target'],
  registers,
});

export const httpErrors = new Counter({
  name: 'shop_http_errors_total',
  help: 'Requests that ended with an error',
  labelNames: ['error', 'expected'],
  registers,
});

export const signIns = new Counter({
  name: 'shop_sign_ins_total',
  help: 'Attempts to sign in',
  labelNames: ['outcome', 'tier', 'email'],
  registers,
});

export const checkouts = new Counter({
  name: 'shop_checkouts_total',
  help: 'Carts that were turned into an order',
  labelNames: ['channel', 'tier', 'discount', 'customer'],
  registers,
});

export const ordersCreated = new Counter({
  name: 'shop_orders_created_total',
  help: 'Orders written to the database',
  labelNames: ['client', 'cart', 'payment_method'],
  registers,
});

export const orderTransitions = new Counter({
  name: 'shop_order_transitions_total',
  help: 'Orders that reached a status',
  labelNames: ['status'],
  registers,
});

export const orderAmounts = new Counter({
  name: 'shop_order_amounts_total',
  help: 'Orders by amount',
  labelNames: ['currency', 'amount'],
  registers,
});

export const openOrders = new Gauge({
  name: 'shop_open_orders',
  help: 'Orders that have not been shipped',
  labelNames: ['tenant', 'region'],
  registers,
});

export const chargeFailures = new Counter({
  name: 'shop_charge_failures_total',
  help: 'Charges that the payment provider did not accept',
  labelNames: ['provider', 'reason'],
  registers,
});

export const graphqlOperations = new Counter({
  name: 'shop_graphql_operations_total',
  help: 'GraphQL operations by type and client',
  labelNames: ['type', 'client'],
  registers,
});

export const queryDuration = new Histogram({
  name: 'shop_db_query_duration_seconds',
  help: 'Time of a statement including the wait for a connection',
  labelNames: ['statement', 'failed'],
  buckets: [0.001, 0.01, 0.1, 1],
  registers,
});

export const sessionLookups = new Counter({
  name: 'shop_session_lookups_total',
  help: 'Sessions looked up in the cache',
  labelNames: ['result'],
  registers,
});

export const jobsDone = new Counter({
  name: 'shop_jobs_total',
  help: 'Background jobs that have run',
  labelNames: ['job', 'outcome'],
  registers,
});

export const clientRequests = metrics.getMeter(config.service).createCounter('shop.client.requests', {
  description: 'Requests by client application',
});

/** The class of a status code: `2xx`, `4xx` … */
export function statusClass(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}

/** Counts a request under the route that answered it. */
export function recordRequest(route: string, status: number): void {
  httpRequests.inc({ route, status_class: statusClass(status) });
}
