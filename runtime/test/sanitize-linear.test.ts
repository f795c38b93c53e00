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

const LENGTH = 131_072;
const PARTS = 64;
/** Most rounds for a text that looks slow; one that is linear passes as soon as the machine is quiet. */
const ROUNDS = 40;

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/**
 * How many times longer one piece of work takes than another. Both are measured in turn, and of each the fastest run
 * counts, so that other work of the machine, which only ever adds, cannot hide the difference for long.
 */
function timesLonger(work: () => void, other: () => void, isExpected: (ratio: number) => boolean): number {
  let [most, least] = [Infinity, Infinity];
  const limit = performance.now() + 3000;
  for (let round = 0; round < ROUNDS; round++) {
    least = Math.min(least, milliseconds(other));
    most = Math.min(most, milliseconds(work));
    // The first rounds are those of a compiler at work.
    if (round >= 2 && (isExpected(most / least) || performance.now() > limit)) break;
  }
  return most / least;
}

/**
 * How many times longer a text takes than its parts, one after the other: 1 when time grows with the length only, up to 64
 * when it grows with its square. Both are the same number of characters.
 */
function growth(
  seed: string,
  length: number,
  work: (text: string) => unknown = (text) => sanitizer.value(text),
): number {
  const whole = repeated(seed, length);
  const part = whole.slice(0, length / PARTS);
  const parts = (): void => {
    for (let i = 0; i < PARTS; i++) work(part);
  };
  return timesLonger(() => void work(whole), parts, isLinear);
}

const repeated = (seed: string, length: number): string =>
  seed.repeat(Math.ceil(length / seed.length)).slice(0, length);

const isLinear = (ratio: number): boolean => ratio <= 4;

describe('time grows with the length only', () => {
  it.each(seeds)('%j', (seed) => {
    expect(growth(seed, LENGTH)).toSatisfy(isLinear);
  });

  it('for the beginning of every secret format', () => {
    const slow = prefixes
      .flatMap((prefix) => [prefix, `${prefix}${'a1'.repeat(40)} `])
      .find((seed) => !isLinear(growth(seed, LENGTH / 4)));
    expect(slow).toBeUndefined();
  }, 120_000);

  it('and hardly with how many cards could begin: networks begin with 4, none with 9', () => {
    const [cards, others] = [repeated('4 ', LENGTH / 4), repeated('9 ', LENGTH / 4)];
    const isSmall = (ratio: number): boolean => ratio <= 16;
    const ratio = timesLonger(
      () => void sanitizer.value(cards),
      () => void sanitizer.value(others),
      isSmall,
    );
    expect(ratio).toSatisfy(isSmall);
  });

  it('is what the measure tells from its square', () => {
    const quadratic = (text: string): number => {
      let found = 0;
      for (let at = text.indexOf('='); at !== -1; at = text.indexOf('=', at + 1))
        for (let back = at; back > 0; back--) found += text.charCodeAt(back) & 1;
      return found;
    };
    expect(growth('password=', LENGTH / 8, quadratic)).not.toSatisfy(isLinear);
  });
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
