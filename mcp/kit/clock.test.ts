import { expect, it } from 'vitest';
import { steadyClock } from './clock.ts';

it('goes on when the clock is set back, and counts the time that the machine slept', () => {
  let [wall, passed] = [1_000_000, 0];
  const now = steadyClock(
    () => wall,
    () => passed,
  );
  expect(now()).toBe(1_000_000);
  [wall, passed] = [1_000_000 - 3_600_000, 5_000];
  expect(now()).toBe(1_005_000);
  [wall, passed] = [1_000_000 + 7_200_000, 6_000];
  expect(now()).toBe(8_200_000);
});
