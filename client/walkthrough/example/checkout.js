import { trace } from '@opentelemetry/api';
import express from 'express';
import { Counter } from 'prom-client';

const tracer = trace.getTracer('checkout');

const checkouts = new Counter({
  name: 'checkouts_total',
  help: 'Carts that became an order',
  labelNames: ['user', 'currency'],
});

export const app = express();

app.post('/users/:userId/checkout', async (request, response) => {
  const span = tracer.startSpan('checkout');
  const { userId } = request.params;
  const { currency, email } = request.body;

  // Every user is a new time series.
  checkouts.inc({ user: userId, currency: currency === 'EUR' ? 'EUR' : 'other' });

  // An address of a person goes to the tracing backend.
  span.setAttribute('checkout.contact', email);

  const order = await placeOrder(userId, currency);
  response.json(order);

  // Not reached when placeOrder throws.
  span.end();
});

async function placeOrder(userId, currency) {
  if (!currency) throw new Error('The cart has no currency.');
  return { id: crypto.randomUUID(), userId, currency };
}
