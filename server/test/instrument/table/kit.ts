import { context, trace, type Span } from '@opentelemetry/api';

/** What functions of the table work with: small stand-ins for the libraries of a service. */

/** Starts and ends a child span, so that a test sees in which span the caller runs. */
export function step<T>(value: T): T {
  trace.getTracer('kit').startSpan('step').end();
  return value;
}

/** A value a few turns later, seen with `step`. */
export async function later<T>(value: T): Promise<T> {
  await new Promise((resolve) => setImmediate(resolve));
  return step(value);
}

/** A rejection a few turns later. */
export async function failing(error: unknown): Promise<never> {
  await new Promise((resolve) => setImmediate(resolve));
  throw error;
}

/** Span that is active now. */
export function active(): Span | undefined {
  return trace.getSpan(context.active());
}

/** Request as far as handlers look at it. */
export interface Req {
  readonly params: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Answer that keeps what it is told. */
export class Res {
  code = 200;
  sent: unknown;
  status(code: number): this {
    this.code = code;
    return this;
  }
  json(value: unknown): this {
    this.sent = value;
    return this;
  }
  send(value: unknown): this {
    return this.json(value);
  }
}

/** Handler of a route. */
export type Handler = (req: Req, res: Res, next: (error?: unknown) => void) => unknown;

/** Keeps handlers by method and path, as express, fastify, koa and hono do. */
export class App {
  readonly handlers = new Map<string, Handler>();
  get(path: string, ...handlers: readonly Handler[]): this {
    return this.#add(`get ${path}`, handlers);
  }
  post(path: string, ...handlers: readonly Handler[]): this {
    return this.#add(`post ${path}`, handlers);
  }
  use(handler: Handler): this {
    return this.#add('use', [handler]);
  }
  #add(key: string, handlers: readonly Handler[]): this {
    const last = handlers.at(-1);
    if (last) this.handlers.set(key, last);
    return this;
  }
  /** Calls a handler and says what came of it. */
  async handle(key: string, req: Req): Promise<unknown> {
    const res = new Res();
    let passed: unknown;
    const result = await this.handlers.get(key)?.(req, res, (error) => (passed = error ?? 'next'));
    return [res.code, res.sent, passed, result === res ? 'res' : result];
  }
}

/** Message of a queue. */
export interface Message {
  readonly value: string;
}

/** Keeps the function that takes messages, as consumers and workers do. */
export class Consumer {
  each: ((message: Message) => unknown) | undefined;
  run(options: { eachMessage: (message: Message) => Promise<void> }): void {
    this.each = options.eachMessage;
  }
  process(name: string, job: (message: Message) => unknown): void {
    void name;
    this.each = job;
  }
  on(event: string, listener: (message: Message) => unknown): this {
    void event;
    this.each = listener;
    return this;
  }
}
