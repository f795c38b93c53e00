/**
 * Where the work of a service enters: functions that a framework calls for a request, a message, a schedule or a command.
 * Sources: type declarations of express 5, fastify 5, @koa/router 14, hono 4, @nestjs/common 11, h3 2, next 16, @nestjs/graphql 13,
 * type-graphql 2, @grpc/grpc-js 1.14, @trpc/server 11, node-cron 4, cron 4, node-schedule 2, croner 10, @nestjs/schedule 6,
 * commander 14, cac 6, @types/aws-lambda 8.
 */
export type HandlerKind = 'http' | 'graphql' | 'rpc' | 'lambda' | 'consumer' | 'schedule' | 'cli';

/** HTTP methods that register a handler under their name. */
export const routeMethods: ReadonlySet<string> = new Set([
  'get',
  'post',
  'put',
  'patch',
  'delete',
  'del',
  'head',
  'options',
  'all',
]);

/** Shapes whose methods of {@link routeMethods} register routes → name of the framework. */
export const routers: Readonly<Record<string, string>> = {
  'web.Application': 'express',
  'fastify.Application': 'fastify',
  'koa.Application': 'koa',
  'hono.Application': 'hono',
};

/** What a decorator on a method makes of it: module → decorator → kind. */
export const entryDecorators: Readonly<Record<string, Readonly<Record<string, HandlerKind>>>> = {
  '@nestjs/common': {
    Get: 'http',
    Post: 'http',
    Put: 'http',
    Patch: 'http',
    Delete: 'http',
    All: 'http',
    Head: 'http',
    Options: 'http',
    Sse: 'http',
  },
  '@nestjs/graphql': { Query: 'graphql', Mutation: 'graphql', Subscription: 'graphql' },
  'type-graphql': { Query: 'graphql', Mutation: 'graphql', Subscription: 'graphql' },
  '@nestjs/microservices': { GrpcMethod: 'rpc', GrpcStreamMethod: 'rpc' },
  '@nestjs/schedule': { Cron: 'schedule', Interval: 'schedule', Timeout: 'schedule' },
  'routing-controllers': { Get: 'http', Post: 'http', Put: 'http', Patch: 'http', Delete: 'http', All: 'http' },
  tsoa: { Get: 'http', Post: 'http', Put: 'http', Patch: 'http', Delete: 'http' },
};

/** A call of an imported function, or of a method of what a package makes, that registers a handler. */
export interface EntryCall {
  readonly kind: HandlerKind;
  readonly framework: string;
  /** Modules that the function, or the root of the chain, is imported from. */
  readonly modules: readonly string[];
  /** Name of the imported function, or of the method. */
  readonly names: readonly string[];
  /** `call`: the imported function itself · `new`: its construction · `method`: a method of anything that comes from the module. */
  readonly form: 'call' | 'new' | 'method';
  /** Argument that is the handler; `-1`: the last function. */
  readonly handler: number;
  /** Argument, or method of the same chain, that names it. */
  readonly name?: number | string;
}

/** Calls that register handlers. */
export const entryCalls: readonly EntryCall[] = [
  {
    kind: 'http',
    framework: 'h3',
    modules: ['h3', 'nitropack/runtime', 'nitro/h3'],
    names: ['defineEventHandler', 'eventHandler', 'defineHandler', 'defineCachedEventHandler'],
    form: 'call',
    handler: 0,
  },
  {
    kind: 'rpc',
    framework: 'trpc',
    modules: ['@trpc/server'],
    names: ['query', 'mutation', 'subscription'],
    form: 'method',
    handler: 0,
  },
  {
    kind: 'schedule',
    framework: 'node-cron',
    modules: ['node-cron'],
    names: ['schedule', 'createTask'],
    form: 'method',
    handler: 1,
    name: 0,
  },
  {
    kind: 'schedule',
    framework: 'node-cron',
    modules: ['node-cron'],
    names: ['schedule', 'createTask'],
    form: 'call',
    handler: 1,
    name: 0,
  },
  { kind: 'schedule', framework: 'cron', modules: ['cron'], names: ['CronJob'], form: 'new', handler: 1, name: 0 },
  {
    kind: 'schedule',
    framework: 'croner',
    modules: ['croner'],
    names: ['Cron', 'default'],
    form: 'new',
    handler: -1,
    name: 0,
  },
  {
    kind: 'schedule',
    framework: 'node-schedule',
    modules: ['node-schedule'],
    names: ['scheduleJob'],
    form: 'method',
    handler: -1,
    name: 0,
  },
  {
    kind: 'schedule',
    framework: 'node-schedule',
    modules: ['node-schedule'],
    names: ['scheduleJob'],
    form: 'call',
    handler: -1,
    name: 0,
  },
  {
    kind: 'schedule',
    framework: 'agenda',
    modules: ['agenda', '@hokify/agenda'],
    names: ['define'],
    form: 'method',
    handler: -1,
    name: 0,
  },
  {
    kind: 'cli',
    framework: 'commander',
    modules: ['commander'],
    names: ['action'],
    form: 'method',
    handler: 0,
    name: 'command',
  },
  { kind: 'cli', framework: 'cac', modules: ['cac'], names: ['action'], form: 'method', handler: 0, name: 'command' },
];

/** Types of @types/aws-lambda that a handler is annotated with, by ending; `Context`, `Event` and `Result` types are none. */
export const lambdaHandlerType = /Handler$/;

/** Decorators and higher-order functions of packages that start a span around a function. */
export const spanWrappers: Readonly<Record<string, readonly string[]>> = {
  'nestjs-otel': ['Span', 'Traceable'],
  '@amplication/opentelemetry-nestjs': ['Span', 'Traceable', 'Trace'],
  'nestjs-opentelemetry': ['Span', 'Traceable'],
  '@metinseylan/nestjs-opentelemetry': ['Span', 'Traceable'],
  '@sentry/node': ['startSpan', 'startSpanManual', 'continueTrace', 'withSpan', 'withMonitor'],
  '@sentry/nextjs': ['startSpan', 'startSpanManual', 'wrapApiHandlerWithSentry', 'withServerActionInstrumentation'],
  '@sentry/nestjs': ['SentryTraced', 'startSpan'],
  '@sentry/aws-serverless': ['wrapHandler'],
  '@aws-lambda-powertools/tracer': ['captureLambdaHandler'],
  '@opentelemetry/api/experimental': ['wrapTracer'],
};

/** Packages, or modules of packages, that count and time every request of a server once they are registered. */
export const metricMiddleware: ReadonlySet<string> = new Set([
  'express-prom-bundle',
  'express-prometheus-middleware',
  'prometheus-api-metrics',
  'fastify-metrics',
  'koa-prometheus',
  'swagger-stats',
  '@promster/express',
  '@promster/fastify',
  '@promster/hapi',
  '@hono/prometheus',
  '@telint/runtime/express',
  '@telint/runtime/fastify',
  '@telint/runtime/http',
]);
