import { checkSync } from 'recheck';
import { describe, expect, it } from 'vitest';
import { createSanitizer } from '../src/sanitize.ts';
import { secretRules } from '../src/sanitize-rules.ts';

const sanitizer = createSanitizer({ maxStringLength: 1_000_000, categories: { online: true } });
const rules = secretRules();

/** Texts that make backtracking matchers slow: the beginning of a format over and over, or one that never ends. */
const seeds: readonly string[] = [
  'aaaa@', 'a@a.', 'a.', 'eyJ', 'eyJ.', '-eyJhbGciOiJIUzI1NiJ9.', '1', '4 ', '4111 ', '1-', '1.', '-----BEGIN ',
  '-----BEGIN RSA PRIVATE KEY-----', '://', 'a://b:', 'a=', 'password=', '"password":"', '\\"password\\":\\"', '{', '[',
  '{"a":', 'password={', 'token: ', 'Bearer ', '%40', '%', '%20', '<password>', 'DE89', 'DE89 3704 ', '::', '1:', '\\',
  '"', "'", ' -u a:', '", "', ';', '&a=b', 'https://hooks.slack.com/services/', 'adobe,', 'adobe = ', 'sk_live_',
  '\u00e9', '\ud83d', '…',
]; // prettier-ignore
const prefixes = [...new Set(rules.flatMap(({ keywords }) => keywords))];

/** The system counts the time of a thread in steps of so many milliseconds or less, so it only serves long runs. */
const COARSE_MS = 8;

/** Milliseconds of the best of some runs, up to one within the limit: the other work of the machine only ever adds. */
function best(text: string, limit = 0): number {
  let least = Infinity;
  for (let run = 0; run < (limit > 0 ? 40 : 4) && least > limit; run++) {
    const start = performance.now();
    const used = process.threadCpuUsage();
    sanitizer.value(text);
    const { user, system } = process.threadCpuUsage(used);
    least = Math.min(least, performance.now() - start, (user + system) / 1000 + COARSE_MS);
  }
  return least;
}

/** 8 is linear, 64 quadratic; 2 ms are noise. */
const limitFor = (short: string): number => best(short) * 24 + 5;

const SHORT = 16_384;
const LONG = 131_072;

describe('time grows with the length only', () => {
  it.each(seeds)('%j', (seed) => {
    const text = seed.repeat(Math.ceil(LONG / seed.length)).slice(0, LONG);
    best(text.slice(0, SHORT));
    const limit = limitFor(text.slice(0, SHORT));
    expect(best(text, limit)).toBeLessThan(limit);
  });

  it('for the beginning of every secret format', () => {
    const slow: [seed: string, limit: number, long: number][] = [];
    for (const prefix of prefixes) {
      for (const seed of [prefix, `${prefix}${'a1'.repeat(40)} `]) {
        const text = seed.repeat(Math.ceil(LONG / seed.length)).slice(0, LONG);
        const limit = limitFor(text.slice(0, SHORT / 4));
        const long = best(text.slice(0, SHORT * 2), limit);
        if (long > limit) slow.push([seed, limit, long]);
      }
    }
    expect(slow).toEqual([]);
  }, 120_000);
});

describe('expressions', () => {
  /** Bounds only scale the steps, so they are checked small: the checker unrolls repetitions. */
  const scaled = (source: string): string =>
    source.replaceAll(/\{(\d+)(?:,(\d+))?\}/g, (_all, low: string, high?: string) => {
      const least = Math.min(Number(low), 3);
      return high === undefined ? `{${least}}` : `{${least},${Math.min(Number(high), least + 4)}}`;
    });

  it('are safe, each of them', () => {
    const sources = [...new Set(rules.map(({ pattern }) => scaled(pattern.source)))];
    expect(sources.length).toBeGreaterThan(150);
    const unsafe = sources.flatMap((source) => {
      const { status } = checkSync(source, 'y', { timeout: 20_000 });
      return status === 'safe' ? [] : [`${status} ${source}`];
    });
    expect(unsafe).toEqual([]);
  }, 300_000);

  it('are bounded, each of them', () => {
    for (const { pattern, id } of rules) {
      const bare = pattern.source.replaceAll(/\[(?:\\.|[^\]])*\]|\\./g, 'x');
      expect([id, /[*+]|\{\d+,\}/.test(bare)]).toEqual([id, false]);
      expect(pattern.sticky).toBe(true);
    }
  });
});
