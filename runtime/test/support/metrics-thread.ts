/** A worker thread that counts and hands over its snapshot. */
import { parentPort, workerData } from 'node:worker_threads';
import { createMetrics, free } from '../../src/metrics.ts';

const share = workerData as number;
const metrics = createMetrics();
const jobs = metrics.counter({ name: 'jobs_total', help: 'Jobs.', labels: { user: free(), kind: free() } });
jobs.inc({ user: 'a,kind:b', kind: 'c' }, share);
jobs.inc({ user: 'a', kind: 'b,kind:c' }, 10 * share);
metrics.histogram({ name: 'size_bytes', help: 'Size.', unit: 'bytes', buckets: [1, 2, 4] }).observe(share);
const level = metrics.gauge({ name: 'level', help: 'Level.', labels: { kind: free() }, aggregator: 'max' });
level.set({ kind: 'share' }, share);
level.set({ kind: 'endless' }, Infinity);
parentPort?.postMessage(await metrics.snapshot());
