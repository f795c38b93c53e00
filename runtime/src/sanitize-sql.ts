import {
  AMBIGUOUS,
  COMMON_PROFILE,
  QUOTE_PROFILES,
  SQL_PROFILES,
  type SqlDialect,
  UNITED_PROFILES,
} from './sql-profiles.ts';
import { SqlRewriter, type SqlSettings } from './sql-rewriter.ts';
import { unitedLiterals } from './sql-unite.ts';
import { TelintError, warn } from './diagnostics.ts';

export { type SqlDialect } from './sql-profiles.ts';

/** What `sanitizeSql` keeps besides names and key words, and how it lays the statement out. Literals always become `?`. */
export interface SqlOptions {
  /** Decides where a literal ends. Default `any`: text is kept only if no dialect reads it as part of a literal. */
  readonly dialect?: SqlDialect;
  /** `source` keeps white space as written, `canonical` writes one space between tokens. Default `source`. */
  readonly layout?: 'source' | 'canonical';
  /** Statements are cut behind this number of UTF-16 code units. Default 8192. */
  readonly maxLength?: number;
  /** `(?, ?, ?)` becomes `(?)`. Default true. */
  readonly collapseLists?: boolean;
  /** Keeps `TRUE` and `FALSE`. Default true. */
  readonly keepBoolean?: boolean;
  /** Keeps `NULL`. Default true. */
  readonly keepNull?: boolean;
  /** Keeps `$1`; otherwise it becomes `?`. Default true. */
  readonly keepPositional?: boolean;
  /** Keeps `:name` and `@name`; otherwise they become `?`. Default true. */
  readonly keepBind?: boolean;
  /** Keeps digits in names; otherwise `users_2026` becomes `users_?`. Default true. */
  readonly keepDigits?: boolean;
  /** Keeps the path behind `->`, `->>`, `#>`, `#>>`, `#-`. Default false. */
  readonly keepJsonPath?: boolean;
  /** Keeps `AS alias`; only the canonical layout can leave it out. Default true. */
  readonly keepAlias?: boolean;
  /** Keeps the quotes of names; only the canonical layout can leave them out. Default true. */
  readonly keepQuotes?: boolean;
  /** Keeps a semicolon at the end. Default false. */
  readonly keepSemicolon?: boolean;
  /** Canonical layout without spaces inside parentheses. Default false. */
  readonly tight?: boolean;
  /** Sanitizes the body of `$func$ … $func$` instead of replacing it. Default false. */
  readonly dollarFunctions?: boolean;
}

/** The statement with every literal replaced by `?`. */
export type SqlSanitizer = (statement: string) => string;

const MAX_LENGTH = 8192;
/** What is written for a statement that could not be read at all. */
const UNREADABLE = '?';

function settingsOf(options: SqlOptions): SqlSettings {
  const canonical = options.layout === 'canonical';
  return {
    canonical,
    collapseLists: options.collapseLists ?? true,
    keepBoolean: options.keepBoolean ?? true,
    keepNull: options.keepNull ?? true,
    keepPositional: options.keepPositional ?? true,
    keepBind: options.keepBind ?? true,
    keepDigits: options.keepDigits ?? true,
    keepJsonPath: options.keepJsonPath ?? false,
    keepAlias: !canonical || (options.keepAlias ?? true),
    keepQuotes: !canonical || (options.keepQuotes ?? true),
    keepSemicolon: options.keepSemicolon ?? false,
    tight: options.tight ?? false,
    dollarFunctions: options.dollarFunctions ?? false,
  };
}

/**
 * Makes a function that replaces the literals of SQL statements by `?` in one pass and linear time. It never throws: what is
 * no text, or cannot be read, becomes `?`. Comments are always left out, because they quote values as often as not.
 * Throws `TelintError` `TELINT_OPTION_INVALID` for an unknown dialect or layout.
 */
export function createSqlSanitizer(options: SqlOptions = {}): SqlSanitizer {
  const dialect = options.dialect ?? 'any';
  if (dialect !== 'any' && !Object.hasOwn(SQL_PROFILES, dialect)) {
    throw new TelintError(
      'TELINT_OPTION_INVALID',
      `SQL dialect '${dialect}' is unknown. Write one of: any, ${Object.keys(SQL_PROFILES).join(', ')}.`,
    );
  }
  const settings = settingsOf(options);
  const maxLength = options.maxLength ?? MAX_LENGTH;
  const rewrite =
    dialect === 'any'
      ? (text: string) => rewriteAny(text, settings)
      : (text: string) => new SqlRewriter(text, SQL_PROFILES[dialect], settings).run();
  return (statement) => {
    try {
      if (typeof (statement as unknown) !== 'string') return UNREADABLE;
      if (statement.length <= maxLength) return rewrite(statement);
      return `${rewrite(statement.slice(0, maxLength))}…`;
    } catch (error) {
      warn('TELINT_SANITIZE_FAILED', 'A SQL statement could not be read and was replaced.', (error as Error).name);
      return UNREADABLE;
    }
  };
}

/** Where dialects can differ, everything that one of them reads as a literal is replaced before the statement is laid out. */
function rewriteAny(text: string, settings: SqlSettings): string {
  const quotes = text.includes('"');
  if (!AMBIGUOUS.test(text) && !(quotes && text.includes('/*'))) {
    const certain = quotes ? unitedLiterals(text, QUOTE_PROFILES) : text;
    const rewriter = new SqlRewriter(certain, COMMON_PROFILE, settings);
    const result = rewriter.run();
    if (!rewriter.nested) return result;
  }
  return new SqlRewriter(unitedLiterals(text, UNITED_PROFILES), COMMON_PROFILE, settings).run();
}

const sanitizers = new Map<SqlDialect, SqlSanitizer>();

/** Replaces the literals of one SQL statement by `?`, with the default options for a dialect. */
export function sanitizeSql(statement: string, dialect: SqlDialect = 'any'): string {
  let sanitizer = sanitizers.get(dialect);
  if (sanitizer === undefined) {
    sanitizer = createSqlSanitizer({ dialect: Object.hasOwn(SQL_PROFILES, dialect) ? dialect : 'any' });
    sanitizers.set(dialect, sanitizer);
  }
  return sanitizer(statement);
}
