import { context, ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { resilientExporter, spanProcessor } from '../src/exporters/otlp.ts';
import { adaptiveSampler, fixedSampler } from '../src/sampling.ts';
import type { SpanProcessorLike } from '../src/span-types.ts';
import { medianTimes, type BenchRow } from './rows.ts';

const DECISIONS = 300_000;
const REQUESTS = 100_000;
const BURST = 5000;
const ROUNDS = 7;

/** Takes everything after a turn of the event loop, as a collector next door would. */
class CountingExporter implements SpanExporter {
  count = 0;

  export(spans: ReadableSpan[], done: (result: { code: number }) => void): void {
    this.count += spans.length;
    setImmediate(done, { code: 0 });
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

function unsampledRequests(): Record<'sdk' | 'ours', () => void> {
  const attributes = { 'http.request.method': 'GET', 'http.route': '/users/:id' };
  const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0) });
  const tracer = new TracerProvider({ sampler }).getTracer('bench');
  const ours = adaptiveSampler({ goalPerSecond: 0.001, guaranteeMs: 1e9, burstSeconds: 1 });
  return {
    sdk: () => {
      for (let i = 0; i < REQUESTS; i++) {
        tracer.startSpan('GET /users/:id', { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT).end();
      }
    },
    ours: () => {
      for (let i = 0; i < REQUESTS; i++) {
        const decision = ours.decide({ method: 'GET', route: '/users/:id' });
        if (decision.sampled) tracer.startSpan('GET /users/:id', { attributes }, decision.activate(ROOT_CONTEXT)).end();
      }
    },
  };
}

/** One burst, from the first span to the last export; returns how many arrived. */
async function burst(processor: SpanProcessorLike, exporter: CountingExporter): Promise<number> {
  const before = exporter.count;
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('bench');
  for (let i = 0; i < BURST; i++) tracer.startSpan('work', { attributes: { i } }).end();
  await processor.forceFlush();
  return exporter.count - before;
}

/** Nanoseconds for each span end: what the request pays. */
function onEndOnly(processor: SpanProcessorLike): () => Promise<void> {
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('bench');
  return async () => {
    for (let i = 0; i < 500; i++) tracer.startSpan('work').end();
    await processor.forceFlush();
  };
}

/** Sampler decisions, unsampled requests and span throughput, each beside the SDK's own. */
export async function bench(): Promise<BenchRow[]> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const ratio = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.1) });
  const fixed = fixedSampler(0.1);
  const adaptive = adaptiveSampler({ goalPerSecond: 10 });
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const decisions = await medianTimes(
    {
      sdk: () => {
        for (let i = 0; i < DECISIONS; i++) ratio.shouldSample(ROOT_CONTEXT, traceId, 'a', SpanKind.SERVER, {}, []);
      },
      fixed: () => {
        for (let i = 0; i < DECISIONS; i++) fixed.decide({ method: 'GET', route: '/a' });
      },
      adaptive: () => {
        for (let i = 0; i < DECISIONS; i++) adaptive.decide({ method: 'GET', route: '/a' });
      },
    },
    ROUNDS,
  );
  const requests = await medianTimes(unsampledRequests(), ROUNDS);

  const [theirs, own] = [new CountingExporter(), new CountingExporter()];
  const sdkProcessor = new BatchSpanProcessor({ exporter: theirs }) as unknown as SpanProcessorLike;
  const ourProcessor = spanProcessor(resilientExporter(own));
  let sdkArrived = 0;
  let ourArrived = 0;
  const bursts = await medianTimes(
    {
      sdk: async () => {
        sdkArrived = await burst(sdkProcessor, theirs);
      },
      ours: async () => {
        ourArrived = await burst(ourProcessor, own);
      },
    },
    ROUNDS,
  );
  const ends = await medianTimes({ sdk: onEndOnly(sdkProcessor), ours: onEndOnly(ourProcessor) }, ROUNDS * 5);
  await Promise.all([sdkProcessor.shutdown(), ourProcessor.shutdown()]);
  const ns = (milliseconds: number, count: number): string => `${String(Math.round((milliseconds * 1e6) / count))} ns`;
  return [
    {
      id: 'tracing/decide-fixed',
      ratio: decisions.fixed / decisions.sdk,
      target: 1,
      direction: 'max',
      note: `decide() ${ns(decisions.fixed, DECISIONS)}, ParentBased TraceIdRatioBased ${ns(decisions.sdk, DECISIONS)}`,
    },
    {
      id: 'tracing/decide-adaptive',
      ratio: decisions.adaptive / decisions.sdk,
      target: 2,
      direction: 'max',
      note: `decide() ${ns(decisions.adaptive, DECISIONS)}, with a rate per route`,
    },
    {
      id: 'tracing/unsampled-request',
      ratio: requests.ours / requests.sdk,
      target: 0.1,
      direction: 'max',
      note: `${ns(requests.ours, REQUESTS)} against ${ns(requests.sdk, REQUESTS)} for startSpan at probability 0`,
    },
    {
      id: 'tracing/burst-arrived',
      ratio: ourArrived / BURST,
      target: 1,
      direction: 'min',
      note: `of ${String(BURST)} spans ${String(ourArrived)} arrive, ${String(sdkArrived)} through BatchSpanProcessor`,
    },
    {
      id: 'tracing/span-throughput',
      ratio: bursts.ours / ourArrived / (bursts.sdk / sdkArrived),
      target: 1.1,
      direction: 'max',
      note: `time per span that arrives, in a burst: ${ns(bursts.ours, ourArrived)} against ${ns(bursts.sdk, sdkArrived)}`,
    },
    {
      id: 'tracing/span-without-loss',
      ratio: ends.ours / ends.sdk,
      target: 1.1,
      direction: 'max',
      note: `500 spans and a flush, nothing lost on either side: ${ns(ends.ours, 500)} against ${ns(ends.sdk, 500)} a span`,
    },
  ];
}
