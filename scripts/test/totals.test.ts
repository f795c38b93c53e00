import { describe, expect, it } from 'vitest';
import { finalLine, totalsOf, type Step, type TestRun } from '../lib/totals.ts';

const step = (passed: boolean): Step => ({ name: 'step', passed, seconds: 1 });

describe('finalLine', () => {
  const run = (passed: boolean, totals: TestRun['totals']): TestRun => ({ step: step(passed), totals });

  it('counts the tests of all runs when every check passed', () => {
    const runs = [run(true, { passed: 7, failed: 0, skipped: 0 }), run(true, { passed: 2, failed: 0, skipped: 0 })];
    expect(finalLine([step(true), step(true)], runs)).toBe('9 passed, 0 failed');
  });

  it('adds one failure per failed check', () => {
    const checks = [step(false), step(true), step(false)];
    expect(finalLine(checks, [run(true, { passed: 7, failed: 0, skipped: 1 })])).toBe('7 passed, 2 failed, 1 skipped');
  });

  it('does not count a failed test twice', () => {
    expect(finalLine([], [run(false, { passed: 7, failed: 3, skipped: 0 })])).toBe('7 passed, 3 failed');
  });

  it('counts a run that broke without a failed test', () => {
    expect(finalLine([], [run(false, { passed: 7, failed: 0, skipped: 0 })])).toBe('7 passed, 1 failed');
    expect(finalLine([], [run(true, { passed: 7, failed: 0, skipped: 0 }), run(false, undefined)])).toBe(
      '7 passed, 1 failed',
    );
  });
});

describe('totalsOf', () => {
  it('takes pending and to-do tests as skipped', () => {
    const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults: [] };
    expect(totalsOf(JSON.stringify(report))).toEqual({ passed: 5, failed: 1, skipped: 3 });
  });
});
