import { CORE_METRICS, PROCESS_METRICS } from '../../../runtime/src/metrics.ts';
import { dashboardFile } from '../dashboard.ts';
import { figure, heatmap, lines } from '../panels.ts';
import { aggregate, DASHBOARD, quantile, select, sumIncrease, sumRate } from '../query.ts';
import { ERROR_BUDGET, RECORDED } from '../recording-rules.ts';
import { errorRatio, gaugeBy, memoryUse, poolUse, quantileBy, rateBy } from '../signals.ts';

const { duration, active } = CORE_METRICS.httpServer;

/** Recorded series have no instance: they are about whole services. */
const SERVICE = { ...DASHBOARD, matchers: ['job=~"$job"'] };
const budgetLeft = `1 - ${select(RECORDED.errorRatio['30d'], SERVICE)} / ${ERROR_BUDGET}`;
const buckets = `increase(${select(duration, DASHBOARD, {}, '_bucket')}[${DASHBOARD.range}])`;

/** Traffic, errors, duration, saturation: the first dashboard to open. */
export const goldenSignals = dashboardFile({
  uid: 'telint-golden-signals',
  title: 'Golden signals',
  description: 'Traffic, errors, duration and saturation of HTTP services, and how much of the error budget is left.',
  folder: 'services',
  rows: [
    {
      title: 'Now',
      panels: [
        figure({
          title: 'Requests',
          description: 'Requests per second of the chosen services.',
          unit: 'reqps',
          queries: [{ expr: sumRate(duration, DASHBOARD), legend: 'requests' }],
        }),
        figure({
          title: 'Errors',
          description: 'Part of the requests that ended with a status of 5xx. HighErrorRate fires above 5 %.',
          unit: 'percentunit',
          queries: [{ ...errorRatio([]), legend: 'errors' }],
          limits: { warn: 0.01, bad: 0.05 },
        }),
        figure({
          title: 'Median',
          description: 'Half of the requests are faster.',
          unit: 's',
          queries: [quantileBy(0.5, duration, [], 'p50')],
        }),
        figure({
          title: '95th percentile',
          description: 'One request in twenty is slower. SlowP95 fires above 1 second.',
          unit: 's',
          queries: [quantileBy(0.95, duration, [], 'p95')],
          limits: { warn: 0.5, bad: 1 },
        }),
        figure({
          title: 'Under way',
          description: 'Requests that are being answered.',
          unit: 'short',
          decimals: 0,
          queries: [{ ...gaugeBy('sum', active, []), legend: 'requests' }],
        }),
        figure({
          title: 'Error budget left',
          description: `Least part of the budget of 30 days that a service has left; the objective is ${100 - 100 * ERROR_BUDGET} %. Negative: the objective is missed.`,
          unit: 'percentunit',
          queries: [{ expr: aggregate('min', [], budgetLeft), legend: 'left' }],
          limits: { bad: 0, warn: 0.25, isReversed: true },
        }),
      ],
    },
    {
      title: 'Traffic and errors',
      panels: [
        lines({
          title: 'Requests by service',
          description: 'Requests per second. A sudden fall is an outage before this service.',
          unit: 'reqps',
          queries: [rateBy(duration, ['job'])],
        }),
        lines({
          title: 'Requests by status',
          description:
            'Requests per second by status code; an empty one is a request whose connection ended before the response.',
          unit: 'reqps',
          queries: [rateBy(duration, ['http_response_status_code'])],
          isStacked: true,
        }),
        lines({
          title: 'Errors by service',
          description: 'Part of the requests with a status of 5xx.',
          unit: 'percentunit',
          queries: [errorRatio(['job'])],
        }),
        lines({
          title: 'Routes with most errors',
          description: 'Requests per second with a status of 5xx, the ten routes with most of them.',
          unit: 'reqps',
          queries: [
            {
              expr: `topk(10, ${sumRate(duration, DASHBOARD, {
                by: ['http_request_method', 'http_route'],
                where: { http_response_status_code: '=~5..' },
              })})`,
              legend: '{{http_request_method}} {{http_route}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Duration',
      panels: [
        lines({
          title: 'Duration',
          description: 'Quantiles over all chosen services. Diamonds are single traces.',
          unit: 's',
          queries: [
            quantileBy(0.5, duration, [], 'p50'),
            quantileBy(0.95, duration, [], 'p95'),
            quantileBy(0.99, duration, [], 'p99'),
          ],
        }),
        lines({
          title: 'p95 by route',
          description: 'The ten routes with the highest 95th percentile.',
          unit: 's',
          queries: [
            {
              expr: `topk(10, ${quantile(0.95, duration, DASHBOARD, { by: ['http_request_method', 'http_route'] })})`,
              legend: '{{http_request_method}} {{http_route}}',
            },
          ],
        }),
        heatmap({
          title: 'Distribution of durations',
          description: 'Number of requests by duration. Two bands are two kinds of requests, or a cache that misses.',
          unit: 's',
          expr: aggregate('sum', ['le'], buckets),
        }),
      ],
    },
    {
      title: 'Saturation',
      panels: [
        lines({
          title: 'Event loop',
          description: 'Part of the time in which the event loop had work. Above 80 % requests begin to wait.',
          unit: 'percentunit',
          queries: [gaugeBy('max', PROCESS_METRICS.eventLoopUtilization, ['job', 'instance'])],
          max: 1,
        }),
        lines({
          title: 'Memory',
          description: 'Resident memory against its limit. MemoryHigh fires above 90 %.',
          unit: 'percentunit',
          queries: [memoryUse()],
        }),
        lines({
          title: 'Connection pools',
          description: 'Connections in use against the most that a pool opens. PoolSaturated fires above 80 %.',
          unit: 'percentunit',
          queries: [poolUse()],
        }),
        lines({
          title: 'Requests under way',
          description: 'Requests that are being answered, by service and method.',
          unit: 'short',
          queries: [gaugeBy('sum', active, ['job', 'http_request_method'])],
        }),
      ],
    },
    {
      title: 'Error budget',
      panels: [
        lines({
          title: 'Error budget left',
          description: 'Part of the budget of 30 days that is left, by service.',
          unit: 'percentunit',
          queries: [{ expr: budgetLeft, legend: '{{job}}' }],
        }),
        lines({
          title: 'Burn of the error budget',
          description:
            'How many times as fast as allowed the budget burns. Alerts fire at 14.4 (1 h), 6 (6 h), 3 (1 d) and 1 (3 d).',
          unit: 'short',
          queries: (['1h', '6h', '1d', '3d'] as const).map((window) => ({
            expr: `${select(RECORDED.errorRatio[window], SERVICE)} / ${ERROR_BUDGET}`,
            legend: `{{job}} ${window}`,
          })),
        }),
        lines({
          title: 'Failed requests',
          description: 'Requests with a status of 5xx within each step of the graph, by service.',
          unit: 'short',
          queries: [
            {
              expr: sumIncrease(duration, DASHBOARD, { by: ['job'], where: { http_response_status_code: '=~5..' } }),
              legend: '{{job}}',
            },
          ],
        }),
      ],
    },
  ],
});
