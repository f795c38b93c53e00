import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classifyAttributeKey, classifyLiteral } from '../../eslint-plugin/src/analysis/sensitivity.ts';
import { CLOSED_COMPOUNDS } from '../../eslint-plugin/src/knowledge/sensitive-grammar.ts';
import { KEY_GROUPS, SAFE_HEADERS, SECRET_HEADERS } from '../../eslint-plugin/src/knowledge/sensitive-keys.ts';
import { TOKEN_FORMATS } from '../../eslint-plugin/src/knowledge/sensitive-patterns.ts';
import { TERM_GROUPS } from '../../eslint-plugin/src/knowledge/sensitive-words.ts';
import { mayBeSensitive } from '../src/sanitize-name-filter.ts';
import { createSanitizer } from '../src/sanitize.ts';
import { drawFrom, seededRandom } from './support/draw.ts';

const all = createSanitizer({ categories: { identifier: true } });
const camel = (term: string): string => term.replaceAll(/ (.)/g, (_all, letter: string) => letter.toUpperCase());

const terms = TERM_GROUPS.flatMap((group) => group.terms);
const keys = KEY_GROUPS.flatMap((group) => group.keys.map((key) => key.replace('*', 'any')));
// prettier-ignore
const HARMLESS = [
  'requestId', 'traceId', 'level', 'msg', 'time', 'pid', 'hostname', 'durationMs', 'status', 'method', 'route',
  'passwordHash', 'hashedPassword', 'isPasswordValid', 'tokenCount', 'maxTokens', 'nextToken', 'publicKey',
  'emailSent', 'hasEmail', 'resetPassword', 'cacheKey', 'partitionKey', 'fileName', 'className', 'orderId',
];
const names = [
  ...terms,
  ...terms.map(camel),
  ...terms.map((term) => term.replaceAll(' ', '_').toUpperCase()),
  ...terms.map((term) => `user.${camel(term)}`),
  ...terms.map((term) => `next_${term.replaceAll(' ', '_')}`),
  ...keys,
  ...Object.keys(CLOSED_COMPOUNDS),
  ...[...SAFE_HEADERS, ...SECRET_HEADERS].flatMap((header) => [header, `http.request.header.${header}`]),
  ...HARMLESS,
];

describe('one vocabulary with the linter', () => {
  it('gives the same category for every name', () => {
    expect(names.length).toBeGreaterThan(1500);
    const different = names.filter((name) => all.key(name) !== classifyAttributeKey(name)?.category);
    expect(different).toEqual([]);
    expect(names.filter((name) => all.key(name) !== undefined).length).toBeGreaterThan(800);
  });

  it('asks the linter about every name that it may classify', () => {
    const files = [
      import.meta.filename,
      ...['sensitive-words', 'sensitive-grammar', 'sensitive-keys', 'unbounded-names', 'semconv.generated'].map(
        (name) => `eslint-plugin/src/knowledge/${name}.ts`,
      ),
    ];
    const words = new Set(files.flatMap((file) => readFileSync(file, 'utf8').match(/[A-Za-z_][\w.]*/g) ?? []));
    const list = [
      ...words,
      ...names,
      ...names.map((name) => `${name}s`),
      ...names.map((name) => name.replace(/y$/, 'ies')),
    ];
    const skipped = list.filter((name) => !mayBeSensitive(name));
    expect(skipped.filter((name) => classifyAttributeKey(name) !== undefined)).toEqual([]);
    expect(skipped.length).toBeGreaterThan(1000);
    const random = seededRandom(5);
    const parts = [...new Set(terms.flatMap((term) => term.split(' ')))];
    const pick = (): string => parts[Math.floor(random() * parts.length)] ?? '';
    for (let round = 0; round < 20_000; round++) {
      const name = camel(Array.from({ length: 1 + Math.floor(random() * 4) }, pick).join(round % 3 === 0 ? ' ' : '_'));
      if (!mayBeSensitive(name)) expect([name, classifyAttributeKey(name)]).toEqual([name, undefined]);
    }
  });

  it('replaces the value under every key of a category that is never taken apart', () => {
    const apart = new Set(['url', 'headers', 'message', 'query']);
    for (const name of names) {
      const category = all.key(name);
      if (category === undefined || apart.has(category)) continue;
      expect([name, all.attribute(name, 'plain text')]).toEqual([name, '[REDACTED]']);
    }
  });

  it('leaves the values under harmless names alone', () => {
    const out = Object.fromEntries(HARMLESS.map((name) => [name, 'plain text']));
    expect(all.object(out)).toBe(out);
  });

  it('replaces every literal that the linter reports', () => {
    const random = seededRandom(3);
    const alphabets = {
      digits: '[0-9]', alnum: '[a-zA-Z0-9]', word: '[a-zA-Z0-9_]', hex: '[a-f0-9]', upper: '[A-Z2-7]',
      base64: '[a-zA-Z0-9]', dotted: '[a-zA-Z0-9]',
    }; // prettier-ignore
    let reported = 0;
    for (const { prefix, alphabet, min, max } of TOKEN_FORMATS) {
      for (const length of [min, Math.min(max, min + 3), Math.min(max, 600)]) {
        const token = prefix + drawFrom(`${alphabets[alphabet]}{${length}}`, random);
        if (classifyLiteral(token) === undefined) continue;
        reported++;
        expect(all.value(`before ${token} after`)).toBe('before [REDACTED] after');
      }
    }
    expect(reported).toBeGreaterThan(200);
  });

  it.each([
    'postgres://app:s3cretpw1@db.internal/main',
    'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=' + 'Zm9vYmFyYmF6'.repeat(6),
    'https://hooks.slack.com/services/' + 'T0AB1CD2E/B0AB1CD2E/aZ3kq9Xw7LmN2pQr5tUv8yBc',
    'alice.miller@corp.org',
    '4111 1111 1111 1111',
    'GB82 WEST 1234 5698 7654 32',
    'Bearer ' + 'aZ3kq9Xw7LmN2pQr5tUv8yBc',
  ])('replaces %s, which the linter reports too', (literal) => {
    expect(classifyLiteral(literal)).toBeDefined();
    const out = all.value(`x ${literal}`);
    expect(out).toContain('[REDACTED]');
    expect(classifyLiteral(out.slice(2))).toBeUndefined();
  });

  it('follows words and keys of the service', () => {
    const own = createSanitizer({ denyKeys: ['loyalty number', 'crm.*'], allowKeys: ['token', 'user.email'] });
    expect(own.object({ loyaltyNumber: 'L-1', token: 'abc', user: { email: 'kept' } })).toEqual({
      loyaltyNumber: '[REDACTED]', token: 'abc', user: { email: 'kept' },
    }); // prettier-ignore
    expect(own.attribute('crm.note', 'text')).toBe('[REDACTED]');
    // An allowed key does not make a secret in its value harmless.
    expect(own.attribute('token', 'ghp_' + 'a1B2'.repeat(9))).toBe('[REDACTED]');
  });
});
