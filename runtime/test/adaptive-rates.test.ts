import { expect, it } from 'vitest';
import { AdaptiveRates } from '../src/adaptive-rates.ts';
import { systemClock } from '../src/clock.ts';

/** Rates of a goal of ten a second at a time that stands still until `pass` is called. */
function rates() {
  let now = 0;
  const clock = { ...systemClock, now: () => now };
  const adaptive = new AdaptiveRates({ goalPerSecond: 10, clock });
  return { adaptive, pass: (ms: number) => (now += ms) };
}

it('the n-th request of a key in an interval has at most level / n', () => {
  const { adaptive, pass } = rates();
  expect(adaptive.probability('/a', 'GET')).toBe(1);
  for (let n = 2; n <= 200; n++) expect(adaptive.probability('/a', 'GET')).toBeCloseTo(Math.min(1, 10 / n), 12);
  // The next interval counts from the start: 200 a second are kept at a twentieth.
  pass(1000);
  for (let n = 1; n <= 300; n++) expect(adaptive.probability('/a', 'GET')).toBeCloseTo(Math.min(10 / 200, 10 / n), 12);
});

it('keys are counted apart', () => {
  const { adaptive } = rates();
  for (let n = 1; n <= 100; n++) adaptive.probability('/a', 'GET');
  expect(adaptive.probability('/a', 'POST')).toBe(1);
  expect(adaptive.probability('/b', 'GET')).toBe(1);
  expect(adaptive.probability('/a', 'GET')).toBeCloseTo(10 / 101, 12);
  expect(adaptive.stats()).toMatchObject({ keys: 3, folded: 0, guaranteed: 3 });
});
