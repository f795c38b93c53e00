import { randomUUID } from 'node:crypto';
import type { Checkout, OrderLine } from '../http/input.ts';
import { openOrders, orderAmounts, orderTransitions } from '../telemetry/metrics.ts';
import { tracer } from '../telemetry/tracing.ts';
import { config } from '../config.ts';
import { query } from './pool.ts';

export const OrderStatus = {
  created: 'created',
  paid: 'paid',
  shipped: 'shipped',
  cancelled: 'cancelled',
} as const;

export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];

export interface Order {
  id: string;
  customerId: string;
  status: OrderStatus;
  totalCents: number;
  lines: OrderLine[];
  chargeId: string | null;
}

const COLUMNS = 'id, customer_id as "customerId", status, total_cents as "totalCents", lines, charge_id as "chargeId"';

/** The order with this id. */
export async function findOrder(id: string): Promise<Order | undefined> {
  const rows = await query<Order>('order_by_id', `select ${COLUMNS} from orders where id = $1`, [id]);
  return rows[0];
}

/** The orders of a customer, newest first. */
export async function listOrders(customerId: string, status?: OrderStatus): Promise<Order[]> {
  return query<Order>(
    'orders_by_customer',
    `select ${COLUMNS} from orders
      where customer_id = $1 and ($2::text is null or status = $2)
      order by created_at desc limit 100`,
    [customerId, status ?? null],
  );
}

/** Writes an order and returns it with the total that the price list gives. */
export async function createOrder(customerId: string, checkout: Checkout): Promise<Order> {
  const rows = await query<Order>(
    'order_create',
    `insert into orders (id, customer_id, tenant_id, status, lines, coupon, total_cents)
      select $1, id, tenant_id, $3, $4::jsonb, $5, order_total($4::jsonb, $5) from customers where id = $2
      returning ${COLUMNS}`,
    [randomUUID(), customerId, OrderStatus.created, JSON.stringify(checkout.lines), checkout.coupon ?? null],
  );
  const order = rows[0];
  if (!order) {
    throw new Error('the order was not written');
  }
  orderTransitions.inc({ status: OrderStatus.created });
  orderAmounts.inc({
    currency: 'EUR',
    amount: (order.totalCents / 100).toFixed(2),
  });
  return order;
}

/** Moves an order to another status and, once it is paid, keeps the id of the charge. */
export async function markOrder(id: string, status: OrderStatus, chargeId?: string): Promise<Order | undefined> {
  const rows = await query<Order>(
    'order_mark',
    `update orders set status = $2, charge_id = coalesce($3, charge_id)
      where id = $1 returning ${COLUMNS}`,
    [id, status, chargeId ?? null],
  );
  orderTransitions.inc({ status });
  return rows[0];
}

/** Takes articles out of the stock; false when there are not enough of them. */
export async function reserveStock(sku: string, quantity: number): Promise<boolean> {
  const span = tracer.startSpan('stock.reserve');
  span.setAttribute('shop.quantity', quantity);
  const rows = await query<{ available: number }>(
    'stock_reserve',
    'update stock set available = available - $2 where sku = $1 and available >= $2 returning available',
    [sku, quantity],
  );
  const left = rows[0];
  if (!left) {
    return false;
  }
  span.setAttribute('shop.stock_left', left.available);
  span.end();
  return true;
}

/** Sets the gauge of open orders from the database. */
export async function collectOpenOrders(): Promise<void> {
  const rows = await query<{ tenant_id: string; open: string }>(
    'orders_open',
    `select tenant_id, count(*) as open from orders where status in ('created', 'paid') group by tenant_id`,
    [],
  );
  for (const row of rows) {
    openOrders.set(
      {
        tenant: row.tenant_id,
        region: config.region,
      },
      Number(row.open),
    );
  }
}
