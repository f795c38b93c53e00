import type { Library, Member, Shape } from '../types.ts';
import { trackerGlobals } from './loggers.ts';

const v = (value: NonNullable<Member['value']>): Member => ({ value });
const returnsValue = (value: NonNullable<Member['value']>): Member => ({ call: { value } });

/** Globals of Node.js and ECMAScript whose results say what a value is. */
export const globals: Readonly<Record<string, Member & { readonly construct?: NonNullable<Shape['construct']> }>> = {
  console: { shape: 'log.Console' },
  process: { shape: 'node.Process' },
  Date: { shape: 'js.Date', construct: { returns: 'js.DateInstance' }, call: { value: 'time' } },
  performance: { shape: 'js.Performance' },
  crypto: { shape: 'js.Crypto' },
  fetch: { call: { returns: 'fetch.Response' } },
  Headers: { construct: { returns: 'fetch.Headers' } },
  URL: { construct: { returns: 'url.Url' } },
  ...trackerGlobals,
};

/** Packages of Node.js and small helpers that make ids, times and hashes. */
export const builtins: readonly Library[] = [
  {
    name: 'globals',
    source: 'Node.js 24 documentation; MDN',
    modules: ['process', 'node:process', 'perf_hooks', 'node:perf_hooks'],
    exports: {
      default: { shape: 'node.Process' },
      performance: { shape: 'js.Performance' },
      env: { shape: 'node.Env' },
      pid: v('process.constant'),
    },
    shapes: {
      'node.Process': {
        members: {
          env: { shape: 'node.Env' },
          argv: v('process.argv'),
          pid: v('process.constant'),
          version: v('process.constant'),
          versions: { shape: 'node.Constants' },
          platform: v('process.constant'),
          arch: v('process.constant'),
          uptime: returnsValue('time'),
          hrtime: { call: { value: 'time' }, shape: 'js.Performance' },
          memoryUsage: {},
          stdout: { shape: 'node.Stream' },
          stderr: { shape: 'node.Stream' },
        },
      },
      'node.Stream': { members: { write: { call: { sink: { kind: 'log', level: 'write' } } } } },
      'node.Constants': { anyMember: v('process.constant') },
      'node.Env': { anyMember: v('config'), value: 'env' },
      'js.Date': { members: { now: returnsValue('time') } },
      'js.DateInstance': { anyMember: returnsValue('time'), value: 'time' },
      'js.Performance': { members: { now: returnsValue('time'), bigint: returnsValue('time') } },
      'js.Crypto': {
        members: {
          randomUUID: returnsValue('uuid'),
          randomBytes: returnsValue('random'),
          randomInt: returnsValue('random'),
          createHash: { call: { returns: 'crypto.Hash' } },
          createHmac: { call: { returns: 'crypto.Hash' } },
        },
      },
      'crypto.Hash': { members: { update: { call: { returns: 'this' } }, digest: returnsValue('hash') } },
      'fetch.Response': {
        members: {
          status: v('http.status'),
          statusText: v('http.status'),
          headers: { shape: 'fetch.ResponseHeaders' },
          ok: v('boolean'),
        },
      },
      'fetch.ResponseHeaders': { members: { get: returnsValue('http.header') }, value: 'http.response.headers' },
      'js.Error': {
        members: {
          message: v('error.message'),
          stack: v('error.stack'),
          name: v('error.name'),
          code: v('error.code'),
          cause: { shape: 'js.Error' },
        },
        value: 'error.message',
      },
      'url.Url': {
        members: {
          href: {},
          pathname: {},
          origin: v('config'),
          host: v('config'),
          hostname: v('config'),
          protocol: v('http.protocol'),
          port: v('config'),
        },
      },
    },
  },
  {
    name: 'node:crypto',
    source: 'Node.js 24 crypto documentation',
    modules: ['crypto', 'node:crypto'],
    exports: {
      default: { shape: 'js.Crypto' },
      randomUUID: returnsValue('uuid'),
      randomBytes: returnsValue('random'),
      randomInt: returnsValue('random'),
      createHash: { call: { returns: 'crypto.Hash' } },
      createHmac: { call: { returns: 'crypto.Hash' } },
    },
  },
  {
    name: 'node:url',
    source: 'Node.js 24 url documentation',
    modules: ['url', 'node:url'],
    exports: { parse: { call: { returns: 'url.Url' } }, URL: { construct: { returns: 'url.Url' } } },
  },
  {
    name: 'node:os',
    source: 'Node.js 24 os documentation',
    modules: ['os', 'node:os'],
    exports: {
      hostname: returnsValue('process.constant'),
      platform: returnsValue('process.constant'),
      arch: returnsValue('process.constant'),
      default: { shape: 'node.Os' },
    },
    shapes: { 'node.Os': { anyMember: returnsValue('process.constant') } },
  },
  {
    name: 'uuid',
    source: 'uuid 13 README',
    modules: ['uuid', 'nanoid', 'ulid', 'cuid', '@paralleldrive/cuid2', 'short-uuid'],
    exports: {
      v1: returnsValue('uuid'),
      v4: returnsValue('uuid'),
      v7: returnsValue('uuid'),
      nanoid: returnsValue('uuid'),
      ulid: returnsValue('uuid'),
      createId: returnsValue('uuid'),
      default: returnsValue('uuid'),
    },
  },
];
