/** Wrong names and values are errors of the compiler; the assertions at run time say what happens without one. */
import { describe, expect, it } from 'vitest';
import { bucketed, createMetrics, free, oneOf, statusClass, template, topK } from '../src/metrics.ts';
import { parseExposition, sampleValue } from './support/exposition-parser.ts';

const metrics = createMetrics({ selfMetrics: false });
const labels = { method: oneOf('GET', 'POST'), route: template(), status: statusClass() };

describe('types carry the label domains', () => {
  const requests = metrics.counter({ name: 'typed_requests_total', help: 'Requests.', labels });
  const right = { method: 'GET', route: '/', status: '2xx' } as const;

  it('accepts what the domains hold', () => {
    requests.inc(right);
    requests.inc({ ...right, status: 404 }, 2);
    requests.bind(right).inc();
    requests.bind(right).inc(3);
  });

  it('refuses a value outside of oneOf', async () => {
    // @ts-expect-error PATCH is not one of the methods
    requests.inc({ ...right, method: 'PATCH' });
    expect(
      sampleValue(parseExposition(await metrics.text(), 'text'), 'typed_requests_total', {
        ...right,
        method: '__other__',
      }),
    ).toBe(1);
  });

  it('refuses a label that is not declared, and a missing one', () => {
    // @ts-expect-error no label `verb`
    requests.inc({ verb: 'GET', route: '/', status: '2xx' });
    // @ts-expect-error `status` is missing
    requests.inc({ method: 'GET', route: '/' });
    // @ts-expect-error the labels are missing
    requests.inc();
    // @ts-expect-error the labels are missing
    requests.inc(1);
    // @ts-expect-error a class of status codes, or a number
    requests.inc({ ...right, status: 'ok' });
  });

  it('knows metrics without labels', () => {
    const jobs = metrics.counter({ name: 'typed_jobs_total', help: 'Jobs.' });
    jobs.inc();
    jobs.inc(2);
    jobs.bind().inc();
    // @ts-expect-error no labels were declared
    jobs.inc({ queue: 'a' });
    const depth = metrics.gauge({ name: 'typed_depth', help: 'Depth.' });
    depth.set(3);
    // @ts-expect-error `set` needs a value
    depth.set();
  });

  it('types histograms, gauges, timers and the other domains', () => {
    const duration = metrics.histogram({ name: 'typed_duration_seconds', help: 'Duration.', labels });
    duration.observe(right, 0.1);
    // @ts-expect-error a value is needed
    duration.observe(right);
    // @ts-expect-error no label `verb`
    duration.startTimer({ verb: 'GET' });
    duration.startTimer({ method: 'GET' })({ route: '/', status: '5xx' });
    const others = metrics.gauge({
      name: 'typed_others',
      help: 'Others.',
      labels: { tenant: bucketed(), customer: topK(5), any: free(), level: oneOf(1, 2, true) },
    });
    others.set({ tenant: 42, customer: 'c', any: false, level: 2 }, 1);
    // @ts-expect-error 3 is not one of the levels
    others.set({ tenant: 42, customer: 'c', any: false, level: 3 }, 1);
  });
});
