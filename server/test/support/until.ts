import { until as poll } from '../../../scripts/lib/until.ts';

/** Waits for a condition; fails with what was awaited when it does not come. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  awaited: () => string,
  deadline = 30_000,
): Promise<void> {
  if ((await poll(condition, deadline, 15)) === undefined) throw new Error(`Waited in vain for ${awaited()}`);
}
