/** A measured ratio with its target; the same shape as in the other benchmarks of the repository. */
export interface BenchRow {
  readonly id: string;
  readonly ratio: number;
  readonly target: number;
  /** `higher`: the ratio must reach the target · `lower`: it must not exceed it. */
  readonly direction: 'higher' | 'lower';
  readonly note: string;
}
