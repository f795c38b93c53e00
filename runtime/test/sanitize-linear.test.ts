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

/** Milliseconds of the best of four runs: the other work of the machine only ever adds. */
function best(text: string): number {
  let least = Infinity;
  for (let run = 0; run < 4; run++) {
    const start = performance.now();
    const used = process.threadCpuUsage();
    sanitizer.value(text);
    const { user, system } = process.threadCpuUsage(used);
    least = Math.min(least, performance.now() - start, (user + system) / 1000 + COARSE_MS);
  }
  return least;
}

const ATTEMPTS = 5;

/** The times for a text and one eight times as long if they are not about linear, in several attempts one after the other. */
function notLinear(short: string, long: string): [short: number, long: number] | undefined {
  let times: [number, number] = [0, 0];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    times = [best(short), best(long)];
    // 8 is linear, 64 quadratic; some ms are noise.
    if (times[1] <= times[0] * 24 + 5) return undefined;
  }
  return times;
}

const SHORT = 16_384;
const LONG = 131_072;

describe('time grows with the length only', () => {
  it.each(seeds)('%j', (seed) => {
    const text = seed.repeat(Math.ceil(LONG / seed.length)).slice(0, LONG);
    best(text.slice(0, SHORT));
    expect(notLinear(text.slice(0, SHORT), text)).toBeUndefined();
  });

  it('for the beginning of every secret format', () => {
    const slow: [seed: string, short: number, long: number][] = [];
    for (const prefix of prefixes) {
      for (const seed of [prefix, `${prefix}${'a1'.repeat(40)} `]) {
        const text = seed.repeat(Math.ceil(LONG / seed.length)).slice(0, LONG);
        const times = notLinear(text.slice(0, SHORT / 4), text.slice(0, SHORT * 2));
        if (times !== undefined) slow.push([seed, ...times]);
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
