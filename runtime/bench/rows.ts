/** What a bench reports, and how it measures: side by side in one process, interleaved, medians. */

/** One measured ratio against its target. */
export interface BenchRow {
  readonly id: string;
  readonly ratio: number;
  readonly target: number;
  /** `max`: the ratio must not be above the target; `min`: not below. */
  readonly direction: 'max' | 'min';
  readonly note: string;
}

/** The middle of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

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
