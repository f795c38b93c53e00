/** Sources of any length for measuring how the time grows with the size of a file. */

const HEAD = `import { Counter, Histogram } from 'prom-client';
import { SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('generated');
const requests = new Counter({ name: 'requests_total', help: 'Requests.', labelNames: ['method', 'route', 'status'] });
const duration = new Histogram({ name: 'request_duration_seconds', help: 'Time.', labelNames: ['route'] });
const routes = new Map<string, string>();
function normalize(path: string): string { return routes.get(path) ?? 'other'; }
`;

/** Statements with a metric, a span with attributes, a log call and a chain of locals; `n` makes the names differ. */
function body(n: number): string {
  const previous = n === 0 ? 'req.path' : `path${n - 1} + req.path`;
  return `  const path${n} = ${previous};
  const route${n} = req.route?.path ?? normalize(path${n});
  const labels${n} = { method: req.method, route: route${n}, status: String(res.statusCode) };
  requests.inc(labels${n});
  const span${n} = tracer.startSpan('step ${n}', { attributes: { 'http.route': route${n} } });
  try {
    span${n}.setAttribute('app.step', ${n});
    span${n}.setAttribute('user.email', req.body.user.email);
    console.log('step', ${n}, route${n});
    duration.observe({ route: route${n} }, ${n} / 1000);
  } catch (error) {
    span${n}.recordException(error as Error);
    span${n}.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span${n}.end();
  }
`;
}

const LINES_PER_BODY = 17;

/** Many handlers in one file, about `lines` lines long. */
export function manyFunctions(lines: number): string {
  const count = Math.ceil(lines / (LINES_PER_BODY + 2));
  const handlers = Array.from(
    { length: count },
    (_, n) => `export function handler${n}(req: any, res: any) {\n${body(0).replaceAll(/(\w)0\b/g, `$1${n}`)}}\n`,
  );
  return HEAD + handlers.join('');
}

/** The same statements in one function, each step reading a local of the step before. */
export function oneFunction(lines: number): string {
  const count = Math.ceil(lines / LINES_PER_BODY);
  return `${HEAD}export function handler(req: any, res: any) {\n${Array.from({ length: count }, (_, n) => body(n)).join('')}}\n`;
}
