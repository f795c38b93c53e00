/** Compares findings with judged lines. */
import type { Plan } from './plans.ts';
import type { JudgedRow } from './tables.ts';

/** One report of the linter; `line` and `endLine` are 1-based. */
export interface Finding {
  readonly rule: string;
  readonly line: number;
  readonly endLine: number;
  readonly message: string;
}

/** How one judged line came out. */
export interface Outcome {
  readonly row: JudgedRow;
  readonly cell: 'found' | 'missed' | 'false' | 'silent';
  /** What the linter said about the line. */
  readonly said?: string;
}

/** Lines of tolerance around a finding. */
const NEAR = 1;

/** What a plan expects for a row; undefined when the row does not count. */
function expectationOf(plan: Plan, row: JudgedRow): 'bad' | 'ok' | undefined {
  const verdict = plan.lean && row.lean !== '' ? row.lean : row.verdict;
  if (plan.bad.includes(verdict)) return 'bad';
  return plan.ok.includes(verdict) ? 'ok' : undefined;
}

/** True when the rows of this plan include the row. */
export function counts(plan: Plan, row: JudgedRow): boolean {
  return (
    row.table === plan.table && Number.isFinite(row.line) && plan.takes(row) && expectationOf(plan, row) !== undefined
  );
}

/** True when a finding lies on a line, give or take `near` lines. */
export function isNear(finding: Finding, line: number, near: number = NEAR): boolean {
  return line >= finding.line - near && line <= finding.endLine + near;
}

/**
 * Judges the findings of one file against its rows. Where rows with other keys stand next to each other,
 * a finding counts only for the row whose key its message names.
 */
export function judgeFile(plan: Plan, fileRows: readonly JudgedRow[], findings: readonly Finding[]): Outcome[] {
  const { near = NEAR } = plan;
  const own = findings.filter((finding) => plan.rules.includes(finding.rule));
  return fileRows.map((row) => {
    const crowded = fileRows.some((other) => Math.abs(other.line - row.line) <= near && other.key !== row.key);
    const nameKey = crowded && /^[\w.:-]+$/.test(row.key);
    const hit = own.find(
      (finding) => isNear(finding, row.line, near) && (!nameKey || finding.message.includes(row.key)),
    );
    const bad = expectationOf(plan, row) === 'bad';
    if (hit === undefined) return { row, cell: bad ? 'missed' : 'silent' };
    return { row, cell: bad ? 'found' : 'false', said: hit.message };
  });
}
