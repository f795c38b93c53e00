import { routeTests } from '../support/route-tests.ts';

const ROUTER = `import { Router } from 'express';
export const router = Router();
router.get('/orders/:id', (req, res) => res.end());
router.route('/orders').post((req, res) => res.end());
export default router;
`;
const ORDERS = ['GET /api/orders/:id', 'POST /api/orders'];
const APP = `import express from 'express';\nconst app = express();\n`;

routeTests('express', [
  [
    'within a file',
    {
      'a.ts': `${APP}const router = express.Router();
router.get('/orders/:id', (req, res) => res.end());
router.get('/', (req, res) => res.end());
app.use('/api', router);
app.get('/own', (req, res) => res.end());`,
    },
    ['GET /api/orders/:id', 'GET /api', 'GET /own'],
  ],
  [
    'a named import, behind middleware',
    {
      'orders.ts': ROUTER,
      'z.ts': `${APP}import { router as orders } from './orders';\napp.use('/api', express.json(), orders);`,
    },
    ORDERS,
  ],
  [
    'a default import through a barrel',
    {
      'routes/index.ts': `export { default as orders } from '../orders';`,
      'orders.ts': ROUTER,
      'z.ts': `${APP}import { orders } from './routes';\napp.use('/api', orders);`,
    },
    ORDERS,
  ],
  [
    'CommonJS',
    {
      'orders.js': `const router = require('express').Router();
router.get('/orders/:id', (req, res) => res.end());
module.exports = router;`,
      'z.js': `const express = require('express');
const app = express();
app.use('/api', require('./orders'));`,
    },
    ['GET /api/orders/:id'],
  ],
  [
    'nested routers, and one without a path of its own',
    {
      'orders.ts': ROUTER,
      'v1.ts': `import { Router } from 'express';\nimport orders from './orders';\nexport const v1 = Router().use('/v1', orders);`,
      'z.ts': `${APP}import { v1 } from './v1';\nconst all = express.Router();\nall.use(v1);\napp.use('/api/', all);`,
    },
    ['GET /api/v1/orders/:id', 'POST /api/v1/orders'],
  ],
  [
    'mounted twice, and under a list of paths',
    {
      'orders.ts': ROUTER,
      'z.ts': `${APP}import r from './orders';\napp.use('/v1', r);\napp.use(['/v2', '/latest'], r);`,
    },
    ['GET /v1/orders/:id, /v2/orders/:id, /latest/orders/:id', 'POST /v1/orders, /v2/orders, /latest/orders'],
  ],
  [
    'constants of another file, in a template',
    {
      'config.ts': `export const config = { api: { prefix: '/api' } } as const;`,
      'orders.ts': ROUTER,
      'z.ts': `${APP}import r from './orders';\nimport { config } from './config';\napp.use(\`\${config.api.prefix}/v1\`, r);`,
    },
    ['GET /api/v1/orders/:id', 'POST /api/v1/orders'],
  ],
  [
    'what the code does not tell stands as an ellipsis',
    {
      'orders.ts': ROUTER,
      'z.ts': `${APP}import r from './orders';\napp.use(process.env.BASE_PATH ?? '/', r);\napp.use(\`/\${process.env.REGION}/api\`, r);\napp.use(/^\\/old/, r);`,
    },
    ['GET …/orders/:id, /…/api/orders/:id', 'POST …/orders, /…/api/orders'],
  ],
  [
    'a function that middleware comes from is no path',
    {
      'orders.ts': ROUTER,
      'z.ts': `${APP}import r from './orders';\nimport { auth } from 'some-auth';\nimport { limit } from './limit';\napp.use(auth.required, r);\napp.use(limit, r);`,
      'limit.ts': `export function limit(req, res, next) { next(); }`,
    },
    ['GET /orders/:id', 'POST /orders'],
  ],
  [
    'a list of paths and routers keeps its pairs',
    {
      'orders.ts': ROUTER,
      'users.ts': `import { Router } from 'express';\nexport const users = Router();\nusers.get('/', (req, res) => res.end());`,
      'z.ts': `${APP}import orders from './orders';\nimport { users } from './users';
const list = [{ path: '/shop', route: orders }, { path: '/users', route: users }];
list.forEach((entry) => { app.use(entry.path, entry.route); });
for (const { path, route } of list) express.Router().use(path, route);
Object.entries({ '/admin': users }).forEach(([path, router]) => app.use(path, router));`,
    },
    ['GET /shop/orders/:id', 'POST /shop/orders', 'GET /users, /admin'],
  ],
  [
    'routers that functions and classes make',
    {
      'make.ts': `import { Router } from 'express';
export function crud(name: string) {
  const router = Router();
  router.get('/:id', (req, res) => res.end());
  return router;
}
export class Admin {
  readonly router = Router();
  constructor() { this.router.get('/stats', (req, res) => res.end()); }
}`,
      'z.ts': `${APP}import { crud, Admin } from './make';
app.use('/orders', crud('orders'));
app.use('/users', crud('users'));
app.use('/admin', new Admin().router);`,
    },
    ['GET /orders/:id, /users/:id', 'GET /admin/stats'],
  ],
  [
    'routers of one helper or one base class are not mixed up',
    {
      'make.ts': `import { Router } from 'express';
export class Make { static router() { return Router(); } }
export abstract class Base { readonly router = Make.router(); getRouter() { return this.router; } }`,
      'a.ts': `import { Make } from './make';\nexport const a = Make.router();\na.get('/a', (req, res) => res.end());`,
      'b.ts': `import { Make } from './make';\nexport function b() { const r = Make.router(); r.get('/b', (req, res) => res.end()); return r; }`,
      'c.ts': `import { Base } from './make';
export class C extends Base { constructor() { super(); this.router.get('/c', (req, res) => res.end()); } }
export class D extends Base { constructor() { super(); this.router.get('/d', (req, res) => res.end()); } }`,
      'e.ts': `import { Base } from './make';
export class E extends Base { init() { this.router.get('/e', (req, res) => res.end()); } }`,
      'z.ts': `${APP}import { a } from './a';
import { b } from './b';
import { C, D } from './c';
import { E } from './e';
import { Make } from './make';
const api = Make.router();
api.use('/one', a);
api.use('/two', b());
api.use('/three', b());
app.use('/api', api);
app.use('/c', new C().router);
app.use('/d', new D().getRouter());`,
    },
    ['GET /api/one/a', 'GET /api/two/b, /api/three/b', 'GET /c/c', 'GET /d/d', 'GET /e'],
  ],
  [
    'a path that is no constant, and an expression, below a router',
    {
      'a.ts': `${APP}const r = express.Router();
app.use('/api', r);
export function add(path: string) { r.get(path, (req, res) => res.end()); r.get(\`\${path}/all\`, (req, res) => res.end()); }
r.get(/^\\/old/, (req, res) => res.end());`,
    },
    ['GET /api/…', 'GET /api/…/all', 'GET /api/…'],
  ],
  [
    'a router that is passed on, with and without its type',
    {
      'a.ts': `import type { Router } from 'express';\nexport function orders(router: Router) { router.get('/orders', (req, res) => res.end()); }`,
      'b.js': `module.exports = (router) => { router.get('/users', (req, res) => res.end()); };`,
      'c.ts': `export default (router) => { router.get('/items', (req, res) => res.end()); };`,
      'z.ts': `${APP}import { orders } from './a';
import users from './b';
const api = express.Router();
orders(api);
users(api);
require('./c').default(api);
app.use('/api', api);`,
    },
    ['GET /api/orders', 'GET /api/users', 'GET /api/items'],
  ],
  [
    'mounts in tests do not count; a circle ends',
    {
      'orders.ts': ROUTER,
      'orders.test.ts': `${APP}import r from './orders';\napp.use('/test', r);`,
      'z.ts': `import { Router } from 'express';\nconst a = Router();\nconst b = Router();\na.use('/a', b);\nb.use('/b', a);\na.get('/x', (req, res) => res.end());`,
    },
    ['GET /orders/:id', 'POST /orders', 'GET /b/x'],
  ],
  [
    'a probe is one by its whole path',
    {
      'a.ts': `${APP}const orders = express.Router();
orders.get('/status', (req, res) => res.end());
app.use('/orders/:id', orders);
const ops = express.Router();
ops.get('/healthz', (req, res) => res.end());
app.use('/internal', ops);`,
    },
    ['GET /orders/:id/status'],
  ],
]);

routeTests('fastify', [
  [
    'plugins of other files, nested, with and without a prefix',
    {
      'orders.ts': `import type { FastifyInstance } from 'fastify';
export default async function orders(app: FastifyInstance) {
  app.get('/orders/:id', async () => 1);
  app.route({ method: 'PUT', url: '/orders', handler: async () => 1 });
}`,
      'users.js': `module.exports = async function (fastify, opts) { fastify.get('/users', async () => 1); };`,
      'z.ts': `import Fastify from 'fastify';
import orders from './orders';
const app = Fastify();
app.register(async (v1) => {
  v1.register(orders, { prefix: '/v1' });
  v1.get('/ready-to-ship', async () => 1);
}, { prefix: '/api' });
app.register(import('./users'), { prefix: 'people' });
app.register(async (own) => { own.get('/own', async () => 1); });`,
    },
    ['GET /api/v1/orders/:id', 'PUT /api/v1/orders', 'GET /people/users', 'GET /api/ready-to-ship', 'GET /own'],
  ],
  [
    'fastify-plugin gives a plugin no prefix; unknown options are unknown',
    {
      'a.ts': `import fp from 'fastify-plugin';
import type { FastifyInstance } from 'fastify';
async function plugin(app: FastifyInstance) { app.get('/a', async () => 1); }
export default fp(plugin);
export async function b(app: FastifyInstance) { app.get('/b', async () => 1); }`,
      'z.ts': `import Fastify from 'fastify';
import a, { b } from './a';
export function start(options: object) { const app = Fastify(); app.register(a, { prefix: '/no' }); app.register(b, options); }`,
    },
    ['GET /a', 'GET …/b'],
  ],
  [
    'register of something else makes no handlers',
    {
      'a.ts': `const container = { register(f) { f(new Map()); } };\ncontainer.register((c) => { c.get('/a', () => 1); });`,
    },
    [],
  ],
]);

routeTests('koa and hono', [
  [
    'koa: prefixes of routers, nested routers, koa-mount',
    {
      'a.ts': `import Koa from 'koa';
import Router from '@koa/router';
import mount from 'koa-mount';
const app = new Koa();
const orders = new Router({ prefix: '/orders' });
orders.get('/:id', async (ctx) => {}).post('/', async (ctx) => {});
const api = new Router();
api.prefix('/api');
api.use('/v1', orders.routes(), orders.allowedMethods());
app.use(api.routes());
const admin = new Koa();
const users = new Router();
users.get('/users', async (ctx) => {});
admin.use(users.routes());
app.use(mount('/admin', admin));`,
    },
    ['GET /api/v1/orders/:id', 'POST /api/v1/orders', 'GET /admin/users'],
  ],
  [
    'hono: route and basePath',
    {
      'orders.ts': `import { Hono } from 'hono';
export const orders = new Hono().get('/:id', (c) => c.text('')).post('/', (c) => c.text(''));`,
      'z.ts': `import { Hono } from 'hono';
import { orders } from './orders';
const app = new Hono();
const api = app.basePath('/api');
api.route('/orders', orders);
api.get('/me', (c) => c.text(''));
const v2 = new Hono().basePath('/v2');
v2.get('/me', (c) => c.text(''));
app.route('/beta', v2);`,
    },
    ['GET /api/orders/:id', 'POST /api/orders', 'GET /api/me', 'GET /beta/v2/me'],
  ],
]);
