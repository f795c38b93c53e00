import { setTimeout as sleep } from 'node:timers/promises';

/** Answers so far, by status. */
export type Answers = Map<number, number>;

type Call = (path: string, init?: RequestInit) => Promise<Response>;

const CARD = { number: '4000000000000002', cvc: '123', expiry: '12/30' };
const CUSTOMER = 'c-1';
/** Requests under way at most: a slow machine makes fewer requests, not a heap of them. */
const AT_ONCE = 6;

/** Customers of the shop: what they do is the same in every run. */
export class Customers {
  readonly answers: Answers = new Map();
  readonly #url: string;
  #token = '';
  #lastOrder = 'none';
  #steps = 0;

  constructor(url: string) {
    this.#url = url;
  }

  readonly #call: Call = async (path, init) => {
    const response = await fetch(this.#url + path, {
      ...init,
      headers: {
        'content-type': 'application/json',
        'x-client-app': 'web',
        'x-client-version': '7.1',
        ...(this.#token !== '' && { authorization: `Bearer ${this.#token}` }),
        ...(init?.headers as Record<string, string> | undefined),
      },
    });
    this.answers.set(response.status, (this.answers.get(response.status) ?? 0) + 1);
    return response;
  };

  async #send(path: string, body?: object, headers?: Record<string, string>): Promise<unknown> {
    const init: RequestInit = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await this.#call(path, { ...init, ...(headers && { headers }) });
    const text = await response.text();
    return response.ok && response.headers.get('content-type')?.includes('json') === true
      ? JSON.parse(text)
      : undefined;
  }

  /** Opens the session that everything else runs in. */
  async signIn(): Promise<void> {
    const answer = await this.#send('/sessions', { email: 'customer@shop.example', password: 'correct horse' });
    this.#token = (answer as { token: string }).token;
  }

  async checkOut(sku = 'mug'): Promise<void> {
    const order = await this.#send(`/customers/${CUSTOMER}/orders`, {
      lines: [{ sku, quantity: 2 }],
      paymentMethod: 'card',
      card: CARD,
    });
    if (order !== undefined) this.#lastOrder = (order as { id: string }).id;
  }

  /** One request with a version of the client that nobody has sent before. */
  async flood(version: number): Promise<void> {
    await this.#send(`/orders/${this.#lastOrder}`, undefined, { 'x-client-version': `7.1.${version}` });
  }

  /** The next of what customers do: half of it is buying, some of it fails through their own fault. */
  async step(): Promise<void> {
    const index = this.#steps++ % 10;
    switch (index) {
      case 1:
        await this.#send(`/orders/${this.#lastOrder}`);
        break;
      case 3:
        await this.#send('/graphql', { query: 'query Orders { orders { id status } }', operationName: 'Orders' });
        break;
      case 5:
        await this.#send(`/orders/${this.#lastOrder}/invoice`);
        break;
      case 7:
        await this.checkOut('globe');
        break;
      case 9:
        await this.#send(`/wp-login-${this.#steps}.php`);
        break;
      default:
        await this.checkOut();
    }
  }

  /** Sends so many requests per second, as far as the service keeps up, until the promise is there. */
  async shop<T>(perSecond: number, enough: Promise<T>): Promise<T> {
    const running = new Set<Promise<void>>();
    const state = { isEnough: false };
    const done = enough.finally(() => {
      state.isEnough = true;
    });
    while (!state.isEnough) {
      if (running.size >= AT_ONCE) await Promise.race(running);
      const step = this.step().catch(() => undefined);
      running.add(step);
      void step.finally(() => running.delete(step));
      await Promise.race([sleep(1000 / perSecond), done.catch(() => undefined)]);
    }
    await Promise.all(running);
    return done;
  }
}
