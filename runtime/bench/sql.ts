import pino from 'pino';
import { pinoOptions } from '../src/log.ts';
import { createSqlSanitizer } from '../src/sanitize-sql.ts';
import { median, medianTimes, type BenchRow } from './rows.ts';

/** A statement of 300 characters as an ORM without parameters writes it: 9 literals, a list, a join. */
const STATEMENT =
  "SELECT u.id, u.email, o.total, o.created_at FROM users u JOIN orders o ON o.user_id = u.id WHERE u.email = 'jane.doe@example.com' " +
  "AND o.total > 1299.95 AND o.status IN ('open', 'paid', 'shipped') AND u.country = 'DE' AND o.created_at >= '2026-01-01 00:00:00' " +
  'ORDER BY o.created_at DESC LIMIT 50 OFFSET 7';
const QUOTED = STATEMENT.replace('u.id', '"u"."id"');
const CALLS = 2000;
const ROUNDS = 31;
const TARGET_US = 2.5;
const LINES = 500;

let sink = 0;

/** Reads a character of each result, so that ropes are flattened and nothing is optimized away. */
function repeat(run: (text: string) => string, text: string, calls = CALLS): () => void {
  return () => {
    for (let call = 0; call < calls; call++) sink += run(text).charCodeAt(40);
  };
}

async function statements(): Promise<BenchRow[]> {
  const any = createSqlSanitizer();
  const postgres = createSqlSanitizer({ dialect: 'postgres' });
  const canonical = createSqlSanitizer({ dialect: 'postgres', layout: 'canonical', keepDigits: false });
  const times = await medianTimes(
    {
      any: repeat(any, STATEMENT),
      postgres: repeat(postgres, STATEMENT),
      canonical: repeat(canonical, STATEMENT),
      quoted: repeat(any, QUOTED),
    },
    ROUNDS,
  );
  const micros = (name: keyof typeof times): number => (times[name] / CALLS) * 1000;
  const row = (id: string, name: keyof typeof times, target: number): BenchRow => ({
    id,
    ratio: micros(name) / TARGET_US,
    target,
    direction: 'max',
    note: `${micros(name).toFixed(2)} µs for ${STATEMENT.length} characters, divided by ${TARGET_US} µs`,
  });
  return [
    row('sql-300', 'any', 1),
    row('sql-300-postgres', 'postgres', 1),
    // Spaces are rewritten around every token, and digits in names are looked for.
    row('sql-300-canonical', 'canonical', 1.6),
    // Two readings are united before the statement is written.
    row('sql-300-double-quotes', 'quoted', 3),
  ];
}

async function linearity(): Promise<BenchRow> {
  const sanitize = createSqlSanitizer({ maxLength: Infinity });
  const text = (length: number): string =>
    `${STATEMENT}; `.repeat(Math.ceil(length / STATEMENT.length)).slice(0, length);
  const short = text(16_384);
  const long = text(131_072);
  const times = await medianTimes({ short: repeat(sanitize, short, 8), long: repeat(sanitize, long, 1) }, ROUNDS);
  return {
    id: 'sql-linear',
    ratio: times.long / times.short,
    target: 2,
    direction: 'max',
    note: 'time per character at 128 kB, divided by that at 16 kB; quadratic would be 8',
  };
}

/**
 * pino with all that `pinoOptions` does (key and value rules for every field and the message, ids of trace and request) against
 * pino with six fixed paths. The target allows half as much again, for searching values and not only known paths.
 */
async function logLine(): Promise<BenchRow> {
  const written = { write: (line: string) => void (sink += line.length) };
  const paths = ['password', 'token', 'authorization', 'user.password', 'user.email', 'headers.cookie'];
  const plain = pino({ redact: paths }, written);
  const ours = pino(pinoOptions(), written);
  const fields = {
    method: 'GET',
    route: '/orders/:id',
    status: 200,
    durationMs: 12.5,
    password: 'hunter2hunter2',
    user: { id: 42, email: 'ann@example.com', password: 'hunter2hunter2' },
  };
  const lines = (logger: pino.Logger) => () => {
    for (let line = 0; line < LINES; line++) logger.info(fields, 'request served');
  };
  const ratios: number[] = [];
  let note = '';
  for (let run = 0; run < 3; run++) {
    const times = await medianTimes({ plain: lines(plain), ours: lines(ours) }, ROUNDS);
    ratios.push(times.ours / times.plain);
    note = `${((times.ours / LINES) * 1000).toFixed(2)} µs a line, pino with redact ${((times.plain / LINES) * 1000).toFixed(2)} µs`;
  }
  return { id: 'log-pino-line', ratio: median(ratios), target: 1.5, direction: 'max', note };
}

/** SQL statements and log lines. */
export async function bench(): Promise<BenchRow[]> {
  const rows = [...(await statements()), await linearity(), await logLine()];
  if (Number.isNaN(sink)) throw new Error('nothing was measured');
  return rows;
}
