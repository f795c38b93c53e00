import { noUnboundedMetricLabels } from '../../src/rules/no-unbounded-metric-labels.ts';
import { testRule } from '../support/rule-test.ts';

const PROM = `import { Counter, Gauge, Histogram } from 'prom-client';
const requests = new Counter({ name: 'http_requests_total', help: 'Requests.', labelNames: ['method', 'route', 'status', 'user_id'] });
const seconds = new Histogram({ name: 'http_request_duration_seconds', help: 'Duration.', labelNames: ['method', 'route'] });
const sessions = new Gauge({ name: 'sessions', help: 'Sessions.', labelNames: ['tenant'] });
`;
const OTEL = `import { metrics, ValueType } from '@opentelemetry/api';
const meter = metrics.getMeter('shop');
const orders = meter.createCounter('shop.orders');
const latency = meter.createHistogram('shop.latency', { unit: 's' });
`;
const EXPRESS = `import express from 'express';
const app = express();
`;
/** Every label is kept to its domain by the registry. */
const DECLARED = `import { createMetrics, free, oneOf, template, type Counter as Count } from '@telint/runtime/metrics';
const metrics = createMetrics();
const requests = metrics.counter({ name: 'requests_total', help: 'Requests.', labels: { method: oneOf('GET', 'POST'), route: template(), app: free({ max: 20 }) } });
const seconds = metrics.histogram({ name: 'duration_seconds', help: 'Duration.', labels: { route: template() } });
`;
const declared = (body: string): string => DECLARED + EXPRESS + body;
const prom = (body: string): string => PROM + body;
const otel = (body: string): string => OTEL + body;
const web = (body: string): string => PROM + EXPRESS + body;

testRule('no-unbounded-metric-labels', noUnboundedMetricLabels, {
  valid: [
    declared(
      `app.use((req, res) => requests.inc({ method: req.method, route: req.path, app: req.headers['x-app'] }));`,
    ),
    declared(`app.use((req, res) => requests.inc(req.query));`),
    declared(
      `app.use((req, res) => { const end = seconds.startTimer({ route: req.path }); end({ route: req.url }); });`,
    ),
    declared(`app.use((req, res) => seconds.observe({ route: req.originalUrl }, 1));`),
    declared(`app.use((req, res) => seconds.bind({ route: req.originalUrl }).observe(1));`),
    declared(`export const count = (c: Count<{ id: string }>, req: express.Request) => c.inc({ id: req.params.id });`),
    prom(`requests.inc({ method: 'GET', route: '/orders', status: 200 });`),
    prom(`requests.inc();\nrequests.inc(5);\nexport const add = (n: number) => requests.inc(n);`),
    web(
      `app.get('/orders/:id', (req, res) => { requests.inc({ method: req.method, route: req.route.path, status: res.statusCode }); });`,
    ),
    web(`app.use((req, res) => { requests.inc({ route: req.route?.path ?? 'unmatched' }); });`),
    web(`app.use((req, res) => { requests.inc({ status: \`\${Math.floor(res.statusCode / 100)}xx\` }); });`),
    web(
      `app.use((req, res, next) => { const ok = res.statusCode < 500; requests.inc({ status: ok ? 'ok' : 'error' }); next(); });`,
    ),
    web(`app.use((req, res) => { requests.labels(req.method, req.baseUrl, String(res.statusCode)).inc(); });`),
    web(`app.use((err, req, res, next) => { requests.inc({ status: err.name }); });`),
    prom(
      `export function fail(kind: string) { try { work(); } catch (e) { requests.inc({ status: (e as Error).name }); } }\ndeclare function work(): void;`,
    ),
    prom(
      `enum Plan { Free = 'free', Paid = 'paid' }\nexport function count(plan: Plan) { requests.inc({ status: plan }); }`,
    ),
    prom(`export function count(plan: 'free' | 'paid') { requests.inc({ status: plan }); }`),
    prom(
      `const CLASS = { 2: 'ok', 4: 'client', 5: 'server' } as const;\nexport function count(code: 2 | 4 | 5) { requests.inc({ status: CLASS[code] }); }`,
    ),
    web(
      `const KNOWN = new Set(['mobile', 'web']);\napp.use((req, res) => { const c = req.query.client; requests.inc({ status: KNOWN.has(c) ? c : 'other' }); });`,
    ),
    web(
      `const KNOWN = ['mobile', 'web'];\napp.use((req, res) => { const c = req.query.client; requests.inc({ status: KNOWN.includes(c) ? c : 'other' }); });`,
    ),
    web(
      `const KNOWN = ['mobile', 'web'];\napp.use((req, res) => { const { client } = req.query; if (!KNOWN.includes(client)) return; requests.inc({ status: client }); });`,
    ),
    web(
      `app.use((req, res) => { const c = req.query.client; switch (c) { case 'mobile': case 'web': requests.inc({ status: c }); break; default: requests.inc({ status: 'other' }); } });`,
    ),
    web(
      `app.use((req, res) => { const { kind } = req.body; if (kind === 'refund') requests.inc({ status: kind }); });`,
    ),
    prom(
      `class Api {\n  readonly #name = 'orders';\n  hit() { requests.inc({ route: this.#name }); }\n}\nexport { Api };`,
    ),
    prom(`function track(route: string) { requests.inc({ route }); }\ntrack('/orders');\ntrack('/carts');`),
    prom(`for (const route of ['/a', '/b']) requests.inc({ route });`),
    prom(`for (const [route, n] of Object.entries({ '/a': 1, '/b': 2 })) requests.inc({ route }, n);`),
    prom(`requests.inc({ status: process.env.REGION ?? 'eu' });`),
    prom(
      `export function timed() { const end = seconds.startTimer({ method: 'GET' }); return () => end({ route: '/orders' }); }`,
    ),
    prom(`export function count(n: number) { requests.inc({ status: n > 10 ? 'big' : 'small' }); }`),
    prom(`export function count(n: number) { requests.inc({ status: String(n > 10) }); }`),
    otel(`orders.add(1, { kind: 'card', express: true });`),
    otel(
      `meter.createObservableGauge('queue.depth').addCallback((result) => { result.observe(3, { queue: 'mail' }); });`,
    ),
    otel(
      `const kinds = ['card', 'invoice'] as const;\nexport function paid(i: 0 | 1) { orders.add(1, { kind: kinds[i] }); }`,
    ),
    // The receiver is no metric.
    `const cart = new Map();\nexport function put(req) { cart.set(req.params.id, req.body); cart.observe?.({ user: req.params.id }); }`,
    `import { Counter } from './score';\nconst c = new Counter();\nexport const hit = (req) => c.inc({ user_id: req.params.id });`,
    // Constants of the code under an id's name.
    prom(`export function run(jobId: string) { requests.inc({ status: jobId }); }`),
    {
      code: web(`app.use((req, res) => { requests.inc({ client: req.get('x-client') }); });`),
      options: [{ ignore: ['client'] }],
    },
    {
      code: prom(`export function hit(userId: string) { requests.inc({ user_id: userId }); }`),
      options: [{ evidence: 'proved' }],
    },
    {
      code: web(
        `function shortRoute(p: string) { return p.split('/')[1]; }\napp.use((req, res) => { requests.inc({ route: shortRoute(req.path) }); });`,
      ),
      settings: { normalizers: ['shortRoute'] },
    },
    {
      code: `const { Counter } = require('prom-client');\nconst c = new Counter({ name: 'a_total', help: 'A.', labelNames: ['kind'] });\nmodule.exports = () => c.inc({ kind: 'x' });`,
      js: true,
    },
  ],
  invalid: [
    {
      code: web(
        `app.get('/orders/:id', (req, res) => { requests.inc({ method: req.method, «route: req.path», status: res.statusCode }); });`,
      ),
      says: /^Label `route` .*takes the raw request path/,
    },
    {
      code: web(`app.get('/orders/:id', (req, res) => { requests.inc({ «user_id: req.params.id» }); });`),
      says: /a path parameter of the request/,
    },
    {
      code: web(`app.use((req, res) => { const { path } = req; requests.inc({ «route: path» }); });`),
      says: /the raw request path \(`path` ← `req` \(line \d+\)|the raw request path/,
    },
    {
      code: web(
        `app.use((req, res) => { const route = req.route?.path ?? req.originalUrl; requests.inc({ «route» }); });`,
      ),
      says: /the raw request URL/,
    },
    {
      code: web(`app.use((req, res) => { requests.inc({ «route: req.route?.path || req.path» }); });`),
      says: /the raw request path/,
    },
    {
      code: web(`app.use((req, res) => { requests.inc({ «route: req.path.replace(/\\d+/g, ':id')» }); });`),
      says: /the raw request path/,
    },
    {
      code: web(
        `function normalize(path: string) { return path.replace(/[0-9a-f-]{36}/g, ':uuid'); }\napp.use((req, res) => { requests.inc({ «route: normalize(req.path)» }); });`,
      ),
      says: /the raw request path/,
    },
    {
      code: web(`app.use((req, res) => { requests.labels(req.method, «req.path», '200').inc(); });`),
      says: /^Label `route` .*takes the raw request path/,
    },
    {
      code: web(`app.use((req, res) => { requests.inc({ «status: req.headers['user-agent']» }); });`),
      says: /a request header/,
    },
    {
      code: web(`app.use((req, res) => { requests.inc({ method: 'GET', ...«req.query» }); });`),
      says: /whose keys a client chooses/,
    },
    {
      code: OTEL + EXPRESS + `app.use((req, res) => { orders.add(1, «req.query»); });`,
      says: /whose keys a client chooses/,
      suggestions: [
        [{ title: 'Drop these labels', output: OTEL + EXPRESS + `app.use((req, res) => { orders.add(1); });` }],
      ],
    },
    {
      code: web(
        `app.use((req, res) => { const labels: Record<string, string> = { method: req.method };\nlabels.route = req.path;\nrequests.inc(«labels»); });`,
      ),
      says: /the raw request path/,
    },
    {
      code: web(`app.use((err, req, res, next) => { requests.inc({ «status: err.message» }); });`),
      says: /the text of an error/,
    },
    {
      code: prom(
        `export async function run() { try { await work(); } catch (error) { requests.inc({ «status: (error as Error).message» }); } }\ndeclare function work(): Promise<void>;`,
      ),
      says: /the text of an error/,
    },
    {
      code: prom(
        `export async function run() { await work().catch((e) => requests.inc({ «status: String(e)» })); }\ndeclare function work(): Promise<void>;`,
      ),
      says: /the text of an error/,
    },
    {
      code: web(
        `app.use((req, res) => { const end = seconds.startTimer(); res.on('finish', () => end({ method: req.method, «route: req.path» })); });`,
      ),
      says: /takes the raw request path/,
    },
    {
      code: web(`app.use((req, res) => { const end = seconds.startTimer({ «route: req.originalUrl» }); end(); });`),
      says: /the raw request URL/,
    },
    { code: prom(`requests.inc({ «status: String(Date.now())» });`), says: /a point in time/ },
    {
      code: prom(`import { randomUUID } from 'node:crypto';\nrequests.inc({ «user_id: randomUUID()» });`),
      says: /a generated unique id/,
    },
    {
      code: web(
        `import { createHash } from 'node:crypto';\napp.use((req, res) => { requests.inc({ «user_id: createHash('sha256').update(req.params.id).digest('hex')» }); });`,
      ),
      says: /hashing keeps the number of values|keeps the number of values/,
    },
    {
      code: prom(`export function hit(userId: string) { requests.inc({ «user_id: userId» }); }`),
      says: /^Label `user_id` .*is set from `userId`, which is called an identifier/,
    },
    {
      code: prom(`export function hit(user: { id: string }) { requests.inc({ «user_id: user.id» }); }`),
      says: /is called an identifier/,
    },
    {
      code: prom(
        `const online = new Map<string, number>();\nexport function flush() { for (const [tenant, n] of online) sessions.set({ «tenant» }, n); }`,
      ),
      says: /tenant/,
    },
    {
      code: web(
        `class Api {\n  constructor(private readonly path: string) {}\n  hit() { requests.inc({ «route: this.path» }); }\n}\napp.use((req, res) => { new Api(req.path).hit(); });`,
      ),
      says: /the raw request path/,
    },
    {
      code: web(
        `function track(route: string) { requests.inc({ «route» }); }\napp.use((req, res) => { track(req.path); });`,
      ),
      says: /the raw request path/,
    },
    {
      code: web(
        `function labelsOf(req: express.Request) { return { method: req.method, route: req.path }; }\napp.use((req, res) => { requests.inc(«labelsOf(req)»); });`,
      ),
      says: /the raw request path/,
    },
    {
      code: web(`app.use((req, res) => { requests.inc({ «route: req.query.debug ? req.path : 'other'» }); });`),
      says: /the raw request path/,
    },
    {
      code: web(
        `app.use((req, res) => { let route = 'unmatched'; if (req.route) route = req.path; requests.inc({ «route» }); });`,
      ),
      says: /the raw request path/,
    },
    {
      code:
        OTEL +
        EXPRESS +
        `app.post('/orders', (req, res) => { orders.add(1, { kind: 'card', «coupon: req.body.coupon» }); });`,
      says: /^Label `coupon` .*takes a field of the request body/,
    },
    {
      code: OTEL + EXPRESS + `app.use((req, res) => { latency.record(0.1, { «'client.address': req.ip» }); });`,
      says: /the client IP address/,
    },
    {
      code: `import http from 'node:http';\n${OTEL}http.createServer((req, res) => { orders.add(1, { «'url.path': req.url» }); });`,
      says: /the raw request URL/,
    },
    {
      code: otel(
        `import { randomUUID } from 'node:crypto';\nmeter.createObservableGauge('queue.depth').addCallback((result) => { result.observe(3, { «id: randomUUID()» }); });`,
      ),
      says: /a generated unique id/,
    },
    {
      code: `const { Counter } = require('prom-client');\nconst express = require('express');\nconst app = express();\nconst c = new Counter({ name: 'a_total', help: 'A.', labelNames: ['route'] });\napp.use((req, res, next) => { c.inc({ «route: req.originalUrl» }); next(); });`,
      says: /the raw request URL/,
      js: true,
    },
  ],
});
