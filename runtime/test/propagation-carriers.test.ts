import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { context, propagation, ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api';
import fc from 'fast-check';
import { headers as natsHeaders } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnosticCounts } from '../src/diagnostics.ts';
import { extract, inject, withBatchSpan, withSqsAttributes } from '../src/propagation.ts';
import { collectSpans, type SpanCollector } from './support/spans.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

let collector: SpanCollector;
beforeAll(() => {
  collector = collectSpans();
});
afterAll(() => collector.shutdown());

const remote = (): Context => extract({ traceparent: TRACEPARENT, baggage: 'tenant=a,email=x%40example.com' });
const traceIdOf = (carrier: unknown): string | undefined => trace.getSpanContext(extract(carrier))?.traceId;

describe('every kind of carrier', () => {
  it.each<[string, () => object]>([
    ['plain object', () => ({ other: '1' })],
    ['object without a prototype', () => Object.assign(Object.create(null) as object, { other: '1' })],
    ['Headers', () => new Headers({ other: '1' })],
    ['Map', () => new Map([['other', '1']])],
    ['URLSearchParams', () => new URLSearchParams({ other: '1' })],
    ['list of pairs', () => [['other', '1']]],
    ['flat list', () => ['other', '1']],
    ['NATS headers', () => natsHeaders()],
  ])('%s: written and read back, nothing else touched', (_, make) => {
    const carrier = make();
    expect(inject(carrier, { context: remote() })).toBe(carrier);
    expect(traceIdOf(carrier)).toBe(TRACE_ID);
    expect(propagation.getBaggage(extract(carrier))?.getEntry('email')?.value).toBe('x@example.com');
    inject(carrier, { context: remote() });
    const text = JSON.stringify(
      Array.isArray(carrier) ? carrier : Symbol.iterator in carrier ? [...(carrier as Iterable<unknown>)] : carrier,
    );
    expect(text.match(/traceparent/g)).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['bytes of Kafka', { traceparent: Buffer.from(TRACEPARENT) }],
    ['several values', { traceparent: [Buffer.from(TRACEPARENT), Buffer.from('x')] }],
    ['attributes of SQS', { traceparent: { DataType: 'String', StringValue: TRACEPARENT } }],
    ['attributes of a Lambda event', { traceparent: { dataType: 'String', stringValue: TRACEPARENT } }],
    ['attributes of SNS', { traceparent: { Type: 'String', Value: TRACEPARENT } }],
    ['another spelling', { TraceParent: TRACEPARENT }],
    ['another spelling in a list', ['TRACEPARENT', TRACEPARENT]],
    ['another spelling in a Map', new Map([['Traceparent', TRACEPARENT]])],
  ])('reads %s', (_, carrier) => expect(traceIdOf(carrier)).toBe(TRACE_ID));

  it('replaces the field of a forwarded message instead of adding a second one', () => {
    const carrier = { Traceparent: '00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-01' };
    expect(Object.keys(inject(carrier, { context: remote(), baggage: false }))).toEqual(['Traceparent']);
    expect(carrier.Traceparent).toBe(TRACEPARENT);
  });

  it('makes a plain object without a carrier, and writes nothing outside of a trace', () => {
    expect(inject(undefined, { context: remote(), baggage: false })).toEqual({ traceparent: TRACEPARENT });
    expect(inject(undefined, { context: ROOT_CONTEXT })).toEqual({});
  });
});

describe('hostile carriers', () => {
  const throwing = new Proxy(
    {},
    {
      get: () => {
        throw new Error('get');
      },
      ownKeys: () => {
        throw new Error('keys');
      },
      getOwnPropertyDescriptor: () => {
        throw new Error('own');
      },
    },
  );
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['number', 7],
    ['string', TRACEPARENT],
    ['symbol', Symbol('x')],
    ['wrong types', { traceparent: { a: 1 }, tracestate: 7, baggage: [] }],
    ['nested arrays', { traceparent: [[[TRACEPARENT]]] }],
    ['1 MB value', { traceparent: `${TRACEPARENT}${'0'.repeat(1_000_000)}`, baggage: 'k=v,'.repeat(250_000) }],
    ['1 MB bytes', { traceparent: Buffer.alloc(1_000_000, '0') }],
    ['100,000 fields', Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, 'v']))],
    ['inherited field', Object.create({ traceparent: TRACEPARENT })],
    ['__proto__ from JSON', JSON.parse(`{"__proto__":{"traceparent":"${TRACEPARENT}"}}`)],
    ['throwing proxy', throwing],
    [
      'throwing getter',
      {
        get traceparent(): string {
          throw new Error('getter');
        },
      },
    ],
    [
      'throwing header bag',
      {
        get: () => {
          throw new Error('get');
        },
        set: () => undefined,
      },
    ],
    ['odd flat list', ['traceparent']],
  ])('%s gives the base context', (_, carrier) => {
    expect(trace.getSpanContext(extract(carrier))).toBeUndefined();
    expect(trace.getSpanContext(extract(carrier, { context: remote() }))?.traceId).toBe(TRACE_ID);
    expect(({} as Record<string, unknown>)['traceparent']).toBeUndefined();
  });

  it('counts what cannot be written and goes on', () => {
    const before = diagnosticCounts().get('TELINT_CARRIER_UNWRITABLE') ?? 0;
    const frozen = Object.freeze({ a: 1 });
    expect(inject(frozen, { context: remote() })).toBe(frozen);
    expect(() => inject(throwing, { context: remote() })).not.toThrow();
    expect(diagnosticCounts().get('TELINT_CARRIER_UNWRITABLE')).toBeGreaterThan(before);
  });

  it('never runs a setter of the carrier', () => {
    let ran = false;
    const carrier = Object.create({
      set traceparent(_: string) {
        ran = true;
      },
    }) as object;
    inject(carrier, { context: remote() });
    expect(ran).toBe(false);
    expect(Object.hasOwn(carrier, 'traceparent')).toBe(true);
  });

  it('never throws on any value', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withMap: true, withTypedArray: true, withNullPrototype: true }),
        (value) => {
          extract(value);
          if (typeof value === 'object' && value !== null) inject(value, { context: remote() });
        },
      ),
    );
  });
});

describe('baggage', () => {
  const entries = (ctx: Context) =>
    propagation
      .getBaggage(ctx)
      ?.getAllEntries()
      .map(([key, { value }]) => `${key}=${value}`);
  it('is filtered on both sides, and a filter that throws lets nothing through', () => {
    const masked = inject(undefined, { context: remote(), baggage: (key, value) => (key === 'email' ? '***' : value) });
    expect(masked['baggage']).toBe('tenant=a,email=***');
    expect(inject(undefined, { context: remote(), baggage: () => undefined })).toEqual({ traceparent: TRACEPARENT });
    expect(inject(undefined, { context: remote(), baggage: false })).toEqual({ traceparent: TRACEPARENT });
    expect(
      inject(undefined, {
        context: remote(),
        baggage: (key) => {
          if (key === 'email') throw new Error('x');
          return 'kept';
        },
      })['baggage'],
    ).toBe('tenant=kept');
    expect(
      entries(extract({ baggage: 'a=1,b=2' }, { baggage: (key, value) => (key === 'a' ? value : undefined) })),
    ).toEqual(['a=1']);
    expect(entries(extract({ baggage: 'a=1,b=2' }, { baggage: false }))).toBeUndefined();
  });
});

describe('SQS attributes', () => {
  const own = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, { DataType: 'String', StringValue: 'v' }]));
  const fields = { baggage: 'a=1', tracestate: 'x=1', traceparent: TRACEPARENT };
  it.each([
    [0, ['traceparent', 'tracestate', 'baggage']],
    [7, ['traceparent', 'tracestate', 'baggage']],
    [8, ['traceparent', 'tracestate']],
    [9, ['traceparent']],
    [10, []],
  ])('with %i of 10 taken adds %j', (count, added) => {
    const names = Object.keys(withSqsAttributes(own(count), fields));
    expect(names.length).toBeLessThanOrEqual(10);
    expect(names.slice(count)).toEqual(added);
  });
  it('replaces the fields of a forwarded message in a full list', () => {
    const full = { ...own(9), traceparent: { DataType: 'String', StringValue: 'old' } };
    expect(withSqsAttributes(full, fields)['traceparent']?.StringValue).toBe(TRACEPARENT);
  });
});

describe('batches', () => {
  it('link every producer once, 128 at most, in a new trace', () => {
    const message = (i: number) => ({
      headers: { traceparent: `00-${TRACE_ID}-${(i + 1).toString(16).padStart(16, '0')}-01` },
    });
    const messages = [
      ...Array.from({ length: 300 }, (_, i) => message(i)),
      message(0),
      { headers: {} },
      { headers: undefined },
    ];
    const count = context.with(remote(), () =>
      withBatchSpan(messages, { system: 'kafka', destination: 'b' }, (all) => all.length),
    );
    const span = collector.one('process b');
    expect(count).toBe(303);
    expect(span.links).toHaveLength(128);
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.attributes['messaging.batch.message_count']).toBe(303);
  });
});

it('works the same with the older line of OpenTelemetry (api 1.9, SDK 2)', () => {
  const file = fileURLToPath(new URL('./support/carriers-otel-2.ts', import.meta.url));
  const report: unknown = JSON.parse(execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 60_000 }));
  expect(report).toEqual({
    api: '1.9.1',
    written: { traceparent: TRACEPARENT, baggage: 'tenant=a' },
    kinds: Array(6).fill(TRACE_ID),
    tree: ['publish q < request', 'process q < publish q', 'batch: 1 links'],
    error: 'boom',
  });
});
