import { SpanKind } from '@opentelemetry/api';
import { Pool, type QueryResultRow } from 'pg';
import { config } from '../config.ts';
import { queryDuration } from '../telemetry/metrics.ts';
import { failSpan, tracer } from '../telemetry/tracing.ts';

/** The connections to the database. */
export const pool = new Pool({ connectionString: config.databaseUrl, max: 20 });

/** Runs a named statement and returns its rows. */
export async function query<Row extends QueryResultRow>(
  statement: string,
  sql: string,
  values: unknown[],
): Promise<Row[]> {
  const stopTimer = queryDuration.startTimer({ statement });
  const span = tracer.startSpan(`db.${statement}`, { kind: SpanKind.CLIENT });
  let failed = false;
  try {
    span.setAttribute('db.query.text', sql);
    const result = await pool.query<Row>({ name: statement, text: sql, values });
    span.setAttribute('db.response.returned_rows', result.rows.length);
    return result.rows;
  } catch (error) {
    failed = true;
    failSpan(span, error);
    throw error;
  } finally {
    stopTimer({ failed: failed ? 'true' : 'false' });
    span.end();
  }
}
