/**
 * What goes into the bridge and what comes out: registries of prom-client and the data of OpenTelemetry's metrics SDK,
 * both by shape, so that SDK 2.x and 3.x are served alike and neither has to be installed.
 */
import type { HrTime } from '@opentelemetry/api';

/** An exemplar as prom-client keeps it; `timestamp` in seconds. */
export interface PromExemplar {
  readonly labelSet?: Readonly<Partial<Record<string, string | number>>>;
  readonly value: number | null;
  readonly timestamp?: number;
}

/** One sample of a metric. `metricName` is given where it differs from the metric's, as for `_bucket`. */
export interface PromSample {
  readonly value: number;
  readonly labels?: Readonly<Partial<Record<string, string | number>>>;
  readonly metricName?: string | undefined;
  readonly exemplar?: PromExemplar | null | undefined;
}

/** One metric of `getMetricsAsJSON()`. */
export interface PromMetricJson {
  readonly name: string;
  readonly help: string;
  /** `counter`, `gauge`, `histogram` or `summary`; the types of prom-client call it an enum of numbers. */
  readonly type: unknown;
  readonly values?: readonly PromSample[];
}

/** A registry of `prom-client` or `@prometheus-io/client`. */
export interface JsonRegistry {
  readonly contentType?: string;
  getMetricsAsJSON(): Promise<readonly PromMetricJson[]>;
}

/** A set of metrics of `createMetrics`, with those of the registry that it stands in. */
export interface SnapshotMetrics {
  snapshot(options?: { readonly deadlineMs?: number }): Promise<
    readonly {
      readonly name: string;
      readonly help: string;
      readonly type: string;
      readonly samples: readonly {
        readonly metricName?: string;
        readonly labels: Readonly<Record<string, string | number>>;
        readonly value: number | string;
      }[];
    }[]
  >;
}

/** What the bridge reads. */
export type BridgeSource = JsonRegistry | SnapshotMetrics;

/** Number of `DataPointType` in the metrics SDK, 2.x and 3.x. */
export const POINT_TYPE = { HISTOGRAM: 0, GAUGE: 2, SUM: 3 } as const;

/** Number of `AggregationTemporality.CUMULATIVE` in the metrics SDK, 2.x and 3.x. */
export const CUMULATIVE = 1;

/** Number of `ValueType.DOUBLE` in the API. */
export const DOUBLE = 1;

/** An exemplar in the shape of the metrics SDK. */
export interface BridgeExemplar {
  readonly value: number;
  readonly timestamp: HrTime;
  readonly filteredAttributes: Record<string, string>;
  readonly traceId?: string;
  readonly spanId?: string;
}

/** A point; `exemplars` is there for exporters that know it, the official ones ignore it. */
export interface BridgePoint<T> {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly attributes: Record<string, string>;
  readonly value: T;
  readonly exemplars?: readonly BridgeExemplar[];
}

/** Value of a histogram's point: counts per bucket, one more than there are boundaries. */
export interface BridgeHistogram {
  readonly buckets: { boundaries: number[]; counts: number[] };
  readonly count: number;
  readonly sum?: number;
}

interface BridgeMetricBase {
  readonly descriptor: {
    readonly name: string;
    readonly description: string;
    readonly unit: string;
    readonly valueType: typeof DOUBLE;
  };
  readonly aggregationTemporality: typeof CUMULATIVE;
}

/** A metric in the shape of the metrics SDK. */
export type BridgeMetric =
  | (BridgeMetricBase & {
      readonly dataPointType: typeof POINT_TYPE.SUM;
      readonly isMonotonic: boolean;
      readonly dataPoints: BridgePoint<number>[];
    })
  | (BridgeMetricBase & {
      readonly dataPointType: typeof POINT_TYPE.GAUGE;
      readonly dataPoints: BridgePoint<number>[];
    })
  | (BridgeMetricBase & {
      readonly dataPointType: typeof POINT_TYPE.HISTOGRAM;
      readonly dataPoints: BridgePoint<BridgeHistogram>[];
    });

/** A resource without attributes: a reader takes the resource of its own provider and ignores this one. */
export interface EmptyResource {
  readonly attributes: Record<string, never>;
  merge<T>(other: T | null): T;
  getRawAttributes(): never[];
}

/** Result of one collection. */
export interface BridgeCollection {
  resourceMetrics: {
    resource: EmptyResource;
    scopeMetrics: { scope: { name: string; version?: string }; metrics: BridgeMetric[] }[];
  };
  errors: unknown[];
}

/** A `MetricProducer` of the metrics SDK, 2.x and 3.x. */
export interface BridgeProducer {
  collect(options?: { timeoutMillis?: number }): Promise<BridgeCollection>;
}
