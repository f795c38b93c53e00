import { REDIS_KEYS } from './redis-key-places.ts';
import { sanitizeRedis } from './sanitize-redis.ts';
import { sanitizeSql } from './sanitize-sql.ts';
import { type SqlDialect } from './sql-profiles.ts';

/** Values of `db.system.name` (and of `db.system` before it) whose statements are SQL, by the dialect that reads them. */
const DIALECTS: ReadonlyMap<string, SqlDialect> = new Map([
  ['postgresql', 'postgres'],
  ['cockroachdb', 'postgres'],
  ['aws.redshift', 'postgres'],
  ['redshift', 'postgres'],
  ['mysql', 'mysql'],
  ['mariadb', 'mysql'],
  ['microsoft.sql_server', 'mssql'],
  ['mssql', 'mssql'],
  ['oracle.db', 'oracle'],
  ['oracle', 'oracle'],
  ['sqlite', 'sqlite'],
  ['snowflake', 'snowflake'],
]);

const REDIS_SYSTEMS: ReadonlySet<string> = new Set(['redis', 'valkey']);
/** `SET a = b` is not among them: in Redis it writes `=`, and `b` is not quoted. */
const SQL_BEGIN =
  /^(?:\s|\/\*[^*]*\*\/|--[^\n]*\n|\()*(?:select|insert\s+into|update|delete\s+from|with|create|alter|drop|truncate|merge|replace|begin|start|commit|rollback|savepoint|release|grant|revoke|explain|analyze|call|exec|execute|declare|values|show|use|lock|vacuum|copy|pragma|set\s+(?:session|local|global|transaction))\b/i;

/**
 * Replaces the data in a database statement (`db.query.text`). `system` is the value of `db.system.name`; without a known one the
 * language is told from the statement, and of an unknown language only the first word is kept.
 */
export function sanitizeStatement(statement: string, system?: string): string {
  const known = system === undefined ? undefined : DIALECTS.get(system.toLowerCase());
  if (known !== undefined) return sanitizeSql(statement, known);
  if (system !== undefined && REDIS_SYSTEMS.has(system.toLowerCase())) return sanitizeRedis(statement);
  const first = /^\s*([A-Za-z][A-Za-z.]{0,30})(?=\s|$)/.exec(statement.slice(0, 64))?.[1] ?? '';
  if (SQL_BEGIN.test(statement.slice(0, 1024))) return sanitizeSql(statement);
  if (REDIS_KEYS.has(first.toUpperCase())) return sanitizeRedis(statement);
  const json = /^\s*[[{]/.test(statement.slice(0, 64));
  if (json) return sanitizeSql(statement);
  return first === '' ? '?' : `${first} ?`;
}
