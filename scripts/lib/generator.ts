/**
 * What a module in `scripts/generators/` exports. Texts are formatted with Prettier before they are written or
 * compared, so a generator does not care about layout.
 */
export interface Generator {
  /** What the generator writes, for people: paths relative to the root, `*` allowed. */
  readonly files: readonly string[];
  /** New texts by path relative to the root; parts that people wrote come back unchanged. */
  generate(): Promise<Map<string, string>>;
}
