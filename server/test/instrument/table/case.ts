/** A function of the table: `¦` in the source is the cursor; expressions run against the exports `m` of the file. */
export interface Case {
  readonly title: string;
  /** Path below the package; `.ts` decides what is type-checked. Default `orders.ts`. */
  readonly path?: string;
  readonly source: string;
  /** Expressions, each of which calls the function `spans` times (default once). */
  readonly calls: readonly string[];
  readonly spans?: number;
  /** Name of the span. */
  readonly span: string;
  /** What a function gives back that is not async; decides which of two actions is taken. Default `value`. */
  readonly returns?: 'promise' | 'value';
  /** Spans of `step` are not children: the work runs after the function, or outside of it. */
  readonly detached?: boolean;
}
