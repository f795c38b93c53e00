import { context, propagation, SpanKind, type Attributes } from '@opentelemetry/api';
import { Worker, type Job } from 'bullmq';
import { findOrder, markOrder, OrderStatus, type Order } from '../db/orders.ts';
import { archiveInvoice } from '../invoices/archive.ts';
import { sendMail } from '../invoices/delivery.ts';
import { renderInvoice } from '../invoices/render.ts';
import { logger } from '../telemetry/logger.ts';
import { jobsDone } from '../telemetry/metrics.ts';
import { failSpan, startStep, tracer, withSpan } from '../telemetry/tracing.ts';
import { connection, QUEUES, type FulfilmentJob, type ReceiptJob } from './jobs.ts';

async function fulfil(orderId: string): Promise<void> {
  for (const step of ['pick', 'pack', 'ship'] as const) {
    const span = startStep(step);
    try {
      logger.info({ orderId, step }, 'fulfilment step');
    } finally {
      span.end();
    }
  }
  await markOrder(orderId, OrderStatus.shipped);
}

async function archive(order: Order): Promise<void> {
  tracer.startActiveSpan('receipts.archive', async (span) => {
    try {
      await archiveInvoice(order);
    } catch (error) {
      failSpan(span, error);
      logger.error({ err: error, orderId: order.id }, 'invoice was not archived');
    } finally {
      span.end();
    }
  });
}

function observe(worker: Worker): Worker {
  worker.on('completed', (job: Job) => {
    jobsDone.inc({ job: job.name, outcome: 'completed' });
  });
  worker.on('failed', (job, error) => {
    jobsDone.inc({ job: job?.name ?? 'unknown', outcome: 'failed' });
    logger.error({ err: error, jobId: job?.id }, 'job failed');
  });
  return worker;
}

/** Starts the workers of this process. */
export function startConsumers(): Worker[] {
  const fulfilment = new Worker<FulfilmentJob>(
    QUEUES.fulfilment,
    async (job) => {
      const parent = propagation.extract(context.active(), job.data.carrier);
      const attributes: Attributes = { 'messaging.destination.name': QUEUES.fulfilment };
      await tracer.startActiveSpan(
        'fulfilment.process',
        { kind: SpanKind.CONSUMER, attributes },
        parent,
        async (span) => {
          try {
            await fulfil(job.data.orderId);
          } catch (error) {
            failSpan(span, error);
            throw error;
          } finally {
            span.end();
          }
        },
      );
    },
    { connection },
  );

  const receipts = new Worker<ReceiptJob>(
    QUEUES.receipts,
    async ({ data }) => {
      await withSpan('receipts.process', { 'shop.has_address': data.email !== '' }, async () => {
        const order = await findOrder(data.orderId);
        if (order) {
          await sendMail(data.email, renderInvoice(order));
          await archive(order);
        }
      });
    },
    { connection },
  );

  return [fulfilment, receipts].map(observe);
}
