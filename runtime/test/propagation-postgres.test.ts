import { SpanStatusCode, trace } from '@opentelemetry/api';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { traceQueries } from '../src/propagation.ts';
import * as postgres from './services/postgres.ts';
import { describeWith } from './services/process.ts';
import { collectSpans, inRequest, type SpanCollector } from './support/spans.ts';

describeWith({ postgres }, 'pg against a real PostgreSQL', () => {
  let server: Awaited<ReturnType<typeof postgres.startPostgres>>;
  let collector: SpanCollector;
  let raw: pg.Pool;
  let pool: pg.Pool;

  beforeAll(async () => {
    server = await postgres.startPostgres();
    collector = collectSpans();
    raw = new pg.Pool({ connectionString: server.url, max: 1 });
    pool = traceQueries(raw, { namespace: 'shop' });
  }, 60_000);
  afterEach(() => collector.reset());
  afterAll(async () => {
    await raw.end();
    await server.stop();
    await collector.shutdown();
  }, 60_000);

  it('queries of the pool and of its clients hang under the active span, without literals', async () => {
    await inRequest('request', async () => {
      const { rows } = await pool.query<{ n: number }>("SELECT 1 AS n, 'secret' AS s");
      expect(rows[0]?.n).toBe(1);
      const client = await pool.connect();
      try {
        await client.query({ text: 'select $1::int AS n', values: [2] });
        await client.query('BEGIN');
        await client.query('ROLLBACK');
      } finally {
        client.release();
      }
    });
    expect(collector.tree()).toEqual([
      'request [SERVER]',
      ...['SELECT', 'SELECT', 'BEGIN', 'ROLLBACK'].map((name) => `  ${name} shop [CLIENT]`),
    ]);
    expect(collector.named('SELECT shop')[0]?.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.operation.name': 'SELECT',
      'db.namespace': 'shop',
    });
    expect(raw.idleCount).toBe(1);
  });

  it('errors pass unchanged with their SQLSTATE on the span; a statement hook that throws leaves the text out', async () => {
    const hooked = traceQueries(raw, {
      statement: (text) => {
        if (text.includes('boom')) throw new Error('hook');
        return text.replaceAll(/\d+/g, '?');
      },
    });
    await inRequest('request', async () => {
      await expect(hooked.query('SELECT * FROM missing')).rejects.toMatchObject({ code: '42P01' });
      await hooked.query('SELECT 42');
      await hooked.query("SELECT 'boom'");
    });
    const [failed, replaced, without] = collector.named('SELECT');
    expect(failed?.status.code).toBe(SpanStatusCode.ERROR);
    expect(failed?.attributes['error.type']).toBe('42P01');
    expect(replaced?.attributes['db.query.text']).toBe('SELECT ?');
    expect(without?.attributes).not.toHaveProperty('db.query.text');
  });

  it('callbacks run in the context of their caller, though another request frees the connection', async () => {
    const seen: [string, string | undefined][] = [];
    const active = () => trace.getActiveSpan()?.spanContext().traceId;
    const first = await raw.connect();
    const waiting = (name: string) =>
      inRequest(name, (span) => {
        const { traceId } = span.spanContext();
        return new Promise<void>((resolve, reject) => {
          pool.connect((error, client, release) => {
            seen.push([traceId, active()]);
            if (client === undefined) {
              reject(error ?? new Error('no client'));
              return;
            }
            client.query('SELECT 1', (failure) => {
              seen.push([traceId, active()]);
              release();
              if (failure as Error | undefined) reject(failure);
              else resolve();
            });
          });
        });
      });
    const both = [waiting('a'), waiting('b')];
    first.release();
    await Promise.all(both);
    expect(seen).toHaveLength(4);
    for (const [expected, actual] of seen) expect(actual).toBe(expected);
    for (const span of collector.named('SELECT shop')) {
      expect(['a', 'b'].map((name) => collector.one(name).spanContext().spanId)).toContain(
        span.parentSpanContext?.spanId,
      );
    }
    expect(collector.named('SELECT shop')).toHaveLength(2);
  });
});
