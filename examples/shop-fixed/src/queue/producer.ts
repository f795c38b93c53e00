import { config } from '../config.ts';
import { queueMetrics } from '../telemetry/metrics.ts';
import { openQueue, type JobQueue } from './broker.ts';
import { JOBS, QUEUES, type FulfilmentJob, type ReceiptJob } from './jobs.ts';

const fulfilment = openQueue<FulfilmentJob>(QUEUES.fulfilment);
const receipts = openQueue<ReceiptJob>(QUEUES.receipts);

/** The queues that requests fill. */
export const queues: readonly Pick<JobQueue<never>, 'name' | 'getJobCounts'>[] = [fulfilment, receipts];

function countSent(queue: 'fulfilment' | 'receipts'): void {
  queueMetrics.sent.inc({ messaging_system: 'bullmq', messaging_destination_name: queue, error_type: '' });
}

/** Asks the warehouse for an order. */
export async function enqueueFulfilment(orderId: string): Promise<void> {
  await fulfilment.add(JOBS.fulfilOrder, { orderId });
  countSent(QUEUES.fulfilment);
}

/** Sends the customer a receipt, a few seconds after the order. */
export async function enqueueReceipt(orderId: string, email: string): Promise<void> {
  await receipts.add(JOBS.sendReceipt, { orderId, email }, { delay: config.receiptDelayMs, attempts: 3 });
  countSent(QUEUES.receipts);
}

/** Closes the connections of the producers. */
export async function closeProducers(): Promise<void> {
  await Promise.all([fulfilment.close(), receipts.close()]);
}
