import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { withSpan } from '@telint/runtime';
import { onMessageWithContext } from '@telint/runtime/propagation';
import { config } from '../config.ts';
import { telemetry } from '../telemetry/sdk.ts';
import { renderInvoice, type Invoice } from './render.ts';

/** What the main thread sends. */
type Message = 'end' | { readonly task: string; readonly invoice: Invoice };

async function store(invoice: Invoice): Promise<void> {
  await withSpan('invoices.store', async (span) => {
    const html = renderInvoice(invoice);
    span.setAttribute('shop.bytes', Buffer.byteLength(html));
    const folder = join(config.dataFolder, 'archive');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${invoice.id}.html`), html);
  });
}

if (parentPort) {
  const port = parentPort;
  onMessageWithContext<Message>(port, async (message) => {
    if (message === 'end') {
      await telemetry.shutdown();
      port.close();
      return;
    }
    try {
      await store(message.invoice);
      port.postMessage({ task: message.task });
    } catch (error) {
      port.postMessage({ task: message.task, error: error instanceof Error ? error.name : 'unknown' });
    }
  });
}
