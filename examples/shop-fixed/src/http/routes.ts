import { Router } from 'express';
import { sessions } from '../cache/sessions.ts';
import { findCustomerByEmail, verifyPassword, type Customer } from '../db/customers.ts';
import {
  createOrder,
  findOrder,
  markOrder,
  OrderStatus,
  releaseStock,
  reserveStock,
  type Order,
} from '../db/orders.ts';
import { renderInvoice } from '../invoices/render.ts';
import { PaymentError, payments } from '../payments/client.ts';
import { enqueueFulfilment, enqueueReceipt } from '../queue/producer.ts';
import { logger } from '../telemetry/logger.ts';
import { checkouts, ordersCreated, signIns } from '../telemetry/metrics.ts';
import { HttpError } from './errors.ts';
import { parseCheckout, parseSignIn, type Card, type Checkout, type OrderLine } from './input.ts';
import { clientApp } from './labels.ts';
import { requireCustomer } from './middleware.ts';

/** The REST part of the API. */
export const routes = Router();

routes.post('/sessions', async (req, res) => {
  const { email, password } = parseSignIn(req.body);
  const customer = await findCustomerByEmail(email);
  if (!customer || !(await verifyPassword(password, customer.passwordHash))) {
    signIns.inc({ outcome: 'rejected', tier: customer?.tier ?? 'unknown' });
    logger.warn({ known: customer !== undefined }, 'sign-in rejected');
    throw new HttpError(401, 'e-mail or password is wrong');
  }
  const token = await sessions.create(customer.id);
  signIns.inc({ outcome: 'accepted', tier: customer.tier });
  logger.info({ tier: customer.tier }, 'signed in');
  res.status(201).json({ token });
});

routes.delete('/sessions', async (req, res) => {
  const customer = requireCustomer(req);
  const revoked = await sessions.revokeAll(customer.id);
  logger.info({ revoked }, 'sessions revoked');
  res.status(204).end();
});

/** Reserves all lines or none and returns their price. */
async function reserve(lines: readonly OrderLine[]): Promise<number> {
  let priceCents = 0;
  const reserved: OrderLine[] = [];
  for (const line of lines) {
    const price = await reserveStock(line);
    if (price === undefined) {
      await Promise.all(reserved.map(releaseStock));
      throw new HttpError(409, 'an article is sold out');
    }
    reserved.push(line);
    priceCents += price;
  }
  return priceCents;
}

async function place(customer: Customer, checkout: Checkout): Promise<Order> {
  const priceCents = await reserve(checkout.lines);
  return createOrder(customer, checkout, priceCents);
}

async function pay(order: Order, card: Card): Promise<void> {
  try {
    const chargeId = await payments.charge(order, card);
    await markOrder(order.id, OrderStatus.paid, chargeId);
  } catch (error) {
    await markOrder(order.id, OrderStatus.cancelled);
    await Promise.all(order.lines.map(releaseStock));
    if (error instanceof PaymentError && error.isRefusal) throw new HttpError(402, 'the card was refused');
    throw new HttpError(503, 'payments are not possible at the moment');
  }
}

routes.post('/customers/:customerId/orders', async (req, res) => {
  const { customerId } = req.params;
  const customer = requireCustomer(req);
  if (customer.id !== customerId) {
    throw new HttpError(403, 'not your account');
  }
  const checkout = parseCheckout(req.body);
  const order = await place(customer, checkout);
  ordersCreated.inc({ client: clientApp(req), payment_method: checkout.paymentMethod });

  if (checkout.card) {
    await pay(order, checkout.card);
  }
  await enqueueFulfilment(order.id);
  await enqueueReceipt(order.id, customer.email);

  checkouts.inc({
    channel: clientApp(req),
    tier: customer.tier,
    discount: checkout.coupon === undefined ? 'none' : 'coupon',
    customer: customer.id,
  });
  logger.info({ orderId: order.id, hasCard: checkout.card !== undefined }, 'order placed');
  res.status(201).json(order);
});

routes.get('/orders/:orderId', async (req, res) => {
  const customer = requireCustomer(req);
  const order = await findOrder(req.params.orderId);
  if (order?.customerId !== customer.id) {
    throw new HttpError(404, 'no such order');
  }
  res.json(order);
});

routes.get('/orders/:orderId/invoice', async (req, res) => {
  const customer = requireCustomer(req);
  const order = await findOrder(req.params.orderId);
  if (order?.customerId !== customer.id) {
    throw new HttpError(404, 'no such order');
  }
  res.type('html').send(renderInvoice(order));
});
