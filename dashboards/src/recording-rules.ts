/** Series that rules compute beforehand: the figures of the error budget need days, and several readers share them. */
import { CORE_METRICS } from '../../runtime/src/metrics.ts';
import { quantile, rule, share, sumRate, type Metric } from './query.ts';

const { duration } = CORE_METRICS.httpServer;

/** Part of the requests that may fail: an objective of 99.9 % over 30 days. */
export const ERROR_BUDGET = 0.001;

/** Requests per second below which a ratio says nothing. */
export const LEAST_RATE = 0.1;

/** Windows over raw series, and windows over the recorded rates, where raw series would be too many. */
const RAW_WINDOWS = ['5m', '30m', '1h', '2h', '6h'] as const;
const LONG_WINDOWS = ['1d', '3d', '30d'] as const;

/** A window of the error budget. */
export type Window = (typeof RAW_WINDOWS)[number] | (typeof LONG_WINDOWS)[number];

/** A recorded series, in the shape of the runtime's tables. */
export interface Recorded extends Metric {
  readonly expr: string;
}

const ERRORS = { http_response_status_code: '=~5..' } as const;

const recorded = (name: string, expr: string): Recorded => ({ type: 'gauge', name, labels: {}, expr });

const requestsName = (window: Window): string => `job:http_server_requests:rate${window}`;
const errorsName = (window: Window): string => `job:http_server_errors:rate${window}`;

function requests(window: Window): Recorded {
  const isRaw = RAW_WINDOWS.some((one) => one === window);
  const expr = isRaw
    ? sumRate(duration, rule(window), { by: ['job'] })
    : `avg_over_time(${requestsName('5m')}[${window}])`;
  return recorded(requestsName(window), expr);
}

function errors(window: Window): Recorded {
  const isRaw = RAW_WINDOWS.some((one) => one === window);
  const expr = isRaw
    ? `${sumRate(duration, rule(window), { by: ['job'], where: ERRORS })} or 0 * ${requestsName(window)}`
    : `avg_over_time(${errorsName('5m')}[${window}])`;
  return recorded(errorsName(window), expr);
}

const ratio = (window: Window): Recorded =>
  recorded(`job:http_server_errors:ratio_rate${window}`, `${errorsName(window)} / (${requestsName(window)} > 0)`);

type PerWindow = Readonly<Record<Window, Recorded>>;

const perWindow = (make: (window: Window) => Recorded): PerWindow =>
  Object.fromEntries([...RAW_WINDOWS, ...LONG_WINDOWS].map((window) => [window, make(window)])) as PerWindow;

/** Recorded series by what they say; `requests`, `errors` and `errorRatio` by window. */
export const RECORDED = {
  requests: perWindow(requests),
  errors: perWindow(errors),
  errorRatio: perWindow(ratio),
  p95: recorded(
    'job:http_server_request_duration_seconds:p95_rate5m',
    quantile(0.95, duration, rule('5m'), { by: ['job'] }),
  ),
  cacheHitRatio: recorded(
    'job_cache:cache_requests:hit_ratio_rate5m',
    share(
      sumRate(CORE_METRICS.cache.requests, rule('5m'), { by: ['job', 'cache_name'], where: { outcome: '=hit' } }),
      sumRate(CORE_METRICS.cache.requests, rule('5m'), { by: ['job', 'cache_name'] }),
    ),
  ),
} as const;

/** A group of recording rules, as in a rule file. */
export interface RecordingGroup {
  readonly name: string;
  readonly rules: readonly Recorded[];
}

/** The groups in the order of evaluation: within a group a rule sees what the ones before it computed. */
export const RECORDING_GROUPS: readonly RecordingGroup[] = [
  {
    name: 'http-server',
    rules: [
      ...[...RAW_WINDOWS, ...LONG_WINDOWS].flatMap((window) => [
        RECORDED.requests[window],
        RECORDED.errors[window],
        RECORDED.errorRatio[window],
      ]),
      RECORDED.p95,
    ],
  },
  { name: 'cache', rules: [RECORDED.cacheHitRatio] },
];
