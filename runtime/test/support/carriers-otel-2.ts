/**
 * Run as a program by the tests: the propagation of the source with api 1.9 and SDK 2 in the place of the installed line,
 * swapped by a resolve hook. Prints what it saw as JSON.
 */
import { readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';

const host = new URL('../hosts/otel-2/package.json', import.meta.url);
const requireOld = createRequire(host);
registerHooks({
  resolve: (specifier, hookContext, next) =>
    specifier.startsWith('@opentelemetry/')
      ? next(specifier, { ...hookContext, parentURL: host.href })
      : next(specifier, hookContext),
});

const { context, propagation, trace } = await import('@opentelemetry/api');
const { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } = await import('@opentelemetry/core');
const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
const sdk = requireOld('@opentelemetry/sdk-trace-base') as Record<
  'BasicTracerProvider' | 'InMemorySpanExporter' | 'SimpleSpanProcessor',
  new (options?: unknown) => never
>;
const { extract, inject, withBatchSpan, withConsumerSpan, withProducerSpan } = await import('../../src/propagation.ts');

interface OldSpan {
  readonly name: string;
  readonly parentSpanContext?: { readonly spanId: string };
  readonly links: readonly unknown[];
  readonly status: { readonly message?: string };
  spanContext(): { readonly spanId: string };
}
const apiManifest = new URL('../hosts/otel-2/node_modules/@opentelemetry/api/package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(apiManifest, 'utf8')) as { version: string };
const exporter: { getFinishedSpans(): OldSpan[] } = new sdk.InMemorySpanExporter();
trace.setGlobalTracerProvider(new sdk.BasicTracerProvider({ spanProcessors: [new sdk.SimpleSpanProcessor(exporter)] }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(
  new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
);

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const remote = extract({ traceparent, baggage: 'tenant=a,email=x' });
const written = inject(undefined, { context: remote, baggage: (key, value) => (key === 'tenant' ? value : undefined) });
const carriers: object[] = [{}, new Headers(), new Map<string, string>(), [], ['k', 'v'], new URLSearchParams()];
const kinds = carriers.map((carrier) => trace.getSpanContext(extract(inject(carrier, { context: remote })))?.traceId);

const target = { system: 'test', destination: 'q' };
await trace.getTracer('test').startActiveSpan('request', async (span) => {
  const fields = withProducerSpan({ ...target, operation: 'publish' }, (out) => out);
  await withConsumerSpan({ ...target, carrier: fields }, () => Promise.resolve());
  withBatchSpan([{ headers: fields }], { ...target, operation: 'batch' }, () => undefined);
  try {
    withConsumerSpan({ system: 'test', destination: 'failing', carrier: fields }, () => {
      throw new Error('boom');
    });
  } catch {
    // The status of the span is what is looked at.
  }
  span.end();
});
const spans = exporter.getFinishedSpans();
const find = (name: string): OldSpan | undefined => spans.find((span) => span.name === name);
const parentOf = (name: string): string => {
  const parent = find(name)?.parentSpanContext?.spanId;
  return `${name} < ${spans.find((span) => span.spanContext().spanId === parent)?.name ?? 'none'}`;
};
process.stdout.write(
  JSON.stringify({
    api: version,
    written,
    kinds,
    tree: [parentOf('publish q'), parentOf('process q'), `batch: ${find('batch q')?.links.length ?? 0} links`],
    error: find('process failing')?.status.message,
  }),
);
