import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition gives something; `undefined` when it never did before the deadline. */
export async function until<T>(
  find: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs: number,
  everyMs = 50,
): Promise<T | undefined> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) return undefined;
    await sleep(everyMs);
  }
}
