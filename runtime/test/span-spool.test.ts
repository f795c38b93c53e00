import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { diagnosticCounts } from '../src/diagnostics.ts';
import { resilientExporter, spanProcessor, type ResilientOptions } from '../src/exporters/otlp.ts';
import { decodeSpans, encodeSpans } from '../src/span-codec.ts';
import type { ReadableSpanLike } from '../src/span-types.ts';
import { LINES } from './support/otel-lines.ts';
import { accept, hang, refuseWith, startCollector, waitFor, type Collector } from './support/otlp-collector.ts';
import { alwaysOn } from '../src/sampling.ts';

describe.each(LINES)('the spool, $name', (line) => {
  let collector: Collector;
  let directory: string;

  beforeEach(async () => {
    collector = await startCollector();
    directory = mkdtempSync(join(tmpdir(), 'telint-spool-'));
  });

  afterEach(async () => {
    await collector.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const files = (): string[] => readdirSync(directory).filter((file) => file.includes('.spans'));

  function service(options: ResilientOptions = {}, timeoutMs = 300) {
    const inner = line.exporter({ endpoint: collector.url, timeoutMs, tls: { ca: collector.ca } });
    const processor = spanProcessor(
      resilientExporter(inner, {
        scheduledDelayMs: 10,
        maxExportBatchSize: 100,
        backoff: { initialMs: 20, maxMs: 60 },
        shutdownTimeoutMs: 1000,
        spool: { directory },
        ...options,
      }),
    );
    const tracer = line.provider({ spanProcessors: [processor], sampler: alwaysOn() }).getTracer('test', '1.2.3');
    const burst = (count: number, from = 0): void => {
      for (let i = from; i < from + count; i++) {
        const parent = tracer.startSpan(`span ${String(i)}`, {
          kind: SpanKind.SERVER,
          attributes: { i, list: ['a', 'b'], yes: true },
        });
        parent.addEvent('step', { n: 1.5 });
        parent.addLink({ context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 } });
        parent.setStatus({ code: SpanStatusCode.ERROR, message: 'broken' });
        parent.end();
      }
    };
    return { processor, burst };
  }

  test('what a shutdown cannot deliver survives it and is sent by the next process, whole', async () => {
    collector.answer = refuseWith(503, { 'retry-after': '60' });
    const first = service();
    first.burst(250);
    await first.processor.shutdown();
    expect(first.processor.stats()).toMatchObject({ accepted: 250, exported: 0, dropped: 0, spooled: 250, queued: 0 });
    expect(files().length).toBeGreaterThan(0);
    for (const file of files()) expect(statSync(join(directory, file)).mode & 0o077).toBe(0);

    collector.answer = accept;
    const second = service();
    expect(await waitFor(() => second.processor.stats().exported === 250)).toBe(true);
    expect(second.processor.stats()).toMatchObject({ accepted: 0, recovered: 250, spooled: 0, dropped: 0 });
    expect(await waitFor(() => files().length === 0)).toBe(true);
    expect(collector.spans).toHaveLength(250);
    const arrived = collector.spans.find((span) => span.attributes['i'] === 7);
    expect(arrived).toMatchObject({
      name: 'span 7',
      kind: 2,
      traceState: 'ot=th:0',
      statusCode: 2,
      statusMessage: 'broken',
      scope: 'test',
      events: [{ name: 'step', attributes: { n: 1.5 } }],
      resource: { 'service.name': 'shop' },
    });
    await second.processor.shutdown();
  });

  test('takes the overflow of a long outage, within its bytes, and gives it back', async () => {
    collector.answer = refuseWith(503);
    const { processor, burst } = service({ maxQueueSize: 400 });
    let sent = 0;
    while (processor.stats().spooled < 600 && sent < 20_000) {
      burst(100, sent);
      sent += 100;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(processor.stats().spooled).toBeGreaterThanOrEqual(600);
    collector.answer = accept;
    expect(await waitFor(() => processor.stats().spooled === 0 && processor.stats().queued === 0, 10_000)).toBe(true);
    await processor.forceFlush();
    const stats = processor.stats();
    expect(stats.exported + stats.dropped).toBe(sent);
    expect(new Set(collector.spans.map((span) => span.spanId)).size).toBe(stats.exported);
    await processor.shutdown();
  });

  test('takes the overflow while a collector that does not answer holds an export, too', async () => {
    collector.answer = hang;
    const { processor, burst } = service({ maxQueueSize: 400, concurrency: 1, exportTimeoutMs: 60_000 }, 60_000);
    for (let sent = 0; sent < 1500; sent += 50) {
      burst(50, sent);
      const hasRoom = (): boolean => processor.stats().queued + processor.stats().inFlight <= 350;
      expect(await waitFor(hasRoom)).toBe(true);
    }
    expect(processor.stats()).toMatchObject({ accepted: 1500, dropped: 0, failures: 0, exported: 0 });
    expect(processor.stats().spooled).toBeGreaterThanOrEqual(1000);
    collector.answer = accept;
    await processor.shutdown();
  });

  test('is bounded: what does not fit is counted', async () => {
    collector.answer = refuseWith(503, { 'retry-after': '60' });
    const { processor, burst } = service({ spool: { directory, maxBytes: 60_000 } });
    burst(1000);
    await processor.shutdown();
    const stats = processor.stats();
    expect(stats.spooled).toBeGreaterThan(0);
    expect(stats.droppedByReason.shutdown).toBe(1000 - stats.spooled);
    const bytes = files().reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);
    expect(bytes).toBeLessThanOrEqual(60_000);
  });

  test('skips a damaged file with a warning, counts its spans, and sends the others', async () => {
    collector.answer = refuseWith(503, { 'retry-after': '60' });
    const first = service();
    first.burst(200);
    await first.processor.shutdown();
    const [damaged, whole] = files().sort();
    expect(whole).toBeDefined();
    const path = join(directory, String(damaged));
    truncateSync(path, statSync(path).size - 10);
    writeFileSync(join(directory, 'unrelated.txt'), 'left alone');
    collector.answer = accept;
    const before = diagnosticCounts().get('TELINT_SPOOL_CORRUPT') ?? 0;
    const second = service();
    expect(await waitFor(() => second.processor.stats().exported === 100)).toBe(true);
    expect(second.processor.stats()).toMatchObject({
      recovered: 200,
      dropped: 100,
      droppedByReason: { spool_corrupt: 100 },
    });
    expect(diagnosticCounts().get('TELINT_SPOOL_CORRUPT')).toBe(before + 1);
    expect(await waitFor(() => files().length === 0)).toBe(true);
    expect(readFileSync(join(directory, 'unrelated.txt'), 'utf8')).toBe('left alone');
    await second.processor.shutdown();
  });

  test('a directory that cannot be made costs a warning, not the service', async () => {
    writeFileSync(join(directory, 'file'), '');
    const { processor, burst } = service({ spool: { directory: join(directory, 'file', 'below') } });
    burst(10);
    await processor.forceFlush();
    expect(processor.stats()).toMatchObject({ exported: 10, dropped: 0 });
    await processor.shutdown();
  });
});

describe('spans as text', () => {
  const span: ReadableSpanLike = {
    name: 'zoë "quoted"\n',
    kind: SpanKind.CLIENT,
    spanContext: () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
    parentSpanContext: { traceId: '1'.repeat(32), spanId: '3'.repeat(16), traceFlags: 1, isRemote: true },
    startTime: [1, 2],
    endTime: [3, 4],
    duration: [2, 2],
    ended: true,
    status: { code: SpanStatusCode.UNSET },
    attributes: { bytes: new Uint8Array([0, 255]), endless: Infinity, none: NaN, text: '$bytes' },
    links: [],
    events: [],
    resource: { attributes: { 'service.name': 'shop' } },
    instrumentationScope: { name: 'test' },
    droppedAttributesCount: 1,
    droppedEventsCount: 2,
    droppedLinksCount: 3,
  };

  test('come back as they were', () => {
    const [back] = decodeSpans(encodeSpans([span]));
    expect(back?.attributes).toEqual(span.attributes);
    expect(back?.name).toBe(span.name);
    expect(back?.spanContext()).toEqual(span.spanContext());
    expect(back?.parentSpanContext).toEqual(span.parentSpanContext);
    expect(back?.droppedLinksCount).toBe(3);
  });

  test('every damage of one character is seen', () => {
    const text = encodeSpans([span]);
    for (let i = 0; i < text.length; i++) {
      const changed = text[i] === 'x' ? 'y' : 'x';
      expect(() => decodeSpans(text.slice(0, i) + changed + text.slice(i + 1))).toThrow();
    }
    expect(() => decodeSpans('')).toThrow();
  });
});
