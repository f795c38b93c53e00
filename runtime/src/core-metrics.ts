/**
 * Functions that register the core metrics of a kind of work: `const http = httpServer(metrics)`, then
 * `http.duration.observe({ … }, seconds)`. Names, labels and buckets are those of the table in core-metrics-table.ts.
 */
import type { Counter } from './counter.ts';
import type { CoreMetric, LabelSpec } from './core-metrics-labels.ts';
import { CORE_METRICS } from './core-metrics-table.ts';
import { free, oneOf, template, topK, type Domain, type LabelDomains, type LabelsOf } from './domains.ts';
import type { Gauge } from './gauge.ts';
import type { Histogram } from './histogram.ts';
import type { Metrics } from './registry.ts';

export { CORE_METRICS } from './core-metrics-table.ts';
export type { CoreMetric, LabelSpec } from './core-metrics-labels.ts';

/** Name of a set of core metrics. */
export type CoreSetName = keyof typeof CORE_METRICS;

/** Values that a label of the table takes. */
type InputOf<Spec> = Spec extends { readonly kind: 'oneOf'; readonly values: readonly (infer Value extends string)[] }
  ? Value
  : Spec extends { readonly kind: 'template' }
    ? string
    : string | number;

type DomainsOf<Labels> = { readonly [Name in keyof Labels]: Domain<InputOf<Labels[Name]>> };

type MetricOf<M extends CoreMetric> = M['type'] extends 'counter'
  ? Counter<LabelsOf<DomainsOf<M['labels']>>>
  : M['type'] extends 'gauge'
    ? Gauge<LabelsOf<DomainsOf<M['labels']>>>
    : Histogram<LabelsOf<DomainsOf<M['labels']>>>;

/** The metrics of a set, each under its key in the table. */
export type CoreSet<Name extends CoreSetName> = {
  readonly [Key in keyof (typeof CORE_METRICS)[Name]]: (typeof CORE_METRICS)[Name][Key] extends CoreMetric
    ? MetricOf<(typeof CORE_METRICS)[Name][Key]>
    : never;
};

type LabelNameOf<Name extends CoreSetName> = {
  [Key in keyof (typeof CORE_METRICS)[Name]]: (typeof CORE_METRICS)[Name][Key] extends { readonly labels: infer Labels }
    ? keyof Labels
    : never;
}[keyof (typeof CORE_METRICS)[Name]];

/** What a service knows better than the table. */
export interface CoreSetOptions<Name extends CoreSetName> {
  /** Domains by label name: `{ graphql_operation_name: oneOf('Checkout', 'Search') }` where the names are known. */
  readonly domains?: { readonly [Label in LabelNameOf<Name>]?: Domain };
  /** Bounds for all histograms of the set, in seconds. */
  readonly buckets?: readonly number[];
}

function domainOf(spec: LabelSpec): Domain {
  switch (spec.kind) {
    case 'oneOf':
    case 'known': {
      const [first = '', ...rest] = spec.values;
      return oneOf(first, ...rest);
    }
    case 'template':
      return template({ max: spec.max });
    case 'topK':
      return topK(spec.k);
    case 'free':
      return free({ max: spec.max });
  }
}

function register<Name extends CoreSetName>(
  metrics: Metrics,
  name: Name,
  { domains = {}, buckets }: CoreSetOptions<Name>,
): CoreSet<Name> {
  const set: Record<string, unknown> = {};
  const replaced: Readonly<Record<string, Domain | undefined>> = domains;
  for (const [key, metric] of Object.entries<CoreMetric>(CORE_METRICS[name])) {
    const labels: LabelDomains = Object.fromEntries(
      Object.entries(metric.labels).map(([label, spec]) => [label, replaced[label] ?? domainOf(spec)]),
    );
    const { type, help, unit, aggregator } = metric;
    const options = { name: metric.name, help, labels, ...(unit && { unit }), ...(aggregator && { aggregator }) };
    const bounds = buckets ?? metric.buckets;
    if (type === 'counter') set[key] = metrics.counter(options);
    else if (type === 'gauge') set[key] = metrics.gauge(options);
    else set[key] = metrics.histogram({ ...options, ...(bounds && { buckets: bounds }) });
  }
  return set as CoreSet<Name>;
}

/** Requests that the service answers: duration by method, route and status, and how many are under way. */
export function httpServer(metrics: Metrics, options: CoreSetOptions<'httpServer'> = {}): CoreSet<'httpServer'> {
  return register(metrics, 'httpServer', options);
}

/** Requests that the service makes: duration by method, host, status and error, and how many are under way. */
export function httpClient(metrics: Metrics, options: CoreSetOptions<'httpClient'> = {}): CoreSet<'httpClient'> {
  return register(metrics, 'httpClient', options);
}

/** GraphQL: duration of operations and resolvers, errors by code. */
export function graphql(metrics: Metrics, options: CoreSetOptions<'graphql'> = {}): CoreSet<'graphql'> {
  return register(metrics, 'graphql', options);
}

/** Databases: duration of operations; connections of pools, their maximum, and who waits for one. */
export function database(metrics: Metrics, options: CoreSetOptions<'database'> = {}): CoreSet<'database'> {
  return register(metrics, 'database', options);
}

/** Caches: hits and misses, duration, evictions, entries and size. */
export function cache(metrics: Metrics, options: CoreSetOptions<'cache'> = {}): CoreSet<'cache'> {
  return register(metrics, 'cache', options);
}

/** Queues and topics: messages sent, received, processed, redelivered and given up; depth and age. */
export function queue(metrics: Metrics, options: CoreSetOptions<'queue'> = {}): CoreSet<'queue'> {
  return register(metrics, 'queue', options);
}

/** Circuit breakers: state, calls by outcome, changes of state. */
export function circuitBreaker(
  metrics: Metrics,
  options: CoreSetOptions<'circuitBreaker'> = {},
): CoreSet<'circuitBreaker'> {
  return register(metrics, 'circuitBreaker', options);
}

/** The event bus inside a service: events published, handled and pending. */
export function eventBus(metrics: Metrics, options: CoreSetOptions<'eventBus'> = {}): CoreSet<'eventBus'> {
  return register(metrics, 'eventBus', options);
}

/** Background jobs: duration, runs under way, retries, delay of the start, time of the last success. */
export function job(metrics: Metrics, options: CoreSetOptions<'job'> = {}): CoreSet<'job'> {
  return register(metrics, 'job', options);
}

/** What the service is there for: events, amounts, and usage by tenants and their tiers. */
export function business(metrics: Metrics, options: CoreSetOptions<'business'> = {}): CoreSet<'business'> {
  return register(metrics, 'business', options);
}
