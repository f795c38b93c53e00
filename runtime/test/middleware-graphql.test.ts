import { SpanStatusCode, trace } from '@opentelemetry/api';
import { buildSchema, execute, parse, subscribe, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { instrumentExecute, instrumentSchema, type GraphqlTelemetryOptions } from '../src/middleware/graphql.ts';
import { middlewareFixture } from './support/middleware.ts';

const { collector, metrics } = middlewareFixture();

type Resolve = NonNullable<ReturnType<GraphQLObjectType['getFields']>[string]['resolve']>;

function makeSchema(): GraphQLSchema {
  const schema = buildSchema(`
    type Order { id: ID total: Int }
    type User { name: String orders: [Order] }
    type Query { user(id: ID): User users: [User] broken: String slow: String refused: String }
    type Mutation { rename(name: String): String }
    type Subscription { ticks: Int }
  `);
  const set = (type: string, field: string, resolve: Resolve): void => {
    const known = (schema.getType(type) as GraphQLObjectType).getFields()[field];
    if (known !== undefined) known.resolve = resolve;
  };
  set('Query', 'user', () => ({ name: 'ada' }));
  set('Query', 'users', () => [{ name: 'ada' }, { name: 'bob' }]);
  set('User', 'orders', async () => {
    await Promise.resolve();
    return [{ id: '1', total: 5 }];
  });
  set('Order', 'total', (order: { total: number }) => order.total);
  set('Query', 'slow', async () => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return (trace.getActiveSpan() as { name?: string } | undefined)?.name;
  });
  set('Query', 'broken', async () => {
    await Promise.resolve();
    throw new TypeError('password=hunter2hunter2 is wrong');
  });
  set('Query', 'refused', () => {
    throw Object.assign(new Error('no'), { extensions: { code: 'FORBIDDEN' } });
  });
  set('Mutation', 'rename', (_source, { name }: { name: string }) => name);
  return schema;
}

const mask = { value: (text: string) => text.replace(/hunter2\w*/g, '***') };

function make(options: GraphqlTelemetryOptions = {}) {
  const all = { metrics: metrics(), sanitizer: mask, ...options };
  const schema = instrumentSchema(makeSchema(), all);
  const run = instrumentExecute(execute, all);
  return {
    schema,
    ask: async (source: string, operationName?: string) =>
      run({ schema, document: parse(source), ...(operationName === undefined ? {} : { operationName }) }),
  };
}

const lines = async (start: string): Promise<string[]> =>
  (await metrics().text()).split('\n').filter((line) => line.startsWith(start));

describe('graphql', () => {
  test('an operation and its resolvers are a tree, lists without indexes', async () => {
    const { ask } = make({ operations: ['Users'] });
    const result = await ask('query Users { users { name orders { total } } }');
    expect(JSON.parse(JSON.stringify(result))).toEqual({
      data: { users: ['ada', 'bob'].map((name) => ({ name, orders: [{ total: 5 }] })) },
    });
    expect(collector().tree()).toEqual([
      'query Users [INTERNAL]',
      '  Query.users [INTERNAL]',
      ...['    User.orders [INTERNAL]', '      Order.total [INTERNAL]'],
      ...['    User.orders [INTERNAL]', '      Order.total [INTERNAL]'],
    ]);
    expect(collector().one('query Users').attributes).toEqual({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Users',
    });
    expect(collector().named('Order.total')[0]?.attributes).toEqual({
      'graphql.field.name': 'total',
      'graphql.field.type': 'Order',
      'graphql.field.path': 'users.*.orders.*.total',
    });
  });

  test('names that the service does not know do not become labels or span names', async () => {
    const { ask } = make({ operations: ['Users', 'Rename'] });
    await ask('query Evil123 { user { name } }');
    await ask('query A { user { name } } mutation Rename { rename(name: "x") }', 'Rename');
    await ask('{ user { name } }');
    expect((await lines('graphql_server_operation_duration_seconds_count')).sort()).toEqual([
      'graphql_server_operation_duration_seconds_count{graphql_operation_type="mutation",graphql_operation_name="Rename",outcome="success"} 1',
      'graphql_server_operation_duration_seconds_count{graphql_operation_type="query",graphql_operation_name="__other__",outcome="success"} 1',
      // Without a name: an empty label is none.
      'graphql_server_operation_duration_seconds_count{graphql_operation_type="query",outcome="success"} 1',
    ]);
    expect(collector().named('query')).toHaveLength(2);
    expect(collector().named('mutation Rename')).toHaveLength(1);
  });

  test('errors: by code, sanitized, recorded once where they came from, and unchanged in the result', async () => {
    const { ask } = make();
    const result = await ask('query Q { broken refused }');
    expect(result.errors?.map(({ message }) => message).sort()).toEqual(['no', 'password=hunter2hunter2 is wrong']);
    const broken = collector().one('Query.broken');
    expect([broken.status.code, broken.events.length]).toEqual([SpanStatusCode.ERROR, 1]);
    const operation = collector().one('query');
    expect([operation.status.code, operation.events.length]).toEqual([SpanStatusCode.ERROR, 0]);
    expect(
      JSON.stringify(
        collector()
          .spans()
          .map(({ events, status }) => [events, status]),
      ),
    ).not.toContain('hunter2');
    expect((await lines('graphql_server_errors_total')).sort()).toEqual([
      'graphql_server_errors_total{graphql_operation_type="query",error_code="FORBIDDEN"} 1',
      'graphql_server_errors_total{graphql_operation_type="query",error_code="UNSPECIFIED"} 1',
    ]);
    expect((await lines('graphql_server_operation_duration_seconds_count'))[0]).toContain('outcome="failure"');
  });

  test('a resolver runs in its span, over awaits', async () => {
    const { ask } = make();
    expect(JSON.parse(JSON.stringify(await ask('{ slow }')))).toEqual({ data: { slow: 'Query.slow' } });
  });

  test('only the fields that are named are measured', async () => {
    const { ask } = make({ fields: ['Query.users'], spans: (field) => field === 'Order.total' });
    await ask('{ users { orders { total } } user { name } }');
    expect(await lines('graphql_server_resolver_duration_seconds_count')).toEqual([
      'graphql_server_resolver_duration_seconds_count{graphql_field="Query.users"} 1',
    ]);
    expect(
      collector()
        .spans()
        .map(({ name }) => name),
    ).toEqual(['Order.total', 'Order.total', 'query']);
  });

  test('spans of an operation are limited, of each anew', async () => {
    const { ask } = make({ maxSpans: 2 });
    await ask('{ users { orders { total } } }');
    await ask('{ users { orders { total } } }');
    expect(collector().spans()).toHaveLength(2 * (2 + 1));
  });

  test('unsampled requests make no spans and are counted', async () => {
    const { ask } = make({ fields: ['Query.users'] });
    const unsampled = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 });
    const { context } = await import('@opentelemetry/api');
    await context.with(trace.setSpan(context.active(), unsampled), () => ask('{ users { name } }'));
    expect(collector().spans()).toEqual([]);
    expect(await lines('graphql_server_resolver_duration_seconds_count')).toHaveLength(1);
    expect(await lines('graphql_server_operation_duration_seconds_count')).toHaveLength(1);
  });

  test('without a span around it, resolvers of an operation that nobody wrapped make none', async () => {
    const schema = instrumentSchema(makeSchema());
    await execute({ schema, document: parse('{ users { name } }') });
    expect(collector().spans()).toEqual([]);
  });

  test('wrapped twice: one span per call', async () => {
    const { schema, ask } = make();
    instrumentSchema(schema, { metrics: metrics() });
    await ask('{ user { name } }');
    expect(
      collector()
        .spans()
        .map(({ name }) => name),
    ).toEqual(['Query.user', 'query']);
  });

  test('an execute that throws: thrown on, counted, its span ended', () => {
    const error = new Error('must provide a document');
    const failing = instrumentExecute(
      () => {
        throw error;
      },
      { metrics: metrics() },
    ) as unknown as (args: object) => unknown;
    expect(() => failing({})).toThrow(error);
    expect(collector().one('query').status.code).toBe(SpanStatusCode.ERROR);
  });

  test('subscribe: its start is one operation, and its events come through', async () => {
    const { schema } = make();
    const run = instrumentExecute(subscribe, { metrics: metrics() });
    const rootValue = {
      async *ticks() {
        yield { ticks: 1 };
        await Promise.resolve();
        yield { ticks: 2 };
      },
    };
    const events = await run({ schema, document: parse('subscription T { ticks }'), rootValue });
    const seen: unknown[] = [];
    for await (const event of events as AsyncIterable<unknown>) seen.push(JSON.parse(JSON.stringify(event)));
    expect(seen).toEqual([{ data: { ticks: 1 } }, { data: { ticks: 2 } }]);
    expect(
      collector()
        .spans()
        .map(({ name }) => name),
    ).toEqual(['subscription']);
  });

  test('mistakes of the set-up tell what to write', () => {
    expect(() => instrumentSchema(makeSchema(), { fields: ['Query.nothing'] })).toThrow(/Query\.nothing/);
    expect(() => instrumentSchema(makeSchema(), { fields: ['User.name'] })).toThrow(/no resolver of its own/);
    expect(() => instrumentExecute(execute, { maxSpans: 0.5 })).toThrow(/`maxSpans`/);
  });
});
