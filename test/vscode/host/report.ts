/** What a run of tests in the editor came to. */
export interface SuiteReport {
  passed: number;
  pending: number;
  readonly failed: { readonly title: string; readonly error: string }[];
  readonly lines: string[];
  /** Times in milliseconds and sizes, for people; nothing is asserted about them. */
  readonly figures: Record<string, number>;
}
