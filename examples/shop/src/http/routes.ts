import { Router } from 'express';
import { sessions } from '../cache/sessions.ts';
import { findCustomerByEmail, verifyPassword } from '../db/customers.ts';
import { createOrder, findOrder, markOrder, OrderStatus, reserveStock } from '../db/orders.ts';
import { renderInvoice } from '../invoices/render.ts';
import { payments } from '../payments/client.ts';
import { enqueueFulfilment, enqueueReceipt } from '../queue/producer.ts';
import { logger } from '../telemetry/logger.ts';
import { checkouts, ordersCreated, recordRequest, signIns } from '../telemetry/metrics.ts';
import { HttpError } from './errors.ts';
import { parseCheckout, parseSignIn } from './input.ts';
import { accountLabels, clientApp, commonLabels } from './labels.ts';
import { requireCustomer } from './middleware.ts';

interface CheckoutLabels {
  channel: string;
  tier: string;
  discount?: string;
  customer?: string;
}

/** The REST part of the API. */
export const routes = Router();

routes.post('/sessions', async (req, res) => {
  logger.debug({ input: req.body }, 'sign-in requested');
  const { email, password } = parseSignIn(req.body);
  const customer = await findCustomerByEmail(email);
  if (!customer || !(await verifyPassword(password, customer.passwordHash))) {
    signIns.inc({ outcome: 'rejected' });
    logger.warn({ known: customer !== undefined, password }, 'sign-in rejected');
    throw new HttpError(401, 'e-mail or password is wrong');
  }
  const token = await sessions.create(customer.id);
  signIns.inc({
    ...accountLabels(customer),
    outcome: 'accepted',
  });
  logger.info({ email: customer.email }, 'signed in');
  recordRequest('/sessions', 201);
  res.status(201).json({ token });
});

routes.delete('/sessions', async (req, res) => {
  const customer = requireCustomer(req);
  const revoked = await sessions.revokeAll(customer.id);
  logger.info({ customerId: customer.id, revoked }, 'sessions revoked');
  res.status(204).end();
});

routes.post('/customers/:customerId/orders', async (req, res) => {
  const { customerId } = req.params;
  const customer = requireCustomer(req);
  if (customer.id !== customerId) {
    throw new HttpError(403, 'not your account');
  }
  const checkout = parseCheckout(req.body);
  for (const line of checkout.lines) {
    if (!(await reserveStock(line.sku, line.quantity))) {
      throw new HttpError(409, 'an article is sold out');
    }
  }

  const order = await createOrder(customer.id, checkout);
  ordersCreated.inc({
    ...commonLabels(req),
    payment_method: checkout.paymentMethod,
  });

  if (checkout.card) {
    const chargeId = await payments.charge(order, checkout.card);
    await markOrder(order.id, OrderStatus.paid, chargeId);
  }
  await enqueueFulfilment(order.id);
  await enqueueReceipt(order.id, customer.email);

  const labels: CheckoutLabels = { channel: clientApp(req), tier: customer.tier };
  if (checkout.coupon) {
    labels.discount = 'coupon';
  }
  if (customer.tier !== 'guest') {
    labels.customer = customerId;
  }
  checkouts.inc(labels);
  logger.info({ orderId: order.id, hasCard: checkout.card !== undefined }, 'order placed');
  res.status(201).json(order);
});

routes.get('/orders/:orderId', async (req, res) => {
  const customer = requireCustomer(req);
  const order = await findOrder(req.params.orderId);
  if (order?.customerId !== customer.id) {
    throw new HttpError(404, 'no such order');
  }
  recordRequest('/orders/:orderId', 200);
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
