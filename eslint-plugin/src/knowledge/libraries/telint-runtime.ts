import type { DomainFacts, Instrument, Library, Member } from '../types.ts';

const define = (instrument: Instrument, returns: string): Member => ({
  call: { returns, sink: { kind: 'metric-define', instrument, config: 0 } },
});
const emit: Member = { call: { sink: { kind: 'metric-emit', labels: 0, value: 1, declared: true } } };
const stamp: Member = { call: { sink: { kind: 'metric-emit', labels: 0, declared: true } } };
const bind = (returns: string): Member => ({
  call: { returns, sink: { kind: 'metric-emit', labels: 0, declared: true } },
});
const timer: Member = {
  call: { returns: 'telint.EndTimer', sink: { kind: 'metric-emit', labels: 0, declared: true } },
};
const quiet: Member = { call: {} };

const DOMAINS: Readonly<Record<string, DomainFacts>> = {
  oneOf: { is: 'arguments' },
  statusClass: { is: 'values', values: ['1xx', '2xx', '3xx', '4xx', '5xx'] },
  template: { is: 'count', property: 'max', fallback: 500 },
  bucketed: { is: 'count', property: 'buckets', fallback: 64 },
  // A value that is overtaken keeps its series for a while.
  topK: { is: 'count', times: 2, keepsText: true },
  free: { is: 'count', property: 'max', fallback: 'limit', keepsText: true },
};

/** Stored for a value that its domain does not have, or that is one too many. */
export const FOLDED_VALUE = '__other__';

/** Defaults of `limits` in `createMetrics`, by the names of their settings. */
export const RUNTIME_LIMITS = { valuesPerLabel: 100, seriesPerMetric: 1000 } as const;

/** Metrics of `@telint/runtime`: each label declares its domain, and the registry keeps to it. */
export const telintRuntime: Library = {
  name: '@telint/runtime',
  source: '@telint/runtime 0.1 docs/metrics.md and type declarations of @telint/runtime/metrics',
  modules: ['@telint/runtime/metrics'],
  exports: {
    createMetrics: { call: { returns: 'telint.Metrics' } },
    ...Object.fromEntries(Object.keys(DOMAINS).map((name) => [name, { call: { returns: `telint.Domain.${name}` } }])),
  },
  types: {
    Metrics: 'telint.Metrics',
    Counter: 'telint.Counter',
    Gauge: 'telint.Gauge',
    Histogram: 'telint.Histogram',
    BoundCounter: 'telint.Counter.bound',
    BoundGauge: 'telint.Gauge.bound',
    BoundHistogram: 'telint.Histogram.bound',
  },
  shapes: {
    ...Object.fromEntries(Object.entries(DOMAINS).map(([name, domain]) => [`telint.Domain.${name}`, { domain }])),
    'telint.Metrics': {
      members: {
        counter: define('counter', 'telint.Counter'),
        gauge: define('gauge', 'telint.Gauge'),
        histogram: define('histogram', 'telint.Histogram'),
      },
    },
    'telint.Counter': { members: { inc: emit, bind: bind('telint.Counter.bound'), remove: quiet, reset: quiet } },
    'telint.Counter.bound': { members: { inc: quiet } },
    'telint.Gauge': {
      members: {
        set: emit,
        inc: emit,
        dec: emit,
        setToCurrentTime: stamp,
        startTimer: { call: { sink: { kind: 'metric-emit', labels: 0, declared: true } } },
        bind: bind('telint.Gauge.bound'),
        remove: quiet,
        reset: quiet,
      },
    },
    'telint.Gauge.bound': { members: { set: quiet, inc: quiet, dec: quiet } },
    'telint.Histogram': {
      members: {
        observe: emit,
        startTimer: timer,
        bind: bind('telint.Histogram.bound'),
        remove: quiet,
        reset: quiet,
      },
    },
    'telint.Histogram.bound': { members: { observe: quiet, startTimer: quiet } },
    'telint.EndTimer': {
      call: { sink: { kind: 'metric-emit', labels: 0, declared: true }, value: 'duration' },
    },
  },
};
