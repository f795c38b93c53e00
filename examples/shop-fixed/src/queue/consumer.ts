import { withSpan } from '@telint/runtime';
import { findOrder, markOrder, OrderStatus } from '../db/orders.ts';
import { archiveInvoice } from '../invoices/archive.ts';
import { sendMail } from '../invoices/delivery.ts';
import { renderInvoice } from '../invoices/render.ts';
import { logger } from '../telemetry/logger.ts';
import { queueMetrics } from '../telemetry/metrics.ts';
import { openWorker, type JobWorker, type QueuedJob } from './broker.ts';
import { QUEUES, type FulfilmentJob, type ReceiptJob } from './jobs.ts';

async function fulfil({ data: { orderId } }: QueuedJob<FulfilmentJob>): Promise<void> {
  for (const step of ['pick', 'pack', 'ship'] as const) {
    withSpan(`fulfilment.${step}`, { attributes: { 'shop.step': step } }, () => {
      logger.info({ orderId, step }, 'fulfilment step');
    });
  }
  await markOrder(orderId, OrderStatus.shipped);
}

async function sendReceipt({ data: { orderId, email } }: QueuedJob<ReceiptJob>): Promise<void> {
  const order = await findOrder(orderId);
  if (!order) {
    return;
  }
  await sendMail(email, renderInvoice(order));
  await withSpan('receipts.archive', () => archiveInvoice(order));
}

/** Runs the jobs of a queue and measures them. */
function work<Data>(queue: 'fulfilment' | 'receipts', run: (job: QueuedJob<Data>) => Promise<void>): JobWorker {
  const labels = { messaging_system: 'bullmq', messaging_destination_name: queue } as const;
  const worker = openWorker<Data>(queue, async (job) => {
    queueMetrics.consumed.inc({ ...labels, error_type: '' });
    if (job.attemptsMade > 0) queueMetrics.redelivered.inc(labels);
    const stopTimer = queueMetrics.processDuration.startTimer(labels);
    let errorType = '';
    try {
      await run(job);
    } catch (error) {
      errorType = error instanceof Error ? error.name : 'unknown';
      throw error;
    } finally {
      stopTimer({ error_type: errorType });
    }
  });
  worker.on('failed', (job, error) => {
    if (job && job.attemptsMade >= (job.opts.attempts ?? 1)) queueMetrics.deadLettered.inc(labels);
    logger.error({ err: error, jobId: job?.id }, 'job failed');
  });
  return worker;
}

/** Starts the workers of this process. */
export function startConsumers(): JobWorker[] {
  return [work(QUEUES.fulfilment, fulfil), work(QUEUES.receipts, sendReceipt)];
}
