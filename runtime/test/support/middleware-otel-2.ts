/**
 * Run as a program by the tests: the middleware of the source with api 1.9 and SDK 2 in the place of the installed line,
 * swapped by a resolve hook. Prints what it saw as JSON.
 */
import { readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import type { Handler } from './middleware.ts';

const host = new URL('../hosts/otel-2/package.json', import.meta.url);
const requireOld = createRequire(host);
registerHooks({
  resolve: (specifier, hookContext, next) =>
    specifier.startsWith('@opentelemetry/')
      ? next(specifier, { ...hookContext, parentURL: host.href })
      : next(specifier, hookContext),
});

const { context, propagation, trace } = await import('@opentelemetry/api');
const { W3CTraceContextPropagator } = await import('@opentelemetry/core');
const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
const sdk = requireOld('@opentelemetry/sdk-trace-base') as Record<
  'BasicTracerProvider' | 'InMemorySpanExporter' | 'SimpleSpanProcessor',
  new (options?: unknown) => never
>;
const { instrument } = await import('../../src/middleware/http.ts');
const { fixedSampler } = await import('../../src/sampling.ts');
const { correlation } = await import('../../src/log.ts');
const { inject } = await import('../../src/propagation.ts');
const { counted, eventually, listen, plainMetrics } = await import('./served.ts');

interface OldSpan {
  readonly name: string;
  readonly parentSpanContext?: { readonly spanId: string };
  readonly status: { readonly code: number };
  readonly attributes: Readonly<Record<string, unknown>>;
  spanContext(): { readonly spanId: string };
}
const apiManifest = new URL('../hosts/otel-2/node_modules/@opentelemetry/api/package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(apiManifest, 'utf8')) as { version: string };
const exporter: { getFinishedSpans(): OldSpan[] } = new sdk.InMemorySpanExporter();
const sampler = fixedSampler(1);
trace.setGlobalTracerProvider(
  new sdk.BasicTracerProvider({ sampler, spanProcessors: [new sdk.SimpleSpanProcessor(exporter)] }),
);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());

const metrics = plainMetrics();
const logged: (string | undefined)[] = [];
let written: Record<string, string> = {};
const handler: Handler = async (request, response) => {
  await Promise.resolve();
  logged.push(correlation().span_id);
  written = inject();
  response.writeHead(request.method === 'POST' ? 500 : 200).end();
};
const running = await listen(instrument(handler, { metrics, sampler, route: () => '/users/:id' }));
const traceId = '0af7651916cd43dd8448eb211c80319c';
const headers = (flags: string) => ({ traceparent: `00-${traceId}-b7ad6b7169203331-${flags}` });
await fetch(running.url, { headers: headers('01') });
await fetch(running.url, { method: 'POST' });
await eventually(() => exporter.getFinishedSpans().length === 2, 'two spans');
await fetch(running.url, { headers: headers('00') });
const spans = exporter.getFinishedSpans();
const counts = await counted(metrics);
await running.close();
console.log(
  JSON.stringify({
    version,
    spans: spans.map(
      ({ name, attributes, status }) =>
        `${name} ${String(attributes['http.response.status_code'])}${status.code === 2 ? ' error' : ''}`,
    ),
    parents: spans.map(({ parentSpanContext }) => parentSpanContext?.spanId ?? ''),
    logs: spans.map((span, index) => span.spanContext().spanId === logged[index]),
    counts,
    unsampled: new RegExp(`^00-${traceId}-[\\da-f]{16}-00$`).test(written['traceparent'] ?? ''),
  }),
);
