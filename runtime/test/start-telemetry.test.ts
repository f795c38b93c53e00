import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, diag, propagation, trace, type TracerProvider } from '@opentelemetry/api';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTelemetry, withSpan, type Telemetry, type TelemetryOptions } from '../src/index.ts';
import { adaptiveSampler } from '../src/sampling.ts';
import type { ReadableSpanLike, SpanExporterLike } from '../src/span-types.ts';
import { clientCertificate, hang, startCollector, type Collector } from './support/otlp-collector.ts';
import { LINES } from './support/otel-lines.ts';

/** An exporter that keeps what it gets. */
function memory(): SpanExporterLike & { readonly spans: ReadableSpanLike[] } {
  const spans: ReadableSpanLike[] = [];
  return {
    spans,
    export: (batch, done) => {
      spans.push(...batch);
      done({ code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
}

describe.each(LINES)('startTelemetry, $name', (line) => {
  let telemetry: Telemetry | undefined;
  let collector: Collector;

  beforeEach(async () => {
    collector = await startCollector();
  });

  afterEach(async () => {
    await telemetry?.shutdown({ timeoutMs: 200 });
    telemetry = undefined;
    trace.disable();
    context.disable();
    propagation.disable();
    diag.disable();
    await collector.close();
  });

  function start(options: TelemetryOptions = {}): Telemetry {
    return (telemetry = startTelemetry({ env: {}, resolveFrom: line.directory, ...options }));
  }

  test('sends spans with service, host and process over TLS', async () => {
    const running = start({
      serviceName: 'shop',
      serviceVersion: '1.2.3',
      resource: { 'deployment.environment.name': 'test' },
      otlp: { endpoint: collector.url, tls: { ca: collector.ca }, headers: { 'api-key': 'k' }, compression: 'gzip' },
      sampler: 1,
    });
    await withSpan('outer', () => withSpan('inner', () => Promise.resolve()));
    await withSpan('other', () => Promise.resolve());
    await running.shutdown();
    expect(collector.spans.map((span) => span.name).sort()).toEqual(['inner', 'other', 'outer']);
    expect(collector.spans[0]?.resource).toMatchObject({
      'service.name': 'shop',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
      'process.pid': process.pid,
      'telemetry.sdk.language': 'nodejs',
    });
    expect(JSON.stringify(collector.spans[0]?.resource)).not.toContain('command');
    expect(collector.requests[0]?.headers).toMatchObject({ 'api-key': 'k', 'content-encoding': 'gzip' });
    const outer = collector.spans.find((span) => span.name === 'outer');
    const inner = collector.spans.find((span) => span.name === 'inner');
    expect(inner?.parentSpanId).toBe(outer?.spanId);
    expect(outer?.traceState).toBe('ot=th:0');
    expect(running.stats()).toMatchObject({ started: 3, exported: 3, dropped: 0 });
  });

  test('the environment alone is enough; options win over it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'telint-start-'));
    const files = { ca: collector.ca, cert: clientCertificate.cert, key: clientCertificate.key };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    await collector.close();
    collector = await startCollector(0, true);
    const running = start({
      serviceName: 'from options',
      env: {
        OTEL_SERVICE_NAME: 'from environment',
        OTEL_RESOURCE_ATTRIBUTES: 'team=a%20b,service.name=third',
        OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${String(collector.port)}`,
        OTEL_EXPORTER_OTLP_HEADERS: 'x=1',
        OTEL_EXPORTER_OTLP_CERTIFICATE: join(directory, 'ca'),
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: join(directory, 'cert'),
        OTEL_EXPORTER_OTLP_CLIENT_KEY: join(directory, 'key'),
        OTEL_TRACES_SAMPLER: 'always_on',
        OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '1',
      },
    });
    withSpan('work', { attributes: { a: 1, b: 2 } }, () => 0);
    await running.shutdown();
    rmSync(directory, { recursive: true });
    expect(collector.spans).toHaveLength(1);
    expect(collector.spans[0]?.resource).toMatchObject({ 'service.name': 'from options', team: 'a b' });
    expect(collector.spans[0]?.attributes).toEqual({ a: 1 });
    expect(collector.requests[0]?.headers['x']).toBe('1');
  });

  test.each([
    ['always_off', undefined, 0, 0],
    ['always_on', undefined, 100, 100],
    ['traceidratio', '0', 0, 0],
    ['parentbased_traceidratio', '0.5', 20, 80],
    ['parentbased_always_off', undefined, 0, 0],
    ['adaptive', '1', 1, 60],
    [undefined, undefined, 100, 100],
  ])('sampler %s with %s keeps %i to %i of 100', async (name, argument, min, max) => {
    const exporter = memory();
    const running = start({ exporter, env: { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument } });
    for (let i = 0; i < 100; i++) withSpan('work', () => 0);
    await running.shutdown();
    expect(exporter.spans.length).toBeGreaterThanOrEqual(min);
    expect(exporter.spans.length).toBeLessThanOrEqual(max);
  });

  test('propagates trace context and baggage, or what the options say', () => {
    start({ exporter: memory(), sampler: adaptiveSampler({ goalPerSecond: 1000 }) });
    const carrier: Record<string, string> = {};
    withSpan('work', () => {
      propagation.inject(
        propagation.setBaggage(context.active(), propagation.createBaggage({ tenant: { value: 'a' } })),
        carrier,
      );
      expect(telemetry?.logFields()).toEqual({
        trace_id: trace.getActiveSpan()?.spanContext().traceId,
        span_id: trace.getActiveSpan()?.spanContext().spanId,
        trace_flags: '01',
      });
    });
    expect(carrier['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(carrier['tracestate']).toMatch(/^ot=th:0/);
    expect(carrier['baggage']).toBe('tenant=a');
    expect(telemetry?.logFields()).toEqual({});
  });

  test('OTEL_PROPAGATORS=none propagates nothing', () => {
    start({ exporter: memory(), env: { OTEL_PROPAGATORS: 'none' } });
    const carrier = {};
    withSpan('work', () => {
      propagation.inject(context.active(), carrier);
    });
    expect(carrier).toEqual({});
  });

  test('OTEL_SDK_DISABLED records nothing, but carries the trace of the caller on', () => {
    const running = start({ exporter: memory(), env: { OTEL_SDK_DISABLED: 'true' } });
    expect(running.isRecording).toBe(false);
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const carrier: Record<string, string> = {};
    context.with(propagation.extract(context.active(), { traceparent }), () => {
      expect(withSpan('work', (span) => span.isRecording())).toBe(false);
      propagation.inject(context.active(), carrier);
    });
    expect(carrier['traceparent']).toBe(traceparent);
  });

  test('instrumentations get the provider and are enabled', () => {
    const calls: string[] = [];
    const instrumentation = (enabled: boolean) => ({
      setTracerProvider: (provider: TracerProvider) => {
        calls.push(typeof provider.getTracer);
      },
      getConfig: () => ({ enabled }),
      enable: () => {
        calls.push(`enable ${String(enabled)}`);
      },
    });
    start({ exporter: memory(), instrumentations: [instrumentation(true), [instrumentation(false)]] });
    expect(calls).toEqual(['function', 'function', 'enable false']);
  });

  test('processors of the service run first, so that a sanitizer cleans what is exported', async () => {
    const exporter = memory();
    const running = start({
      exporter,
      redact: (text) => text.replaceAll('secret', '***'),
      spanProcessors: [
        {
          onStart: () => undefined,
          onEnd: (span) => {
            span.attributes['token'] = '[REDACTED]';
          },
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve(),
        },
      ],
    });
    expect(() => {
      withSpan('work', { attributes: { token: 'secret' } }, () => {
        throw new Error('secret');
      });
    }).toThrow('secret');
    await running.shutdown();
    expect(exporter.spans[0]?.attributes['token']).toBe('[REDACTED]');
    expect(exporter.spans[0]?.status.message).toBe('***');
  });

  test('a second start is left out, and the first goes on', async () => {
    const exporter = memory();
    const first = start({ exporter });
    const second = startTelemetry({ env: {}, resolveFrom: line.directory, exporter: memory() });
    expect(second.isRecording).toBe(false);
    withSpan('work', () => 0);
    await second.shutdown();
    await first.shutdown();
    expect(exporter.spans).toHaveLength(1);
  });

  test('shuts down in order, once, and within the deadline', async () => {
    const order: string[] = [];
    const exporter: SpanExporterLike = {
      export: (spans, done) => {
        order.push(`export ${String(spans.length)}`);
        done({ code: 0 });
      },
      shutdown: () => {
        order.push('exporter');
        return Promise.resolve();
      },
    };
    const running = start({
      exporter,
      closers: [
        () => {
          order.push('first');
          return Promise.reject(new Error('port is closed already'));
        },
        () => new Promise(() => order.push('hangs')),
        () => {
          order.push('last');
          return undefined;
        },
      ],
    });
    withSpan('work', () => 0);
    const startedAt = Date.now();
    await Promise.all([running.shutdown({ timeoutMs: 300 }), running.shutdown()]);
    await running.shutdown();
    expect(Date.now() - startedAt).toBeLessThan(2000);
    expect(order).toEqual(['export 1', 'exporter', 'first', 'hangs', 'last']);
    withSpan('too late', () => 0);
    expect(running.stats()).toMatchObject({ started: 2, exported: 1, droppedByReason: { shutdown: 1 } });
  });

  test('a collector that hangs does not hold the shutdown', async () => {
    collector.answer = hang;
    const running = start({ otlp: { endpoint: collector.url, tls: { ca: collector.ca } } });
    for (let i = 0; i < 1000; i++) withSpan('work', () => 0);
    const startedAt = Date.now();
    await running.shutdown({ timeoutMs: 300 });
    expect(Date.now() - startedAt).toBeLessThan(2000);
    expect(running.stats()).toMatchObject({ started: 1000, dropped: 1000, queued: 0, inFlight: 0 });
  });

  test('the account of spans is in the registry', async () => {
    const registry = new Registry();
    const running = start({ exporter: memory(), registry, queue: { maxQueueSize: 2 } });
    for (let i = 0; i < 5; i++) withSpan('work', () => 0);
    const text = await registry.metrics();
    expect(text).toContain('# TYPE telemetry_spans_dropped_total counter');
    expect(text).toContain('telemetry_spans_dropped_total{reason="queue_full"} 3');
    expect(text).toContain('telemetry_spans_dropped_total{reason="shutdown"} 0');
    expect(text).toContain('telemetry_spans_queued 2');
    await running.shutdown();
    expect(await registry.metrics()).toContain('telemetry_spans_exported_total 2');
  });
});

describe('mistakes of set-up', () => {
  test('a missing SDK is told with the line to run', () => {
    const directory = mkdtempSync(join(tmpdir(), 'telint-empty-'));
    expect(() => startTelemetry({ env: {}, resolveFrom: directory })).toThrow(
      /npm install @opentelemetry\/api @opentelemetry\/sdk-trace@\^3 @opentelemetry\/context-async-hooks@\^3 @opentelemetry\/exporter-trace-otlp-proto@\^0\.301 \[TELINT_SDK_MISSING\]/,
    );
    rmSync(directory, { recursive: true });
  });

  test.each(LINES)('a missing exporter is told for the line that is installed, $name', (line) => {
    const expected = line.name === 'SDK 2.x' ? 'sdk-trace-base@^2' : 'sdk-trace@^3';
    expect(() => startTelemetry({ env: {}, resolveFrom: line.directory, otlp: { protocol: 'grpc' } })).toThrow(
      expected,
    );
  });

  test('an endpoint that is no URL', () => {
    expect(() =>
      startTelemetry({ env: {}, otlp: { endpoint: 'collector' }, resolveFrom: import.meta.dirname }),
    ).toThrow(/TELINT_OPTION_INVALID/);
  });
});
