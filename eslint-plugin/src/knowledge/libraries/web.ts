import type { Library, Member, Shape } from '../types.ts';

const v = (value: NonNullable<Member['value']>): Member => ({ value });
const returnsValue = (value: NonNullable<Member['value']>): Member => ({ call: { value } });
const handlers = (request: string, response: string): Member => ({
  call: { callbacks: handlerArgs([request, response, '']), returns: 'this' },
});
function handlerArgs(params: readonly string[]): Readonly<Record<number, readonly string[]>> {
  return { 0: params, 1: params, 2: params, 3: params, 4: params, [-1]: params };
}
const router = (request: string, response: string): Shape => ({
  members: Object.fromEntries(
    ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all', 'use', 'route', 'param'].map((m) => [
      m,
      handlers(request, response),
    ]),
  ),
});

/** Members that request objects of Node's server frameworks share. */
const requestMembers: Readonly<Record<string, Member>> = {
  url: v('http.url'),
  originalUrl: v('http.url'),
  href: v('http.url'),
  path: v('http.path'),
  pathname: v('http.path'),
  query: v('http.query'),
  querystring: v('http.query'),
  search: v('http.query'),
  searchParams: v('http.query'),
  params: v('http.params'),
  body: v('http.body'),
  rawBody: v('http.body'),
  files: v('http.body'),
  headers: v('http.headers'),
  rawHeaders: v('http.headers'),
  header: { call: { value: 'http.header' }, value: 'http.headers' },
  get: returnsValue('http.header'),
  cookies: v('http.cookies'),
  signedCookies: v('http.cookies'),
  ip: v('http.ip'),
  ips: v('http.ip'),
  host: v('http.host'),
  hostname: v('http.host'),
  method: v('http.method'),
  protocol: v('http.protocol'),
  httpVersion: v('http.protocol'),
  baseUrl: v('http.route'),
  route: { shape: 'web.Route' },
  routerPath: v('http.route'),
  routeOptions: { shape: 'web.Route' },
  matchedRoute: v('http.route'),
  routePath: v('http.route'),
  socket: { shape: 'web.Socket' },
  connection: { shape: 'web.Socket' },
  log: { shape: 'log.Logger' },
};

const responseMembers: Readonly<Record<string, Member>> = {
  statusCode: v('http.status'),
  status: { value: 'http.status', call: { returns: 'this' } },
  statusText: v('http.status'),
  headers: v('http.response.headers'),
  getHeaders: returnsValue('http.response.headers'),
  log: { shape: 'log.Logger' },
  req: { shape: 'web.Request' },
};

const shapes: Readonly<Record<string, Shape>> = {
  'web.Request': { members: requestMembers },
  'web.Response': { members: responseMembers },
  'web.Route': { members: { path: v('http.route'), url: v('http.route') } },
  'web.Socket': { members: { remoteAddress: v('http.ip'), remotePort: v('http.ip') } },
  'web.Url': {
    members: {
      href: v('http.url'),
      pathname: v('http.path'),
      search: v('http.query'),
      searchParams: v('http.query'),
    },
    value: 'http.url',
  },
  'koa.Context': {
    members: {
      ...requestMembers,
      request: { shape: 'web.Request' },
      req: { shape: 'web.Request' },
      response: { shape: 'web.Response' },
      res: { shape: 'web.Response' },
      status: v('http.status'),
      _matchedRoute: v('http.route'),
      body: {},
    },
  },
  'hono.Context': {
    members: { req: { shape: 'hono.Request' }, res: { shape: 'web.Response' }, get: {}, env: v('config') },
  },
  'hono.Request': {
    members: {
      url: v('http.url'),
      path: v('http.path'),
      method: v('http.method'),
      routePath: v('http.route'),
      matchedRoutes: { shape: 'hono.Routes' },
      param: returnsValue('http.param'),
      query: returnsValue('http.query.value'),
      queries: returnsValue('http.query'),
      header: returnsValue('http.header'),
      json: returnsValue('http.body'),
      text: returnsValue('http.body'),
      parseBody: returnsValue('http.body'),
      raw: { shape: 'fetch.Request' },
    },
  },
  'trpc.Options': { members: { input: v('http.body'), ctx: {}, type: v('type.name'), path: v('type.name') } },
  'hono.Routes': {
    anyMember: { shape: 'hono.Routes' },
    members: { path: v('http.route'), handler: {}, method: v('http.method') },
  },
  'fetch.Request': {
    members: {
      url: v('http.url'),
      method: v('http.method'),
      headers: { shape: 'fetch.Headers' },
      body: v('http.body'),
      json: returnsValue('http.body'),
      text: returnsValue('http.body'),
      formData: returnsValue('http.body'),
      nextUrl: { shape: 'web.Url' },
      cookies: v('http.cookies'),
      ip: v('http.ip'),
    },
  },
  'fetch.Headers': {
    members: { get: returnsValue('http.header'), entries: returnsValue('http.headers') },
    value: 'http.headers',
  },
  'web.Application': router('web.Request', 'web.Response'),
  'koa.Application': {
    members: {
      use: { call: { callbacks: handlerArgs(['koa.Context', '']), returns: 'this' } },
      ...Object.fromEntries(
        ['get', 'post', 'put', 'patch', 'delete', 'del', 'head', 'options', 'all', 'prefix', 'param'].map((m) => [
          m,
          { call: { returns: 'this' } },
        ]),
      ),
    },
  },
  'hono.Application': {
    members: {
      ...Object.fromEntries(
        ['get', 'post', 'put', 'patch', 'delete', 'all', 'use', 'on'].map((m) => [
          m,
          { call: { callbacks: handlerArgs(['hono.Context', '']), returns: 'this' } },
        ]),
      ),
      route: { call: { returns: 'this' } },
      basePath: { call: { returns: 'hono.Application' } },
    },
  },
  'fastify.Application': {
    members: {
      ...router('web.Request', 'web.Response').members,
      register: { call: { callbacks: { 0: ['fastify.Application'] }, returns: 'this' } },
      withTypeProvider: { call: { returns: 'this' } },
      addHook: { call: { callbacks: handlerArgs(['web.Request', 'web.Response', '', '']), returns: 'this' } },
      log: { shape: 'log.Logger' },
    },
  },
};

/** HTTP servers and frameworks: request objects and route templates. */
export const webLibraries: readonly Library[] = [
  {
    name: 'express',
    source: 'express 5 API reference; req.route is undefined when no route matched',
    modules: ['express', 'express-serve-static-core', 'restify', 'polka'],
    exports: { default: { call: { returns: 'web.Application' } }, Router: { call: { returns: 'web.Application' } } },
    types: {
      Request: 'web.Request',
      Response: 'web.Response',
      Application: 'web.Application',
      Express: 'web.Application',
      Router: 'web.Application',
    },
    shapes,
  },
  {
    name: 'node:http',
    source: 'Node.js 24 http documentation',
    modules: ['http', 'node:http', 'https', 'node:https', 'http2', 'node:http2'],
    exports: {
      createServer: {
        call: {
          returns: 'web.Server',
          callbacks: { 0: ['web.Request', 'web.Response'], 1: ['web.Request', 'web.Response'] },
        },
      },
    },
    types: {
      IncomingMessage: 'web.Request',
      ServerResponse: 'web.Response',
      Http2ServerRequest: 'web.Request',
      Http2ServerResponse: 'web.Response',
    },
    shapes: { 'web.Server': {} },
  },
  {
    name: 'fastify',
    source: 'fastify 5 reference: request.routeOptions.url is the pattern',
    modules: ['fastify'],
    exports: {
      default: { call: { returns: 'fastify.Application' } },
      fastify: { call: { returns: 'fastify.Application' } },
    },
    types: { FastifyRequest: 'web.Request', FastifyReply: 'web.Response', FastifyInstance: 'fastify.Application' },
  },
  {
    name: 'koa',
    source: 'koa 3 API; @koa/router 13: ctx._matchedRoute',
    modules: ['koa', '@koa/router', 'koa-router'],
    exports: { default: { construct: { returns: 'koa.Application' } } },
    types: { Context: 'koa.Context', ParameterizedContext: 'koa.Context' },
  },
  {
    name: 'hono',
    source: 'hono 4 API: c.req.routePath, c.req.matchedRoutes',
    modules: ['hono', 'hono/*'],
    exports: { Hono: { construct: { returns: 'hono.Application' } } },
    types: { Context: 'hono.Context', HonoRequest: 'hono.Request' },
  },
  {
    name: 'next',
    source: 'next 16 route handlers',
    modules: ['next', 'next/server', 'next/*'],
    exports: {},
    types: { NextRequest: 'fetch.Request', NextApiRequest: 'web.Request', NextApiResponse: 'web.Response' },
  },
  {
    name: '@nestjs/common',
    source: 'NestJS 11 documentation',
    modules: ['@nestjs/common'],
    exports: { Logger: { construct: { returns: 'log.Logger' } } },
    types: { Logger: 'log.Logger', LoggerService: 'log.Logger' },
  },
  {
    name: 'graphql',
    source: 'graphql-js 16 GraphQLResolveInfo',
    modules: ['graphql'],
    exports: {},
    types: { GraphQLResolveInfo: 'graphql.Info', OperationDefinitionNode: 'graphql.Operation' },
    shapes: {
      'graphql.Info': {
        members: {
          fieldName: v('type.name'),
          operation: { shape: 'graphql.Operation' },
          variableValues: v('graphql.variables'),
        },
      },
      'graphql.Operation': { members: { operation: v('type.name'), name: { shape: 'graphql.Name' } } },
      'graphql.Name': { members: { value: v('graphql.operation-name') } },
    },
  },
];

/** TypeScript names of global types. */
export const globalTypes: Readonly<Record<string, string>> = {
  Error: 'js.Error',
  Request: 'fetch.Request',
  Response: 'fetch.Response',
  Headers: 'fetch.Headers',
  URL: 'url.Url',
};
