/** Burn of the error budget over two windows each: the long one says that it matters, the short one that it goes on. */
import { CORE_METRICS } from '../../../runtime/src/metrics.ts';
import { ERROR_BUDGET, LEAST_RATE, RECORDED, type Window } from '../recording-rules.ts';
import { series, SHOP, type Alert, type AlertGroup, type Severity, type TestSeries } from './alert.ts';

const { duration } = CORE_METRICS.httpServer;

interface Burn {
  readonly factor: number;
  readonly long: Window;
  readonly short: Window;
  readonly severity: Severity;
  /** Part of the budget of 30 days that is gone when the alert fires. */
  readonly spent: string;
  readonly urgency: string;
}

const BURNS: readonly Burn[] = [
  {
    factor: 14.4,
    long: '1h',
    short: '5m',
    severity: 'critical',
    spent: '2 %',
    urgency: 'Act now: at this pace the budget of 30 days lasts 2 days.',
  },
  {
    factor: 6,
    long: '6h',
    short: '30m',
    severity: 'critical',
    spent: '5 %',
    urgency: 'Act now: at this pace the budget of 30 days lasts 5 days.',
  },
  {
    factor: 3,
    long: '1d',
    short: '2h',
    severity: 'warning',
    spent: '10 %',
    urgency: 'Act today: at this pace the budget of 30 days lasts 10 days.',
  },
  {
    factor: 1,
    long: '3d',
    short: '6h',
    severity: 'warning',
    spent: '10 %',
    urgency: 'Plan work on reliability: at this pace the whole budget of 30 days will be spent.',
  },
];

const count = (status: string, values: string): TestSeries =>
  series(duration, { ...SHOP, http_response_status_code: status }, values, '_count');

/** Minutes of a window. */
const minutes = (window: Window): number => {
  const unit = { m: 1, h: 60, d: 1440 }[window.slice(-1)] ?? 1;
  return Number(window.slice(0, -1)) * unit;
};

function burnAlert({ factor, long, short, severity, spent, urgency }: Burn): Alert {
  const threshold = Number((factor * ERROR_BUDGET).toPrecision(3));
  const ratio = (window: Window): string => `${RECORDED.errorRatio[window].name} > ${threshold}`;
  const steps = 5 * Math.ceil((minutes(long) * 1.1 + 30) / 5);
  const calm = 10_000;
  const failing = (part: number): TestSeries[] => [
    count('200', `0+${calm - Math.round(calm * part)}x${steps}`),
    count('500', `0+${Math.round(calm * part)}x${steps}`),
  ];
  const end = `${steps}m`;
  const brief = Math.ceil(minutes(short) * 1.2) + 5;
  return {
    name: `ErrorBudgetBurn${long}`,
    severity,
    expr: `${ratio(long)} and ${ratio(short)} and ${RECORDED.requests[long].name} > ${LEAST_RATE}`,
    summary: `{{ $labels.job }} burns its error budget ${factor} times as fast as it may`,
    description: `Over ${long} {{ $value | humanizePercentage }} of the requests of {{ $labels.job }} failed, and it goes on. ${urgency}`,
    runbook: {
      meaning:
        `The objective is ${100 - 100 * ERROR_BUDGET} % of requests without a status of 5xx over 30 days. Over ${long} and over ${short} errors came ` +
        `${factor} times as fast as the objective allows; ${spent} of the budget of 30 days went in ${long}.`,
      impact: 'Users see errors. If it goes on, the objective of the month is missed.',
      steps: [
        'Follow HighErrorRate for the cause; at a slow burn the errors may hide in one route or one customer.',
        'Dashboard "Golden signals", panel "Error budget left": how much is left decides whether risky changes wait.',
        'Fixed already? The short window ends the alert by itself.',
      ],
    },
    tests: [
      {
        title: `${2 * factor} times the budget`,
        series: failing(2 * factor * ERROR_BUDGET),
        at: end,
        interval: '1m',
        fires: [
          {
            labels: { job: 'shop' },
            summary: `shop burns its error budget ${factor} times as fast as it may`,
            description: `Over ${long} ${Number((200 * factor * ERROR_BUDGET).toPrecision(4))}% of the requests of shop failed, and it goes on. ${urgency}`,
          },
        ],
      },
      { title: 'half of that pace', series: failing((factor * ERROR_BUDGET) / 2), at: end, interval: '1m', fires: [] },
      {
        title: 'errors that ended',
        series: [
          count('200', `0+9000x${steps}`),
          count('500', `0+1000x${steps - brief} ${1000 * (steps - brief)}x${brief}`),
        ],
        at: end,
        interval: '1m',
        fires: [],
      },
    ],
  };
}

/** Objectives. */
export const slo: AlertGroup = { name: 'slo', alerts: BURNS.map(burnAlert), testEvaluation: '5m' };
