/** One npm script that ran: whether it exited with 0, and its wall-clock time in seconds. */
export interface Step {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
}

/** Number of tests by outcome. */
export interface TestTotals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Reads the totals from the text of Vitest's JSON report; pending and to-do tests are skipped ones. */
export function totalsOf(report: string): TestTotals {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(report) as Record<
    'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests',
    number
  >;
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
}

/** A run of tests: how it ended, and its totals where it left a report. */
export interface TestRun {
  readonly step: Step;
  readonly totals: TestTotals | undefined;
}

/**
 * The line `N passed, N failed[, N skipped]`: tests of all runs, plus one failure for each failed check, and one for a run
 * that failed although no test of it did (a file that does not load, no report).
 */
export function finalLine(checks: readonly Step[], runs: readonly TestRun[]): string {
  const sum = (count: (totals: TestTotals) => number): number =>
    runs.reduce((all, { totals }) => all + (totals ? count(totals) : 0), 0);
  const broken = runs.filter(({ step, totals }) => !step.passed && (totals?.failed ?? 0) === 0).length;
  const failed = sum((t) => t.failed) + checks.filter((check) => !check.passed).length + broken;
  const skipped = sum((t) => t.skipped);
  return `${sum((t) => t.passed)} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
