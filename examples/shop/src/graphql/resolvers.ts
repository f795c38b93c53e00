import type { Request } from 'express';
import { saveAddress, type Address, type Customer } from '../db/customers.ts';
import { findOrder, listOrders, markOrder, OrderStatus, type Order } from '../db/orders.ts';
import { payments } from '../payments/client.ts';
import { logger } from '../telemetry/logger.ts';
import { graphqlOperations } from '../telemetry/metrics.ts';
import { annotate } from '../telemetry/tracing.ts';

/** What resolvers know about the request they work for. */
export class GraphqlContext {
  readonly customer: Customer | undefined;
  readonly #client: string;

  constructor(req: Request) {
    this.customer = req.customer;
    this.#client = req.get('apollographql-client-name') ?? 'unknown';
  }

  /** Counts the operation once it has been parsed. */
  countOperation(type: 'query' | 'mutation' | 'subscription'): void {
    graphqlOperations.inc({
      type,
      client: this.#client,
    });
  }
}

async function findOwnOrder(id: string, context: GraphqlContext): Promise<Order | undefined> {
  const order = await findOrder(id);
  return order && order.customerId === context.customer?.id ? order : undefined;
}

/** The root value of the schema. */
export const resolvers = {
  viewer(_args: unknown, { customer }: GraphqlContext) {
    if (customer) {
      annotate({
        'enduser.email': customer.email,
        'shop.customer_tier': customer.tier,
      });
    }
    return customer;
  },

  order({ id }: { id: string }, context: GraphqlContext) {
    return findOwnOrder(id, context);
  },

  orders({ status }: { status?: OrderStatus }, { customer }: GraphqlContext) {
    return customer ? listOrders(customer.id, status) : [];
  },

  async updateAddress({ address }: { address: Address }, { customer }: GraphqlContext) {
    if (!customer) {
      return false;
    }
    await saveAddress(customer.id, address);
    logger.info({ customerId: customer.id }, 'address changed');
    return true;
  },

  async cancelOrder({ id }: { id: string }, context: GraphqlContext) {
    const order = await findOwnOrder(id, context);
    if (!order || order.status === OrderStatus.shipped) {
      return undefined;
    }
    if (order.chargeId) {
      await payments.refund(order.chargeId, order.totalCents);
    }
    return markOrder(order.id, OrderStatus.cancelled);
  },
};
