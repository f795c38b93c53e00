import type { Finding } from '../findings.ts';
import type { Runner } from '../runner.ts';

/** Findings of the checks of the workspace that are on; `progress` is told how many files have been looked at. */
export function runChecks(runner: Runner, progress?: (done: number, total: number) => void): readonly Finding[] {
  return [];
}
