import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { NodeSDK, tracing } from '@opentelemetry/sdk-node';
import { config } from '../config.ts';

// Loaded with `node --import`, so that the instrumentations are in place before express and pg.
const sdk = new NodeSDK({
  serviceName: config.service,
  sampler: new tracing.ParentBasedSampler({
    root: new tracing.TraceIdRatioBasedSampler(0.1),
  }),
  traceExporter: new OTLPTraceExporter(),
  instrumentations: [
    new HttpInstrumentation(),
    new ExpressInstrumentation(),
    new PgInstrumentation(),
    new UndiciInstrumentation(),
  ],
});

sdk.start();

process.once('SIGTERM', () => {
  sdk.shutdown().catch((error: unknown) => {
    console.error('telemetry could not be flushed', error);
  });
});
