import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long work goes on before other events get their turn, in milliseconds. */
const SLICE_MS = 8;

/** Lets what has arrived meanwhile be handled first. */
export async function yieldToEvents(): Promise<void> {
  await nextTurn();
}

/**
 * Runs a generator in short slices, so that requests are answered in between. `onStep` sees what the last step of every
 * slice yielded; resolves to false when the signal ended it early.
 */
export async function runInSlices<T>(
  steps: Iterable<T>,
  signal: AbortSignal,
  onStep?: (value: T) => void,
): Promise<boolean> {
  let until = performance.now() + SLICE_MS;
  for (const step of steps) {
    if (performance.now() < until) continue;
    onStep?.(step);
    await nextTurn();
    if (signal.aborted) return false;
    until = performance.now() + SLICE_MS;
  }
  return !signal.aborted;
}
