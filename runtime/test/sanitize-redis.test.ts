import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REDIS_KEYS } from '../src/redis-key-places.ts';
import { createRedisSanitizer, type RedisCommand, sanitizeRedis } from '../src/sanitize-redis.ts';

describe('sanitizeRedis', () => {
  it.each<[RedisCommand, string]>([
    [['set', 'user:42:cart', 'secret', 'EX', 60], 'SET user:?:cart ?'],
    [['GET', 'session:9f8e7d6c5b4a'], 'GET session:?'],
    [['MSET', 'a', 'x', 'b', 'y'], 'MSET a ? b ?'],
    [['DEL', 'a:1', 'b:2'], 'DEL a:? b:?'],
    [['BLPOP', 'queue', 'other', 5], 'BLPOP queue other ?'],
    [['HSET', 'user:ann@example.com', 'name', 'Ann'], 'HSET user:?.com ?'],
    [['AUTH', 'default', 'hunter2'], 'AUTH ?'],
    [['HELLO', 3, 'AUTH', 'default', 'hunter2'], 'HELLO ?'],
    [['ACL', 'SETUSER', 'bob', '>hunter2'], 'ACL SETUSER ?'],
    [['CONFIG', 'SET', 'requirepass', 'hunter2'], 'CONFIG SET ?'],
    [['CONFIG', 'hunter2'], 'CONFIG ?'],
    [['MIGRATE', 'host', 6379, 'key', 0, 100, 'AUTH', 'hunter2'], 'MIGRATE ? key ?'],
    [['EVAL', "return 'secret'", 2, 'a:1', 'b', 'secret'], 'EVAL ? a:? b ?'],
    [['EVAL', "return 'secret'", 'secret', 'secret'], 'EVAL ?'],
    [['ZUNIONSTORE', 'out', 2, 'a', 'b', 'WEIGHTS', 1, 2], 'ZUNIONSTORE out ? a b ?'],
    [['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'orders', 'mails', '>', '0-1'], 'XREADGROUP ? orders mails ?'],
    [['XGROUP', 'CREATE', 'orders', 'g', '$'], 'XGROUP CREATE orders ?'],
    [['BITOP', 'AND', 'to', 'a', 'b'], 'BITOP ? to a b'],
    [['JSON.SET', 'doc:1', '$', '{"a":1}'], 'JSON.SET doc:? ?'],
    [['PUBLISH', 'news', 'secret'], 'PUBLISH news ?'],
    [['SET', Buffer.from('secret'), Buffer.from('secret')], 'SET ? ?'],
    [['hunter2', 'x'], '?'],
    [[], '?'],
    ['PING', 'PING'],
    ['SET key "secret value"', 'SET key ?'],
    ["set 'user:42' 'it", 'SET user:? ?'],
    ['MSET a secret value b c', 'MSET a ?'],
    ['EVAL return 1 secret secret', 'EVAL ?'],
    ['SET a b\nGET a', 'SET a ?; GET a'],
    ['SET a b\nsecret', 'SET a ?; ?'],
    ['*3\r\n$3\r\nSET\r\n$1\r\na\r\n$6\r\nsecret\r\n', '?; ?; SET; ?; ?; ?; ?'],
    ['', '?'],
  ])('%j', (command, expected) => {
    expect(sanitizeRedis(command)).toBe(expected);
  });

  it('takes name and arguments as clients have them', () => {
    expect(sanitizeRedis('get', ['user:1'])).toBe('GET user:?');
    expect(sanitizeRedis('DEL', [['a', 'b']])).toBe('DEL a b');
    expect(sanitizeRedis(null as unknown as string)).toBe('?');
  });

  it('keeps keys or drops them', () => {
    expect(createRedisSanitizer({ keys: 'keep' }).command(['GET', 'user:42'])).toBe('GET user:42');
    expect(createRedisSanitizer({ keys: 'drop' }).command(['GET', 'user:42'])).toBe('GET ?');
  });

  it('writes pipelines, and counts what is too much', () => {
    const redis = createRedisSanitizer({ maxCommands: 2 });
    expect(
      redis.pipeline([
        ['SET', 'a', 1],
        ['GET', 'a'],
        ['DEL', 'a'],
      ]),
    ).toBe('SET a ?; GET a; … 1 more');
    expect(createRedisSanitizer({ maxCommands: 2 }).command('GET a\nGET b\nGET c')).toBe('GET a; GET b; … 1 more');
  });

  it('lets no argument through that is no key', () => {
    const secret = 'zqsecretqz';
    const word = fc.constantFrom(
      secret,
      `${secret} x`,
      `"${secret}`,
      `${secret}\n${secret}`,
      'AUTH',
      'STREAMS',
      '2',
      'k',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...REDIS_KEYS.keys(), 'ACL|SETUSER', 'CONFIG|SET', 'FT.SEARCH', 'x'),
        fc.array(word, { maxLength: 8 }),
        (name, args) => {
          const drop = createRedisSanitizer({ keys: 'drop' });
          expect(drop.command([...name.split('|'), ...args])).not.toContain(secret);
          expect(drop.command(`${name.replace('|', ' ')} ${args.join(' ')}`)).not.toContain(secret);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each(['SET', 'AUTH', 'HELLO', 'EVAL', 'LPUSH', 'PUBLISH', 'HSET'])(
    '%s: data stays out while keys are kept',
    (name) => {
      fc.assert(
        fc.property(fc.string(), (data) => {
          const secret = `zq${data}secretqz`;
          const keep = createRedisSanitizer({ keys: 'keep' });
          const first = name === 'AUTH' || name === 'HELLO' || name === 'EVAL' ? [] : ['key'];
          expect(keep.command([name, ...first, secret])).not.toContain('secretqz');
          expect(keep.command([name, ...first, 'a', secret])).not.toContain('secretqz');
          expect(keep.command([name, ...first, secret].join(' '))).not.toContain('secretqz');
        }),
      );
    },
  );
});
