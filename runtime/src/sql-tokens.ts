/** Kinds of tokens; plain numbers, because they are compared about a hundred times per statement. */
export const TOKEN = {
  end: 0,
  comment: 2,
  string: 3,
  number: 4,
  word: 5,
  /** Quoted identifier, with the parts that follow it: `"a"."b"`. */
  quoted: 6,
  operator: 7,
  punctuation: 8,
  /** `$func$ … $func$`: its body is a program. */
  dollarFunction: 9,
  /** `$1` */
  positional: 10,
  /** `:name`, `@name` */
  bind: 11,
  /** Operators on JSON that take a path on the right: `->`, `->>`, `#>`, `#>>`, `#-`. */
  jsonPath: 12,
} as const;

/** One of the values of `TOKEN`. */
export type TokenKind = (typeof TOKEN)[keyof typeof TOKEN];
