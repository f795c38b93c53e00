/**
 * Which instrumentation carries trace context through which broker.
 * Sources: dependency lists of @opentelemetry/auto-instrumentations-node 0.15 – 0.82 on npm (first version that names an instrumentation);
 * READMEs of the packages; @sentry/node 10 default integrations; dd-trace 5 plugin list; newrelic 13 and elastic-apm-node 4 compatibility pages;
 * dependencies of @appsignal/nodejs 3.9.
 */
export interface BrokerCoverage {
  /** Packages whose instrumentation class (or telemetry object) propagates. */
  readonly instrumentations: readonly string[];
  /** First version of @opentelemetry/auto-instrumentations-node that bundles one of them, as [major, minor]. */
  readonly bundledSince?: readonly [number, number];
  /** Key under which the bundle switches it off. */
  readonly bundleKey?: string;
  /** Tracing agents that cover it without an OpenTelemetry instrumentation. */
  readonly agents?: readonly string[];
  /** Options of the client that make it trace itself. */
  readonly ownOption?: string;
}

const datadog = 'dd-trace';
const newrelic = 'newrelic';
const elastic = 'elastic-apm-node';
const appsignal = '@appsignal/nodejs';
const sentry = [
  '@sentry/node',
  '@sentry/nestjs',
  '@sentry/nextjs',
  '@sentry/aws-serverless',
  '@sentry/google-cloud-serverless',
  '@sentry/bun',
] as const;
const distributions = [
  '@elastic/opentelemetry-node',
  '@splunk/otel',
  '@azure/monitor-opentelemetry',
  '@grafana/otel',
  '@instana/collector',
  '@lightstep/otel-launcher-node',
  '@honeycombio/opentelemetry-node',
  '@logfire/node',
] as const;

/** Metapackages that stand for @opentelemetry/auto-instrumentations-node. */
export const bundles: readonly string[] = ['@opentelemetry/auto-instrumentations-node', ...distributions];

/** Name of the bundle whose installed version decides. */
export const mainBundle = '@opentelemetry/auto-instrumentations-node';

/** Coverage by broker; a broker that is not listed has no instrumentation that is known. */
export const coverage: Readonly<Record<string, BrokerCoverage>> = {
  kafkajs: {
    instrumentations: [
      '@opentelemetry/instrumentation-kafkajs',
      'opentelemetry-instrumentation-kafkajs',
      'opentelemetry-plugin-kafkajs',
      '@heliosphere/opentelemetry-instrumentation-kafkajs',
    ],
    bundledSince: [0, 49],
    bundleKey: '@opentelemetry/instrumentation-kafkajs',
    agents: [datadog, newrelic, elastic, ...sentry],
  },
  amqplib: {
    instrumentations: [
      '@opentelemetry/instrumentation-amqplib',
      'opentelemetry-instrumentation-amqplib',
      '@heliosphere/opentelemetry-instrumentation-amqplib',
    ],
    bundledSince: [0, 30],
    bundleKey: '@opentelemetry/instrumentation-amqplib',
    agents: [datadog, newrelic, appsignal, ...sentry],
  },
  '@aws-sdk/client-sqs': {
    instrumentations: ['@opentelemetry/instrumentation-aws-sdk', 'opentelemetry-instrumentation-aws-sdk'],
    bundledSince: [0, 27],
    bundleKey: '@opentelemetry/instrumentation-aws-sdk',
    agents: [datadog, newrelic, elastic],
  },
  '@aws-sdk/client-sns': {
    instrumentations: ['@opentelemetry/instrumentation-aws-sdk', 'opentelemetry-instrumentation-aws-sdk'],
    bundledSince: [0, 27],
    bundleKey: '@opentelemetry/instrumentation-aws-sdk',
    agents: [datadog, newrelic, elastic],
  },
  '@grpc/grpc-js': {
    instrumentations: ['@opentelemetry/instrumentation-grpc'],
    bundledSince: [0, 15],
    bundleKey: '@opentelemetry/instrumentation-grpc',
    agents: [datadog, newrelic, elastic],
  },
  bullmq: {
    instrumentations: [
      'bullmq-otel',
      '@appsignal/opentelemetry-instrumentation-bullmq',
      '@jenniferplusplus/opentelemetry-instrumentation-bullmq',
      'opentelemetry-instrumentation-bullmq',
    ],
    agents: [datadog, appsignal],
    ownOption: 'telemetry',
  },
  bull: { instrumentations: ['@useparagon/opentelemetry-instrumentation-bull', 'opentelemetry-instrumentation-bull'] },
  '@confluentinc/kafka-javascript': {
    instrumentations: [
      '@drazke/instrumentation-confluent-kafka-javascript',
      '@instana/instrumentation-confluent-kafka-javascript',
      'opentelemetry-instrumentation-confluent-kafka',
    ],
    agents: [datadog, newrelic],
  },
  'node-rdkafka': { instrumentations: ['opentelemetry-instrumentation-node-rdkafka'], agents: ['@instana/collector'] },
  '@platformatic/kafka': { instrumentations: ['@platformatic/kafka-opentelemetry'] },
  '@google-cloud/pubsub': {
    instrumentations: ['opentelemetry-instrumentation-pubsub'],
    agents: [datadog],
    ownOption: 'enableOpenTelemetryTracing',
  },
  '@azure/service-bus': {
    instrumentations: [
      '@azure/opentelemetry-instrumentation-azure-sdk',
      '@azure/monitor-opentelemetry',
      'applicationinsights',
    ],
    agents: [datadog],
  },
  'nest-tcp': { instrumentations: [] },
};

const allAgents = [datadog, newrelic, elastic, appsignal, ...sentry];

/** Middleware that makes a span of each request where it is used: whoever imports it has it. */
const runtimeServers = ['@telint/runtime/express', '@telint/runtime/fastify', '@telint/runtime/http'] as const;

/**
 * What starts a span for every call of a handler, by kind or framework of the handler. Sources: those of the brokers, and the READMEs of
 * @opentelemetry/instrumentation-{http,graphql,aws-lambda,grpc}, @vercel/otel 2, @hono/otel 1, @envelop/opentelemetry 9.
 */
export const handlerCoverage: Readonly<Record<string, BrokerCoverage>> = {
  http: {
    instrumentations: [
      '@opentelemetry/instrumentation-http',
      '@vercel/otel',
      '@hono/otel',
      '@fastify/otel',
      '@opentelemetry/plugin-http',
      '@azure/monitor-opentelemetry',
      'nitro-opentelemetry',
    ],
    bundledSince: [0, 15],
    bundleKey: '@opentelemetry/instrumentation-http',
    agents: [...allAgents, ...runtimeServers],
  },
  graphql: {
    instrumentations: [
      '@opentelemetry/instrumentation-graphql',
      '@envelop/opentelemetry',
      '@graphql-hive/plugin-opentelemetry',
      '@pothos/tracing-opentelemetry',
    ],
    bundledSince: [0, 15],
    bundleKey: '@opentelemetry/instrumentation-graphql',
    agents: [...allAgents, '@telint/runtime/graphql'],
  },
  grpc: {
    instrumentations: ['@opentelemetry/instrumentation-grpc'],
    bundledSince: [0, 15],
    bundleKey: '@opentelemetry/instrumentation-grpc',
    agents: [datadog, newrelic, elastic],
  },
  lambda: {
    instrumentations: ['@opentelemetry/instrumentation-aws-lambda', 'datadog-lambda-js', '@sentry/aws-serverless'],
    bundledSince: [0, 27],
    bundleKey: '@opentelemetry/instrumentation-aws-lambda',
  },
};
