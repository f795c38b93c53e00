import { withoutContext } from '@telint/runtime/propagation';
import { pool, POOL } from '../db/pool.ts';
import { queues } from '../queue/producer.ts';
import { logger } from './logger.ts';
import { databaseMetrics, queueMetrics } from './metrics.ts';

const EVERY_MS = 1_000;
const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

async function readGauges(): Promise<void> {
  const { totalCount, idleCount, waitingCount } = pool;
  const labels = { db_client_connection_pool_name: POOL.name };
  databaseMetrics.connections.set({ ...labels, db_client_connection_state: 'used' }, totalCount - idleCount);
  databaseMetrics.connections.set({ ...labels, db_client_connection_state: 'idle' }, idleCount);
  databaseMetrics.maxConnections.set(labels, POOL.max);
  databaseMetrics.waiting.set(labels, waitingCount);
  for (const queue of queues) {
    const counts = await queue.getJobCounts(...STATES);
    for (const state of STATES) {
      queueMetrics.depth.set(
        { messaging_system: 'bullmq', messaging_destination_name: queue.name, state },
        counts[state] ?? 0,
      );
    }
  }
}

/** Keeps the gauges of pools and queues up to date until the returned function is called. */
export function watchGauges(): () => void {
  const read = (): void => {
    readGauges().catch((error: unknown) => logger.warn({ err: error }, 'gauges could not be read'));
  };
  const timer = withoutContext(() => setInterval(read, EVERY_MS));
  read();
  return () => clearInterval(timer);
}
