import { describe, expect, it } from 'vitest';
import { lint, type LintOptions } from '../support/lint.ts';

const RULE = { 'no-pii-in-logs': [] };
const findings = (code: string, options: LintOptions = {}) => lint(code, { rules: RULE, ...options });
const LOGGER = `import pino from 'pino';\nconst logger = pino();\n`;
const inside = (body: string): string =>
  `${LOGGER}export async function run(account, token, password, env) { ${body} }`;

describe('calls that write a log line', () => {
  it.each([
    [
      'a logger made by another',
      `import pino from 'pino';\nconst base = pino();\nexport const f = (user) => base.child({ part: 'a' }).info(user.email);`,
    ],
    ['a child of a named logger', `export const f = (user, logger) => logger.child({ part: 'a' }).info(user.email);`],
    ['apply with an array', `export const f = (user) => console.log.apply(console, [user.email]);`],
    ['call', `export const f = (user) => console.warn.call(console, user.email);`],
    [
      'arguments of the callers',
      `function show() { console.log.apply(this, arguments); }\nexport const f = (user) => show('seen', user.email);`,
    ],
    ['debug', `const debug = require('debug')('app');\nexport const f = (user) => debug('seen %s', user.email);`],
    [
      'debug as an import',
      `import createDebug from 'debug';\nconst trace = createDebug('app');\nexport const f = (user) => trace(user.email);`,
    ],
    [
      'winston through its default export',
      `import winston from 'winston';\nconst w = winston.createLogger();\nexport const f = (user) => w.info(user.email);`,
    ],
    [
      'the log API of OpenTelemetry',
      `import { logs } from '@opentelemetry/api-logs';\nconst out = logs.getLogger('a');\nexport const f = (user) => out.emit({ body: user.email });`,
    ],
    [
      'an own function in the same file',
      `function note(text) { console.log(text); }\nexport const f = () => note(password);`,
    ],
  ])('%s', (_, code) => expect(findings(code)).toHaveLength(1));

  it.each([
    ['a function that is called debug', `const debug = (x) => x;\nexport const f = (user) => debug(user.email);`],
    ['apply of something else', `export const f = (user, dialog) => dialog.info.apply(dialog, [user.email]);`],
    [
      'emit of an event emitter',
      `import { EventEmitter } from 'node:events';\nconst out = new EventEmitter();\nexport const f = (user) => out.emit('seen', user.email);`,
    ],
  ])('silent: %s', (_, code) => expect(findings(code)).toEqual([]));
});

describe('code that no production service runs', () => {
  it.each([
    `if (process.env.NODE_ENV !== 'production') console.log(password);`,
    `if (process.env.NODE_ENV === 'development') { console.log(password); }`,
    `if (env.isTestEnv()) console.log(password);`,
    `if (!env.isProduction()) { console.log(password); }`,
    `if (env.is(TEST)) console.log(password);`,
    `isDevelopment && console.log(password);`,
    `if (__DEV__ && account.ready) console.log(password);`,
    `if (env.isProduction()) { run(); } else { console.log(password); }`,
  ])('silent: %s', (body) => expect(findings(inside(body))).toEqual([]));

  it.each([
    `if (pattern.test(account.kind)) console.log(password);`,
    `if (process.env.NODE_ENV === 'production') console.log(password);`,
    `if (env.isProduction()) { console.log(password); }`,
    `if (__DEV__ || account.ready) console.log(password);`,
    `if (!isDevelopment) console.log(password);`,
    `if (account.isTestable) console.log(password);`,
  ])('reported: %s', (body) => expect(findings(inside(body))).toHaveLength(1));

  it.each(['scripts/rename.ts', 'packages/my-cli/src/list.ts', 'prisma/seed.ts', 'frontend/src/form.ts'])(
    'the console of %s',
    (filename) => {
      const code = `export const f = (user) => console.log(user.email);`;
      expect(findings(code, { filename, cwd: process.cwd(), settings: { crossFile: 'off' } })).toEqual([]);
      expect(
        findings(`${LOGGER}export const f = (user) => logger.info(user.email);`, {
          filename,
          cwd: process.cwd(),
          settings: { crossFile: 'off' },
        }),
      ).toHaveLength(1);
    },
  );

  it('the console of a browser, by what the file uses', () => {
    expect(findings(`export const f = (user) => { console.log(user.email); window.location.reload(); };`)).toEqual([]);
    expect(findings(`import { useState } from 'react';\nexport const f = (user) => console.log(user.email);`)).toEqual(
      [],
    );
  });

  it('examples and load tests', () => {
    for (const filename of ['examples/web/app.ts', 'load-tests/login.ts'])
      expect(
        findings(`${LOGGER}export const f = (user) => logger.info(user.email);`, {
          filename,
          cwd: process.cwd(),
          settings: { crossFile: 'off' },
        }),
      ).toEqual([]);
  });
});

describe('values that cannot be had back', () => {
  it.each([
    `logger.info(password.replace(/./g, '*'));`,
    `logger.info(account.email.replace(/(?<=.{2})[^@]/g, '*'));`,
    `logger.info(password.replace(new RegExp('.', 'g'), '*'));`,
    `logger.info(token.slice(-4));`,
    `logger.info(token.substring(0, 6));`,
    `logger.info(token.substr(-4));`,
    `logger.info(\`\${account.email.slice(0, 2)}***\`);`,
    `logger.info({ token: account.token[0] });`,
    `logger.info({ tokenPrefix: begin(account.apiToken) });`,
    `const hashed = makePassword(); logger.info(hashed);`,
    `const hashedToken = account.makeToken(); logger.info(\`token \${hashedToken} made\`);`,
    `const maskedUser = account.user; logger.info({ email: maskedUser.email });`,
    `const row = { encryptedPassword: password }; logger.info(row.encryptedPassword);`,
    `logger.info(account.apiKeyLast4);`,
    `logger.info('Bearer ' + '[REDACTED]' + account.apiToken);`,
  ])('silent: %s', (body) => expect(findings(inside(body))).toEqual([]));

  it.each([
    `logger.info(password.replace(/foo/g, '*'));`,
    `logger.info(password.replace(/\\./g, '*'));`,
    `logger.info(password.replace(/./, '*'));`,
    `logger.info(account.email.slice(0, 200));`,
    `logger.info(account.emails.slice(0, 3));`,
    `logger.info(account.emails[0]);`,
    `logger.info('*** ' + password);`,
  ])('reported: %s', (body) => expect(findings(inside(body))).toHaveLength(1));
});

describe('secrets that an argument carries', () => {
  it.each([
    [
      'a field that is read elsewhere',
      `const data = await account.exchange(); logger.debug(data); return data.access_token;`,
    ],
    ['by a quoted name', `const data = await account.exchange(); logger.debug(data); return data['id_token'];`],
    [
      'in a pattern',
      `const data = await account.exchange(); logger.debug({ data }); const { refreshToken } = data; return refreshToken;`,
    ],
    ['of a member', `const res = await account.exchange(); logger.debug(res.data); return res.data.access_token;`],
    [
      'as text',
      `const data = await account.exchange(); logger.debug('got ' + JSON.stringify(data)); return data.clientSecret;`,
    ],
    [
      'an address with a token in it',
      `const resetUrl = new Address(env.host, '/reset/' + token).toString(); logger.debug('reset: ' + resetUrl);`,
    ],
    [
      'an address with a query',
      'const link = makeLink(`https://example.com/join?token=${token}`); logger.debug(link);',
    ],
  ])('%s', (_, body) => {
    const found = findings(inside(body));
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toMatch(/which holds|in it/);
  });

  it.each([
    ['no secret is read', `const data = await account.exchange(); logger.debug(data); return data.items;`],
    [
      'the field is taken out first',
      `const data = await account.exchange(); delete data.access_token; logger.debug(data);`,
    ],
    ['a method of that name', `const data = await account.exchange(); logger.debug(data); return data.password();`],
    [
      'another variable of the name',
      `{ const data = await account.exchange(); logger.debug(data); } { const data = await account.exchange(); return data.access_token; }`,
    ],
    ['an error', `try { await account.exchange(); } catch (error) { logger.error(error); return error.token; }`],
    [
      'an address without a secret',
      `const url = new Address(env.host, '/items/' + account.page).toString(); logger.debug(url);`,
    ],
    [
      'a page token',
      'const link = makeLink(`https://example.com/list?page=${account.pageToken}`); logger.debug(link);',
    ],
  ])('silent: %s', (_, body) => expect(findings(inside(body))).toEqual([]));
});

describe('what logs are for', () => {
  const web = (body: string): string =>
    `${LOGGER}import express from 'express';\nconst app = express();\napp.post('/a', async (req, res) => { ${body} });`;
  it.each([
    ['ids of persons', `logger.info({ userId: req.user.id });`],
    ['addresses of clients', `logger.info({ ip: req.headers['x-forwarded-for'] });`],
    ['the scheme of a header', `const scheme = req.headers.authorization.split(' ')[0]; logger.info(scheme);`],
    [
      'the challenge of a server',
      `const answer = await fetch('https://example.com'); logger.info(answer.headers.get('www-authenticate'));`,
    ],
    ['what another server answered', `const response = await client.send(); logger.info(response.body);`],
    ['the request, through its serialiser', `logger.warn({ req }, 'failed');`],
    ['a field of a parsed body', `const event = JSON.parse(req.body); logger.info(event.kind);`],
  ])('silent: %s', (_, body) =>
    expect(findings(web(body), { settings: { crossFile: 'off', personIds: true } })).toEqual([]),
  );

  it('reports a person and the whole of a body', () => {
    expect(findings(web(`const event = JSON.parse(req.body); logger.info(event);`))).toHaveLength(1);
    expect(findings(web(`const event = JSON.parse(req.body); logger.info(event.email);`))).toHaveLength(1);
    expect(
      findings(web(`logger.info({ mrn: patient.medicalRecordNumber });`), {
        settings: { crossFile: 'off', personIds: true },
      }),
    ).toHaveLength(1);
  });

  it('takes one argument of the command line for what it is', () => {
    expect(findings(`${LOGGER}const [, , file] = process.argv;\nlogger.info(\`reading \${file}\`);`)).toEqual([]);
  });

  it('knows files with secrets and full names of things', () => {
    expect(
      findings(inside(`logger.info(process.env.GOOGLE_APPLICATION_CREDENTIALS, process.env.API_KEY_FILE);`)),
    ).toEqual([]);
    expect(findings(inside(`logger.info(process.env.API_KEY);`))).toHaveLength(1);
    expect(findings(inside(`logger.info(account.repository.fullName);`))).toEqual([]);
    expect(findings(inside(`logger.info(account.customer.fullName);`))).toHaveLength(1);
  });

  it('knows tokens of a grammar, indexes and wallets', () => {
    expect(findings(inside(`for (const token of account.scan()) logger.info(token.text);`))).toEqual([]);
    expect(findings(inside(`for (const [i, key] of [account.privateKey].entries()) logger.info(i);`))).toEqual([]);
    expect(findings(inside(`logger.info(account.recipient.address);`))).toEqual([]);
  });
});
