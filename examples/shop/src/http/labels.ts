import type { Request } from 'express';
import type { Customer } from '../db/customers.ts';

const KNOWN_CLIENTS = ['web', 'ios', 'android', 'till'];
const ROUTE_GROUPS = new Set(['orders', 'customers', 'sessions', 'graphql']);

/** A path without the ids in it. */
export function maskIds(path: string): string {
  return path.replace(/\/\d+(?=\/|$)/g, '/:id').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, ':uuid');
}

/** The area of the API that a path belongs to. */
export function routeGroup(path: string): string {
  const [, first = ''] = path.split('/');
  return ROUTE_GROUPS.has(first) ? first : 'other';
}

/** The application that sent a request. */
export function clientApp(req: Request): string {
  const sent = req.get('x-client-app') ?? '';
  return KNOWN_CLIENTS.includes(sent) ? sent : 'other';
}

/** Labels that every order metric carries. */
export function commonLabels(req: Request): { client: string; cart: string } {
  return {
    client: clientApp(req),
    cart: req.get('x-cart-id') ?? 'none',
  };
}

/** Labels that describe an account. */
export function accountLabels(customer: Customer): { tier: string; email: string } {
  const { tier, email } = customer;
  return { tier, email };
}
