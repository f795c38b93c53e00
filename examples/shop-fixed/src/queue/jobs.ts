/** Names of the queues. */
export const QUEUES = { fulfilment: 'fulfilment', receipts: 'receipts', schedule: 'schedule' } as const;

/** Names of the jobs, as they appear in the queues and in the metrics. */
export const JOBS = {
  fulfilOrder: 'fulfil-order',
  sendReceipt: 'send-receipt',
  collectGauges: 'collect-gauges',
} as const;

export interface FulfilmentJob {
  orderId: string;
}

export interface ReceiptJob {
  orderId: string;
  email: string;
}
