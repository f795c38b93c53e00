import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { context, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setSpanRedaction, traced, withSpan } from '../src/index.ts';
import type { ReadableSpanLike } from '../src/span-types.ts';
import { LINES } from './support/otel-lines.ts';
import { waitFor } from './support/otlp-collector.ts';

describe.each(LINES)('spans around functions, $name', (line) => {
  const ended: ReadableSpanLike[] = [];
  let endCalls = 0;
  let tracer: Tracer;

  beforeAll(() => {
    const { AsyncLocalStorageContextManager } = line.loader.context('http/protobuf');
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const provider = line.provider({
      spanProcessors: [
        {
          onStart: (span) => {
            const real = span as { end(): void };
            const end = real.end.bind(real);
            real.end = () => {
              endCalls++;
              end();
            };
          },
          onEnd: (span) => {
            ended.push(span);
          },
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve(),
        },
      ],
    });
    trace.setGlobalTracerProvider(provider);
    tracer = provider.getTracer('own');
  });

  afterAll(() => {
    trace.disable();
    context.disable();
  });

  beforeEach(() => {
    ended.length = 0;
    endCalls = 0;
    setSpanRedaction(undefined);
  });

  const activeName = (): unknown => (trace.getActiveSpan() as { name?: string } | undefined)?.name;
  const only = (): ReadableSpanLike => {
    expect(ended).toHaveLength(1);
    expect(endCalls).toBe(1);
    return ended[0] as ReadableSpanLike;
  };

  test('sync: active inside, ended after, the result returned', () => {
    const result = withSpan('work', (span) => {
      span.setAttribute('a', 1);
      expect(activeName()).toBe('work');
      expect(ended).toHaveLength(0);
      return 42;
    });
    expect(result).toBe(42);
    expect(activeName()).toBeUndefined();
    expect(only()).toMatchObject({ name: 'work', attributes: { a: 1 }, status: { code: SpanStatusCode.UNSET } });
  });

  test('sync: the error is thrown on unchanged and recorded', () => {
    const error = Object.assign(new RangeError('too far'), { code: 'E_FAR' });
    let caught: unknown;
    try {
      withSpan('work', () => {
        throw error;
      });
    } catch (thrown) {
      caught = thrown;
    }
    expect(caught).toBe(error);
    const span = only();
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'too far' });
    expect(span.attributes).toMatchObject({ 'error.type': 'E_FAR' });
    expect(span.events[0]).toMatchObject({ name: 'exception', attributes: { 'exception.message': 'too far' } });
  });

  test.each([['a text'], [undefined], [null], [7], [Object.freeze({ message: 'frozen' })]])(
    'whatever is thrown goes on unchanged: %j',
    async (thrown: unknown) => {
      const fail = async (): Promise<never> => {
        await Promise.resolve();
        throw thrown;
      };
      await expect(withSpan('work', fail)).rejects.toBe(thrown);
      expect(only().status.code).toBe(SpanStatusCode.ERROR);
    },
  );

  test('an error with hostile getters ends the span and goes on', () => {
    const hostile = {
      get message(): string {
        throw new Error('no');
      },
    };
    let caught: unknown;
    try {
      withSpan('work', () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- that is the point
        throw hostile;
      });
    } catch (thrown) {
      caught = thrown;
    }
    expect(caught).toBe(hostile);
    only();
  });

  test('async: active over awaits, ended when settled', async () => {
    const promise = withSpan('work', { attributes: { k: 'v' }, tracer }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return activeName();
    });
    expect(ended).toHaveLength(0);
    expect(await promise).toBe('work');
    expect(only()).toMatchObject({ attributes: { k: 'v' }, instrumentationScope: { name: 'own' } });
  });

  test('nested: children, and the stack is recorded once, on the innermost span', async () => {
    const error = new Error('deep');
    const work = withSpan('outer', () => withSpan('inner', () => Promise.reject(error)));
    await expect(work).rejects.toBe(error);
    const [inner, outer] = ended as [ReadableSpanLike, ReadableSpanLike];
    expect(inner.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
    expect(inner.events).toHaveLength(1);
    expect(outer.events).toHaveLength(0);
    expect(outer.status).toEqual({ code: SpanStatusCode.ERROR, message: 'deep' });
  });

  test('a sanitizer sees message and stack; one that fails lets nothing through', () => {
    const fail = (redact?: (text: string) => string): void => {
      expect(() => {
        withSpan('work', redact === undefined ? {} : { redact }, () => {
          throw new Error('secret 123');
        });
      }).toThrow('secret 123');
    };
    fail((text) => text.replaceAll('secret 123', '***'));
    fail(() => {
      throw new Error('broken sanitizer');
    });
    fail(() => undefined as unknown as string);
    setSpanRedaction((text) => text.replaceAll('123', '###'));
    fail();
    expect(JSON.stringify(ended.map(({ events, status }) => ({ events, status })))).not.toContain('secret 123');
    expect(ended.map((span) => span.status.message)).toEqual(['***', '[REDACTED]', '[REDACTED]', 'secret ###']);
  });

  test('generator functions: active at every step, span from the first step to the last', () => {
    const numbers = traced('count', function* (this: { from: number }, count: number) {
      for (let i = 0; i < count; i++) yield `${String(activeName())} ${String(this.from + i)}`;
      return 'done';
    });
    const iterator = numbers.call({ from: 5 }, 2);
    expect(ended).toHaveLength(0);
    expect(endCalls).toBe(0);
    expect([...iterator]).toEqual(['count 5', 'count 6']);
    expect(activeName()).toBeUndefined();
    expect(only().name).toBe('count');
    expect(iterator.next()).toEqual({ done: true, value: undefined });
    only();
  });

  test('a generator that is left early ends its span; one that nobody starts makes none', () => {
    const numbers = traced('count', function* () {
      yield 1;
      yield 2;
    });
    // A loop that is left calls `return()`.
    for (const number of numbers()) if (number === 1) break;
    expect(only().status.code).toBe(SpanStatusCode.UNSET);
    expect(numbers().return()).toEqual({ done: true, value: undefined });
    numbers();
    only();
  });

  test('a generator that the program drops half-way ends its span when it is collected', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    (() => {
      const numbers = traced('count', function* () {
        yield 1;
        yield 2;
      });
      numbers().next();
    })();
    const collected = await waitFor(() => {
      collect();
      return ended.length > 0;
    });
    expect(collected).toBe(true);
    expect(only().attributes).toMatchObject({ 'telint.abandoned': true });
  });

  test('a generator that throws records it; values and errors pass into it', () => {
    const error = new Error('in the middle');
    const echo = withSpan('echo', function* (): Generator<string, void, string> {
      try {
        yield `got ${yield 'ready'}`;
      } catch (thrown) {
        throw new Error('wrapped', { cause: thrown });
      }
    });
    expect(echo.next().value).toBe('ready');
    expect(echo.next('this').value).toBe('got this');
    expect(() => echo.throw(error)).toThrow('wrapped');
    expect(only().status).toEqual({ code: SpanStatusCode.ERROR, message: 'wrapped' });
  });

  test('async generators', async () => {
    const pages = traced('pages', async function* (count: number) {
      for (let i = 0; i < count; i++) {
        await Promise.resolve();
        yield activeName();
      }
    });
    const seen: unknown[] = [];
    for await (const name of pages(3)) seen.push(name, activeName());
    expect(seen).toEqual(['pages', undefined, 'pages', undefined, 'pages', undefined]);
    only();
    const failing = traced('pages', async function* () {
      yield 1;
      await Promise.reject(new Error('page 2'));
    });
    const iterator = failing();
    await iterator.next();
    await expect(iterator.next()).rejects.toThrow('page 2');
    expect(ended[1]?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'page 2' });
    expect(endCalls).toBe(2);
  });

  test('a plain function that returns a generator keeps its span until the generator ends', () => {
    const inner = function* () {
      yield activeName();
    };
    const iterator = withSpan('work', () => inner());
    expect(ended).toHaveLength(0);
    expect([...iterator]).toEqual(['work']);
    only();
  });

  test('arrays and other iterables are results, not generators', () => {
    expect(withSpan('work', () => [1, 2])).toEqual([1, 2]);
    only();
  });

  test('traced keeps this, arguments, name and length', () => {
    class Shop {
      readonly vat = 2;
      total = traced('total', function total(this: Shop, net: number, count: number) {
        return net * count * this.vat;
      });
    }
    const shop = new Shop();
    expect(shop.total(3, 2)).toBe(12);
    expect(shop.total).toHaveLength(2);
    expect(shop.total.name).toBe('total');
    shop.total(1, 1);
    expect(ended).toHaveLength(2);
  });
});
