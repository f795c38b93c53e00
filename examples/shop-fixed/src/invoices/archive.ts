import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { withSpan } from '@telint/runtime';
import { postMessageWithContext, withoutContext } from '@telint/runtime/propagation';
import type { Invoice } from './render.ts';

/** What the thread answers. */
interface Archived {
  readonly task: string;
  readonly error?: string;
}

interface Task {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const tasks = new Map<string, Task>();
let thread: Worker | undefined;

/** One thread for all invoices, started with the first one and outside of its trace. */
function startThread(): Worker {
  const started = new Worker(new URL('./archive-thread.ts', import.meta.url));
  started.on('message', ({ task, error }: Archived) => {
    const waiting = tasks.get(task);
    tasks.delete(task);
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(new Error(error));
  });
  started.on('exit', () => {
    thread = undefined;
    for (const { reject } of tasks.values()) reject(new Error('the archive thread has ended'));
    tasks.clear();
  });
  return started;
}

/** Archives an invoice on another thread, because large orders take a while to render. */
export async function archiveInvoice({ id, lines, totalCents }: Invoice): Promise<void> {
  await withSpan('invoices.archive', { attributes: { 'shop.lines': lines.length } }, async () => {
    const target = (thread ??= withoutContext(startThread));
    const task = randomUUID();
    await new Promise<void>((resolve, reject) => {
      tasks.set(task, { resolve, reject });
      postMessageWithContext(target, { task, invoice: { id, lines, totalCents } });
    });
  });
}

/** Ends the thread after what it is doing; its spans are sent before. */
export async function closeArchive(): Promise<void> {
  if (thread === undefined) return;
  const ended = once(thread, 'exit');
  postMessageWithContext(thread, 'end');
  await ended;
}
