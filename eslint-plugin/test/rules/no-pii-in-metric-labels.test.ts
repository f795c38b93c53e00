import { noPiiInMetricLabels } from '../../src/rules/no-pii-in-metric-labels.ts';
import { testRule } from '../support/rule-test.ts';

const PROM = `import { Counter, Histogram } from 'prom-client';
const logins = new Counter({ name: 'logins_total', help: 'Logins.', labelNames: ['user', 'method', 'ip'] });
const seconds = new Histogram({ name: 'login_duration_seconds', help: 'Duration.', labelNames: ['user', 'method'] });
`;
const WEB = `import express from 'express';\nconst app = express();\n`;
const DECLARED = `import { bucketed, createMetrics, free, oneOf, template, topK } from '@telint/runtime/metrics';
const metrics = createMetrics();
const logins = metrics.counter({ name: 'logins_total', help: 'Logins.', labels: { user: free(), top: topK(10), bucket: bucketed(), path: template(), kind: oneOf('a') } });
`;
const declared = (body: string): string => DECLARED + body;
const prom = (body: string): string => PROM + body;
const web = (body: string): string => `${PROM}${WEB}app.post('/login', (req, res) => { ${body} });`;

testRule('no-pii-in-metric-labels', noPiiInMetricLabels, {
  valid: [
    // A keyed hash, a template and a list let no address through.
    declared(`export const count = (user: User) => logins.inc({ bucket: user.email });`),
    declared(`export const count = (user: User) => logins.inc({ path: \`/users/\${user.email}\` });`),
    declared(`export const count = (user: User) => logins.inc({ kind: user.email });`),
    declared(`export const count = (user: User) => logins.inc({ user: user.plan });`),
    prom(`logins.inc({ method: 'password' });`),
    prom(`export const count = (user: User) => logins.inc({ method: user.loginMethod });`),
    prom(`export const count = (user: User) => logins.inc({ user: user.id });`),
    prom(`export const count = (user: User) => logins.inc({ user: user.email ? 'known' : 'guest' });`),
    prom(`export const count = (user: User) => logins.inc({ user: String(user.email !== undefined) });`),
    prom(`export const count = (user: User) => logins.inc({ user: hash(user.email) });`),
    prom(`export const count = (user: User) => logins.inc({ user: maskEmail(user.email) });`),
    prom(`export const count = (user: User) => logins.inc({ email: 'none' });`),
    prom(`export const count = (user: User) => logins.inc({ user: user.email.split('@')[1] });`),
    prom(`export const count = (file: File) => logins.inc({ user: file.name });`),
    // The number of values is the business of another rule.
    web(`logins.inc({ user: req.path });`),
    web(`logins.inc({ user: req.originalUrl });`),
    prom(`export const count = (e: Error) => logins.inc({ user: e.message });`),
    `export const count = (user) => new Map().set(user.email, 1);`,
    {
      code: prom(`export const count = (user: User) => logins.inc({ email: user.email });`),
      options: [{ ignore: ['email'] }],
    },
    {
      code: prom(
        `const toGroup = (s: string) => s.trim(); export const count = (user: User) => logins.inc({ user: toGroup(user.email) });`,
      ),
      settings: { sanitizers: ['toGroup'] },
    },
    {
      code: prom(`export const count = (user: User) => logins.inc({ user: user.email });`),
      settings: { allowWords: ['email'] },
    },
  ],
  invalid: [
    {
      code: declared(`export const count = (user: User) => logins.inc({ «user: user.email» });`),
      says: /^Label `user` of `logins_total` .*user\.email` \(contact\)/,
      suggestions: [
        [
          {
            title: "Use the constant 'other' for `user`",
            output: declared(`export const count = (user: User) => logins.inc({ user: 'other' });`),
          },
        ],
      ],
    },
    {
      code: declared(`export const count = (user: User) => logins.bind({ kind: 'a', «top: user.email» });`),
      says: /email/,
    },
    {
      code: prom(`export const count = (user: User) => logins.inc({ «user: user.email» });`),
      says: /^Label `user` .*user\.email` \(contact\)/,
      suggestions: [
        [{ title: 'Drop the label `user`', output: prom(`export const count = (user: User) => logins.inc();`) }],
      ],
    },
    {
      code: prom(`export const count = (user: User) => logins.labels(«user.email», 'password').inc();`),
      says: /email/,
      suggestions: [
        [
          {
            title: "Use the constant 'other' for `user`",
            output: prom(`export const count = (user: User) => logins.labels('other', 'password').inc();`),
          },
        ],
      ],
    },
    {
      code: prom(`export const count = (user: User) => { const { email } = user; logins.inc({ «user: email» }); };`),
      says: /email/,
    },
    {
      code: prom(
        `export const count = (user: User) => logins.inc({ method: 'password', «user: \`\${user.firstName} \${user.lastName}\`» });`,
      ),
      says: /firstName/,
    },
    {
      code: prom(`export const count = (user: User) => logins.inc({ «user: user.email ?? 'guest'» });`),
      says: /email/,
    },
    { code: prom(`export const count = (user: User) => logins.inc({ «phone: user.phone» });`), says: /phone/ },
    { code: prom(`export const count = (token: string) => logins.inc({ «method: token» });`), says: /token/ },
    {
      code: prom(
        `export const timed = (user: User) => { const end = seconds.startTimer(); end({ «user: user.email» }); };`,
      ),
      says: /email/,
    },
    { code: web(`logins.inc({ «ip: req.ip» });`), says: /the client IP address/ },
    { code: web(`logins.inc({ «ip: req.headers['x-forwarded-for']» });`), says: /x-forwarded-for/ },
    { code: web(`logins.inc({ «method: req.get('authorization')» });`), says: /authorization/ },
    { code: web(`logins.inc({ «user: req.cookies.sid» });`), says: /a cookie of the request/ },
    { code: web(`logins.inc({ «user: req.body.email» });`), says: /email/ },
    { code: web(`logins.inc({ method: 'x', ...«req.headers» });`), says: /the request headers/ },
    {
      code: prom(
        `export const count = (user: User) => { const labels: Record<string, string> = {}; labels.user = user.email; logins.inc(«labels»); };`,
      ),
      says: /email/,
    },
    {
      code: prom(`export const count = (user: User) => logins.inc({ «user: user.email» });`)
        .replace('import { Counter, Histogram } from', 'const { Counter, Histogram } = require(')
        .replace("'prom-client';", "'prom-client');")
        .replace('(user: User)', '(user)')
        .replace('export const count', 'exports.count'),
      js: true,
      says: /email/,
    },
    {
      code: `import { metrics } from '@opentelemetry/api';\nconst mails = metrics.getMeter('a').createCounter('mails');\nexport const sent = (user: User) => mails.add(1, { «'mail.to': user.email» });`,
      says: /email/,
    },
  ],
});
