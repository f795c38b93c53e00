import { context, propagation, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { sleep } from '../services/process.ts';

/** Spans of a test, in a real SDK with the W3C propagators. */
export interface SpanCollector {
  /** Ended spans in the order of their end. */
  spans(): ReadableSpan[];
  /** The one ended span with a name; fails when there is none or there are several. */
  one(name: string): ReadableSpan;
  named(name: string): ReadableSpan[];
  /** Waits until a condition on the ended spans holds; fails with their tree. */
  until(condition: (spans: ReadableSpan[]) => boolean, what: string): Promise<void>;
  /** The trace as lines, indented by depth, siblings by start: `publish orders [PRODUCER]`. */
  tree(): string[];
  reset(): void;
  shutdown(): Promise<void>;
}

const KINDS = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const started = ({ startTime: [seconds, nanos] }: ReadableSpan): number => seconds * 1e9 + nanos;

function treeOf(spans: readonly ReadableSpan[]): string[] {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const lines: string[] = [];
  const visit = (parent: string | undefined, depth: number): void => {
    const children = spans.filter(({ parentSpanContext }) =>
      parent === undefined
        ? parentSpanContext === undefined || !ids.has(parentSpanContext.spanId)
        : parentSpanContext?.spanId === parent,
    );
    for (const span of children.sort((a, b) => started(a) - started(b))) {
      const links = span.links.length === 0 ? '' : ` links:${span.links.length}`;
      const error = span.status.code === SpanStatusCode.ERROR ? ' error' : '';
      lines.push(`${'  '.repeat(depth)}${span.name} [${KINDS[span.kind] ?? ''}]${links}${error}`);
      visit(span.spanContext().spanId, depth + 1);
    }
  };
  visit(undefined, 0);
  return lines;
}

/** Registers the SDK as the global one; `shutdown` takes it away again. */
export function collectSpans(): SpanCollector {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  const spans = (): ReadableSpan[] => exporter.getFinishedSpans();
  const collector: SpanCollector = {
    spans,
    named: (name) => spans().filter((span) => span.name === name),
    one(name) {
      const [span, ...more] = collector.named(name);
      if (span === undefined || more.length > 0) {
        throw new Error(`${more.length === 0 ? 'no span' : 'several spans'} "${name}":\n${treeOf(spans()).join('\n')}`);
      }
      return span;
    },
    async until(condition, what) {
      const deadline = Date.now() + 15_000;
      while (!condition(spans())) {
        if (Date.now() > deadline) throw new Error(`never happened: ${what}\n${treeOf(spans()).join('\n')}`);
        await sleep(5);
      }
    },
    tree: () => treeOf(spans()),
    reset: () => exporter.reset(),
    async shutdown() {
      await provider.shutdown();
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
  return collector;
}

/** Runs `fn` inside a span as an HTTP server would make it. */
export function inRequest<T>(name: string, fn: (span: Span) => Promise<T>): Promise<T> {
  return trace.getTracer('test').startActiveSpan(name, { kind: SpanKind.SERVER }, async (span) => {
    try {
      return await fn(span);
    } finally {
      span.end();
    }
  });
}
