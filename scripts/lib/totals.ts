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

/**
 * The line `N passed, N failed[, N skipped]`: tests, plus one failure for each failed check, and one for a test run
 * that failed although no test did (a file that does not load, no report).
 */
export function finalLine(checks: readonly Step[], testRun: Step, totals: TestTotals | undefined): string {
  const { passed, failed, skipped } = totals ?? { passed: 0, failed: 0, skipped: 0 };
  const failedChecks = checks.filter((check) => !check.passed).length;
  const brokenRun = !testRun.passed && failed === 0 ? 1 : 0;
  return `${passed} passed, ${failed + failedChecks + brokenRun} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
