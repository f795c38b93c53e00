import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition; fails with what was awaited when it does not come. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  awaited: () => string,
  deadline = 30_000,
): Promise<void> {
  const end = Date.now() + deadline;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${awaited()}`);
    await delay(15);
  }
}
