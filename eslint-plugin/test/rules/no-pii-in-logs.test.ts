import { noPiiInLogs } from '../../src/rules/no-pii-in-logs.ts';
import { testRule } from '../support/rule-test.ts';

const PINO = `import pino from 'pino';\nconst logger = pino();\n`;
const log = (body: string): string => `${PINO}export function signIn(user: User, order: Order) { ${body} }`;
const web = (body: string): string =>
  `${PINO}import express from 'express';\nconst app = express();\napp.post('/login', (req, res) => { ${body} });`;
const REDACTED = "Write '[REDACTED]' instead";

testRule('no-pii-in-logs', noPiiInLogs, {
  valid: [
    log(`logger.info('signed in');`),
    log(`logger.info({ userId: user.id }, 'signed in');`),
    log(`logger.info({ hasEmail: Boolean(user.email) }, 'signed in');`),
    log(`logger.info({ email: mask(user.email) }, 'signed in');`),
    log(`logger.info('password reset for %s', user.id);`),
    log(`logger.info('the e-mail and the password are required');`),
    log(`logger.info({ password: '***' }, 'signed in');`),
    log(`logger.info({ items: order.items.length, total: order.total }, 'ordered');`),
    log(`logger.error(new Error('failed'));`),
    log(`logger.warn({ file: order.file.name }, 'skipped');`),
    log(`logger.debug({ apiKeyId: order.apiKey.id }, 'used');`),
    log(`logger.info({ domain: user.email.split('@')[1] }, 'signed in');`),
    web(`logger.info({ method: req.method, url: req.originalUrl }, 'request');`),
    web(`req.log.info({ ip: req.ip }, 'request');`),
    // No logger.
    `export function show(dialog, user) { dialog.info(user.email); const catalog = new Map(); catalog.set('log', user.email); }`,
    `export function print(console, user) { console.info(user.email); }`,
    { code: log(`logger.info({ email: user.email }, 'signed in');`), options: [{ ignore: ['email'] }] },
    {
      code: log(`const tidy = (s: string) => s.trim(); logger.info({ email: tidy(user.email) }, 'signed in');`),
      settings: { sanitizers: ['tidy'] },
    },
  ],
  invalid: [
    {
      code: log(`logger.info({ «email: user.email» }, 'signed in');`),
      says: /^Attribute `email` of a log call carries `(?:User\.)?user\.email` \(contact\)/,
      suggestions: [
        [
          { title: 'Write the id instead: `user.id`', output: log(`logger.info({ userId: user.id }, 'signed in');`) },
          { title: 'Drop `email`', output: log(`logger.info('signed in');`) },
          { title: REDACTED, output: log(`logger.info({ email: '[REDACTED]' }, 'signed in');`) },
        ],
      ],
    },
    { code: log(`console.log('user', «JSON.stringify(user)»);`), says: /user/ },
    {
      code: `import winston from 'winston';\nconst w = winston.createLogger();\nexport const seen = (user: User) => w.info('seen', { «email: user.email» });`,
      says: /email/,
    },
    {
      code: `import { createLogger } from 'winston';\nconst w = createLogger();\nexport const seen = (user: User) => w.info('seen', { «email: user.email» });`,
      says: /email/,
    },
    {
      code: log(`logger.info(«\`signed in: \${user.email}\`»);`),
      says: /The text of a log call .*email/,
      suggestions: [[{ title: REDACTED, output: log('logger.info(`signed in: [REDACTED]`);') }]],
    },
    {
      code: log(`logger.info('signed in: ' + «user.email»);`),
      says: /email/,
      suggestions: [[{ title: REDACTED, output: log(`logger.info('signed in: ' + '[REDACTED]');`) }]],
    },
    {
      code: log(`logger.info('signed in: %s', «user.email»);`),
      says: /email/,
      suggestions: [
        [
          { title: 'Write the id instead: `user.id`', output: log(`logger.info('signed in: %s', user.id);`) },
          { title: REDACTED, output: log(`logger.info('signed in: %s', '[REDACTED]');`) },
        ],
      ],
    },
    { code: log(`console.log(«user.password»);`), says: /password/ },
    {
      code: log(`const { accessToken } = user; logger.debug({ «accessToken» }, 'issued');`),
      says: /accessToken/,
    },
    { code: log(`logger.child({ «email: user.email» }).info('signed in');`), says: /email/ },
    {
      code: log(`logger.error({ order: order.id, ...{ «phone: user.phone» } }, 'failed');`),
      says: /phone/,
    },
    {
      code: web(`logger.info({ «auth: req.headers.authorization» }, 'request');`),
      says: /authorization/,
    },
    {
      code: web(`logger.info({ «sid: req.cookies.sid» }, 'request');`),
      says: /a cookie of the request/,
    },
    { code: web(`logger.info(«req.body», 'request');`), says: /the request body/ },
    {
      code: `import { Logger } from '@nestjs/common';\nexport class Users {\n  private readonly logger = new Logger(Users.name);\n  seen(user: User) { this.logger.log(«\`seen \${user.email}\`»); }\n}`,
      says: /email/,
    },
    {
      code: `export const seen = (user, auditLog) => auditLog.warn({ «ssn: user.ssn» });`,
      says: /ssn/,
    },
    {
      code: `export const seen = (user, journal) => journal.warn({ «ssn: user.ssn» });`,
      says: /ssn/,
      settings: { loggers: ['journal'] },
    },
    {
      code: `const pino = require('pino');\nconst p = pino();\nmodule.exports = (user) => p.info({ «password: user.password» });`,
      js: true,
      says: /password/,
    },
  ],
});
