import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { withSpan } from '../telemetry/tracing.ts';
import type { Invoice } from './render.ts';

/** Archives an invoice on another thread, because large orders take a while to render. */
export async function archiveInvoice({ id, lines, totalCents }: Invoice): Promise<void> {
  await withSpan('invoices.archive', { 'shop.lines': lines.length }, async () => {
    const thread = new Worker(new URL('./archive-thread.ts', import.meta.url));
    thread.postMessage({ id, lines, totalCents });
    await once(thread, 'exit');
  });
}
