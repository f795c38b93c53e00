import type { Library, Member, Shape } from '../types.ts';

const log = (level: string): Member => ({ call: { sink: { kind: 'log', level } } });

/** Method names that write a log line, over the supported loggers. */
export const LOG_LEVELS = ['trace', 'debug', 'verbose', 'silly', 'http', 'info', 'notice', 'log', 'warn', 'warning', 'error', 'fatal', 'crit', 'critical', 'emerg', 'alert', 'mark', 'success'] as const;

const levels: Readonly<Record<string, Member>> = Object.fromEntries(LOG_LEVELS.map((level) => [level, log(level)]));

const logger: Shape = {
  members: {
    ...levels,
    child: { call: { returns: 'log.Logger', sink: { kind: 'log', level: 'child' } } },
    getLogger: { call: { returns: 'log.Logger' } },
    getSubLogger: { call: { returns: 'log.Logger' } },
  },
};

const consoleShape: Shape = { members: { ...levels, dir: log('log'), table: log('log'), group: log('log'), groupCollapsed: log('log'), assert: log('error') } };

/** Loggers; other identifiers that look like one are matched by name (see `isLoggerName`). */
export const loggers: readonly Library[] = [
  {
    name: 'pino',
    source: 'pino 10 API',
    modules: ['pino', 'pino-http'],
    exports: { default: { call: { returns: 'log.Logger' } }, pino: { call: { returns: 'log.Logger' } } },
    types: { Logger: 'log.Logger', BaseLogger: 'log.Logger' },
    shapes: { 'log.Logger': logger, 'log.Console': consoleShape },
  },
  { name: 'winston', source: 'winston 3 README', modules: ['winston'], exports: { createLogger: { call: { returns: 'log.Logger' } }, default: { shape: 'log.Logger' } }, types: { Logger: 'log.Logger' } },
  { name: 'bunyan', source: 'bunyan 2 README', modules: ['bunyan'], exports: { createLogger: { call: { returns: 'log.Logger' } }, default: { construct: { returns: 'log.Logger' } } } },
  { name: 'log4js', source: 'log4js 6 documentation', modules: ['log4js'], exports: { getLogger: { call: { returns: 'log.Logger' } } }, types: { Logger: 'log.Logger' } },
  { name: 'loglevel', source: 'loglevel 1.9 README', modules: ['loglevel', 'consola', 'signale', 'tslog', 'roarr', 'npmlog'], exports: { default: { shape: 'log.Logger' }, Logger: { construct: { returns: 'log.Logger' } } } },
];

const track = (from?: number): Member => ({ call: { sink: { kind: 'tracker', ...(from === undefined ? {} : { from }) } } });

/** Error trackers, APM agents and product analytics (optional sinks). */
export const trackers: readonly Library[] = [
  {
    name: 'sentry',
    source: '@sentry/node 10 documentation',
    modules: ['@sentry/node', '@sentry/browser', '@sentry/nextjs', '@sentry/react', '@sentry/core', '@sentry/*'],
    exports: {
      captureMessage: track(), captureEvent: track(), captureException: track(), addBreadcrumb: track(), setUser: track(), setTag: track(), setTags: track(), setExtra: track(), setExtras: track(), setContext: track(),
      withScope: { call: { callbacks: { 0: ['sentry.Scope'] } } }, configureScope: { call: { callbacks: { 0: ['sentry.Scope'] } } }, getCurrentScope: { call: { returns: 'sentry.Scope' } },
    },
    shapes: { 'sentry.Scope': { members: { setUser: track(), setTag: track(), setTags: track(), setExtra: track(), setExtras: track(), setContext: track(), addBreadcrumb: track() } } },
  },
  { name: 'bugsnag', source: '@bugsnag/js 8 documentation', modules: ['@bugsnag/js', '@bugsnag/node'], exports: { default: { shape: 'bugsnag.Client' } }, shapes: { 'bugsnag.Client': { members: { notify: track(), leaveBreadcrumb: track(), start: track(), setUser: track() } } } },
  { name: 'airbrake', source: '@airbrake/node 2 README', modules: ['@airbrake/node', '@airbrake/browser'], exports: { Notifier: { construct: { returns: 'airbrake.Notifier' } } }, shapes: { 'airbrake.Notifier': { members: { notify: track() } } } },
  { name: 'newrelic', source: 'newrelic 13 API documentation', modules: ['newrelic', '@newrelic/*'], exports: { default: { shape: 'newrelic.Agent' } }, shapes: { 'newrelic.Agent': { members: { noticeError: track(), setCustomAttribute: track(), addCustomAttribute: track(), addCustomAttributes: track(), setPageViewName: track(), recordCustomEvent: track(), setTransactionName: track() } } } },
  { name: 'datadog', source: 'hot-shots 11, dd-trace 5 documentation', modules: ['hot-shots', 'node-dogstatsd'], exports: { default: { construct: { returns: 'statsd.Client' } }, StatsD: { construct: { returns: 'statsd.Client' } } }, shapes: { 'statsd.Client': { members: { event: track() } } } },
];
