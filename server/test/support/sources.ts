import type { Files } from './define-test.ts';

/** A service with one metric in its own file, written with a raw path in another. */
export const METRIC_SERVICE: Files = {
  'package.json': JSON.stringify({ name: 'service', dependencies: { 'prom-client': '15.1.3', express: '4.0.0' } }),
  'src/metrics.ts': `import { Counter, Histogram } from 'prom-client';

export const requests = new Counter({
  name: 'app_requests_total',
  help: 'Requests',
  labelNames: ['route', 'method'],
});

export const duration = new Histogram({
  name: 'app_duration_seconds',
  help: 'Time',
  labelNames: ['outcome'],
  buckets: [0.1, 1, 10],
});
`,
  'src/routes.ts': `import type { Request } from 'express';
import { requests, duration } from './metrics.ts';
import { label } from './label.ts';

export function handle(req: Request, failed: boolean) {
  requests.inc({ route: req.path, method: 'GET' });
  duration.observe({ outcome: failed ? 'error' : 'ok' }, 1);
  requests.inc({ route: label(req), method: 'POST' });
}
`,
  'src/label.ts': `import type { Request } from 'express';

export function label(req: Request) {
  return 'fixed';
}
`,
};

/** A span that is started and never ended. */
export const OPEN_SPAN = `import { trace } from '@opentelemetry/api';

const tracer = trace.getTracer('app');

export function work() {
  const span = tracer.startSpan('work');
  span.setAttribute('app.size', 3);
}
`;
