/** Types of the table of core metrics, and the labels and buckets that several of them share. */

/** What a label may hold, as data; see domains.ts for what the kinds mean. */
export type LabelSpec =
  | { readonly kind: 'oneOf'; readonly values: readonly string[] }
  /** As `oneOf`, but callers may pass any text: what is not listed becomes `__other__`. */
  | { readonly kind: 'known'; readonly values: readonly string[] }
  | { readonly kind: 'template'; readonly max: number }
  | { readonly kind: 'free'; readonly max: number }
  | { readonly kind: 'topK'; readonly k: number };

/** One metric of the table. */
export interface CoreMetric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  /** Base unit; the name ends with it. Absent where things are counted. */
  readonly unit?: 'seconds' | 'bytes';
  readonly labels: Readonly<Record<string, LabelSpec>>;
  /** Upper bounds of the buckets in the unit of the metric. */
  readonly buckets?: readonly number[];
  /** How several processes of a service are put together. Default `sum`. */
  readonly aggregator?: 'max';
  /** Name in the OpenTelemetry semantic conventions. */
  readonly semconv?: string;
}

/** Bounds that the semantic conventions advise for HTTP durations. */
export const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;

/** Bounds that the semantic conventions advise for database operations. */
export const DATABASE_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] as const;

/** Bounds for caches, in memory or a network hop away. */
export const CACHE_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1] as const;

/** From a tenth of a second to an hour: what runs in the background. */
export const BACKGROUND_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600] as const;

/** Methods of RFC 9110 and PATCH; the conventions turn every other into one value too. */
export const HTTP_METHOD = {
  kind: 'known',
  values: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE'],
} as const;

/**
 * The status codes of the IANA registry, and those of proxies that services see (499, 520–526, 530). Empty without a
 * response. A query for `5..` finds them all.
 */
export const HTTP_STATUS = {
  kind: 'known',
  values: [
    ...['', '100', '101', '102', '103', '200', '201', '202', '203', '204', '205', '206', '207', '208', '226'],
    ...['300', '301', '302', '303', '304', '305', '307', '308'],
    ...['400', '401', '402', '403', '404', '405', '406', '407', '408', '409', '410', '411', '412', '413', '414', '415'],
    ...['416', '417', '418', '421', '422', '423', '424', '425', '426', '428', '429', '431', '451', '499'],
    ...['500', '501', '502', '503', '504', '505', '506', '507', '508', '510', '511'],
    ...['520', '521', '522', '523', '524', '525', '526', '530'],
  ],
} as const;

/** Names that the code of a service chooses: as many as it has things of the kind. */
export const NAME = { kind: 'free', max: 100 } as const;

/** Class or code of an error (`ECONNREFUSED`, `TimeoutError`), empty without one; never its message. */
export const ERROR_TYPE = { kind: 'free', max: 30 } as const;

/** Hosts that a service calls; a service that calls hosts of its users should pass names of integrations instead. */
export const HOST = { kind: 'free', max: 50 } as const;

/** Values of `db.system.name` in the conventions. */
export const DB_SYSTEM = {
  kind: 'known',
  values: [
    ...['postgresql', 'mysql', 'mariadb', 'sqlite', 'mongodb', 'redis', 'memcached', 'microsoft.sql_server'],
    ...['oracle.db', 'cassandra', 'clickhouse', 'cockroachdb', 'elasticsearch', 'opensearch', 'neo4j', 'aws.dynamodb'],
  ],
} as const;

/** Values of `messaging.system` in the conventions, and queues that live in Redis. */
const MESSAGING_SYSTEM = {
  kind: 'known',
  values: [
    ...[
      'rabbitmq',
      'kafka',
      'nats',
      'redis',
      'bullmq',
      'aws_sqs',
      'aws.sns',
      'gcp_pubsub',
      'servicebus',
      'pulsar',
      'jms',
    ],
  ],
} as const;

/** Which queue or topic of which broker. */
export const DESTINATION = { messaging_system: MESSAGING_SYSTEM, messaging_destination_name: NAME } as const;

/** Whether it worked. */
export const OUTCOME = { kind: 'oneOf', values: ['success', 'failure'] } as const;

/** Plans and tiers are few; tenants are not, and stand only where `topK` bounds them. */
export const TIER = { kind: 'free', max: 10 } as const;
