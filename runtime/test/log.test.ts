import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { Writable } from 'node:stream';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import winston from 'winston';
import { createLogSampler, pinoOptions, winstonFormat, withRequestContext, type LogOptions } from '../src/log.ts';

const SECRET = 'hunter2hunter2';
const SPAN = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

function inSpan<T>(run: () => T): T {
  return context.with(trace.setSpanContext(ROOT_CONTEXT, SPAN), () => withRequestContext({ requestId: 'r-1' }, run));
}

type Line = Record<string, unknown>;

function pinoLogger(user: pino.LoggerOptions = {}, options: LogOptions = {}) {
  const lines: string[] = [];
  const logger = pino(pinoOptions({ level: 'trace', ...user }, options), {
    write: (line: string) => void lines.push(line),
  });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Line };
}

function into(lines: string[]): winston.transport {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const transport: unknown = new winston.transports.Stream({ stream });
  return transport as winston.transport;
}

function winstonLogger(options: LogOptions = {}, before: winston.Logform.Format[] = []) {
  const lines: string[] = [];
  const logger = winston.createLogger({
    level: 'silly',
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston calls `transform` alone
    format: winston.format.combine(...before, winstonFormat(options), winston.format.json()),
    transports: [into(lines)],
  });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Line };
}

describe('pinoOptions', () => {
  it('puts the ids of trace and request on every line, also after waiting', async () => {
    const { logger, last } = pinoLogger();
    await inSpan(async () => {
      await Promise.resolve();
      logger.info('hello');
    });
    expect(last()).toMatchObject({
      msg: 'hello',
      trace_id: SPAN.traceId,
      span_id: SPAN.spanId,
      trace_flags: '01',
      request_id: 'r-1',
    });
    logger.info('outside');
    expect(last()).not.toHaveProperty('trace_id');
    expect(last()).not.toHaveProperty('request_id');
  });

  it('lets no secret through: fields, messages, values, errors, bindings, children of children', () => {
    const { logger, lines } = pinoLogger();
    const error = Object.assign(new Error(`password=${SECRET}`), { token: SECRET });
    logger.info({ password: SECRET, nested: { apiKey: SECRET, list: [{ authorization: SECRET }] } }, 'x');
    logger.info('password=%s for %d', SECRET, 3);
    logger.info({ a: 1 }, 'password=%s', SECRET);
    logger.info('%j', { password: SECRET });
    logger.error(error);
    logger.error({ err: error });
    logger.error({ err: error }, 'failed');
    logger.error({ cause: error, failures: [error] });
    logger.child({ password: SECRET }).info('a');
    logger.child({}).child({ password: SECRET }).child({ b: 1 }).info('b');
    const child = logger.child({ c: 1 });
    child.setBindings({ password: SECRET });
    child.info('c');
    logger.setBindings({ token: SECRET });
    logger.info('d');
    expect(lines).toHaveLength(12);
    for (const line of lines) {
      expect(line).not.toContain(SECRET);
      expect(() => JSON.parse(line) as unknown).not.toThrow();
    }
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ msg: expect.stringMatching(/^password=.* for 3$/) as unknown });
    expect(JSON.parse(lines[4] ?? '')).toMatchObject({ err: { type: 'Error' } });
    expect(JSON.parse(lines[9] ?? '')).toMatchObject({ b: 1, msg: 'b' });
  });

  it("runs the user's own options first", () => {
    const calls: string[] = [];
    const { logger, last } = pinoLogger({
      mixin: () => ({ build: 7, password: SECRET }),
      serializers: { user: () => ({ id: 1, password: SECRET }) },
      formatters: {
        log: (object) => ({ ...object, added: true, token: SECRET }),
        level: (label) => ({ severity: label }),
      },
      hooks: {
        logMethod(args, method) {
          calls.push('hook');
          method.apply(this, args);
        },
      },
      onChild: () => void calls.push('child'),
    });
    logger.child({ x: 1 }).info({ user: { anything: SECRET } }, 'y');
    expect(last()).toMatchObject({ severity: 'info', build: 7, added: true, user: { id: 1 }, x: 1, msg: 'y' });
    expect(JSON.stringify(last())).not.toContain(SECRET);
    expect(calls).toEqual(['child', 'hook']);
  });

  it('samples debug by chance, info by message, and never what matters', () => {
    let time = 0;
    const sampler = createLogSampler({
      debug: 0.5,
      info: { perSecond: 1, burst: 2 },
      reportMs: 1000,
      now: () => time,
      random: () => (time === 0 ? 0.9 : 0.1),
    });
    const { logger, lines, last } = pinoLogger({}, { sampling: sampler });
    logger.debug('dropped');
    for (let index = 0; index < 10; index += 1) logger.info('user %d', index);
    logger.info('another message');
    for (let index = 0; index < 10; index += 1) logger.warn('w');
    for (let index = 0; index < 10; index += 1) logger.error('e');
    expect(lines).toHaveLength(23);
    expect(sampler.dropped()).toEqual({ debug: 1, info: 8 });
    const reported = (): unknown[] => lines.flatMap((line) => (JSON.parse(line) as Line)['dropped_lines'] ?? []);
    expect(reported()).toEqual([{ debug: 1, info: 0 }]);
    time = 1000;
    logger.info('user %d', 11);
    logger.info('user %d', 12);
    logger.debug('kept');
    expect(last()).toMatchObject({ msg: 'kept' });
    expect(reported()).toEqual([
      { debug: 1, info: 0 },
      { debug: 0, info: 8 },
    ]);
  });

  it('bounds its memory when every message is different', () => {
    const sampler = createLogSampler({ info: { perSecond: 0, burst: 1 }, maxKeys: 10 });
    const kept = Array.from({ length: 1000 }, (_, index) => sampler.keep('info', `message ${index}`));
    expect(kept.filter(Boolean)).toHaveLength(11);
  });

  it('says which rates cannot be', () => {
    expect(() => createLogSampler({ debug: 2 })).toThrow(/0 to 1.*TELINT_OPTION_INVALID/);
  });
});

describe('winstonFormat', () => {
  it('adds ids, and lets no secret through', () => {
    const { logger, lines, last } = winstonLogger({}, [winston.format.errors({ stack: true }), winston.format.splat()]);
    inSpan(() => logger.info('hello'));
    expect(last()).toMatchObject({ message: 'hello', level: 'info', trace_id: SPAN.traceId, request_id: 'r-1' });
    logger.info('x', { password: SECRET, nested: { apiKey: SECRET } });
    logger.info('password=%s', SECRET);
    logger.error(Object.assign(new Error(`password=${SECRET}`), { token: SECRET }));
    logger.error('failed', new Error(`password=${SECRET}`));
    logger.info({ message: 'y', err: new Error(`password=${SECRET}`) } as never);
    logger.child({ password: SECRET }).warn('z');
    expect(lines).toHaveLength(7);
    for (const line of lines) expect(line).not.toContain(SECRET);
    expect(JSON.parse(lines[3] ?? '')).toMatchObject({
      level: 'error',
      message: expect.stringContaining('password=') as unknown,
    });
  });

  it('also where a format before it wrote the line already', () => {
    const lines: string[] = [];
    const logger = winston.createLogger({
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston calls `transform` alone
      format: winston.format.combine(winston.format.json(), winstonFormat()),
      transports: [into(lines)],
    });
    logger.info('x', { password: SECRET });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain(SECRET);
  });

  it('drops by level', () => {
    const { logger, lines } = winstonLogger({ sampling: { debug: 0, info: { perSecond: 0, burst: 1 } } });
    for (let index = 0; index < 5; index += 1) {
      logger.debug('d');
      logger.verbose('v');
      logger.info('i');
      logger.warn('w');
      logger.error('e');
    }
    expect(lines.map((line) => (JSON.parse(line) as Line)['level']).sort()).toEqual([
      ...Array<string>(5).fill('error'),
      'info',
      ...Array<string>(5).fill('warn'),
    ]);
  });
});
