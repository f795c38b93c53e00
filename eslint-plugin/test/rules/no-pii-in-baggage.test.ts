import { noPiiInBaggage } from '../../src/rules/no-pii-in-baggage.ts';
import { testRule } from '../support/rule-test.ts';

const OTEL = `import { context, propagation, trace } from '@opentelemetry/api';\n`;
const otel = (body: string): string => `${OTEL}export function enter(user: User, cart: Cart) { ${body} }`;
const web = (body: string): string =>
  `${OTEL}import express from 'express';\nconst app = express();\napp.use((req, res, next) => { ${body} next(); });`;

testRule('no-pii-in-baggage', noPiiInBaggage, {
  valid: [
    otel(`propagation.createBaggage({ 'tenant.plan': { value: 'free' } });`),
    otel(`propagation.createBaggage({ 'user.id': { value: user.id } });`),
    otel(`propagation.createBaggage({ 'user.known': { value: String(user.email !== undefined) } });`),
    otel(`propagation.createBaggage({ 'user.email': { value: hash(user.email) } });`),
    otel(`propagation.createBaggage({ 'cart.items': { value: String(cart.items.length) } });`),
    otel(`propagation.createBaggage();`),
    otel(`propagation.getActiveBaggage()?.setEntry('tenant.region', { value: cart.region });`),
    otel(`propagation.getActiveBaggage()?.setEntry('user.email', { value: mask(user.email) });`),
    otel(`propagation.getActiveBaggage()?.removeEntry(user.email);`),
    otel(`trace.getActiveSpan()?.setAttribute('user.email', user.email);`),
    web(`propagation.createBaggage({ method: { value: req.method } });`),
    web(`propagation.createBaggage({ route: { value: req.route?.path ?? 'unmatched' } });`),
    `export function pack(user) { const baggage = new Luggage(); baggage.setEntry('email', { value: user.email }); }`,
    {
      code: otel(`propagation.createBaggage({ 'user.email': { value: user.email } });`),
      options: [{ ignore: ['user.email'] }],
    },
    {
      code: otel(
        `const tidy = (s: string) => s.trim(); propagation.createBaggage({ 'user.email': { value: tidy(user.email) } });`,
      ),
      settings: { sanitizers: ['tidy'] },
    },
  ],
  invalid: [
    {
      code: otel(`propagation.createBaggage({ «'user.email': { value: user.email }» });`),
      says: /^Entry `user\.email` of baggage carries `(?:User\.)?user\.email` \(contact\)/,
      suggestions: [
        [
          {
            title: 'Write the id instead: `user.id`',
            output: otel(`propagation.createBaggage({ 'user.id': { value: user.id } });`),
          },
          { title: 'Drop `user.email`', output: otel('propagation.createBaggage();') },
          {
            title: "Write '[REDACTED]' instead",
            output: otel(`propagation.createBaggage({ 'user.email': { value: '[REDACTED]' } });`),
          },
        ],
      ],
    },
    {
      code: otel(`propagation.getActiveBaggage()?.setEntry(«'user.email', { value: user.email» });`),
      says: /email/,
      suggestions: [
        [
          {
            title: "Write '[REDACTED]' instead",
            output: otel(`propagation.getActiveBaggage()?.setEntry('user.email', { value: '[REDACTED]' });`),
          },
        ],
      ],
    },
    {
      code: otel(`const value = user.email; propagation.getActiveBaggage()?.setEntry(«'who', { value» });`),
      says: /email/,
      suggestions: [
        [
          {
            title: "Write '[REDACTED]' instead",
            output: otel(
              `const value = user.email; propagation.getActiveBaggage()?.setEntry('who', { value: '[REDACTED]' });`,
            ),
          },
        ],
      ],
    },
    {
      code: otel(
        `propagation.createBaggage({ 'a': { value: '1' }, «'name': { value: \`\${user.firstName} \${user.lastName}\` }» });`,
      ),
      says: /firstName/,
    },
    {
      code: otel(`const { phone } = user; propagation.createBaggage({ «phone: { value: phone }» });`),
      says: /phone/,
    },
    {
      code: otel(`propagation.createBaggage({ «token: { value: user.accessToken }» });`),
      says: /accessToken/,
    },
    {
      code: otel(`const bag = propagation.createBaggage(); bag.setEntry(«'password', { value: user.password» });`),
      says: /password/,
    },
    {
      code: otel(
        `const bag = propagation.getBaggage(context.active()) ?? propagation.createBaggage(); bag.setEntry(«'email', { value: user.email ?? ''» });`,
      ),
      says: /email/,
    },
    {
      code: web(`propagation.createBaggage({ «'client.ip': { value: req.ip }» });`),
      says: /the client IP address/,
    },
    {
      code: web(`propagation.createBaggage({ «'auth': { value: req.headers.authorization }» });`),
      says: /authorization/,
    },
    {
      code: web(`propagation.createBaggage({ «'session': { value: req.cookies.sid }» });`),
      says: /a cookie of the request/,
    },
    {
      code: web(`propagation.createBaggage({ «'query': { value: JSON.stringify(req.query) }» });`),
      says: /the query string/,
    },
    {
      code: otel(`propagation.createBaggage({ «'user.email': { value: user.email }» });`)
        .replace('import { context, propagation, trace } from', 'const { context, propagation, trace } = require(')
        .replace("'@opentelemetry/api';", "'@opentelemetry/api');")
        .replace('export function enter(user: User, cart: Cart)', 'exports.enter = function (user, cart)'),
      js: true,
      says: /email/,
    },
  ],
});
