import {
  business,
  cache,
  circuitBreaker,
  createMetrics,
  bucketed,
  database,
  free,
  graphql,
  httpClient,
  httpServer,
  job,
  oneOf,
  processMetrics,
  queue,
  topK,
} from '@telint/runtime/metrics';
import { Registry } from 'prom-client';

/** Everything that the admin port serves under /metrics. */
export const registry = new Registry();

/** Own storage with a bound on every label, inside the registry. */
export const metrics = createMetrics({ registry });
processMetrics(metrics);

export const httpMetrics = httpServer(metrics);
export const clientMetrics = httpClient(metrics);
export const graphqlMetrics = graphql(metrics, {
  domains: { graphql_operation_name: oneOf('', 'Viewer', 'Order', 'Orders', 'UpdateAddress', 'CancelOrder') },
});
export const databaseMetrics = database(metrics);
export const cacheMetrics = cache(metrics);
export const queueMetrics = queue(metrics);
export const breakerMetrics = circuitBreaker(metrics);
export const jobMetrics = job(metrics);
export const businessMetrics = business(metrics);

/** Applications that send requests. */
export const CLIENT_APPS = ['web', 'ios', 'android', 'till', 'other'] as const;

/** Why a charge failed. */
export const CHARGE_FAILURES = ['refused', 'unavailable', 'timeout', 'circuit_open'] as const;

const TIERS = ['guest', 'regular', 'business'] as const;

export const clientRequests = metrics.counter({
  name: 'shop_client_requests_total',
  help: 'Requests by client application and its version.',
  // Clients choose the text of the version, so that only so many keep their names.
  labels: { app: oneOf(...CLIENT_APPS), version: free({ max: 20 }) },
});

export const signIns = metrics.counter({
  name: 'shop_sign_ins_total',
  help: 'Attempts to sign in.',
  labels: { outcome: oneOf('accepted', 'rejected'), tier: oneOf('unknown', ...TIERS) },
});

export const checkouts = metrics.counter({
  name: 'shop_checkouts_total',
  help: 'Carts that were turned into an order. One bucket in trouble is a few customers in trouble.',
  labels: {
    channel: oneOf(...CLIENT_APPS),
    tier: oneOf(...TIERS),
    discount: oneOf('none', 'coupon'),
    customer: bucketed({ buckets: 16 }),
  },
});

export const ordersCreated = metrics.counter({
  name: 'shop_orders_created_total',
  help: 'Orders written to the database.',
  labels: { client: oneOf(...CLIENT_APPS), payment_method: oneOf('card', 'invoice', 'voucher') },
});

export const orderTransitions = metrics.counter({
  name: 'shop_order_transitions_total',
  help: 'Orders that reached a status.',
  labels: { status: oneOf('created', 'paid', 'shipped', 'cancelled') },
});

export const orderValue = metrics.histogram({
  name: 'shop_order_value_euros',
  help: 'Value of orders.',
  buckets: [5, 10, 25, 50, 100, 250, 1000],
  labels: { payment_method: oneOf('card', 'invoice', 'voucher') },
});

export const openOrders = metrics.gauge({
  name: 'shop_open_orders',
  help: 'Orders that have not been shipped, for the tenants that have most.',
  labels: { tenant: topK(20) },
});

export const chargeFailures = metrics.counter({
  name: 'shop_charge_failures_total',
  help: 'Charges that the payment provider did not accept.',
  labels: { provider: oneOf('sandbox', 'acme'), reason: oneOf(...CHARGE_FAILURES) },
});

export const graphqlClients = metrics.counter({
  name: 'shop_graphql_client_operations_total',
  help: 'GraphQL operations by type and client.',
  labels: { type: oneOf('query', 'mutation', 'subscription'), client: oneOf(...CLIENT_APPS) },
});
