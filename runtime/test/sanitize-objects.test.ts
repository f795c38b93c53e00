import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createSanitizer } from '../src/sanitize.ts';
import { seededRandom } from './support/draw.ts';

const sanitizer = createSanitizer();
const object = (value: unknown): unknown => sanitizer.object(value);

describe('sharing', () => {
  it('gives back what needs no change', () => {
    const value = {
      a: 1,
      list: [1, { b: 'text' }],
      map: new Map([['k', 'v']]),
      set: new Set(['x']),
      at: new Date(0),
      error: new Error('fine'),
    };
    expect(object(value)).toBe(value);
  });

  it('copies only the way to a change and leaves the original alone', () => {
    const kept = { deep: { x: 'fine' } };
    const value = { kept, user: { email: 'bob@corp.org', plan: 'pro' } };
    const out = object(value) as typeof value;
    expect(out).toEqual({ kept, user: { email: '[REDACTED]', plan: 'pro' } });
    expect(out.kept).toBe(kept);
    expect(value.user.email).toBe('bob@corp.org');
  });
});

describe('values of every kind', () => {
  class Account {
    #hidden = 'x';
    readonly apiKey = 'abc';
    readonly plan = 'pro';
    show(): string {
      return this.#hidden;
    }
  }

  it.each<[string, unknown, unknown]>([
    ['map by key', new Map([['password', 'x'], ['n', '1']]), new Map([['password', '[REDACTED]'], ['n', '1']])],
    ['map with an address as key', new Map([['bob@corp.org', 1]]), new Map([['[REDACTED]', 1]])],
    ['set', new Set(['bob@corp.org', 'x']), new Set(['[REDACTED]', 'x'])],
    ['class instance', new Account(), { apiKey: '[REDACTED]', plan: 'pro' }],
    ['bytes', new Uint8Array([1, 2]), '[BINARY 2 bytes]'],
    ['buffer', Buffer.from('hunter2'), '[BINARY 7 bytes]'],
    ['array buffer', new ArrayBuffer(3), '[BINARY 3 bytes]'],
    ['url', new URL('https://u:p@h.test/?token=1'), 'https://[REDACTED]@h.test/?token=[REDACTED]'],
    ['expression', /bob@corp\.org/, '/bob@corp\\.org/'],
    ['function', () => 'hunter2', '[FUNCTION]'],
    ['card as a number', { n: 4_111_111_111_111_111 }, { n: '[REDACTED]' }],
    ['card as a bigint', { n: 4_111_111_111_111_111n }, { n: '[REDACTED]' }],
    ['other numbers', { n: 1_700_000_000_000, m: 12n, z: Number.NaN }, { n: 1_700_000_000_000, m: 12n, z: Number.NaN }],
    ['boxed text', Object('bob@corp.org'), '[REDACTED]'],
    ['toJSON', { toJSON: () => ({ password: 'x' }) }, { toJSON: '[FUNCTION]' }],
    ['nothing under a sensitive key', { password: null, email: '', token: undefined, secret: true }, { password: null, email: '', token: undefined, secret: true }],
    ['number under a sensitive key', { cvv: 123 }, { cvv: '[REDACTED]' }],
    ['object under a sensitive key', { credentials: { a: 1 } }, { credentials: '[REDACTED]' }],
    ['name beside a value', [{ name: 'Authorization', value: 'x' }, { key: 'page', value: '2' }], [{ name: 'Authorization', value: '[REDACTED]' }, { key: 'page', value: '2' }]],
    ['own __proto__', JSON.parse('{"__proto__":{"password":"x"},"a":1}'), JSON.parse('{"__proto__":{"password":"[REDACTED]"},"a":1}')],
    ['context of the object around', { user: { name: 'Bob' }, queue: { name: 'jobs' } }, { user: { name: '[REDACTED]' }, queue: { name: 'jobs' } }],
    ['parsed cookies', { req: { cookies: { sid: 'x' }, signedCookies: {} } }, { req: { cookies: '[REDACTED]', signedCookies: '[REDACTED]' } }],
    ['a token whose object has the name of a harmless token', { list: { token: 'hunter2hunter2' }, page: { token: 12345678 } }, { list: { token: '[REDACTED]' }, page: { token: '[REDACTED]' } }],
    ['words about a token', { errors: { token: 'is required' }, parser: { token: '+' } }, { errors: { token: 'is required' }, parser: { token: '+' } }],
    ['a list of persons', { users: [{ firstName: 'Bob' }] }, { users: [{ firstName: '[REDACTED]' }] }],
  ])('%s', (_name, value, expected) => {
    expect(object(value)).toEqual(expected);
  }); // prettier-ignore

  it('asks instances for their JSON form', () => {
    class Order {
      toJSON(): object {
        return { id: 1, cardNumber: '4111111111111111' };
      }
    }
    expect(object({ order: new Order() })).toEqual({ order: { id: 1, cardNumber: '[REDACTED]' } });
  });
});

describe('fails closed', () => {
  const thrower = {
    get broken(): string {
      throw new Error('bob@corp.org');
    },
    email: 'bob@corp.org',
    fine: 'text',
  };
  class Bad {
    toJSON(): never {
      throw new Error('bob@corp.org');
    }
  }
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const trap = new Proxy({ a: 1 }, { ownKeys: () => { throw new Error('no'); } }); // prettier-ignore
  const iterator = Object.assign(new Map([['a', 'bob@corp.org']]), { [Symbol.iterator]: () => { throw new Error('no'); } }); // prettier-ignore

  it.each<[string, unknown, unknown]>([
    ['getter', thrower, { broken: '[REDACTED]', email: '[REDACTED]', fine: 'text' }],
    ['toJSON', { a: new Bad(), b: 1 }, { a: '[REDACTED]', b: 1 }],
    ['revoked proxy', { a: revoked.proxy, b: 1 }, { a: '[REDACTED]', b: 1 }],
    ['proxy that throws', { a: trap, b: 1 }, { a: '[REDACTED]', b: 1 }],
    ['iterator that throws', { a: iterator, b: 1 }, { a: '[REDACTED]', b: 1 }],
  ])('%s', (_name, value, expected) => {
    expect(object(value)).toEqual(expected);
    expect(JSON.stringify(sanitizer.error(Object.assign(new Error('x'), { value })))).not.toContain('bob@');
    expect(JSON.stringify(sanitizer.attribute('any', value))).not.toContain('bob@');
  });

  it('ends at circles, depth and width', () => {
    const circle: Record<string, unknown> = { password: 'x', name: 'a' };
    circle['self'] = circle;
    circle['list'] = [circle];
    expect(object(circle)).toEqual({ password: '[REDACTED]', name: 'a', self: '[CIRCULAR]', list: ['[CIRCULAR]'] });

    let deep: unknown = 'bob@corp.org';
    for (let level = 0; level < 5000; level++) deep = { deep };
    expect(inspect(object(deep), { depth: 50 })).toContain('[TRUNCATED]');
    expect(inspect(object(deep), { depth: 50 })).not.toContain('bob@');

    const wide = createSanitizer({ maxValues: 10 });
    expect(wide.object(Array.from({ length: 100 }, () => 'text'))).toEqual(
      [...Array<string>(10).fill('text'), '[TRUNCATED]'].slice(-10),
    );
    expect(object(new Array(1e9))).toHaveLength(20_000);
  });

  it('keeps a bounded memory of keys', () => {
    for (let round = 0; round < 30_000; round++) object({ [`k${round}`]: { [`p${round}`]: 'text', password: 'x' } });
    expect(object({ k1: { password: 'x' } })).toEqual({ k1: { password: '[REDACTED]' } });
  });

  it('does not mistake a key that changes its meaning with its place', () => {
    for (let round = 0; round < 3; round++) {
      expect(object({ user: { name: 'Bob' } })).toEqual({ user: { name: '[REDACTED]' } });
      expect(object({ product: { name: 'Lamp' } })).toEqual({ product: { name: 'Lamp' } });
      expect(object({ name: 'Lamp', user: { plan: 'x', name: 'Bob' } })).toEqual({
        name: 'Lamp',
        user: { plan: 'x', name: '[REDACTED]' },
      });
    }
  });

  it('decides by the keys alone, however many orders of keys it has seen', () => {
    const random = seededRandom(11);
    const fields: [key: string, old: unknown, expected: unknown][] = [
      ['password', 'hunter2', '[REDACTED]'],
      ['email', 'bob', '[REDACTED]'],
      ['plan', 'pro plus', 'pro plus'],
      ['text', 'for bob@corp.org', 'for [REDACTED]'],
      ['list', [{ ssn: '1', a: 1 }], [{ ssn: '[REDACTED]', a: 1 }]],
      ['json', '{"password":"x","b":1}', '{"password":"[REDACTED]","b":1}'],
      ['deep', { plan: 'x', iban: 'y' }, { plan: 'x', iban: '[REDACTED]' }],
      ['count', 7, 7],
    ];
    for (let round = 0; round < 5000; round++) {
      const chosen = fields.toSorted(() => random() - 0.5).slice(0, 1 + Math.floor(random() * fields.length));
      const value = Object.fromEntries(chosen.map(([key, old]) => [key, old]));
      const expected = Object.fromEntries(chosen.map(([key, , clean]) => [key, clean]));
      expect(object(value)).toEqual(expected);
      expect(Object.keys(object(value) as object)).toEqual(Object.keys(value));
    }
  });

  it('replaces a token under a key with dots, too, unless the key is allowed', () => {
    expect(sanitizer.attribute('list.token', 'hunter2hunter2')).toBe('[REDACTED]');
    expect(sanitizer.value('list.token=f3b1c2d4e5f6a7b8 x')).toBe('list.token=[REDACTED] x');
    const value = { list: { token: 'hunter2hunter2' } };
    expect(createSanitizer({ allowKeys: ['list.token'] }).object(value)).toBe(value);
  });
});
