import type { Instrument, Library, Member, Shape } from '../types.ts';

const define = (instrument: Instrument, returns: string): Member & { construct: NonNullable<Shape['construct']> } => ({
  construct: { returns, sink: { kind: 'metric-define', instrument, config: 0 } },
});

const labels = (returns: string): Member => ({
  call: { returns, sink: { kind: 'metric-emit', labels: 0, positional: true } },
});
const timer: Member = { call: { returns: 'prom.EndTimer', sink: { kind: 'metric-emit', labels: 0 } } };
const emit = (value: number): Member => ({ call: { sink: { kind: 'metric-emit', labels: 0, value } } });
/** Methods that name a series without writing to it. */
const quiet: Member = { call: {} };

/** prom-client and the packages that share its API. */
export const prometheus: Library = {
  name: 'prom-client',
  source: 'prom-client 15.1 index.d.ts; @prometheus-io/client 0.16 (successor); @platformatic/prom-client 1.0 (fork)',
  modules: ['prom-client', '@prometheus-io/client', '@platformatic/prom-client', 'prom-client/*'],
  exports: {
    Counter: define('counter', 'prom.Counter'),
    Gauge: define('gauge', 'prom.Gauge'),
    Histogram: define('histogram', 'prom.Histogram'),
    Summary: define('summary', 'prom.Summary'),
    Registry: { construct: { returns: 'prom.Registry' } },
    register: { shape: 'prom.Registry' },
  },
  types: {
    Counter: 'prom.Counter',
    Gauge: 'prom.Gauge',
    Histogram: 'prom.Histogram',
    Summary: 'prom.Summary',
    Registry: 'prom.Registry',
  },
  shapes: {
    'prom.Counter': { members: { inc: emit(1), labels: labels('prom.Counter.bound'), remove: quiet, reset: quiet } },
    'prom.Counter.bound': { members: { inc: { call: {} } } },
    'prom.Gauge': {
      members: {
        inc: emit(1),
        dec: emit(1),
        set: emit(1),
        setToCurrentTime: emit(1),
        labels: labels('prom.Gauge.bound'),
        startTimer: timer,
        remove: quiet,
        reset: quiet,
      },
    },
    'prom.Gauge.bound': {
      members: {
        inc: { call: {} },
        dec: { call: {} },
        set: { call: {} },
        startTimer: { call: { returns: 'prom.EndTimer' } },
      },
    },
    'prom.Histogram': {
      members: {
        observe: emit(1),
        labels: labels('prom.Histogram.bound'),
        startTimer: timer,
        zero: emit(1),
        remove: quiet,
        reset: quiet,
      },
    },
    'prom.Histogram.bound': { members: { observe: { call: {} }, startTimer: { call: { returns: 'prom.EndTimer' } } } },
    'prom.Summary': {
      members: {
        observe: emit(1),
        labels: labels('prom.Summary.bound'),
        startTimer: timer,
        remove: quiet,
        reset: quiet,
      },
    },
    'prom.Summary.bound': { members: { observe: { call: {} }, startTimer: { call: { returns: 'prom.EndTimer' } } } },
    'prom.EndTimer': { call: { sink: { kind: 'metric-emit', labels: 0 }, value: 'duration' } },
    'prom.Registry': { members: { getSingleMetric: { call: { returns: 'prom.Metric' } } } },
    'prom.Metric': {
      members: {
        inc: emit(1),
        dec: emit(1),
        set: emit(1),
        observe: emit(1),
        labels: labels('prom.Gauge.bound'),
        startTimer: timer,
      },
    },
  },
};

/** NestJS wrapper: constructor parameters with `@InjectMetric(name)` are prom-client metrics; their annotation names the type. */
export const nestPrometheus: Library = {
  name: '@willsoto/nestjs-prometheus',
  source: '@willsoto/nestjs-prometheus 6 README',
  modules: ['@willsoto/nestjs-prometheus'],
  exports: {
    makeCounterProvider: { call: { sink: { kind: 'metric-define', instrument: 'counter', config: 0 } } },
    makeGaugeProvider: { call: { sink: { kind: 'metric-define', instrument: 'gauge', config: 0 } } },
    makeHistogramProvider: { call: { sink: { kind: 'metric-define', instrument: 'histogram', config: 0 } } },
    makeSummaryProvider: { call: { sink: { kind: 'metric-define', instrument: 'summary', config: 0 } } },
  },
};
