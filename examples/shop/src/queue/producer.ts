import { context, propagation } from '@opentelemetry/api';
import { Queue } from 'bullmq';
import { withSpan } from '../telemetry/tracing.ts';
import { connection, JOBS, QUEUES, type FulfilmentJob, type ReceiptJob } from './jobs.ts';

const fulfilment = new Queue<FulfilmentJob>(QUEUES.fulfilment, { connection });
const receipts = new Queue<ReceiptJob>(QUEUES.receipts, { connection });

/** Asks the warehouse for an order. */
export async function enqueueFulfilment(orderId: string): Promise<void> {
  await withSpan('fulfilment.enqueue', { 'messaging.destination.name': QUEUES.fulfilment }, async () => {
    const carrier: Record<string, string> = {};
    propagation.inject(context.active(), carrier);
    await fulfilment.add(JOBS.fulfilOrder, { orderId, carrier });
  });
}

/** Sends the customer a receipt, a few seconds after the order. */
export async function enqueueReceipt(orderId: string, email: string): Promise<void> {
  const job: ReceiptJob = { orderId, email };
  await receipts.add(JOBS.sendReceipt, job, { delay: 5_000, attempts: 3 });
}

/** Closes the connections of the producers. */
export async function closeProducers(): Promise<void> {
  await Promise.all([fulfilment.close(), receipts.close()]);
}
