import { describe, expect, it } from 'vitest';
import { createAttempts } from './attempts.ts';

const LIMITS = { perSession: 3, perAddress: 5, lockoutMs: 300_000 };

describe('attempts to sign in', () => {
  it('are locked out by session and by address, from the last failure on', () => {
    let time = 0;
    const attempts = createAttempts(LIMITS, () => time);
    for (let tries = 0; tries < 3; tries++) {
      expect(attempts.wait('one', 'here')).toBe(0);
      attempts.failed('one', 'here');
      time += 1_000;
    }
    expect(attempts.wait('one', 'here')).toBe(299_000);
    expect(attempts.wait('two', 'here')).toBe(0);
    attempts.failed('two', 'here');
    attempts.failed('two', 'here');
    expect(attempts.wait('three', 'here')).toBe(300_000);
    expect(attempts.wait('three', 'elsewhere')).toBe(0);
    time += 300_000;
    expect(attempts.wait('one', 'here')).toBe(0);
  });

  it('are forgotten by a success', () => {
    const attempts = createAttempts(LIMITS, () => 0);
    attempts.failed('one', 'here');
    attempts.failed('one', 'here');
    attempts.succeeded('one', 'here');
    attempts.failed('one', 'here');
    expect(attempts.wait('one', 'here')).toBe(0);
  });
});
