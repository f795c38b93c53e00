import { trace } from '@opentelemetry/api';
import type { NextFunction, Request, Response } from 'express';
import { sessions } from '../cache/sessions.ts';
import { config } from '../config.ts';
import { findCustomer, type Customer } from '../db/customers.ts';
import { clientRequests, httpDuration, slowRequests, statusClass } from '../telemetry/metrics.ts';
import { HttpError } from './errors.ts';
import { clientApp, maskIds, routeGroup } from './labels.ts';

declare module 'express-serve-static-core' {
  interface Request {
    customer?: Customer;
  }
}

/** Measures how long requests take. */
export function measureRequests(req: Request, res: Response, next: NextFunction): void {
  const startedAt = process.hrtime.bigint();
  res.on('finish', () => {
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    const route: string = req.route?.path ?? req.path;
    httpDuration.observe(
      {
        method: req.method,
        route,
        status_class: statusClass(res.statusCode),
      },
      seconds,
    );
    if (seconds > config.slowRequestSeconds) {
      slowRequests.inc({
        group: routeGroup(req.path),
        path: maskIds(req.path),
      });
    }
  });
  next();
}

/** Counts requests by the application that sends them. */
export function countClients(req: Request, _res: Response, next: NextFunction): void {
  const version = req.get('x-client-version') ?? 'unknown';
  clientRequests.add(1, {
    'client.app': clientApp(req),
    'client.version': version,
  });
  next();
}

/** Describes the request on the server span. */
export function describeRequest(req: Request, _res: Response, next: NextFunction): void {
  const span = trace.getActiveSpan();
  if (span) {
    const url = `${req.protocol}://${req.get('host') ?? config.host}${req.originalUrl}`;
    span.setAttribute('url.full', url);
    span.setAttribute('client.address', req.ip ?? 'unknown');
    span.setAttribute('shop.route_group', routeGroup(req.path));
    span.setAttribute('shop.has_session', req.get('authorization') !== undefined);
    if (config.traceHeaders) {
      span.setAttributes({ ...req.headers });
    }
  }
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
