import { context, type Context, type Span } from '@opentelemetry/api';
import { recordError } from './span-errors.ts';

/** A generator of either kind, as it is driven here. */
export type AnyGenerator = Generator | AsyncGenerator;

/** A started span and the generator that runs inside it. */
export interface Opened {
  readonly span: Span;
  readonly active: Context;
  readonly inner: AnyGenerator;
}

type Redact = ((text: string) => string) | undefined;
type Method = 'next' | 'return' | 'throw';

/** Spans of generators that the program dropped half-way: nothing else would end them. */
const abandoned = new FinalizationRegistry<Span>((span) => {
  span.setAttribute('telint.abandoned', true);
  span.end();
});

const generatorPrototype = Object.getPrototypeOf(function* () {}.prototype as object) as object;
const asyncGeneratorPrototype = Object.getPrototypeOf(async function* () {}.prototype as object) as object;

/**
 * Drives a generator with its span active at every step; the span ends with the generator, or when it is collected.
 * The span starts with the first `next()`, because the body of a generator does: one that nobody iterates makes no span.
 */
export class SpannedSteps {
  readonly #open: (() => Opened) | undefined;
  readonly #redact: Redact;
  #opened: Opened | undefined;
  #done = false;

  constructor(open: (() => Opened) | undefined, redact: Redact) {
    this.#open = open;
    this.#redact = redact;
  }

  /** Uses a span that is already started; `outer` is the generator that the caller holds. */
  enter(opened: Opened, outer: object): void {
    this.#opened = opened;
    abandoned.register(outer, opened.span, this);
  }

  #advance(method: Method, args: readonly unknown[], outer: object): unknown {
    if (this.#opened === undefined && this.#open !== undefined && !this.#done) {
      if (method !== 'next') this.#done = true;
      else this.enter(this.#open(), outer);
    }
    if (this.#opened === undefined) {
      if (method === 'throw') throw args[0];
      return { done: true, value: method === 'return' ? args[0] : undefined };
    }
    const { active, inner } = this.#opened;
    const advance = (): unknown =>
      (inner as unknown as Record<Method, (...values: readonly unknown[]) => unknown>)[method](...args);
    return this.#done ? advance() : context.with(active, advance);
  }

  #settle(result: IteratorResult<unknown>): IteratorResult<unknown> {
    if (result.done === true) this.#finish();
    return result;
  }

  #fail(error: unknown): never {
    if (!this.#done && this.#opened !== undefined) recordError(this.#opened.span, error, this.#redact);
    this.#finish();
    throw error;
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    abandoned.unregister(this);
    this.#opened?.span.end();
  }

  /** The generator to hand out for a synchronous one. */
  sync(): Generator {
    const step = (method: Method, args: readonly unknown[]): IteratorResult<unknown> => {
      try {
        return this.#settle(this.#advance(method, args, outer) as IteratorResult<unknown>);
      } catch (error) {
        return this.#fail(error);
      }
    };
    const outer = Object.assign(Object.create(generatorPrototype) as Generator, {
      next: (...args: readonly unknown[]) => step('next', args),
      return: (value: unknown) => step('return', [value]),
      throw: (error: unknown) => step('throw', [error]),
    });
    return outer;
  }

  /** The generator to hand out for an asynchronous one. */
  async(): AsyncGenerator {
    const step = async (method: Method, args: readonly unknown[]): Promise<IteratorResult<unknown>> => {
      try {
        return this.#settle((await this.#advance(method, args, outer)) as IteratorResult<unknown>);
      } catch (error) {
        return this.#fail(error);
      }
    };
    const outer = Object.assign(Object.create(asyncGeneratorPrototype) as AsyncGenerator, {
      next: (...args: readonly unknown[]) => step('next', args),
      return: (value: unknown) => step('return', [value]),
      throw: (error: unknown) => step('throw', [error]),
    });
    return outer;
  }
}
