import { randomUUID } from 'node:crypto';
import { withSpan } from '@telint/runtime';
import type { Checkout, OrderLine } from '../http/input.ts';
import { businessMetrics, openOrders, orderTransitions, orderValue } from '../telemetry/metrics.ts';
import type { Customer } from './customers.ts';
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

type OrderRow = Omit<Order, 'lines'> & { lines: string };

const COLUMNS = 'id, customer_id as "customerId", status, total_cents as "totalCents", lines, charge_id as "chargeId"';
const COUPON_DISCOUNT = 0.1;

function orderOf({ lines, ...row }: OrderRow): Order {
  return { ...row, lines: JSON.parse(lines) as OrderLine[] };
}

/** The order with this id. */
export async function findOrder(id: string): Promise<Order | undefined> {
  const rows = await query<OrderRow>('order_by_id', `select ${COLUMNS} from orders where id = $1`, [id]);
  return rows.map(orderOf)[0];
}

/** The orders of a customer, newest first. */
export async function listOrders(customerId: string, status?: OrderStatus): Promise<Order[]> {
  const rows = await query<OrderRow>(
    'orders_by_customer',
    `select ${COLUMNS} from orders
      where customer_id = $1 and (cast($2 as text) is null or status = $2)
      order by created_at desc limit 100`,
    [customerId, status ?? null],
  );
  return rows.map(orderOf);
}

/** Writes an order. */
export async function createOrder(customer: Customer, checkout: Checkout, priceCents: number): Promise<Order> {
  const totalCents = Math.round(priceCents * (checkout.coupon === undefined ? 1 : 1 - COUPON_DISCOUNT));
  const rows = await query<OrderRow>(
    'order_create',
    `insert into orders (id, customer_id, tenant_id, status, lines, coupon, total_cents)
      values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
    [
      randomUUID(),
      customer.id,
      customer.tenantId,
      OrderStatus.created,
      JSON.stringify(checkout.lines),
      checkout.coupon ?? null,
      totalCents,
    ],
  );
  const [order] = rows.map(orderOf);
  if (!order) {
    throw new Error('the order was not written');
  }
  orderTransitions.inc({ status: OrderStatus.created });
  orderValue.observe({ payment_method: checkout.paymentMethod }, totalCents / 100);
  businessMetrics.events.inc({ event_name: 'order', tenant_tier: customer.tier, outcome: 'success' });
  businessMetrics.amount.inc({ event_name: 'order', currency: 'EUR' }, totalCents / 100);
  businessMetrics.requestsByTenant.inc({ tenant: customer.tenantId, tenant_tier: customer.tier });
  return order;
}

/** Moves an order to another status and, once it is paid, keeps the id of the charge. */
export async function markOrder(id: string, status: OrderStatus, chargeId?: string): Promise<Order | undefined> {
  const rows = await query<OrderRow>(
    'order_mark',
    `update orders set status = $2, charge_id = coalesce($3, charge_id)
      where id = $1 returning ${COLUMNS}`,
    [id, status, chargeId ?? null],
  );
  orderTransitions.inc({ status });
  return rows.map(orderOf)[0];
}

/** Takes articles out of the stock and returns their price; undefined when there are not enough of them. */
export async function reserveStock({ sku, quantity }: OrderLine): Promise<number | undefined> {
  return withSpan('stock.reserve', { attributes: { 'shop.quantity': quantity } }, async (span) => {
    const rows = await query<{ available: number; price: number }>(
      'stock_reserve',
      `update stock set available = available - $2
        where sku = $1 and available >= $2 returning available, price_cents as price`,
      [sku, quantity],
    );
    const left = rows[0];
    if (!left) {
      return undefined;
    }
    span.setAttribute('shop.stock_left', left.available);
    return left.price * quantity;
  });
}

/** Puts articles back. */
export async function releaseStock({ sku, quantity }: OrderLine): Promise<void> {
  await query('stock_release', 'update stock set available = available + $2 where sku = $1', [sku, quantity]);
}

/** Sets the gauge of open orders from the database. */
export async function collectOpenOrders(): Promise<void> {
  const rows = await query<{ tenant_id: string; open: string }>(
    'orders_open',
    `select tenant_id, count(*) as open from orders where status in ('created', 'paid') group by tenant_id`,
    [],
  );
  for (const row of rows) {
    openOrders.set({ tenant: row.tenant_id }, Number(row.open));
  }
}
