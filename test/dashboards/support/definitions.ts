import { CORE_METRICS, PROCESS_METRICS, TELEMETRY_METRICS } from '../../../runtime/src/metrics.ts';
import type { Definitions, RegisteredMetric } from '../../../server/test/support/query-problems.ts';

interface Row {
  readonly name: string;
  readonly type: RegisteredMetric['type'];
  readonly labels: object;
}

const ROWS: readonly Row[] = [
  ...Object.values<Readonly<Record<string, Row>>>(CORE_METRICS).flatMap((set) => Object.values(set)),
  ...Object.values<Row>(PROCESS_METRICS),
  ...Object.values<Row>(TELEMETRY_METRICS),
];

/** The metrics that the runtime defines. */
export const RUNTIME: Definitions = {
  metrics: ROWS.map(({ name, type, labels }) => ({ name, type, labels: Object.keys(labels) })),
  targetLabels: ['job', 'instance'],
};
