/** A cluster of two workers; the primary prints what prom-client's AggregatorRegistry and our snapshots make of them. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import promClient from 'prom-client';
import {
  aggregateSnapshots,
  createMetrics,
  free,
  oneOf,
  renderSnapshot,
  type MetricSnapshot,
} from '../../src/metrics.ts';

const WORKERS = 2;

async function work(share: number): Promise<void> {
  const metrics = createMetrics({ registry: promClient.register, selfMetrics: false });
  const labels = { kind: oneOf('x', 'y'), user: free() };
  const jobs = metrics.counter({ name: 'jobs_total', help: 'Jobs.', labels });
  jobs.inc({ kind: 'x', user: 'both' }, share);
  jobs.inc({ kind: 'y', user: `only-${share}` });
  const duration = metrics.histogram({ name: 'job_duration_seconds', help: 'Duration.', labels, buckets: [1, 10] });
  duration.observe({ kind: 'x', user: 'both' }, share);
  metrics.gauge({ name: 'peak_level', help: 'Peak.', aggregator: 'max' }).set(share);
  new promClient.Counter({ name: 'plain_total', help: 'Plain.' }).inc(share);
  process.on('message', (message) => {
    if (message === 'snapshot') void metrics.snapshot().then((snapshot) => process.send?.({ snapshot }));
  });
  process.send?.('ready');
  await once(process, 'disconnect');
}

// Primary and workers listen to each other once this exists.
const registry = new promClient.AggregatorRegistry();

if (cluster.isPrimary) {
  const workers = Array.from({ length: WORKERS }, (_, index) => cluster.fork({ SHARE: String(index + 2) }));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const text = await registry.clusterMetrics();
  const snapshots = await Promise.all(
    workers.map(async (worker) => {
      const answer = once(worker, 'message') as Promise<[{ snapshot: MetricSnapshot[] }]>;
      worker.send('snapshot');
      return (await answer)[0].snapshot;
    }),
  );
  const own = renderSnapshot(aggregateSnapshots(snapshots), 'application/openmetrics-text; version=1.0.0');
  process.stdout.write(JSON.stringify({ text, own }));
  for (const worker of workers) worker.disconnect();
} else {
  await work(Number(process.env['SHARE']));
}
