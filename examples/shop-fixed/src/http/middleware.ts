import { telemetry } from '@telint/runtime/express';
import type { NextFunction, Request, Response } from 'express';
import { sessions } from '../cache/sessions.ts';
import { findCustomer, type Customer } from '../db/customers.ts';
import { clientRequests, httpMetrics } from '../telemetry/metrics.ts';
import { sampler } from '../telemetry/sampler.ts';
import { sanitizer } from '../telemetry/sanitizer.ts';
import { HttpError } from './errors.ts';
import { clientApp, clientVersion, knownPath } from './labels.ts';

declare module 'express-serve-static-core' {
  interface Request {
    customer?: Customer;
  }
}

/**
 * Duration, span and ids of every request. Strangers call: their traces are linked, and their baggage and request ids stay
 * outside.
 */
export const measureRequests = telemetry({
  metrics: httpMetrics,
  sampler,
  sanitizer: { value: (text) => sanitizer.value(text), url: knownPath },
  publicEndpoint: true,
  baggage: false,
  requestId: { header: false, response: 'x-request-id' },
});

/** Counts requests by the application that sends them. */
export function countClients(req: Request, _res: Response, next: NextFunction): void {
  clientRequests.inc({ app: clientApp(req), version: clientVersion(req) });
  next();
}

/** Loads the customer of the session; requests without one go on as guests. */
export async function loadCustomer(req: Request, _res: Response, next: NextFunction): Promise<void> {
  const [scheme, token] = req.get('authorization')?.split(' ') ?? [];
  if (scheme === 'Bearer' && token) {
    const customerId = await sessions.read(token);
    const customer = customerId ? await findCustomer(customerId) : undefined;
    if (customer) {
      req.customer = customer;
    }
  }
  next();
}

/** The customer of the request, or the error that asks for one. */
export function requireCustomer(req: Request): Customer {
  if (!req.customer) {
    throw new HttpError(401, 'sign in first');
  }
  return req.customer;
}
