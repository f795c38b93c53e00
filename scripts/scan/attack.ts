import { randomBytes } from 'node:crypto';
import type { Seed } from './seeds.ts';

/** A route of the shop, and how its body carries a hostile text. */
interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: (hostile: string) => string;
  readonly body?: (hostile: string) => string;
}

const json = (value: unknown): string => JSON.stringify(value);
const order = (fields: object): string =>
  json({
    lines: [{ sku: 'mug', quantity: 1 }],
    paymentMethod: 'card',
    card: { number: '4000000000000002', cvc: '123', expiry: '12/30' },
    ...fields,
  });

const graphql = (query: string, variables: object, operationName?: string): string =>
  json({ query, variables, operationName });

/** Every route of the service with the text in each of its fields, and bodies that cannot be read. */
const ROUTES: readonly Route[] = [
  { method: 'POST', path: () => '/sessions', body: (text) => json({ email: text, password: text }) },
  { method: 'POST', path: () => '/sessions', body: (text) => json({ email: 'customer@shop.example', password: text }) },
  { method: 'POST', path: () => '/sessions', body: (text) => `{"email": "${text}", broken` },
  { method: 'POST', path: () => '/sessions', body: (text) => json({ [text]: text }) },
  { method: 'POST', path: () => '/customers/c-1/orders', body: (text) => order({ coupon: text }) },
  {
    method: 'POST',
    path: () => '/customers/c-1/orders',
    body: (text) => order({ card: { number: text, cvc: text, expiry: text } }),
  },
  {
    method: 'POST',
    path: () => '/customers/c-1/orders',
    body: (text) => order({ lines: [{ sku: text, quantity: 1 }] }),
  },
  { method: 'POST', path: () => '/customers/c-1/orders', body: (text) => order({ paymentMethod: text }) },
  { method: 'POST', path: (text) => `/customers/${encodeURIComponent(text)}/orders`, body: () => order({}) },
  { method: 'GET', path: (text) => `/orders/${encodeURIComponent(text)}` },
  { method: 'GET', path: (text) => `/orders/${encodeURIComponent(text)}/invoice` },
  { method: 'GET', path: (text) => `/${encodeURIComponent(text)}?q=${encodeURIComponent(text)}` },
  { method: 'GET', path: (text) => `/orders/1?token=${encodeURIComponent(text)}&${encodeURIComponent(text)}=1` },
  {
    method: 'POST',
    path: () => '/graphql',
    body: (text) => graphql('query Order($id: ID!) { order(id: $id) { id } }', { id: text }, 'Order'),
  },
  { method: 'POST', path: () => '/graphql', body: (text) => graphql(`{ order(id: ${json(text)}) { id } }`, {}) },
  { method: 'POST', path: () => '/graphql', body: (text) => graphql('query A { viewer { name } }', {}, text) },
  { method: 'POST', path: () => '/graphql', body: (text) => graphql(text, { text }) },
  {
    method: 'POST',
    path: () => '/graphql',
    body: (text) =>
      graphql(
        'mutation UpdateAddress($address: AddressInput!) { updateAddress(address: $address) }',
        { address: { street: text, city: text, postalCode: text, country: text } },
        'UpdateAddress',
      ),
  },
  {
    method: 'POST',
    path: () => '/graphql',
    body: (text) => graphql('mutation CancelOrder($id: ID!) { cancelOrder(id: $id) { id } }', { id: text }),
  },
  { method: 'DELETE', path: (text) => `/sessions?because=${encodeURIComponent(text)}` },
];

/** Headers that a client may fill with anything. */
const HEADERS = [
  ...['x-client-app', 'x-client-version', 'x-cart-id', 'user-agent', 'referer', 'cookie', 'x-forwarded-for'],
  ...['x-request-id', 'traceparent', 'tracestate', 'baggage', 'apollographql-client-name', 'x-api-key', 'accept'],
] as const;

/** What a header can carry: no line feeds, only what one byte holds. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, '');

/** Headers in a form that is read as far as possible: a trace state without its parent is not. */
function headersFor(header: string, text: string): Record<string, string> {
  if (header === 'baggage') return { baggage: `user=${encodeURIComponent(text)}` };
  if (header !== 'tracestate') return { [header]: headerText(text) };
  const value = headerText(text).replace(/[,=]/g, '-');
  return {
    traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
    tracestate: `vendor=${value}`,
  };
}

/** A client that signs in and sends hostile texts through everything that the service reads. */
export class Attacker {
  readonly #url: string;
  #token = '';
  requests = 0;

  constructor(url: string) {
    this.#url = url;
  }

  async #send({ method, path, body }: Route, text: string, headers: Record<string, string> = {}): Promise<Response> {
    this.requests += 1;
    const authorization = this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` };
    return fetch(this.#url + path(text), {
      method,
      headers: { 'content-type': 'application/json', ...authorization, ...headers },
      ...(body && { body: body(text) }),
    });
  }

  async signIn(): Promise<void> {
    this.#token = '';
    const body = (): string => json({ email: 'customer@shop.example', password: 'correct horse' });
    const response = await this.#send({ method: 'POST', path: () => '/sessions', body }, '');
    this.#token = ((await response.json()) as { token: string }).token;
  }

  /** Sends a seed through every route, and through every header of one. */
  async send({ text }: Seed): Promise<void> {
    for (const route of ROUTES) {
      const response = await this.#send(route, text);
      await response.arrayBuffer();
      if (route.method === 'DELETE') await this.signIn();
    }
    const plain: Route = { method: 'GET', path: () => '/orders/none' };
    for (const header of HEADERS) {
      await (await this.#send(plain, '', headersFor(header, text))).arrayBuffer();
    }
    await (await this.#send(plain, '', { authorization: `Bearer ${headerText(text)}` })).arrayBuffer();
  }

  /** An order that goes through, so that payments, queues and the archive have work. */
  async buy(coupon: string, headers: Record<string, string> = {}): Promise<void> {
    const route: Route = { method: 'POST', path: () => '/customers/c-1/orders', body: () => order({ coupon }) };
    await (await this.#send(route, '', headers)).arrayBuffer();
  }
}
