import { Queue, Worker } from 'bullmq';
import { collectOpenOrders } from '../db/orders.ts';
import { connection, JOBS } from './jobs.ts';

const schedule = new Queue('schedule', { connection });

/** Has the gauges collected every minute, by one process at a time. */
export async function startSchedule(): Promise<Worker> {
  await schedule.upsertJobScheduler('gauges', { every: 60_000 }, { name: JOBS.collectGauges });
  return new Worker('schedule', collectOpenOrders, { connection });
}

/** Closes the connection of the schedule. */
export async function closeSchedule(): Promise<void> {
  await schedule.close();
}
