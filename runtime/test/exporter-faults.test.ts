import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resilientExporter, spanProcessor, type ResilientOptions } from '../src/exporters/otlp.ts';
import type { AccountingSpanProcessor, ProcessorStats } from '../src/exporters/otlp.ts';
import { LINES } from './support/otel-lines.ts';
import {
  accept,
  clientCertificate,
  garbage,
  hang,
  refuseWith,
  startCollector,
  waitFor,
  type Collector,
} from './support/otlp-collector.ts';
import { encodePartialSuccess } from './support/otlp-schema.ts';

/** Every span that was started is somewhere. */
function expectAccount(stats: ProcessorStats): void {
  expect(stats.live + stats.accepted).toBe(stats.started);
  expect(stats.exported + stats.dropped + stats.queued + stats.inFlight + stats.spooled).toBe(
    stats.accepted + stats.recovered,
  );
  expect(Object.values(stats.droppedByReason).reduce((sum, count) => sum + count)).toBe(stats.dropped);
}

describe.each(LINES)('a collector that fails, $name', (line) => {
  let collector: Collector;
  let processor: AccountingSpanProcessor | undefined;

  beforeEach(async () => {
    collector = await startCollector();
    processor = undefined;
  });

  afterEach(async () => {
    await collector.close();
    await processor?.shutdown();
  });

  function set(options: ResilientOptions = {}, timeoutMs = 1000) {
    const inner = line.exporter({ endpoint: collector.url, timeoutMs, tls: { ca: collector.ca } });
    const exporter = resilientExporter(inner, {
      scheduledDelayMs: 10,
      backoff: { initialMs: 20, maxMs: 50 },
      shutdownTimeoutMs: 1000,
      ...options,
    });
    const own = spanProcessor(exporter);
    processor = own;
    const tracer = line.provider({ spanProcessors: [own] }).getTracer('test');
    const burst = (count: number): void => {
      for (let i = 0; i < count; i++) tracer.startSpan(`span ${String(i)}`, { attributes: { i } }).end();
    };
    return { exporter, processor: own, burst };
  }

  /** What became of one span that an exporter sends at shutdown. */
  async function sendOne(inner: ReturnType<typeof line.exporter>, shutdownTimeoutMs: number): Promise<ProcessorStats> {
    const own = spanProcessor(resilientExporter(inner, { shutdownTimeoutMs }));
    line
      .provider({ spanProcessors: [own] })
      .getTracer('test')
      .startSpan('one')
      .end();
    await own.shutdown();
    return own.stats();
  }

  test('takes a burst of 5,000 spans whole', async () => {
    // Flushing has a deadline, which is not what is tested here.
    const { processor: own, burst } = set({ shutdownTimeoutMs: 20_000 }, 10_000);
    burst(5000);
    await own.forceFlush();
    expect(own.stats()).toMatchObject({ started: 5000, exported: 5000, dropped: 0 });
    expect(new Set(collector.spans.map((span) => span.spanId)).size).toBe(5000);
    expect(collector.spans[4999]).toMatchObject({ attributes: { i: 4999 }, resource: { 'service.name': 'shop' } });
  });

  test('counts what a burst has beyond the queue', async () => {
    const lost: string[] = [];
    const { processor: own, burst } = set({
      maxQueueSize: 1000,
      onDrop: (reason) => {
        lost.push(reason);
      },
    });
    burst(5000);
    expectAccount(own.stats());
    await own.forceFlush();
    expect(own.stats()).toMatchObject({ exported: 1000, dropped: 4000, droppedByReason: { queue_full: 4000 } });
    expect(lost).toHaveLength(4000);
    // The newest are the ones that explain the present.
    expect(collector.spans.map((span) => span.attributes['i'])).toContain(4999);
    expect(collector.spans.map((span) => span.attributes['i'])).not.toContain(0);
  });

  test('refuses connections, then comes back', async () => {
    await collector.close();
    const { processor: own, burst } = set({}, 200);
    burst(50);
    expect(await waitFor(() => own.stats().failures >= 2)).toBe(true);
    expectAccount(own.stats());
    expect(own.stats()).toMatchObject({ exported: 0, dropped: 0 });
    collector = await startCollector(collector.port);
    expect(await waitFor(() => own.stats().exported === 50)).toBe(true);
    expect(collector.spans).toHaveLength(50);
  });

  test('hangs: the batch is given up after the timeout and sent again', async () => {
    collector.answer = hang;
    const { processor: own, burst } = set({ exportTimeoutMs: 100 }, 5000);
    burst(10);
    expect(await waitFor(() => own.stats().failures > 0)).toBe(true);
    collector.answer = accept;
    expect(await waitFor(() => own.stats().exported === 10)).toBe(true);
    expectAccount(own.stats());
    expect(own.stats().dropped).toBe(0);
  });

  test('answers 503 with Retry-After beyond the export timeout: the batch is kept and the wait is kept to', async () => {
    collector.answer = refuseWith(503, { 'retry-after': '2' });
    const { processor: own, burst } = set({}, 300);
    const startedAt = Date.now();
    burst(10);
    expect(await waitFor(() => own.stats().failures === 1)).toBe(true);
    expect(own.stats().circuit).toBe('open');
    collector.answer = accept;
    // More spans must not tempt it to ask earlier than the collector wished.
    burst(1000);
    expect(await waitFor(() => own.stats().exported === 1010)).toBe(true);
    expect(collector.requests[1]?.at).toBeGreaterThanOrEqual(startedAt + 2000);
    expect(own.stats().dropped).toBe(0);
  });

  test('asks for a minute during shutdown: nothing is sent again, and the loss is counted', async () => {
    collector.answer = refuseWith(503, { 'retry-after': '60' });
    const { processor: own, burst } = set();
    burst(10);
    expect(await waitFor(() => own.stats().failures === 1)).toBe(true);
    await own.shutdown();
    expect(collector.requests).toHaveLength(1);
    expect(own.stats()).toMatchObject({ exported: 0, dropped: 10, droppedByReason: { shutdown: 10 } });
  });

  test('answers with garbage, then with sense', async () => {
    collector.answer = garbage;
    const { processor: own, burst } = set();
    burst(10);
    expect(await waitFor(() => own.stats().failures > 0)).toBe(true);
    collector.answer = accept;
    expect(await waitFor(() => own.stats().exported === 10)).toBe(true);
    expectAccount(own.stats());
  });

  test('refuses for good: the spans are counted as rejected and later ones still go', async () => {
    collector.answer = refuseWith(400);
    const { processor: own, burst } = set();
    burst(10);
    expect(await waitFor(() => own.stats().dropped === 10)).toBe(true);
    expect(own.stats().droppedByReason.rejected).toBe(10);
    collector.answer = accept;
    burst(5);
    await own.forceFlush();
    expect(own.stats().exported).toBe(5);
  });

  test('finds the batch too large: halves go', async () => {
    const { processor: own, burst } = set();
    const limit = 4000;
    collector.answer = (request) => {
      (request.body.length > limit ? refuseWith(413) : accept)(request);
    };
    burst(200);
    await own.forceFlush();
    expect(await waitFor(() => own.stats().exported === 200)).toBe(true);
    expect(own.stats().dropped).toBe(0);
    expect(collector.requests.length).toBeGreaterThan(4);
  });

  test('takes a part: what it rejected is counted', async () => {
    collector.answer = ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(encodePartialSuccess(3, 'too old'));
    };
    const { processor: own, burst } = set();
    burst(10);
    await own.forceFlush();
    expect(own.stats()).toMatchObject({ exported: 7, dropped: 3, droppedByReason: { rejected: 3 } });
  });

  test('answers success with a body that is no OTLP: the status counts', async () => {
    collector.answer = ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(Buffer.from([0xff, 0xff, 0xff, 0x01]));
    };
    const { processor: own, burst } = set();
    burst(10);
    await own.forceFlush();
    expect(own.stats()).toMatchObject({ exported: 10, dropped: 0 });
  });

  test('hangs during shutdown: the deadline holds, every span is accounted for, and the caller is not kept', async () => {
    collector.answer = hang;
    const { processor: own, exporter, burst } = set({ shutdownTimeoutMs: 300 });
    burst(2000);
    const startedAt = Date.now();
    await Promise.all([own.shutdown(), own.shutdown(), exporter.forceFlush()]);
    expect(Date.now() - startedAt).toBeLessThan(2000);
    expect(own.stats()).toMatchObject({ started: 2000, exported: 0, queued: 0, inFlight: 0, dropped: 2000 });
    burst(1);
    expect(own.stats()).toMatchObject({ started: 2001, dropped: 2001 });
    expectAccount(own.stats());
  });

  test('is away for long: memory stays bounded and nothing throws where spans end', async () => {
    await collector.close();
    const { processor: own, burst } = set({ maxQueueSize: 600 }, 100);
    for (let round = 0; round < 20; round++) {
      burst(500);
      const stats = own.stats();
      expect(stats.queued + stats.inFlight).toBeLessThanOrEqual(600);
      expectAccount(stats);
      await new Promise(setImmediate);
    }
    expect(own.stats().dropped).toBeGreaterThanOrEqual(20 * 500 - 600);
    collector = await startCollector();
  });

  test('demands a client certificate', async () => {
    await collector.close();
    collector = await startCollector(0, true);
    const send = async (tls: object): Promise<ProcessorStats> => {
      const inner = line.exporter({ endpoint: collector.url, timeoutMs: 500, tls: { ca: collector.ca, ...tls } });
      return sendOne(inner, 1500);
    };
    expect(await send({})).toMatchObject({ exported: 0, dropped: 1 });
    expect(await send(clientCertificate)).toMatchObject({ exported: 1, dropped: 0 });
  });

  test('is not the one it claims to be: nothing is sent to an unknown authority', async () => {
    const stats = await sendOne(line.exporter({ endpoint: collector.url, timeoutMs: 300 }), 800);
    expect(collector.requests).toHaveLength(0);
    expect(stats).toMatchObject({ exported: 0, dropped: 1 });
  });

  test('is a port that accepts and says nothing', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const inner = line.exporter({ endpoint: `https://127.0.0.1:${String(port)}/v1/traces`, timeoutMs: 100 });
    expect(await sendOne(inner, 400)).toMatchObject({ dropped: 1, droppedByReason: { shutdown: 1 } });
    silent.close();
  });
});
