import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSanitizer, type SanitizeMode, type Sanitizer } from '../src/sanitize.ts';
import { drawFrom, seededRandom } from './support/draw.ts';

const HASH_KEY = 'a key for tests only';
const MODES: readonly SanitizeMode[] = ['redact', 'mask', 'hash', 'drop'];
const sanitizers = MODES.map((mode): [SanitizeMode, Sanitizer] => [mode, createSanitizer({ mode, hashKey: HASH_KEY })]);
const random = seededRandom(7);

/** Secrets that are known by their form alone; drawn, so that no scanner takes the file for a leak. */
const secrets = [
  'sk_live_[a-zA-Z0-9]{24}',
  'ghp_[a-zA-Z0-9]{36}',
  'AKIA[A-Z2-7]{16}',
  'xoxb-[0-9]{12}-[0-9]{12}-[a-zA-Z0-9]{24}',
  'glpat-[a-zA-Z0-9]{20}',
  'npm_[a-zA-Z0-9]{36}',
  'eyJhbGciOiJIUzI1NiJ9\\.eyJ[a-zA-Z0-9]{40}\\.[a-zA-Z0-9_]{43}',
  'SG\\.[a-zA-Z0-9]{22}\\.[a-zA-Z0-9]{43}',
  '[a-z]{6}\\.[a-z]{7}[0-9]{2}@[a-z]{8}\\.com',
].map((pattern) => drawFrom(pattern, random));
secrets.push('4111111111111111', '5555 5555 5555 4444', 'DE89370400440532013000', '078-05-1120', '+49 170 1234567');

const anySecret = fc.constantFrom(...secrets);
const word = fc.stringMatching(/^[a-z]{1,8}$/);
/** Text around a secret that ends where the secret begins. */
const around = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));

/** A secret somewhere in a value of any shape; the keys say nothing about it. */
const { planted } = fc.letrec<{ planted: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.tuple(anySecret, around, around).map(([secret, before, after]) => `${before} ${secret} ${after}`),
  planted: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'planted' },
    tie('leaf'),
    fc.tuple(word, tie('planted'), word, fc.jsonValue({ maxDepth: 1 })).map(([key, value, other, harmless]) => ({
      [`a${other}`]: harmless,
      [`b${key}`]: value,
    })),
    tie('planted').map((value) => [1, value, null]),
    fc.tuple(word, tie('planted')).map(([key, value]) => new Map([[key, value]])),
    tie('planted').map((value) => new Set([value])),
    tie('planted').map((value) => new Error('failed', { cause: value })),
    tie('leaf').map((value) => new Error(`failed: ${String(value)}`)),
    tie('leaf').map((value) => Object.assign(new Error('failed'), { details: value })),
    tie('leaf').map((value) => JSON.stringify({ a: { b: [value] } })),
    tie('leaf').map((value) => JSON.stringify({ a: JSON.stringify({ b: value }) })),
    tie('leaf').map((value) => ({ [String(value)]: 1 })),
    tie('leaf').map((value) => `https://host.test/p/${encodeURIComponent(String(value))}`),
    tie('leaf').map((value) => ({ toJSON: () => ({ nested: value }) })),
    tie('leaf').map((value) => ({ headers: { 'x-anything': value, accept: value } })),
    tie('leaf').map((value) => ({ raw: Buffer.from(String(value)) })),
    anySecret.map((secret) => `https://user:${encodeURIComponent(secret)}@host.test/`),
  ),
}));

/** Everything a value can show: as JSON, as `console.log` shows it, and as text. */
function shown(value: unknown): string {
  const plain = inspect(value, { depth: 30, maxStringLength: Infinity, maxArrayLength: Infinity });
  return `${plain}\n${String(toJson(value))}\n${decodeAll(plain)}`;
}

/** `undefined` where there is no JSON form. */
function toJson(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}

function decodeAll(text: string): string {
  return text.replaceAll(/%[\da-f]{2}/gi, (code) => String.fromCharCode(parseInt(code.slice(1), 16)));
}

describe.each(sanitizers)('%s', (mode, sanitizer) => {
  it('lets no planted secret through, whatever it is nested in', () => {
    fc.assert(
      fc.property(planted, (value) => {
        const text = shown(sanitizer.object(value));
        for (const secret of secrets) expect(text).not.toContain(secret);
      }),
      { numRuns: 400 },
    );
  });

  it('replaces whatever stands under a sensitive key', () => {
    const key = fc.constantFrom(
      'password',
      'apiKey',
      'client_secret',
      'user.email',
      'accessToken',
      'ssn',
      'creditCard',
    );
    fc.assert(
      fc.property(key, fc.stringMatching(/^[a-z]{3}[ -~]{5,40}$/), word, (name, value, other) => {
        const out = sanitizer.object({ [`a${other}`]: { [name]: value, list: [{ [name]: value }] } });
        expect(shown(out)).not.toContain(value);
        expect(sanitizer.json(JSON.stringify({ [name]: value }))).not.toContain(JSON.stringify(value).slice(1, -1));
        expect(shown(sanitizer.attribute(name, value))).not.toContain(value);
      }),
    );
  });

  it('never throws, and gives the same for the same', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withMap: true, withSet: true, withDate: true, withNullPrototype: true }),
        (value) => {
          expect(shown(sanitizer.object(value))).toBe(shown(sanitizer.object(value)));
        },
      ),
    );
  });

  it('changes nothing the second time', () => {
    const noise = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .array(
          fc.oneof(
            anySecret,
            word,
            fc.constantFrom(
              'password',
              '=',
              ': ',
              '"',
              '\\',
              '@',
              '://',
              '?',
              '&',
              ' ',
              '{',
              '}',
              '[',
              ']',
              ',',
              '.',
              'Bearer ',
              'token',
            ),
          ),
          { maxLength: 16 },
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(noise, (text) => {
        const once = sanitizer.value(text);
        expect(sanitizer.value(once)).toBe(once);
      }),
      { numRuns: 1500 },
    );
    fc.assert(
      fc.property(planted, (value) => {
        const once = sanitizer.object(value);
        expect(shown(sanitizer.object(once))).toBe(shown(once));
      }),
    );
    expect(mode).toBeDefined();
  });

  it('cuts no secret in half', () => {
    fc.assert(
      fc.property(
        anySecret,
        fc.integer({ min: 0, max: 200 }),
        fc.constantFrom(' ', ', ', '"'),
        (secret, offset, delimiter) => {
          const small = createSanitizer({ mode, hashKey: HASH_KEY, maxStringLength: 128 });
          const text = `${'x'.repeat(offset % 20)} ${'word '.repeat(offset / 5)}${delimiter}${secret}${' tail'.repeat(30)}`;
          const out = small.value(text);
          expect(out.length).toBeLessThanOrEqual(128);
          // No more than what a mask shows, or a public prefix.
          expect(out.replace(/\[TRUNCATED \d+ chars\]$/, '')).not.toContain(secret.slice(0, 10));
        },
      ),
      { numRuns: 500 },
    );
  });
});
