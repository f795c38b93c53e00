import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../src/analysis/settings.ts';
import { readSettings } from '../src/host/settings.ts';
import { lint } from './support/lint.ts';
import { workspace } from './support/workspace.ts';

describe('readSettings', () => {
  it('has defaults', () => {
    expect(readSettings(undefined)).toBe(defaultSettings);
    expect(readSettings(null)).toBe(defaultSettings);
    expect(readSettings({})).toEqual(defaultSettings);
  });

  it('keeps the same object for the same settings, so that caches hold', () => {
    const raw = { loggers: ['journal'] };
    expect(readSettings(raw)).toBe(readSettings(raw));
  });

  it.each<readonly [unknown, string]>([
    ['strict', 'settings.telint must be an object.'],
    [[], 'settings.telint must be an object.'],
    [
      { logger: ['a'] },
      'settings.telint.logger is not known. Known keys: allowKeys, allowWords, crossFile, instrumented, loggers, names, normalizers, personIds, sanitizers, sensitiveKeys, sensitiveWords, trackers, types, wrappers.',
    ],
    [{ loggers: 'journal' }, 'settings.telint.loggers must be an array of strings.'],
    [{ sanitizers: [/mask/] }, 'settings.telint.sanitizers must be an array of strings.'],
    [{ normalizers: null }, 'settings.telint.normalizers must be an array of strings.'],
    [{ personIds: 'yes' }, 'settings.telint.personIds must be true or false.'],
    [{ crossFile: true }, 'settings.telint.crossFile must be one of "workspace", "imports", "off".'],
    [{ names: 'off' }, 'settings.telint.names must be one of "report", "ignore".'],
    [{ wrappers: {} }, 'settings.telint.wrappers must be an array.'],
    [{ wrappers: ['count'] }, 'settings.telint.wrappers[0] must be an object.'],
    [{ wrappers: [{ kind: 'metric' }] }, 'settings.telint.wrappers[0].name must be the name of a function.'],
    [
      {
        wrappers: [
          { name: 'a', kind: 'metric' },
          { name: 'b', kind: 'counter' },
        ],
      },
      'settings.telint.wrappers[1].kind must be one of "metric", "span", "log", "publish", "consume".',
    ],
    [
      { wrappers: [{ name: 'a', kind: 'metric', labels: -1 }] },
      'settings.telint.wrappers[0].labels must be the index of an argument.',
    ],
    [
      { wrappers: [{ name: 'a', kind: 'metric', labels: '1' }] },
      'settings.telint.wrappers[0].labels must be the index of an argument.',
    ],
  ])('refuses %o', (raw, message) => {
    expect(() => readSettings(raw)).toThrow(expect.objectContaining({ name: 'TelintSettingsError', message }));
  });

  it('fails the run with the name of the key', () => {
    expect(() => lint('f();', { settings: { sanitiser: [] } })).toThrow(/settings\.telint\.sanitiser is not known/);
  });
});

const OTEL = `import { trace } from '@opentelemetry/api';\n`;
const PROM = `import { Counter } from 'prom-client';\nconst c = new Counter({ name: 'a_total', help: 'A.', labelNames: ['a'] });\n`;

/** Number of findings of all rules under settings. */
function count(code: string, settings: object = {}): number {
  return lint(code, { settings: { crossFile: 'off', ...settings } }).length;
}

describe('each setting has an effect', () => {
  const attribute = (value: string): string =>
    `${OTEL}export const f = (user: User) => trace.getActiveSpan()?.setAttribute('x', ${value});\nfunction tidy(s: string) { return s.trim(); }`;
  it('sanitizers', () =>
    expect([
      count(attribute('tidy(user.email)')),
      count(attribute('tidy(user.email)'), { sanitizers: ['tidy'] }),
    ]).toEqual([1, 0]));
  it('sensitiveWords', () =>
    expect([
      count(attribute('user.loyaltyNumber')),
      count(attribute('user.loyaltyNumber'), { sensitiveWords: ['loyaltyNumber'] }),
    ]).toEqual([0, 1]));
  it('allowWords', () =>
    expect([count(attribute('user.email')), count(attribute('user.email'), { allowWords: ['email'] })]).toEqual([
      1, 0,
    ]));
  it('personIds', () =>
    expect([count(attribute('user.id')), count(attribute('user.id'), { personIds: true })]).toEqual([0, 1]));

  const keyed = (key: string): string =>
    `${OTEL}export const f = (thing: Thing) => trace.getActiveSpan()?.setAttribute('${key}', thing.text);`;
  it('sensitiveKeys', () =>
    expect([
      count(keyed('loyalty.number')),
      count(keyed('loyalty.number'), { sensitiveKeys: ['loyalty.number'] }),
    ]).toEqual([0, 1]));
  it('allowKeys', () =>
    expect([count(keyed('user.email')), count(keyed('user.email'), { allowKeys: ['user.email'] })]).toEqual([1, 0]));

  const logged = `export const f = (user, journal) => journal.info(user.password);`;
  it('loggers', () => expect([count(logged), count(logged, { loggers: ['journal'] })]).toEqual([0, 1]));

  const label = `${PROM}const route = (p) => p.split('/')[1];\nexport const f = (req, res) => c.inc({ a: route(req.path) });`;
  it('normalizers', () => expect([count(label), count(label, { normalizers: ['route'] })]).toEqual([1, 0]));

  it('crossFile', () => {
    const cwd = workspace({
      'src/metrics.ts': `${PROM}export function recordHit(a: string) { c.inc({ a }); }`,
      'src/app.ts': `import { recordHit } from './metrics';\nimport express from 'express';\nexpress().use((req, res) => { recordHit(req.path); });`,
    });
    const findings = (crossFile: string): number =>
      lint(
        `import { recordHit } from './metrics';\nimport express from 'express';\nexpress().use((req, res) => { recordHit(req.path); });`,
        { cwd, filename: `${cwd}/src/app.ts`, settings: { crossFile } },
      ).length;
    expect([findings('workspace'), findings('imports'), findings('off')]).toEqual([1, 1, 0]);
  });

  const tracked = `import * as Sentry from '@sentry/node';\nexport const f = (user: User) => Sentry.setUser({ email: user.email });`;
  it('trackers', () => expect([count(tracked), count(tracked, { trackers: true })]).toEqual([0, 1]));

  const metric = `import { Metrics } from '@acme/telemetry';\nexport const f = (req, res) => Metrics.inc('a', { route: req.path });`;
  const wrapper = { name: 'Metrics.inc', kind: 'metric', labels: 1 };
  it('wrappers of metrics', () => expect([count(metric), count(metric, { wrappers: [wrapper] })]).toEqual([0, 1]));

  const span = `import { tag } from '@acme/telemetry';\nexport const f = (req, res) => tag({ ip: req.ip });`;
  const tag = { name: 'tag', kind: 'span', attributes: 0 };
  it('wrappers of spans', () => expect([count(span), count(span, { wrappers: [tag] })]).toEqual([0, 1]));

  it('names', () =>
    expect([count(attribute('user.email')), count(attribute('user.email'), { names: 'ignore' })]).toEqual([1, 0]));
});
