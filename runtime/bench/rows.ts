/** How a bench measures: side by side in one process, interleaved, medians. */
import { median, type BenchRow } from '../../scripts/lib/bench-rows.ts';

export { median, type BenchRow };

/** Milliseconds of each candidate, as medians over interleaved rounds after a warm-up round. */
export async function medianTimes<Name extends string>(
  candidates: Readonly<Record<Name, () => unknown>>,
  rounds: number,
): Promise<Record<Name, number>> {
  const names = Object.keys(candidates) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      await candidates[name]();
      if (round >= 0) times.get(name)?.push(performance.now() - start);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<Name, number>;
}
