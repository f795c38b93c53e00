import { describe, expect, it } from 'vitest';
import { TelintError } from '../src/diagnostics.ts';
import { createSanitizer, pii, secret, type SanitizerOptions } from '../src/sanitize.ts';

const KEY = 'a key for tests only';
const redact = createSanitizer();
const mask = createSanitizer({ mode: 'mask' });
const hash = createSanitizer({ mode: 'hash', hashKey: KEY });
const drop = createSanitizer({ mode: 'drop' });
const stripe = 'sk_live_' + '51OuEMLAlTWGaDypq4P5cuDH';
const jwt = [
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9',
  'eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkoifQ',
  'TJVA95OrM7E2cBab30RMHrHD',
].join('.');
const pem = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEpAIBAAKCAQEA', '-----END RSA PRIVATE KEY-----'].join('\n');

describe('modes', () => {
  it('redact', () => {
    expect(redact.json('{"password":"hunter2","n":1}')).toBe('{"password":"[REDACTED]","n":1}');
    expect(redact.value(`key ${stripe}.`)).toBe('key [REDACTED].');
  });

  it('mask shows the harmless part', () => {
    expect(mask.value('card 4111-1111-1111-1111')).toBe('card ****-****-****-1111');
    expect(mask.value(stripe)).toBe('sk_live_[REDACTED]');
    expect(
      mask.object({ creditCard: '4111 1111 1111 1111', apiKey: stripe, email: 'bob@corp.org', password: 'x1' }),
    ).toEqual({
      creditCard: '****-****-****-1111',
      apiKey: 'sk_live_[REDACTED]',
      email: 'b***@corp.org',
      password: '[REDACTED]',
    });
  });

  it('hash is stable, keyed and says nothing', () => {
    const out = hash.attribute('email', 'bob@corp.org');
    expect(out).toMatch(/^\[HASH:[0-9a-f]{24}\]$/);
    expect(hash.attribute('userEmail', 'bob@corp.org')).toBe(out);
    expect(hash.value('from bob@corp.org')).toBe(`from ${String(out)}`);
    expect(createSanitizer({ mode: 'hash', hashKey: `${KEY}!` }).attribute('email', 'bob@corp.org')).not.toBe(out);
  });

  it('drop leaves nothing', () => {
    expect(drop.object({ password: 'x', user: { email: 'a@b.co', plan: 'pro' } })).toEqual({ user: { plan: 'pro' } });
    expect(drop.value('to bob@corp.org now')).toBe('to  now');
    expect(drop.attribute('password', 'x')).toBeUndefined();
  });

  it('labels get one constant in every mode', () => {
    for (const sanitizer of [redact, mask, hash, drop]) {
      expect(sanitizer.label('email', 'bob@corp.org')).toBe('[REDACTED]');
      expect(sanitizer.label('who', 'bob@corp.org')).toBe('[REDACTED]');
      expect(sanitizer.label('route', '/users/:id')).toBe('/users/:id');
    }
  });

  it.each<[string, SanitizerOptions]>([
    ['hashKey', { mode: 'hash' }],
    ['16 or more', { mode: 'hash', hashKey: 'short' }],
    ['one of redact', { mode: 'hide' as 'mask' }],
    ['maxStringLength', { maxStringLength: 10 }],
    ['maxDepth', { maxDepth: 0 }],
  ])('a mistake in the options names %s', (text, options) => {
    expect(() => createSanitizer(options)).toThrow(TelintError);
    expect(() => createSanitizer(options)).toThrow(text);
  });
});

describe('texts', () => {
  it.each([
    ['password=hunter2 rest', 'password=[REDACTED] rest'],
    ['password: hunter2', 'password: [REDACTED]'],
    ["{ apiKey: 'abc def' }", "{ apiKey: '[REDACTED]' }"],
    ['{\\"password\\":\\"a b\\",\\"n\\":1}', '{\\"password\\":\\"[REDACTED]\\",\\"n\\":1}'],
    ['{"credentials":{"a":"b"},"n":1} x', '{"credentials":[REDACTED],"n":1} x'],
    ['Authorization: Bearer abc.def', 'Authorization: [REDACTED]'],
    ['Cookie: sid=1; theme=dark\nHost: x', 'Cookie: [REDACTED]\nHost: x'],
    ['curl -H "Authorization: Bearer abc123def" https://h', 'curl -H "Authorization: [REDACTED]" https://h'],
    ['sent with Bearer abc123def456', 'sent with Bearer [REDACTED]'],
    ['postgres://app:pw@db:5432/x', 'postgres://[REDACTED]@db:5432/x'],
    ['postgres://app:p/w?x#@db/x', 'postgres://[REDACTED]@db/x'],
    ['<password>hunter2</password>', '<password>[REDACTED]</password>'],
    ['api key: abc123', 'api key: [REDACTED]'],
    ['PASSWORD = "a\\"b" c', 'PASSWORD = "[REDACTED]" c'],
    ['open password="never closed', 'open password="[REDACTED]'],
    [`a ${jwt} b`, 'a [REDACTED] b'],
    [`a\n${pem}\nb`, 'a\n[REDACTED]\nb'],
    [pem.slice(0, 40), '[REDACTED]'],
    ['mail bob.o+x@corp.co.uk, ok', 'mail [REDACTED], ok'],
    ['bob%40corp.org', '[REDACTED]'],
    ['iban DE89 3704 0044 0532 0130 00!', 'iban [REDACTED]!'],
    ['ssn 078-05-1120', 'ssn [REDACTED]'],
    ['call +49 170 1234567 now', 'call [REDACTED] now'],
    ['call (415) 555-2671', 'call [REDACTED]'],
  ])('%s', (text, expected) => {
    expect(redact.value(text)).toBe(expected);
    expect(redact.value(expected)).toBe(expected);
  });

  it.each([
    'request completed in 12 ms', 'GET /users/:id 200', 'order 4111111111111112 shipped', '2026-11-21T13:22:03.123Z',
    '550e8400-e29b-41d4-a716-446655440000', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'password is required', 'invalid password: must have 8 characters', 'Unexpected token: expected a comma', 'password: null',
    'at Object.<anonymous> (/srv/app/index.js:10:15)', 'https://host.test:8080/a/@scope/pkg?page=2#top', 'foo@1.2.3',
    'node:internal/modules/cjs/loader:1234', 'v1.2.3-rc.4', '10.0.0.1 connected', 'basic authentication failed',
    'tokens=512 maxTokens: 1024', 'ratio 16:9, time 12:30', '1700000000000', 'sk_live_', 'skill_level 3',
  ])('leaves %s alone', (text) => {
    expect(redact.value(text)).toBe(text);
  }); // prettier-ignore

  it.each([
    'сервер.com не отвечает', // U+0440 has the last byte of `@`
    'password н hunter2abc', // U+043D: `=`
    'password 😀 hunter2abc', // the first half of the surrogate pair: `=`
    'password ĺ hunter2abc', // U+013A: `:`
  ])('takes no letter of another alphabet for a sign: %s', (text) => expect(redact.value(text)).toBe(text));

  it('finds addresses only when asked', () => {
    const own = createSanitizer({ categories: { online: true } });
    const text = 'from 10.0.0.1 and 2001:db8::1, version 1.2.3.4.5';
    expect(redact.value(text)).toBe(text);
    expect(own.value(text)).toBe('from [REDACTED] and [REDACTED], version 1.2.3.4.5');
    expect(redact.object({ clientIp: '10.0.0.1' })).toEqual({ clientIp: '[REDACTED]' });
  });

  it('switches categories off', () => {
    const own = createSanitizer({ categories: { contact: false } });
    expect(own.value('bob@corp.org 4111111111111111')).toBe('bob@corp.org [REDACTED]');
    expect(own.key('email')).toBeUndefined();
  });

  it('cuts long texts before it searches', () => {
    const out = redact.value(`${'word '.repeat(2000)}${stripe}`);
    expect(out.length).toBeLessThanOrEqual(8192);
    expect(out).toMatch(/word \[TRUNCATED 10\d{3} chars\]$/);
  });
});

describe('parts', () => {
  it('url', () => {
    expect(redact.url('https://u:p@h.test/a/b?token=abc&page=2&q=bob%40corp.org#access_token=zzz')).toBe(
      'https://[REDACTED]@h.test/a/b?token=[REDACTED]&page=2&q=[REDACTED]#access_token=[REDACTED]',
    );
    expect(redact.url('/a?X-Amz-Signature=0a1b2c&%70assword=x&empty=')).toBe(
      '/a?X-Amz-Signature=[REDACTED]&%70assword=[REDACTED]&empty=',
    );
    expect(redact.attribute('url.full', 'https://h.test/?api_key=1&x=2')).toBe(
      'https://h.test/?api_key=[REDACTED]&x=2',
    );
    expect(redact.url('not a url %zz')).toBe('not a url %zz');
  });

  it('headers keep what is on the list of harmless ones', () => {
    const headers = { Authorization: 'Bearer x', 'content-type': 'text/html', 'X-Custom': 'v', accept: '*/*' };
    const expected = { ...headers, Authorization: '[REDACTED]', 'X-Custom': '[REDACTED]' };
    expect(redact.headers(headers)).toEqual(expected);
    expect(redact.object({ req: { headers } })).toEqual({ req: { headers: expected } });
    expect(redact.headers(new Headers({ cookie: 'a=b', accept: '*/*' }))).toEqual({
      cookie: '[REDACTED]',
      accept: '*/*',
    });
    expect(redact.object({ rawHeaders: ['cookie', 'a=b'] })).toEqual({ rawHeaders: '[REDACTED]' });
  });

  it('cookie', () => {
    expect(redact.cookie('sid=abc; theme=dark; empty=')).toBe('sid=[REDACTED]; theme=[REDACTED]; empty=');
    expect(redact.cookie('sid=abc; Path=/; HttpOnly; Max-Age=60')).toBe('sid=[REDACTED]; Path=/; HttpOnly; Max-Age=60');
    expect(createSanitizer({ allowKeys: ['theme'] }).cookie('theme=dark; sid=1')).toBe('theme=dark; sid=[REDACTED]');
  });

  it('json in json', () => {
    const inner = JSON.stringify({ user: { name: 'Bob' }, n: 1 });
    expect(redact.json(JSON.stringify({ inner }))).toBe(
      JSON.stringify({ inner: '{"user":{"name":"[REDACTED]"},"n":1}' }),
    );
    expect(redact.json('{"a": 1}')).toBe('{"a": 1}');
    expect(redact.json('{"password": "x", broken')).toBe('{"password": "[REDACTED]", broken');
    expect(redact.json('{"password":"first","password":""}')).not.toContain('first');
  });

  it('error with its causes', () => {
    const error = new AggregateError([new Error('b bob@corp.org')], `failed with ${stripe}`, {
      cause: Object.assign(new Error('inner'), { config: { headers: { authorization: 'Bearer x' } } }),
    });
    const out = redact.error(error);
    expect(out).toMatchObject({
      name: 'AggregateError',
      message: 'failed with [REDACTED]',
      cause: { message: 'inner', config: { headers: { authorization: '[REDACTED]' } } },
    });
    expect(out.stack).toContain('sanitize-text.test.ts');
    expect(JSON.stringify(out)).not.toMatch(/sk_live|bob@/);
    expect(redact.error(`text ${stripe}`).message).toBe('text [REDACTED]');
    expect(redact.error({ password: 'x' }).cause).toEqual({ password: '[REDACTED]' });
  });

  it('statement', () => {
    expect(redact.attribute('db.query.text', "select * from t where a = 'x' and b = 12")).toBe(
      'select * from t where a = ? and b = ?',
    );
    const own = createSanitizer({ statement: (text) => text.replaceAll(/'[^']*'/g, '?') });
    expect(own.attribute('db.query.text', "select * from t where a = 'x'")).toBe('select * from t where a = ?');
  });
});

describe('brands', () => {
  it('show nothing however they are printed, and give the value on demand', () => {
    for (const sealed of [secret('hunter2'), pii('hunter2')]) {
      expect(`${String(sealed)} ${JSON.stringify({ sealed })}`).not.toContain('hunter2');
      expect(String(redact.object({ sealed }) && JSON.stringify(redact.object({ sealed })))).toBe(
        '{"sealed":"[REDACTED]"}',
      );
      expect(Object.keys(sealed)).toEqual([]);
      expect(sealed.reveal()).toBe('hunter2');
    }
  });
});

describe('tokens glued together', () => {
  const prefix = ['ya', '29.'].join('');

  it('go as one, however long they are together', () => {
    const token = prefix + 'a1B2'.repeat(20);
    expect(redact.value(`key ${token.repeat(50)} end`)).toBe('key [REDACTED] end');
    expect(redact.value(`key ${prefix}${'a1'.repeat(1500)}.${token} end`)).toBe('key [REDACTED] end');
  });

  it('are not seen in a text that only begins like one and is too long for it', () => {
    const long = `${prefix}${'a1'.repeat(1500)}`;
    expect(redact.value(long)).toBe(long);
  });
});
