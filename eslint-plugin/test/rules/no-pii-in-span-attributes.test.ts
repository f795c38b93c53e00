import { noPiiInSpanAttributes } from '../../src/rules/no-pii-in-span-attributes.ts';
import { testRule, type InvalidCase } from '../support/rule-test.ts';

const OTEL = `import { trace, SpanStatusCode } from '@opentelemetry/api';
const tracer = trace.getTracer('shop');
`;
const WEB = `${OTEL}import express from 'express';
const app = express();
`;
const otel = (body: string): string => OTEL + body;
/** Statements in an Express handler that has a span. */
const handler = (body: string): string =>
  `${WEB}app.post('/orders', (req, res) => { tracer.startActiveSpan('order', (span) => { ${body} span.end(); }); });`;
/** Statements in a function that has a span and a user of unknown make. */
const forUser = (body: string): string =>
  otel(
    `export function place(user: User, order: Order) { const span = tracer.startSpan('place'); ${body} span.end(); }`,
  );

testRule('no-pii-in-span-attributes', noPiiInSpanAttributes, {
  valid: [
    forUser(`span.setAttribute('order.id', order.id);`),
    forUser(`span.setAttributes({ 'order.items': order.items.length, 'order.express': order.express });`),
    forUser(`span.setAttribute('user.id', user.id);`),
    forUser(`span.setAttribute('user.has_email', user.email !== undefined);`),
    forUser(`span.setAttribute('user.email.length', user.email.length);`),
    forUser(`span.setAttribute('user.emailVerified', Boolean(user.email));`),
    forUser(`span.setAttribute('user.email_hash', hash(user.email));`),
    forUser(`span.setAttribute('user.email', redact(user.email));`),
    forUser(`span.setAttribute('user.email', maskEmail(user.email));`),
    forUser(`span.setAttribute('user.email', '[REDACTED]');`),
    forUser(`span.setAttribute('user.email_domain', user.email.split('@')[1]);`),
    forUser(`span.setAttribute('user.role', user.role);\nspan.setAttribute('user.plan', user.plan);`),
    forUser(`span.setAttribute('file.name', order.file.name);`),
    forUser(`span.setAttribute('api_key.id', order.apiKey.id);`),
    forUser(`span.setAttributes({ passwordResetSent: true, tokenCount: 12, addressBookEnabled: false });`),
    forUser(`span.setAttribute('gen_ai.usage.input_tokens', order.tokens);`),
    forUser(`span.addEvent('validated', { rule: order.rule.name });`),
    forUser(`span.recordException(new Error('failed'));\nspan.setStatus({ code: SpanStatusCode.ERROR });`),
    handler(`span.setAttribute('http.route', req.route.path);`),
    handler(
      `span.setAttribute('http.request.method', req.method);\nspan.setAttribute('http.response.status_code', res.statusCode);`,
    ),
    handler(`span.setAttribute('url.path', req.path);`),
    handler(`span.setAttribute('url.path', req.originalUrl.split('?')[0]);`),
    handler(`span.setAttribute('http.request.body.size', JSON.stringify(req.body).length);`),
    handler(`span.setAttribute('http.request.header.content-type', req.get('content-type'));`),
    handler(`span.setAttribute('cart.express', req.body.express === true);`),
    otel(
      `const span = tracer.startSpan('GET /orders/:id', { attributes: { 'peer.service': 'orders' } });\nspan.end();`,
    ),
    otel(
      `export const load = (url: URL) => tracer.startActiveSpan('load', (span) => { span.setAttribute('url.full', \`\${url.origin}\${url.pathname}\`); span.end(); });`,
    ),
    // No span of OpenTelemetry.
    `const span = document.createElement('span');\nexport function show(user) { span.setAttribute('title', user.email); }`,
    `export function spanOf(user) { const span = { setAttribute(k, v) {} }; span.setAttribute('user.email', user.email); }`,
    { code: forUser(`span.setAttribute('user.email', user.email);`), options: [{ ignore: ['user.email'] }] },
    {
      code: forUser(`const tidy = (s: string) => s.trim(); span.setAttribute('user.email', tidy(user.email));`),
      settings: { sanitizers: ['tidy'] },
    },
    { code: forUser(`span.setAttribute('driver.email', user.email);`), settings: { allowKeys: ['driver.email'] } },
    {
      code: `const { trace } = require('@opentelemetry/api');\nconst tracer = trace.getTracer('a');\nmodule.exports = (order) => tracer.startActiveSpan('x', (span) => { span.setAttribute('order.total', order.total); span.end(); });`,
      js: true,
    },
  ],
  invalid: [
    {
      code: forUser(`span.setAttribute(«'user.email', user.email»);`),
      says: /`user\.email` of a span .*email|`user\.email`/,
    },
    {
      code: forUser(`span.setAttributes({ 'order.id': order.id, «'user.name': user.fullName» });`),
      says: /fullName/,
    },
    { code: forUser(`const { email } = user; span.setAttribute(«'who', email»);`), says: /email/ },
    { code: forUser(`span.setAttribute(«'user.phone', user.phone ?? 'none'»);`), says: /phone/ },
    { code: forUser(`span.setAttribute(«'who', \`\${user.firstName} \${user.lastName}\`»);`), says: /firstName/ },
    { code: forUser(`span.setAttribute(«'user', JSON.stringify(user)»);`), says: /whole `user` object/ },
    { code: forUser(`span.setAttribute(«'password', user.password»);`), says: /password/ },
    { code: forUser(`span.setAttribute(«'card', order.payment.cardNumber»);`), says: /cardNumber/ },
    { code: forUser(`span.setAttribute(«'ssn', user.ssn»);`), says: /ssn/ },
    { code: forUser(`span.addEvent('sent', { «to: user.email» });`), says: /Event `to`.*email/ },
    { code: forUser(`span.addEvent(«\`mailed \${user.email}\`»);`), says: /email/ },
    { code: forUser(`span.updateName(«\`order of \${user.email}\`»);`), says: /The name of a span.*email/ },
    {
      code: forUser(`span.setStatus({ code: SpanStatusCode.ERROR, «message: \`no account for \${user.email}\`» });`),
      says: /The status .*email/,
    },
    {
      code: forUser(
        `const attributes: Record<string, string> = {}; «attributes['user.email'] = user.email»; span.setAttributes(attributes);`,
      ),
      says: /email/,
    },
    { code: forUser(`span.setAttribute(«'user.email', user.isGuest ? 'guest' : user.email»);`), says: /email/ },
    { code: forUser(`span.setAttribute(«'user.email', user.email.toLowerCase()»);`), says: /email/ },
    {
      code: otel(
        `export function place(user: User) { const span = tracer.startSpan('place', { attributes: { «'user.email': user.email» } }); span.end(); }`,
      ),
      says: /email/,
    },
    {
      code: otel(
        `export function place(user: User) { return tracer.startActiveSpan(«\`place \${user.email}\`», (span) => span.end()); }`,
      ),
      says: /The name of a span/,
    },
    {
      code: otel(
        `function tag(key: string, value: string) { trace.getActiveSpan()?.setAttribute(«key, value»); }\nexport function place(user: User) { tag('who', user.email); }`,
      ),
      says: /email/,
    },
    {
      code: otel(
        `function tag(key: string, email: string) { trace.getActiveSpan()?.setAttribute(«key, email»); }\nexport function place(user: User) { tag('who', user.email); }`,
      ),
      says: /email/,
    },
    {
      code:
        handler(`tag(req.body.cardNumber);`) +
        `\nfunction tag(value: string) { trace.getActiveSpan()?.setAttribute(«'card', value»); }`,
      says: /cardNumber/,
    },
    {
      code: otel(
        `class Cart {\n  constructor(private readonly ownerEmail: string) {}\n  pay() { trace.getActiveSpan()?.setAttribute(«'cart.owner', this.ownerEmail»); }\n}\nexport { Cart };`,
      ),
      says: /ownerEmail/,
    },
    {
      code: handler(`span.setAttribute(«'http.url', req.originalUrl»);`),
      says: /the raw request URL/,
    },
    { code: handler(`span.setAttribute(«'client.address', req.ip»);`), says: /the client IP address/ },
    { code: handler(`span.setAttribute(«'body', JSON.stringify(req.body)»);`), says: /the request body/ },
    { code: handler(`span.setAttribute(«'query', JSON.stringify(req.query)»);`), says: /the query string/ },
    { code: handler(`span.setAttribute(«'headers', JSON.stringify(req.headers)»);`), says: /the request headers/ },
    { code: handler(`span.setAttributes({ 'order.kind': 'card', ...«req.headers» });`), says: /the request headers/ },
    { code: handler(`span.setAttribute(«'auth', req.headers.authorization»);`), says: /the header `authorization`/ },
    { code: handler(`span.setAttribute(«'session', req.cookies.sid»);`), says: /a cookie of the request/ },
    { code: handler(`span.setAttribute(«'user.email', req.body.email»);`), says: /email/ },
    { code: handler(`const { email } = req.body; span.setAttributes({ «email» });`), says: /email/ },
    {
      code: otel(
        `export const dump = () => tracer.startActiveSpan('x', (span) => { span.setAttribute(«'env', JSON.stringify(process.env)»); span.end(); });`,
      ),
      says: /process environment/,
    },
    { code: forUser(`span.setAttribute(«'user.id', user.id»);`), says: /user\.id/, settings: { personIds: true } },
    {
      code: forUser(`span.setAttribute(«'loyaltyNumber', user.loyaltyNumber»);`),
      says: /loyaltyNumber/,
      settings: { sensitiveWords: ['loyaltyNumber'] },
    },
    {
      code: `const { trace } = require('@opentelemetry/api');\nconst tracer = trace.getTracer('a');\nmodule.exports = (user) => tracer.startActiveSpan('x', (span) => { span.setAttribute(«'user.email', user.email»); span.end(); });`,
      js: true,
      says: /email/,
    },
  ],
});

const REDACTED = "Write '[REDACTED]' instead";

/** A statement in a function with a user, or in a handler, and what each suggestion makes of it. */
function suggestion(
  wrap: (body: string) => string,
  body: string,
  says: RegExp,
  ...after: readonly (readonly [title: string, body: string])[]
): InvalidCase {
  return {
    code: wrap(body),
    says,
    suggestions: [
      after.map(([title, text]) => ({ title, output: text === '' ? wrap('§').replace(' §', '') : wrap(text) })),
    ],
  };
}

testRule('no-pii-in-span-attributes: suggestions', noPiiInSpanAttributes, {
  valid: [],
  invalid: [
    suggestion(
      forUser,
      `span.setAttribute(«'user.email', user.email»);`,
      /email/,
      ['Write the id instead: `user.id`', `span.setAttribute('user.id', user.id);`],
      ['Drop `user.email`', ''],
      [REDACTED, `span.setAttribute('user.email', '[REDACTED]');`],
    ),
    suggestion(
      forUser,
      `span.setAttribute(«'who', user?.email»);`,
      /email/,
      ['Write the id instead: `user.id`', `span.setAttribute('who', user?.id);`],
      ['Drop `who`', ''],
      [REDACTED, `span.setAttribute('who', '[REDACTED]');`],
    ),
    suggestion(
      forUser,
      `span.setAttributes({ «'user.email': user.email» });`,
      /email/,
      ['Write the id instead: `user.id`', `span.setAttributes({ 'user.id': user.id });`],
      ['Drop `user.email`', ''],
      [REDACTED, `span.setAttributes({ 'user.email': '[REDACTED]' });`],
    ),
    suggestion(
      forUser,
      `span.setAttributes({ «userEmail: user.email», a: 1 });`,
      /email/,
      ['Write the id instead: `user.id`', `span.setAttributes({ userId: user.id, a: 1 });`],
      ['Drop `userEmail`', 'span.setAttributes({ a: 1 });'],
      [REDACTED, `span.setAttributes({ userEmail: '[REDACTED]', a: 1 });`],
    ),
    suggestion(
      forUser,
      `span.setAttributes({ a: 1, «email: user.email» });`,
      /email/,
      ['Write the id instead: `user.id`', `span.setAttributes({ a: 1, userId: user.id });`],
      ['Drop `email`', 'span.setAttributes({ a: 1 });'],
      [REDACTED, `span.setAttributes({ a: 1, email: '[REDACTED]' });`],
    ),
    suggestion(
      forUser,
      `span.setAttributes({ [\`customer.email\`]: 'x', «[EMAIL]: user.email» });`,
      /email/,
      ['Write the id instead: `user.id`', `span.setAttributes({ [\`customer.email\`]: 'x', [EMAIL]: user.id });`],
      ['Drop it', "span.setAttributes({ [`customer.email`]: 'x' });"],
      [REDACTED, `span.setAttributes({ [\`customer.email\`]: 'x', [EMAIL]: '[REDACTED]' });`],
    ),
    suggestion(
      forUser,
      `const { email } = user; span.setAttributes({ «email» });`,
      /email/,
      ['Drop `email`', `const { email } = user;`],
      [REDACTED, `const { email } = user; span.setAttributes({ email: '[REDACTED]' });`],
    ),
    suggestion(
      forUser,
      `\nconst attributes: Record<string, string> = {};\nattributes['order.id'] = order.id;\n«attributes['user.phone'] = order.phone»;\nspan.setAttributes(attributes);`,
      /phone/,
      [
        'Drop `user.phone`',
        `\nconst attributes: Record<string, string> = {};\nattributes['order.id'] = order.id;\nspan.setAttributes(attributes);`,
      ],
      [
        REDACTED,
        `\nconst attributes: Record<string, string> = {};\nattributes['order.id'] = order.id;\nattributes['user.phone'] = '[REDACTED]';\nspan.setAttributes(attributes);`,
      ],
    ),
    suggestion(forUser, `span.updateName(«\`order of \${user.email}\`»);`, /email/, [
      REDACTED,
      'span.updateName(`order of [REDACTED]`);',
    ]),
    suggestion(forUser, `span.updateName(«'order of ' + user.email»);`, /email/, [
      REDACTED,
      `span.updateName('order of ' + '[REDACTED]');`,
    ]),
    suggestion(
      forUser,
      `span.setAttribute(«'user', JSON.stringify(user)»);`,
      /whole `user` object/,
      ['Drop `user`', ''],
      [REDACTED, `span.setAttribute('user', '[REDACTED]');`],
    ),
    suggestion(
      handler,
      `span.setAttribute(«'http.url', req.originalUrl»);`,
      /URL/,
      ['Keep the URL without its query string', `span.setAttribute('http.url', req.originalUrl.split('?')[0]);`],
      ['Drop `http.url`', ''],
      [REDACTED, `span.setAttribute('http.url', '[REDACTED]');`],
    ),
    suggestion(
      handler,
      `span.setAttributes({ «'http.url': req.url!» });`,
      /URL/,
      ['Keep the URL without its query string', `span.setAttributes({ 'http.url': req.url!.split('?')[0] });`],
      ['Drop `http.url`', ''],
      [REDACTED, `span.setAttributes({ 'http.url': '[REDACTED]' });`],
    ),
    suggestion(handler, `span.setAttributes({ ...«req.headers», 'a.b': 1 });`, /the request headers/, [
      'Drop `...req.headers`',
      `span.setAttributes({ 'a.b': 1 });`,
    ]),
    suggestion(handler, `span.setAttributes(«req.headers»);`, /the request headers/, ['Write none of it', '']),
  ],
});
