import type { Library, Member, Shape } from '../types.ts';

const log = (level: string): Member => ({ call: { sink: { kind: 'log', level } } });

/** Method names that write a log line, over the supported loggers. */
export const LOG_LEVELS = [
  'trace',
  'debug',
  'verbose',
  'silly',
  'http',
  'info',
  'notice',
  'log',
  'warn',
  'warning',
  'error',
  'fatal',
  'crit',
  'critical',
  'emerg',
  'alert',
  'mark',
  'success',
] as const;

const levels: Readonly<Record<string, Member>> = Object.fromEntries(LOG_LEVELS.map((level) => [level, log(level)]));

const logger: Shape = {
  members: {
    ...levels,
    child: { call: { returns: 'log.Logger', sink: { kind: 'log', level: 'child' } } },
    getLogger: { call: { returns: 'log.Logger' } },
    getSubLogger: { call: { returns: 'log.Logger' } },
  },
};

/** The package itself logs through its default logger and makes others. */
const winstonApi: Shape = {
  members: {
    ...levels,
    createLogger: { call: { returns: 'log.Logger' } },
    child: { call: { returns: 'log.Logger', sink: { kind: 'log', level: 'child' } } },
  },
};

const consoleShape: Shape = {
  members: {
    ...levels,
    dir: log('log'),
    table: log('log'),
    group: log('log'),
    groupCollapsed: log('log'),
    assert: log('error'),
  },
};

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
  {
    name: 'winston',
    source: 'winston 3 README',
    modules: ['winston'],
    exports: { createLogger: { call: { returns: 'log.Logger' } }, default: { shape: 'winston.Api' } },
    types: { Logger: 'log.Logger' },
    shapes: { 'winston.Api': winstonApi },
  },
  {
    name: 'bunyan',
    source: 'bunyan 2 README',
    modules: ['bunyan'],
    exports: { createLogger: { call: { returns: 'log.Logger' } }, default: { construct: { returns: 'log.Logger' } } },
  },
  {
    name: 'log4js',
    source: 'log4js 6 documentation',
    modules: ['log4js'],
    exports: { getLogger: { call: { returns: 'log.Logger' } } },
    types: { Logger: 'log.Logger' },
  },
  {
    name: 'loglevel',
    source: 'loglevel 1.9 README',
    modules: ['loglevel', 'consola', 'signale', 'tslog', 'roarr', 'npmlog'],
    exports: { default: { shape: 'log.Logger' }, Logger: { construct: { returns: 'log.Logger' } } },
  },
  {
    name: 'debug',
    source: 'debug 4 README',
    modules: ['debug'],
    exports: { default: { call: { returns: 'log.Function' } } },
    shapes: {
      'log.Function': {
        call: { sink: { kind: 'log', level: 'debug' } },
        members: { extend: { call: { returns: 'log.Function' } } },
      },
    },
  },
  {
    name: '@opentelemetry/api-logs',
    source: '@opentelemetry/api-logs 0.223 API documentation',
    modules: ['@opentelemetry/api-logs'],
    exports: { logs: { shape: 'otel.LogsApi' } },
    types: { Logger: 'otel.Logger' },
    shapes: {
      'otel.LogsApi': { members: { getLogger: { call: { returns: 'otel.Logger' } } } },
      'otel.Logger': { members: { emit: log('emit') } },
    },
  },
];

const track: Member = { call: { sink: { kind: 'tracker' } } };
const tracked = (...names: readonly string[]): Record<string, Member> =>
  Object.fromEntries(names.map((name) => [name, track]));

const sentryScope = tracked(
  'setUser',
  'setTag',
  'setTags',
  'setExtra',
  'setExtras',
  'setContext',
  'addBreadcrumb',
  'captureMessage',
  'captureEvent',
  'captureException',
  'setAttribute',
  'setAttributes',
);
const withScope: Member = { shape: 'sentry.WithScope', call: { callbacks: { [-1]: ['sentry.Scope'] } } };
const scope: Member = { call: { returns: 'sentry.Scope' } };
const sentrySdk: Readonly<Record<string, Member>> = {
  ...sentryScope,
  withScope,
  withIsolationScope: withScope,
  configureScope: withScope,
  getCurrentScope: scope,
  getIsolationScope: scope,
  getGlobalScope: scope,
};
/** `Bugsnag.start({ onError })` holds configuration; what its callbacks write to the event is a call of its own. */
const bugsnag = tracked('notify', 'leaveBreadcrumb', 'setUser', 'addMetadata');
const newrelic = tracked(
  'noticeError',
  'setCustomAttribute',
  'addCustomAttribute',
  'addCustomAttributes',
  'addCustomSpanAttribute',
  'addCustomSpanAttributes',
  'setPageViewName',
  'addPageAction',
  'recordCustomEvent',
  'recordLogEvent',
  'setTransactionName',
);

const elastic = tracked(
  'captureError',
  'setUserContext',
  'setCustomContext',
  'setLabel',
  'addLabels',
  'setTransactionName',
);
const honeybadger = tracked('notify', 'setContext', 'addBreadcrumb');

/** Error trackers, APM agents and event streams (optional sinks). */
export const trackers: readonly Library[] = [
  {
    name: 'sentry',
    source: 'Sentry JavaScript SDK API documentation',
    modules: ['@sentry/node', '@sentry/browser', '@sentry/nextjs', '@sentry/react', '@sentry/core', '@sentry/*'],
    exports: sentrySdk,
    types: { Scope: 'sentry.Scope' },
    shapes: {
      'sentry.Sdk': { members: sentrySdk },
      'sentry.Scope': { members: sentryScope },
      'sentry.WithScope': { call: { callbacks: { [-1]: ['sentry.Scope'] } } },
    },
  },
  {
    name: 'bugsnag',
    source: 'Bugsnag JavaScript API documentation',
    modules: ['@bugsnag/js', '@bugsnag/node', '@bugsnag/browser'],
    exports: { default: { shape: 'bugsnag.Client' }, Bugsnag: { shape: 'bugsnag.Client' } },
    shapes: {
      'bugsnag.Client': {
        members: {
          ...bugsnag,
          start: { call: { returns: 'bugsnag.Client' } },
          startSession: { call: { returns: 'bugsnag.Client' } },
        },
      },
    },
  },
  {
    name: 'airbrake',
    source: '@airbrake/node README',
    modules: ['@airbrake/node', '@airbrake/browser'],
    exports: { Notifier: { construct: { returns: 'airbrake.Notifier' } } },
    types: { Notifier: 'airbrake.Notifier' },
    shapes: { 'airbrake.Notifier': { members: tracked('notify') } },
  },
  {
    name: 'newrelic',
    source: 'New Relic documentation of the Node.js and browser agents',
    modules: ['newrelic', '@newrelic/*'],
    exports: {
      default: { shape: 'newrelic.Agent' },
      ...newrelic,
      interaction: { call: { returns: 'newrelic.Interaction' } },
    },
    shapes: {
      'newrelic.Agent': { members: { ...newrelic, interaction: { call: { returns: 'newrelic.Interaction' } } } },
      'newrelic.Interaction': {
        members: {
          setAttribute: { call: { returns: 'this', sink: { kind: 'tracker' } } },
          setName: { call: { returns: 'this', sink: { kind: 'tracker' } } },
        },
      },
    },
  },
  {
    name: 'elastic-apm',
    source: 'Elastic APM documentation of the Node.js and RUM agents',
    modules: ['elastic-apm-node', 'elastic-apm-node/start', '@elastic/apm-rum'],
    exports: { default: { shape: 'elastic.Agent' }, apm: { shape: 'elastic.Agent' }, ...elastic },
    shapes: { 'elastic.Agent': { members: elastic } },
  },
  {
    name: 'honeybadger',
    source: 'Honeybadger JavaScript documentation',
    modules: ['@honeybadger-io/js'],
    exports: { default: { shape: 'honeybadger.Client' }, ...honeybadger },
    shapes: { 'honeybadger.Client': { members: honeybadger } },
  },
  {
    name: 'statsd-events',
    source: 'hot-shots README',
    modules: ['hot-shots', 'node-dogstatsd'],
    exports: {
      default: { construct: { returns: 'statsd.Client' } },
      StatsD: { construct: { returns: 'statsd.Client' } },
    },
    types: { StatsD: 'statsd.Client' },
    shapes: { 'statsd.Client': { members: tracked('event') } },
  },
];

/** Globals that the script tags of trackers define. Source: the loaders' own documentation. */
export const trackerGlobals: Readonly<Record<string, Member>> = {
  Sentry: { shape: 'sentry.Sdk' },
  Bugsnag: { shape: 'bugsnag.Client' },
  newrelic: { shape: 'newrelic.Agent' },
};
