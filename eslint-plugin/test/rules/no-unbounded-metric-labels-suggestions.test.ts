import { noUnboundedMetricLabels } from '../../src/rules/no-unbounded-metric-labels.ts';
import { testRule, type InvalidCase } from '../support/rule-test.ts';

const PROM = `import { Counter } from 'prom-client';
const requests = new Counter({ name: 'http_requests_total', help: 'Requests.', labelNames: ['method', 'route', 'status', 'user_id'] });
`;
const EXPRESS = `import express from 'express';
const app = express();
`;
const prom = (body: string): string => PROM + body;
const web = (body: string): string => PROM + EXPRESS + body;

const ROUTE = "Use the route template, 'unmatched' where there is none";
const PATH = /the raw request (?:path|URL)/;

/** A handler whose metric write gets the given labels; `after` is a pair of title and labels for each suggestion. */
function suggestion(
  labels: string,
  says: RegExp,
  ...after: readonly (readonly [title: string, labels: string])[]
): InvalidCase {
  const handler = (text: string): string => web(`app.use((err, req, res, next) => {\n  requests.inc(${text});\n});`);
  return {
    code: handler(labels),
    says,
    suggestions: [after.map(([title, text]) => ({ title, output: handler(text) }))],
  };
}

testRule('no-unbounded-metric-labels: suggestions', noUnboundedMetricLabels, {
  valid: [],
  invalid: [
    suggestion(
      '{ «route: req.path» }',
      PATH,
      [ROUTE, "{ route: req.route?.path ?? 'unmatched' }"],
      ['Drop the label `route`', ''],
    ),
    suggestion(
      "{ «route: req.path», method: 'GET' }",
      PATH,
      [ROUTE, "{ route: req.route?.path ?? 'unmatched', method: 'GET' }"],
      ['Drop the label `route`', "{ method: 'GET' }"],
    ),
    suggestion("{ method: 'GET', «user_id: req.params.id», status: '200' }", /a path parameter/, [
      'Drop the label `user_id`',
      "{ method: 'GET', status: '200' }",
    ]),
    suggestion("{ method: 'GET', «user_id: req.params.id» }", /a path parameter/, [
      'Drop the label `user_id`',
      "{ method: 'GET' }",
    ]),
    suggestion("{\n    «user_id: req.params.id», // who\n    method: 'GET',\n  }", /a path parameter/, [
      'Drop the label `user_id`',
      "{\n    method: 'GET',\n  }",
    ]),
    suggestion(
      "{\n    method: 'GET', // how\n    «user_id: req.params.id», /* who */\n    status: '200',\n  }",
      /a path parameter/,
      ['Drop the label `user_id`', "{\n    method: 'GET', // how\n    status: '200',\n  }"],
    ),
    suggestion("{\n    method: 'GET',\n    «user_id: req.params.id»\n  }", /a path parameter/, [
      'Drop the label `user_id`',
      "{\n    method: 'GET'\n  }",
    ]),
    suggestion("{\n    method: 'GET', // how\n    «user_id: req.params.id» // who\n  }", /a path parameter/, [
      'Drop the label `user_id`',
      "{\n    method: 'GET', // how\n  }",
    ]),
    suggestion(
      '{ «route: req.route?.path ?? req.path» }',
      PATH,
      ["Use 'unmatched' where no route matched", "{ route: req.route?.path ?? 'unmatched' }"],
      ['Drop the label `route`', ''],
    ),
    suggestion(
      '{ «route: req.route?.path || req.originalUrl» }',
      PATH,
      ["Use 'unmatched' where no route matched", "{ route: req.route?.path || 'unmatched' }"],
      ['Drop the label `route`', ''],
    ),
    suggestion(
      '{ «route: `${req.method} ${req.path}`» }',
      PATH,
      [ROUTE, "{ route: `${req.method} ${req.route?.path ?? 'unmatched'}` }"],
      ['Drop the label `route`', ''],
    ),
    suggestion(
      "{ «route: res.headersSent ? req.path : 'none'» }",
      PATH,
      [ROUTE, "{ route: res.headersSent ? (req.route?.path ?? 'unmatched') : 'none' }"],
      ['Drop the label `route`', ''],
    ),
    suggestion(
      '{ «status: err.message» }',
      /the text of an error/,
      ['Use the class name of the error', '{ status: err.name }'],
      ['Drop the label `status`', ''],
    ),
    suggestion(
      '{ «status: err?.message» }',
      /the text of an error/,
      ['Use the class name of the error', '{ status: err?.name }'],
      ['Drop the label `status`', ''],
    ),
    suggestion("{ method: 'GET', ...«req.query» }", /whose keys a client chooses/, [
      'Drop `...req.query`',
      "{ method: 'GET' }",
    ]),
    {
      code: web(`app.use((req, res) => { requests.labels(req.method, «req.params.id», '200').inc(); });`),
      says: /a path parameter/,
      suggestions: [
        [
          {
            title: "Use the constant 'other' for `route`",
            output: web(`app.use((req, res) => { requests.labels(req.method, 'other', '200').inc(); });`),
          },
        ],
      ],
    },
    {
      code: web(
        `app.use((req, res) => {\n  const labels = { method: 'GET' };\n  labels.user_id = req.params.id;\n  requests.inc(«labels»);\n});`,
      ),
      says: /a path parameter/,
      suggestions: [
        [
          {
            title: 'Drop the label `user_id`',
            output: web(`app.use((req, res) => {\n  const labels = { method: 'GET' };\n  requests.inc(labels);\n});`),
          },
        ],
      ],
    },
    {
      code: web(
        `app.use((req, res) => {\n  const path = req.params.id;\n  requests.inc({ method: 'GET', «path» });\n});`,
      ),
      says: /a path parameter/,
      suggestions: [
        [
          {
            title: 'Drop the label `path`',
            output: web(`app.use((req, res) => {\n  requests.inc({ method: 'GET' });\n});`),
          },
        ],
      ],
    },
    ...frameworks(),
  ],
});

/** The same finding in each framework, which keeps its route template in another place. */
function frameworks(): InvalidCase[] {
  const rows = [
    [
      `import Fastify from 'fastify';\nconst app = Fastify();\napp.addHook('onResponse', (request, reply, done) => {\n  requests.inc({ `,
      'route: request.url',
      "route: request.routeOptions.url ?? 'unmatched'",
      ` });\n  done();\n});`,
    ],
    [
      `import Koa from 'koa';\nconst app = new Koa();\napp.use(async (ctx, next) => {\n  requests.inc({ `,
      'route: ctx.path',
      "route: ctx._matchedRoute ?? 'unmatched'",
      ` });\n});`,
    ],
    [
      `import { Hono } from 'hono';\nconst app = new Hono();\napp.use(async (c, next) => {\n  requests.inc({ `,
      'route: c.req.path',
      'route: c.req.routePath',
      ` });\n});`,
    ],
    [
      `import { createServer } from 'node:http';\ncreateServer((req, res) => {\n  requests.inc({ `,
      'route: req.url',
      undefined,
      ` });\n});`,
    ],
  ] as const;
  return rows.map(([before, bad, good, after]) => ({
    code: prom(`${before}«${bad}»${after}`),
    says: PATH,
    suggestions: [
      [
        ...(good === undefined ? [] : [{ title: ROUTE, output: prom(before + good + after) }]),
        { title: 'Drop the label `route`', output: prom(`${before}${after}`.replace('{  }', '')) },
      ],
    ],
  }));
}
