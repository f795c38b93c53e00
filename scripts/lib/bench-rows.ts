/** What every benchmark of the repository reports, and how its figures are judged, printed and written. */
import { cpus, totalmem } from 'node:os';
import { table } from './markdown.ts';

/** One figure of a benchmark: fulfilled when `ratio` is not above (`max`) or not below (`min`) the target. */
export interface BenchRow {
  readonly id: string;
  readonly ratio: number;
  readonly target: number;
  readonly direction: 'max' | 'min';
  /** How it was measured, with the absolute figures behind the ratio. */
  readonly note: string;
}

/** True when a row meets its target. */
export function isMet({ ratio, target, direction }: BenchRow): boolean {
  return direction === 'max' ? ratio <= target : ratio >= target;
}

/** A row as one line for the terminal. */
export function rowLine(row: BenchRow): string {
  return `${isMet(row) ? '✔' : '✘'} ${row.id.padEnd(44)} ${ratioText(row).padStart(16)}   ${row.note}`;
}

/** Rows as a Markdown table. */
export function rowTable(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [
    row.id,
    rounded(row.ratio),
    targetText(row),
    isMet(row) ? 'yes' : '**no**',
    row.note,
  ]);
  return table(['Figure', 'Ratio', 'Target', 'Met', 'Measured'], cells);
}

/** The machine that the figures are of. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} cores (${cpu?.model.trim() || process.arch}), ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}, Node ${process.versions.node}`;
}

/** Middle value; the mean of the two middle ones for an even number, NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** The value that a share of all values does not exceed (nearest rank): `quantile(times, 0.95)`. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function ratioText(row: BenchRow): string {
  return `${rounded(row.ratio)} ${targetText(row)}`;
}

function targetText({ target, direction }: BenchRow): string {
  return `${direction === 'max' ? '≤' : '≥'} ${target}`;
}

/** Three digits that count, without an exponent. */
function rounded(ratio: number): string {
  return ratio >= 100 || ratio === 0 ? ratio.toFixed(0) : ratio.toPrecision(3);
}
