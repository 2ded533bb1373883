import { expect, it } from 'vitest';
import { steadyClock } from './clock.ts';

it('goes on when the clock is set, either way, and counts the time that the machine slept', () => {
  let [wall, passed] = [1_000_000, 0];
  const now = steadyClock(
    () => wall,
    () => passed,
  );
  const after = (wallMs: number, passedMs: number): number => {
    wall += wallMs;
    passed += passedMs;
    return now() - 1_000_000;
  };
  expect(now()).toBe(1_000_000);
  // Set back by an hour, five seconds later.
  expect(after(-3_600_000, 5_000)).toBe(5_000);
  // Slept for a minute.
  expect(after(60_000, 0)).toBe(65_000);
  // Set ahead and back again: something may expire early, and nothing lives longer.
  expect(after(3_600_000, 0)).toBe(3_665_000);
  expect(after(-3_600_000, 1_000)).toBe(3_666_000);
});
