import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { tracer } from '../telemetry/tracing.ts';
import { renderInvoice, type Invoice } from './render.ts';

async function store(invoice: Invoice): Promise<void> {
  await tracer.startActiveSpan('invoices.store', async (span) => {
    try {
      const html = renderInvoice(invoice);
      span.setAttribute('shop.bytes', Buffer.byteLength(html));
      await mkdir('archive', { recursive: true });
      await writeFile(join('archive', `${invoice.id}.html`), html);
    } finally {
      span.end();
    }
  });
}

parentPort?.on('message', async (invoice: Invoice) => {
  await store(invoice);
  parentPort?.close();
});
