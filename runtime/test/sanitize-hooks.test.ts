import { createRequire } from 'node:module';
import { context, propagation, ROOT_CONTEXT, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import * as sdk3 from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  filterBaggage,
  labelGuard,
  recordSafeException,
  safeBaggagePropagator,
  sanitizeSpan,
  sanitizeStatement,
  sanitizingExporter,
  sanitizingProcessor,
} from '../src/sanitize-hooks.ts';
import { createSanitizer } from '../src/sanitize.ts';
import type { ReadableSpanLike, SpanExporterLike } from '../src/span-types.ts';

const SECRET = 'hunter2hunter2';
const sanitizer = createSanitizer();

interface Host {
  readonly tracer: Tracer;
  readonly spans: () => ReadableSpanLike[];
}
type MakeHost = (kind: 'exporter' | 'processor', resource?: Record<string, string>) => Host;

const hostOf3: MakeHost = (kind) => {
  const memory = new sdk3.InMemorySpanExporter();
  const inner = memory as unknown as SpanExporterLike;
  const processor =
    kind === 'exporter'
      ? new sdk3.SimpleSpanProcessor({ exporter: sanitizingExporter(inner, sanitizer) as never })
      : sanitizingProcessor(new sdk3.SimpleSpanProcessor({ exporter: memory }), sanitizer);
  const provider = new sdk3.TracerProvider({ spanProcessors: [processor] });
  return { tracer: provider.getTracer('test'), spans: () => memory.getFinishedSpans() };
};

interface Sdk2 {
  readonly BasicTracerProvider: new (options: object) => { getTracer(name: string): Tracer };
  readonly SimpleSpanProcessor: new (exporter: unknown) => object;
  readonly InMemorySpanExporter: new () => { getFinishedSpans(): ReadableSpanLike[] };
}
const hostOf2: MakeHost = (kind) => {
  const require2 = createRequire(new URL('./hosts/otel-2/package.json', import.meta.url));
  const sdk = require2('@opentelemetry/sdk-trace-base') as Sdk2;
  const memory = new sdk.InMemorySpanExporter();
  const processor =
    kind === 'exporter'
      ? new sdk.SimpleSpanProcessor(sanitizingExporter(memory as never, sanitizer))
      : sanitizingProcessor(new sdk.SimpleSpanProcessor(memory) as never, sanitizer);
  const provider = new sdk.BasicTracerProvider({ spanProcessors: [processor] });
  return { tracer: provider.getTracer('test'), spans: () => memory.getFinishedSpans() };
};

function everything(span: ReadableSpanLike): string {
  const { name, attributes, events, links, status, resource } = span;
  return JSON.stringify([name, attributes, events, links, status, resource.attributes]);
}

describe.each([
  ['SDK 3', hostOf3],
  ['SDK 2', hostOf2],
])('%s', (_, make) => {
  it.each(['exporter', 'processor'] as const)('%s gets no secret, and everything else', async (kind) => {
    const { tracer, spans } = make(kind);
    const other = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    const statement = `SELECT name FROM users WHERE token = '${SECRET}'`;
    const span = tracer.startSpan(statement, {
      attributes: {
        password: SECRET,
        'http.request.method': 'GET',
        'db.system.name': 'postgresql',
        'db.query.text': statement,
      },
      links: [{ context: other, attributes: { api_key: SECRET, index: 1 } }],
    });
    span.addEvent('login', { password: SECRET, step: 2 });
    span.addEvent(`password=${SECRET}`);
    recordSafeException(span, new Error(`password=${SECRET}`), sanitizer);
    span.setStatus({ code: SpanStatusCode.ERROR, message: `password=${SECRET}` });
    span.end();
    await expect.poll(() => spans().length).toBe(1);
    const [out] = spans() as [ReadableSpanLike];
    expect(everything(out)).not.toContain(SECRET);
    expect(out.name).toBe('SELECT name FROM users WHERE token = ?');
    expect(out.attributes).toMatchObject({
      'http.request.method': 'GET',
      'db.query.text': 'SELECT name FROM users WHERE token = ?',
    });
    expect(out.events.map((event) => event.attributes?.['step'])).toContain(2);
    expect(out.links[0]).toMatchObject({ context: other, attributes: { index: 1 } });
    expect(out.status.code).toBe(SpanStatusCode.ERROR);
    expect(out.spanContext()).toEqual(span.spanContext());
    expect(out.ended).toBe(true);
    expect(out.duration).toHaveLength(2);
    expect(Object.getPrototypeOf(out)).toBe(Object.getPrototypeOf(span));
    expect(out.instrumentationScope.name).toBe('test');
    // Other processors share the original.
    expect((span as unknown as ReadableSpanLike).attributes['password']).toBe(SECRET);
  });

  it('property: whatever is planted under a sensitive key stays inside', async () => {
    const { tracer, spans } = make('exporter');
    const key = fc.constantFrom(
      'password',
      'user.password',
      'api_key',
      'authorization',
      'http.request.header.cookie',
      'access_token',
    );
    const planted = fc.tuple(key, fc.stringMatching(/^[a-z]{0,6}$/), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(planted, { minLength: 1, maxLength: 5 }), async (plants) => {
        const before = spans().length;
        const span = tracer.startSpan('s');
        for (const [name, tail, event] of plants) {
          if (event) span.addEvent('e', { [name]: SECRET + tail });
          else span.setAttribute(name, SECRET + tail);
        }
        span.end();
        await expect.poll(() => spans().length).toBeGreaterThan(before);
        expect(everything(spans().at(-1) as ReadableSpanLike)).not.toContain(SECRET);
      }),
      { numRuns: 100 },
    );
  });
});

describe('sanitizeSpan', () => {
  const base = (): ReadableSpanLike => {
    const { tracer, spans } = hostOf3('exporter');
    tracer.startSpan('base').end();
    return spans()[0] as ReadableSpanLike;
  };

  it('leaves the contents out when they cannot be read', () => {
    const span = Object.create(base(), {
      attributes: {
        get: () => {
          throw new Error(SECRET);
        },
      },
    }) as ReadableSpanLike;
    const out = sanitizeSpan(span, sanitizer);
    expect(out).toMatchObject({ name: '[REDACTED]', attributes: {}, events: [], links: [] });
    expect(out.spanContext().traceId).toMatch(/^[\da-f]{32}$/);
  });

  it('gives all spans of a resource the same copy, so that exporters still group them', () => {
    const span = base();
    const resource = { attributes: { 'service.name': 'x', 'process.command_line': `x --password=${SECRET}` } };
    const make = () =>
      sanitizeSpan(Object.create(span, { resource: { value: resource } }) as ReadableSpanLike, sanitizer);
    expect(make().resource).toBe(make().resource);
    expect(make().resource.attributes['service.name']).toBe('x');
    expect(JSON.stringify(make().resource.attributes)).not.toContain(SECRET);
  });
});

describe('sanitizeStatement', () => {
  it.each([
    ['SELECT * FROM t WHERE a = "x"', 'mysql', 'SELECT * FROM t WHERE a = ?'],
    ['SET user:42 secret', 'redis', 'SET user:? ?'],
    ['SET user:42 secret', undefined, 'SET user:? ?'],
    ["SET LOCAL a = 'x'", undefined, 'SET LOCAL a = ?'],
    ['SET foo = bar', undefined, 'SET foo ?'],
    ["  select 'x'", undefined, 'select ?'],
    ['find secret', 'mongodb', 'find ?'],
    ['g.V().has("secret")', 'gremlin', '?'],
  ])('%s (%s)', (statement, system, expected) => {
    expect(sanitizeStatement(statement, system)).toBe(expected);
  });

  it('keeps no value of JSON', () => {
    expect(sanitizeStatement('{"find":"users","filter":{"name":"secret","n":12345}}', 'mongodb')).not.toMatch(
      /secret|12345/,
    );
  });
});

describe('guards', () => {
  it('replace sensitive label values by one constant', () => {
    const guard = labelGuard(sanitizer);
    expect(guard({ method: 'GET', status: 200 })).toEqual({ method: 'GET', status: 200 });
    expect(guard({ user: 'ann@example.com' }).user).toBe(guard({ user: 'bob@example.com' }).user);
  });

  it('inject no sensitive baggage, and keep it in this process', () => {
    const baggage = propagation.createBaggage({
      tenant: { value: 'acme' },
      password: { value: 'x' },
      note: { value: 'mail ann@example.com' },
    });
    expect(
      filterBaggage(baggage, sanitizer)
        .getAllEntries()
        .map(([key]) => key),
    ).toEqual(['tenant']);
    const carrier: Record<string, string> = {};
    const active = propagation.setBaggage(ROOT_CONTEXT, baggage);
    const set = (c: Record<string, string>, key: string, value: string) => void (c[key] = value);
    safeBaggagePropagator(new W3CBaggagePropagator(), sanitizer).inject(active, carrier, { set });
    expect(carrier['baggage']).toBe('tenant=acme');
    expect(propagation.getBaggage(active)?.getEntry('password')?.value).toBe('x');
    expect(context.active()).toBeDefined();
  });
});
