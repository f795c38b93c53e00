import { traceQueries } from '@telint/runtime/propagation';
import { createSanitizer } from '@telint/runtime/sanitize';
import { Pool } from 'pg';
import { config } from '../config.ts';
import { EmbeddedDatabase } from '../stand-ins/database.ts';
import { databaseMetrics } from '../telemetry/metrics.ts';

/** What the shop needs of a pool of `pg`. */
interface Database {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  query<Row extends object>(statement: { name: string; text: string; values: unknown[] }): Promise<{ rows: Row[] }>;
  end(): Promise<void>;
}

/** Name and size of the pool. */
export const POOL = { name: 'main', max: 20 } as const;

/** What a statement does to which table. */
type Operation = readonly [operation: 'SELECT' | 'INSERT' | 'UPDATE', table: 'customers' | 'orders' | 'stock'];

const OPERATIONS = {
  customer_by_id: ['SELECT', 'customers'],
  customer_by_email: ['SELECT', 'customers'],
  customer_address: ['UPDATE', 'customers'],
  order_by_id: ['SELECT', 'orders'],
  orders_by_customer: ['SELECT', 'orders'],
  orders_open: ['SELECT', 'orders'],
  order_create: ['INSERT', 'orders'],
  order_mark: ['UPDATE', 'orders'],
  stock_reserve: ['UPDATE', 'stock'],
  stock_release: ['UPDATE', 'stock'],
} as const satisfies Record<string, Operation>;

/** Names of the statements of the shop. */
export type StatementName = keyof typeof OPERATIONS;

const sanitizer = createSanitizer();

const connections: Database = config.databaseUrl
  ? new Pool({ connectionString: config.databaseUrl, max: POOL.max })
  : new EmbeddedDatabase();

/** The connections to the database; every statement is a span. */
export const pool: Database = traceQueries(connections, {
  namespace: 'shop',
  statement: (text) => String(sanitizer.attribute('db.query.text', text)),
});

/** Runs a named statement and returns its rows. */
export async function query<Row extends object>(name: StatementName, text: string, values: unknown[]): Promise<Row[]> {
  const [operation, table] = OPERATIONS[name];
  const labels = { db_system_name: 'postgresql', db_operation_name: operation, db_collection_name: table };
  const stopTimer = databaseMetrics.duration.startTimer(labels);
  let errorType = '';
  try {
    const { rows } = await pool.query<Row>({ name, text, values });
    return rows;
  } catch (error) {
    errorType = error instanceof Error ? error.name : 'unknown';
    throw error;
  } finally {
    stopTimer({ error_type: errorType });
  }
}
