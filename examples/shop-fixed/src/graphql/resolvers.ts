import { trace } from '@opentelemetry/api';
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { saveAddress, type Address, type Customer } from '../db/customers.ts';
import { findOrder, listOrders, markOrder, OrderStatus, type Order } from '../db/orders.ts';
import { payments } from '../payments/client.ts';
import { logger } from '../telemetry/logger.ts';

/** What resolvers know about the request they work for. */
export interface GraphqlContext {
  readonly customer: Customer | undefined;
}

type Resolver = GraphQLFieldResolver<unknown, GraphqlContext>;

async function findOwnOrder(id: string, { customer }: GraphqlContext): Promise<Order | undefined> {
  const order = await findOrder(id);
  return order && order.customerId === customer?.id ? order : undefined;
}

const viewer: Resolver = (_source, _args, { customer }) => {
  if (customer) {
    trace.getActiveSpan()?.setAttribute('shop.customer_tier', customer.tier);
  }
  return customer;
};

const orders: Resolver = (_source, { status }: { status?: OrderStatus }, { customer }) =>
  customer ? listOrders(customer.id, status) : [];

const updateAddress: Resolver = async (_source, { address }: { address: Address }, { customer }) => {
  if (!customer) {
    return false;
  }
  await saveAddress(customer.id, address);
  logger.info({ addressChanged: true }, 'address changed');
  return true;
};

const cancelOrder: Resolver = async (_source, { id }: { id: string }, context) => {
  const order = await findOwnOrder(id, context);
  if (!order || order.status === OrderStatus.shipped) {
    return undefined;
  }
  if (order.chargeId) {
    await payments.refund(order.chargeId, order.totalCents);
  }
  return markOrder(order.id, OrderStatus.cancelled);
};

const order: Resolver = (_source, { id }: { id: string }, context) => findOwnOrder(id, context);

const RESOLVERS: Readonly<Record<string, Readonly<Record<string, Resolver>>>> = {
  Query: { viewer, order, orders },
  Mutation: { updateAddress, cancelOrder },
};

/** Gives the fields of the schema their resolvers, so that each of them becomes a span. */
export function addResolvers(schema: GraphQLSchema): GraphQLSchema {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const [name, field] of Object.entries(type?.getFields() ?? {})) {
      const resolve = RESOLVERS[type?.name ?? '']?.[name];
      if (resolve) field.resolve = resolve;
    }
  }
  return schema;
}
