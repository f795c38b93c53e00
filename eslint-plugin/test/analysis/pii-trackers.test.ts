import { describe, expect, it } from 'vitest';
import { lint } from '../support/lint.ts';

const findings = (code: string, trackers = true) =>
  lint(code, { rules: { 'no-pii-in-logs': [] }, settings: { crossFile: 'off', trackers } });
const sentry = (body: string): string =>
  `import * as Sentry from '@sentry/node';\nexport function f(user, card) { ${body} }`;

describe('error trackers', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a message', sentry('Sentry.captureMessage(`no mail to ${user.email}`);')],
    ['an event', sentry('Sentry.captureEvent({\n  message: `no mail to ${user.email}`,\n});')],
    ['a breadcrumb', sentry('Sentry.addBreadcrumb({ category: "mail", message: user.email });')],
    ['a breadcrumb with data', sentry('Sentry.addBreadcrumb({ data: { to: user.email } });')],
    ['a person', sentry('Sentry.setUser({ id: user.id, email: user.email });')],
    ['a tag that is named', sentry('Sentry.setTag("email", user.contact);')],
    ['a scope', sentry('Sentry.withScope((scope) => scope.setExtra("to", user.email));')],
    ['a scope with its parent', sentry('Sentry.withScope(parent, (scope) => scope.setTags({ to: user.email }));')],
    ['the current scope', sentry('Sentry.getCurrentScope().setContext("mail", { to: user.email });')],
    [
      'the text of an error that is made here',
      sentry('Sentry.captureException(new Error(`no mail to ${user.email}`));'),
    ],
    [
      'the text of an error with a name',
      sentry('const failure = new Error(`no mail to ${user.email}`); Sentry.captureException(failure);'),
    ],
    ['the global of a script tag', 'Sentry.captureMessage(`no mail to ${user.email}`);'],
    ['a scope of the global', 'Sentry.configureScope((scope) => { scope.setTag("to", user.email); });'],
    ['Bugsnag', `import Bugsnag from '@bugsnag/js';\nexport const f = (user) => Bugsnag.leaveBreadcrumb(user.email);`],
    [
      'Airbrake',
      `import { Notifier } from '@airbrake/node';\nconst a = new Notifier({ projectId: 1, projectKey: 'k' });\nexport const f = (user, error) => a.notify({ error, params: { to: user.email } });`,
    ],
    [
      'New Relic',
      `const newrelic = require('newrelic');\nmodule.exports = (user) => newrelic.addCustomAttribute('to', user.email);`,
    ],
    [
      'New Relic, an interaction',
      `const newrelic = require('newrelic');\nmodule.exports = (user) => newrelic.interaction().setAttribute('a', 1).setAttribute('to', user.email);`,
    ],
    [
      'Elastic APM',
      `const apm = require('elastic-apm-node');\nmodule.exports = (user) => apm.setUserContext({ email: user.email });`,
    ],
    [
      'Honeybadger',
      `import Honeybadger from '@honeybadger-io/js';\nexport const f = (user) => Honeybadger.setContext({ user_email: user.email });`,
    ],
    [
      'an event of DogStatsD',
      `import StatsD from 'hot-shots';\nconst client = new StatsD();\nexport const f = (user) => client.event('signed in', 'ok', {}, { who: user.email });`,
    ],
  ];

  it.each(cases)('%s', (_, code) => {
    const found = findings(code);
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toMatch(/^.* of a report to an error tracker carries /);
  });

  it('reports at the call, whatever line the entry is on', () => {
    expect(findings(sentry('Sentry.captureEvent({\n  message: `no mail to ${user.email}`,\n});'))[0]?.line).toBe(2);
  });

  it.each(cases)('nothing without the setting: %s', (_, code) => expect(findings(code, false)).toEqual([]));

  it.each([
    [
      'an error that came from elsewhere',
      sentry('try { card.pay(); } catch (error) { Sentry.captureException(error); }'),
    ],
    ['ids', sentry('Sentry.setUser({ id: user.id });')],
    ['constants', sentry('Sentry.setTag("email", "sent"); Sentry.captureMessage("no mail");')],
    [
      'what the operator configures',
      `import Bugsnag from '@bugsnag/js';\nBugsnag.start({ apiKey: process.env.BUGSNAG_API_KEY });`,
    ],
    ['spans of a tracker', sentry('Sentry.startSpan({ name: user.email }, () => card.pay());')],
    [
      'a local object of the name',
      'const Sentry = { captureMessage(x) {} };\nexport const f = (user) => Sentry.captureMessage(user.email);',
    ],
    [
      'statsd without a person',
      `import StatsD from 'hot-shots';\nconst client = new StatsD();\nclient.event('deployed', 'ok', {});`,
    ],
  ])('silent: %s', (_, code) => expect(findings(code)).toEqual([]));
});
