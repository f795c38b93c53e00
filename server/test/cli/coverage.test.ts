import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import type { Coverage } from '../../src/cli/critical-paths.ts';
import { runCli } from '../support/run-cli.ts';

const PACKAGE = '{ "name": "shop", "dependencies": { "express": "5", "next": "16" } }';

async function coverage(files: Readonly<Record<string, string>>): Promise<Coverage> {
  const { out } = await runCli(workspace({ 'package.json': PACKAGE, ...files }), ['coverage', '--format', 'json']);
  return JSON.parse(out) as Coverage;
}

async function paths(files: Readonly<Record<string, string>>): Promise<string[]> {
  const found = await coverage(files);
  return found.paths.map(
    (p) =>
      `${p.kind} ${p.framework} ${p.name}${p.span ? ` ${p.span.how}` : ''}${p.metric ? ` metric:${p.metric.how}` : ''}`,
  );
}

const SPANS = `import { trace } from '@opentelemetry/api';
export const tracer = trace.getTracer('shop');
export async function traced<T>(run: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan('work', async (span) => { try { return await run(); } finally { span.end(); } });
}
`;

describe('handlers', () => {
  it.each<readonly [string, Record<string, string>, readonly string[]]>([
    [
      'express: routes, mounted paths, settings left out',
      {
        'a.ts': `import express from 'express';
const app = express();
app.get('port');
app.get('/a', (req, res) => res.end());
app.route('/b').post((req, res) => res.end()).delete((req, res) => res.end());
const other = new Map(); other.get('/a', () => 1);
app.use((req, res, next) => next());`,
      },
      ['http express GET /a', 'http express POST /b', 'http express DELETE /b'],
    ],
    [
      'fastify, hono, koa, node:http',
      {
        'a.ts': `import Fastify from 'fastify';
const app = Fastify();
app.get('/a', { schema: {} }, async () => 1);
app.route({ method: 'PUT', url: '/b', handler: async () => 1 });`,
        'b.ts': `import { Hono } from 'hono';
const app = new Hono();
app.get('/c', (c) => c.text(''));
app.on('PURGE', '/d', (c) => c.text(''));`,
        'c.ts': `import Router from '@koa/router';
const router = new Router();
router.post('/e', async (ctx) => {});`,
        'd.ts': `import { createServer } from 'node:http';
createServer((req, res) => res.end()).listen(1);`,
      },
      [
        'http fastify GET /a',
        'http fastify PUT /b',
        'http hono GET /c',
        'http hono PURGE /d',
        'http koa POST /e',
        'http node:http createServer',
      ],
    ],
    [
      'consumers are named after their job, their queue or their group, never after how many run at a time',
      {
        'a.ts': `import Queue from 'bull';
const CONCURRENCY = Number(process.env.JOBS) || 15;
const mail = new Queue('mail');
mail.process(CONCURRENCY, async (job) => job.id);
mail.process(5, async (job) => job.id);
mail.process(async (job) => job.id);
mail.process('send', CONCURRENCY, async (job) => job.id);
mail.process(process.env.JOB_NAME!, async (job) => job.id);`,
        'b.ts': `import Queue from 'bull';
const queues: Record<string, Queue.Queue> = {};
export function getQueue(name: string) { return (queues[name] ??= new Queue(name)); }
export class Task { constructor(private readonly queue: Queue.Queue) {} run() { this.queue.process(async (job) => job.id); } }`,
        'c.ts': `import { Kafka } from 'kafkajs';
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'billing' });
await consumer.run({ eachMessage: async ({ message }) => { message.value; } });`,
      },
      [
        'consumer bull mail',
        'consumer bull mail',
        'consumer bull mail',
        'consumer bull send',
        'consumer bull process.env.JOB_NAME!',
        'consumer bull queue',
        'consumer kafkajs billing',
      ],
    ],
    [
      'a path that is put together is shown as it is written, without its quotes',
      {
        'a.ts': `import express from 'express';
export function mount(app: express.Application, base: string) { app.get(\`\${base}/a\`, (req, res) => res.end()); }`,
      },
      ['http express GET ${base}/a'],
    ],
    [
      'nest controllers and schedules',
      {
        'a.ts': `import { Controller, Get } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
@Controller('orders')
export class Orders {
  @Get(':id') find() { return 1; }
  @Cron('* * * * *') sweep() {}
}`,
      },
      ['http @nestjs/common GET /orders/:id', 'schedule @nestjs/schedule sweep * * * * *'],
    ],
    [
      'routes of Next.js and h3',
      {
        'app/(shop)/orders/[id]/route.ts': 'export async function GET() { return new Response(); }',
        'pages/api/pay.ts': 'export default function handler(req, res) { res.end(); }',
        'lib/route.ts': 'export async function GET() {}',
        'h.ts': `import { defineEventHandler } from 'h3';\nexport default defineEventHandler(() => 1);`,
      },
      ['http next GET /orders/[id]', 'http h3 defineEventHandler', 'http next ALL /api/pay'],
    ],
    [
      'tRPC, gRPC, GraphQL',
      {
        'trpc.ts': `import { initTRPC } from '@trpc/server';
const t = initTRPC.context().create();
export const procedure = t.procedure;`,
        'a.ts': `import { procedure } from './trpc';
export const list = procedure.input(x).query(() => []);
const db = { query(f) {} }; db.query(() => 1);`,
        'b.ts': `import { Server } from '@grpc/grpc-js';
const server = new Server();
server.addService(definition, { pay(call, callback) { callback(null); } });`,
        'c.ts': `import { ApolloServer } from '@apollo/server';
const resolvers = { Query: { me: () => 1 }, User: { name: () => '' } };
new ApolloServer({ typeDefs, resolvers });`,
      },
      ['rpc trpc list', 'rpc grpc pay', 'graphql graphql Query.me'],
    ],
    [
      'consumers, schedules, Lambda functions and commands',
      {
        'a.ts': `import { Worker } from 'bullmq';\nnew Worker('mails', async (job) => {});`,
        'b.ts': `import cron from 'node-cron';\ncron.schedule('0 * * * *', () => {});`,
        'c.ts': `import type { SQSHandler } from 'aws-lambda';\nexport const handler: SQSHandler = async (event) => {};`,
        'd.ts': `import { Command } from 'commander';
new Command().command('build').option('-x').action(() => {});
const other = { action(f) {} }; other.action(() => {});`,
      },
      ['consumer bullmq mails', 'schedule node-cron 0 * * * *', 'lambda aws-lambda handler', 'cli commander build'],
    ],
  ])('%s', async (_, files, expected) => {
    expect(await paths(files)).toEqual(expected);
  });
});

describe('evidence', () => {
  const routes = `import express from 'express';
import { Counter } from 'prom-client';
import { traced, tracer } from './spans';
const hits = new Counter({ name: 'hits_total', help: 'Hits.' });
const app = express();
app.get('/direct', (req, res) => { const span = tracer.startSpan('x'); span.end(); hits.inc(); res.end(); });
app.get('/helper', async (req, res) => { await traced(async () => 1); res.end(); });
app.get('/none', (req, res) => res.end());
app.get('/healthz', (req, res) => res.end());
`;
  it('in the body, in a helper, nowhere; probes do not count', async () => {
    expect(await paths({ 'spans.ts': SPANS, 'routes.ts': routes })).toEqual([
      'http express GET /direct direct metric:direct',
      'http express GET /helper helper',
      'http express GET /none',
    ]);
  });

  it('middleware of the same framework', async () => {
    const use = `app.use((req, res, next) => { tracer.startActiveSpan('request', (span) => { res.on('finish', () => span.end()); next(); }); });`;
    expect((await paths({ 'spans.ts': SPANS, 'routes.ts': routes + use })).at(-1)).toBe(
      'http express GET /none middleware',
    );
  });

  it('the middleware of the runtime, in another file, gives spans and metrics', async () => {
    const files = {
      'package.json': '{ "name": "a", "dependencies": { "express": "5", "@telint/runtime": "*" } }',
      'app.ts': `import express from 'express';\nimport { measure } from './measure';\nconst app = express();\napp.use(measure);\napp.get('/a', (req, res) => res.end());`,
    };
    const measure = `import { telemetry } from '@telint/runtime/express';\nexport const measure = telemetry({});`;
    const other = `import { createMetrics } from '@telint/runtime/metrics';\nexport const measure = createMetrics();`;
    expect(await paths({ ...files, 'measure.ts': measure })).toEqual([
      'http express GET /a instrumentation metric:middleware',
    ]);
    expect(await paths({ ...files, 'measure.ts': other })).toEqual(['http express GET /a']);
  });

  it.each([
    [
      'registered here',
      `import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';\nexport const i = [new HttpInstrumentation()];`,
      ' instrumentation',
    ],
    [
      'only imported as a type',
      `import type { HttpInstrumentation } from '@opentelemetry/instrumentation-http';\nexport let i: HttpInstrumentation;`,
      '',
    ],
    [
      'for another library',
      `import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';\nexport const i = [new PgInstrumentation()];`,
      '',
    ],
  ])('instrumentation %s', async (_, sdk, how) => {
    expect((await paths({ 'spans.ts': SPANS, 'routes.ts': routes, 'sdk.ts': sdk })).at(-1)).toBe(
      `http express GET /none${how}`,
    );
  });

  it('an instrumentation of another package of the repository does not count, one of a dependency does', async () => {
    const files = {
      'package.json': '{ "name": "root", "private": true, "workspaces": ["a", "b"] }',
      'a/package.json': '{ "name": "a", "dependencies": { "express": "5" } }',
      'a/app.ts': `import express from 'express';\nexpress().get('/a', (req, res) => res.end());`,
      'b/package.json': '{ "name": "b" }',
      'b/sdk.ts': `import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';\nexport const i = [new HttpInstrumentation()];`,
    };
    expect(await paths(files)).toEqual(['http express GET /a']);
    const linked = { ...files, 'a/package.json': '{ "name": "a", "dependencies": { "express": "5", "b": "*" } }' };
    expect(await paths(linked)).toEqual(['http express GET /a instrumentation']);
  });
});

describe('telint coverage', () => {
  const files = {
    'package.json': PACKAGE,
    'src/app.ts': `import express from 'express';
import { tracer } from './spans';
const app = express();
app.get('/a', (req, res) => { tracer.startActiveSpan('a', (span) => { span.end(); }); res.end(); });
app.get('/<b>', (req, res) => res.send("<script>alert('x')</script>"));
app.get('/c', (req, res) => res.end());
`,
    'src/spans.ts': SPANS,
  };

  it('fails below --min and says by how much', async () => {
    const cwd = workspace(files);
    expect((await runCli(cwd, ['coverage', '--min', '33.3'])).code).toBe(0);
    const low = await runCli(cwd, ['coverage', '--min', '34']);
    expect([low.code, low.err]).toEqual([1, '33.3 % of the critical paths have a span, and --min asks for 34 %.\n']);
    expect((await runCli(cwd, ['coverage', '--min', '101'])).code).toBe(2);
    expect((await runCli(workspace({}), ['coverage', '--min', '100'])).code).toBe(0);
  });

  it('lists kinds, files and places in the table', async () => {
    const { out } = await runCli(workspace(files), ['coverage']);
    expect(out).toMatch(/^http +3 +1 +0 +33\.3 %$/m);
    expect(out).toMatch(/^src\/app\.ts +3 +1 +0 +33\.3 %$/m);
    expect(out).toMatch(/^src\/app\.ts:6:5 +http +GET \/c$/m);
  });

  it('writes one page without outside references, with everything escaped', async () => {
    const cwd = workspace(files);
    expect(await runCli(cwd, ['coverage', '--format', 'html', '--out', 'report.html', '--min', '10'])).toMatchObject({
      code: 0,
      out: '',
    });
    const html = readFileSync(join(cwd, 'report.html'), 'utf8');
    expect(html).toContain('<strong>33.3\u00a0%</strong> of 3 critical paths');
    expect(html).toContain('<a href="src/app.ts#L5">src/app.ts:5</a>');
    expect(html).toContain('GET /&lt;b&gt;');
    expect(html).not.toContain("<script>alert('x')");
    expect(html).not.toMatch(/(?:src|href)="(?:https?:|\/\/|\/)/);
    expect(html).not.toContain(cwd);
    for (const tag of ['table', 'tr', 'td', 'th', 'section', 'details', 'pre', 'button'])
      expect([tag, html.split(`<${tag}`).length - html.split(`<${tag === 'th' ? 'thead' : '\0'}`).length]).toEqual([
        tag,
        html.split(`</${tag}>`).length - 1,
      ]);
  });
});
