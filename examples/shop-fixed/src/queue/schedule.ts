import { collectOpenOrders } from '../db/orders.ts';
import { jobMetrics } from '../telemetry/metrics.ts';
import { openQueue, openWorker, type JobWorker } from './broker.ts';
import { JOBS, QUEUES } from './jobs.ts';

const EVERY_MS = 60_000;
const LABELS = { job_name: JOBS.collectGauges } as const;

const schedule = openQueue(QUEUES.schedule);

async function collect(): Promise<void> {
  const stopTimer = jobMetrics.duration.startTimer(LABELS);
  jobMetrics.active.inc(LABELS);
  let outcome: 'success' | 'failure' = 'failure';
  try {
    await collectOpenOrders();
    outcome = 'success';
    jobMetrics.lastSuccess.setToCurrentTime(LABELS);
  } finally {
    jobMetrics.active.dec(LABELS);
    stopTimer({ outcome });
  }
}

/** Has the gauges collected every minute, by one process at a time. */
export async function startSchedule(): Promise<JobWorker> {
  await schedule.upsertJobScheduler('gauges', { every: EVERY_MS }, { name: JOBS.collectGauges });
  return openWorker(QUEUES.schedule, collect);
}

/** Closes the connection of the schedule. */
export async function closeSchedule(): Promise<void> {
  await schedule.close();
}
