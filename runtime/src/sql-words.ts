/** Words that begin a statement or name an action. */
const COMMANDS =
  'SELECT INSERT UPDATE DELETE CREATE ALTER DROP JOIN GRANT REVOKE COMMIT BEGIN TRUNCATE MERGE EXECUTE EXEC EXPLAIN ' +
  'STRAIGHT_JOIN USE CLONE VACUUM';

/** Reserved words of SQL-92 and the dialects that can follow AS and are no alias. */
const OTHERS =
  'ADD ALL ANALYZE AND ANY ASC ASSERTION BETWEEN BY CASE CHECK CLUSTER COLUMN CONSTRAINT COPY CUBE DATABASE DECLARE ' +
  'DEFAULT DESC DISTINCT DOMAIN ELSE END ESCAPE EXISTS FALSE FOREIGN FROM GROUP HAVING IF ILIKE IN INDEX INNER INTO IS ' +
  'KEY LATERAL LEFT LIKE LIMIT LITERAL NOT NULL OF OFFSET ON ONLY OR ORDER OUT OUTER PLPGSQL PRIMARY PROC PROCEDURE ' +
  'RECURSIVE REPLACE RETURNING RETURNS RIGHT ROLLBACK ROLLUP ROWNUM SET SKIP SOME TABLE TEMPORARY TOP TRIGGER TRUE ' +
  'UNION UNIQUE UNLOGGED USING VALUES VIEW WHERE WINDOW WITH';

/** Upper-case words that begin a statement. */
export const SQL_COMMANDS: ReadonlySet<string> = new Set(COMMANDS.split(' '));

/** Upper-case reserved words, commands included. */
export const SQL_KEYWORDS: ReadonlySet<string> = new Set([...SQL_COMMANDS, ...OTHERS.split(' ')]);

/** Fields of `EXTRACT(field FROM source)`: PostgreSQL's own statistics replace them by a parameter (pg_stat_statements). */
export const EXTRACT_FIELDS: ReadonlySet<string> = new Set(
  (
    'CENTURY DAY DECADE DOW DOY EPOCH HOUR ISODOW ISOYEAR JULIAN MICROSECONDS MILLENNIUM MILLISECONDS MINUTE MONTH ' +
    'QUARTER SECOND TIMEZONE TIMEZONE_HOUR TIMEZONE_MINUTE WEEK YEAR'
  ).split(' '),
);

/** Words behind which a double-quoted text names a table or an alias in every dialect. */
export const NAME_COMES_NEXT: ReadonlySet<string> = new Set(['FROM', 'JOIN', 'INTO', 'UPDATE', 'TABLE', 'AS']);
