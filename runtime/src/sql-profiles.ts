/** SQL dialects whose literals, quotes and comments are known; `any` keeps only what none of them reads as a literal. */
export type SqlDialect = 'any' | 'postgres' | 'mysql' | 'mssql' | 'oracle' | 'sqlite' | 'snowflake';

/** What differs between dialects for a tokenizer; each point decides where a literal begins or ends. */
export interface SqlProfile {
  /** A backslash escapes inside `'…'` (PostgreSQL: only inside `E'…'`, which needs no flag here). */
  readonly backslash: boolean;
  /** `"…"` is an identifier, a string, or an identifier only where no string can stand (after FROM, beside a dot). */
  readonly doubleQuote: 'identifier' | 'string' | 'position';
  readonly backtick: boolean;
  /** `[…]` is an identifier. */
  readonly bracket: boolean;
  /** `$tag$…$tag$`; Snowflake knows only the empty tag. */
  readonly dollarQuote: 'tag' | 'empty' | 'none';
  readonly nestedComments: boolean;
  readonly hash: 'comment' | 'word' | 'operator';
  /** MySQL reads `--` as a comment only before white space; `1--2` is arithmetic. */
  readonly dashNeedsSpace: boolean;
  readonly slashComment: boolean;
  /** `q'[…]'` of Oracle. */
  readonly qQuote: boolean;
  /** `$12.50` is a literal of type money and `$1` no parameter. */
  readonly money: boolean;
  /** `:1` is a bind parameter; elsewhere a number behind a colon is a slice bound. */
  readonly colonDigits: boolean;
  /** `@stage/path/` is one name. */
  readonly stage: boolean;
  /** `E'…'` has escapes. */
  readonly eString: boolean;
}

const ANSI: SqlProfile = {
  backslash: false,
  doubleQuote: 'identifier',
  backtick: false,
  bracket: false,
  dollarQuote: 'none',
  nestedComments: false,
  hash: 'operator',
  dashNeedsSpace: false,
  slashComment: false,
  qQuote: false,
  money: false,
  colonDigits: false,
  stage: false,
  eString: false,
};

/**
 * Lexical rules by dialect, from the vendors' manuals: PostgreSQL 18 ch. 4.1 "Lexical Structure", MySQL 8.4 ch. 11 "Language
 * Structure", Transact-SQL "Constants" and "Database identifiers", Oracle 23 "Literals", SQLite "SQLite Keywords" and "Quirks",
 * Snowflake "String & binary data types".
 */
export const SQL_PROFILES: Readonly<Record<Exclude<SqlDialect, 'any'>, SqlProfile>> = {
  postgres: { ...ANSI, dollarQuote: 'tag', nestedComments: true, eString: true },
  mysql: { ...ANSI, backslash: true, doubleQuote: 'string', backtick: true, hash: 'comment', dashNeedsSpace: true },
  mssql: { ...ANSI, bracket: true, nestedComments: true, hash: 'word', money: true },
  oracle: { ...ANSI, qQuote: true, hash: 'word', colonDigits: true },
  sqlite: { ...ANSI, doubleQuote: 'position', backtick: true, bracket: true },
  snowflake: { ...ANSI, backslash: true, dollarQuote: 'empty', slashComment: true, stage: true },
};

/** Reading for statements in which all dialects agree, see `AMBIGUOUS`. */
export const COMMON_PROFILE: SqlProfile = { ...ANSI, backtick: true, hash: 'word', colonDigits: false };

/** The readings whose literals are united when a statement of unknown dialect is ambiguous. */
export const UNITED_PROFILES: readonly SqlProfile[] = [
  SQL_PROFILES.postgres,
  { ...SQL_PROFILES.mysql, doubleQuote: 'position' },
  SQL_PROFILES.mssql,
  SQL_PROFILES.oracle,
  { ...SQL_PROFILES.snowflake, stage: false },
];

/** The readings of a statement in which only double quotes are in doubt. */
export const QUOTE_PROFILES: readonly SqlProfile[] = [COMMON_PROFILE, { ...COMMON_PROFILE, doubleQuote: 'position' }];

/** A statement without any of these, double quotes and a comment inside a comment reads the same in every dialect. */
export const AMBIGUOUS = /[\\#`[]|\$(?!\d)|\$\d+\.|\/\/|--(?!\s|$)|[qQ]'/;
