import { describe, expect, it } from 'vitest';
import { createAttempts } from './attempts.ts';
import { createMemoryStore } from './shared-store.ts';

const LIMITS = { perSession: 3, perAddress: 5, lockoutMs: 300_000 };

describe('attempts to sign in', () => {
  it('are locked out by session and by address, from the last failure on', async () => {
    let time = 0;
    const attempts = createAttempts(
      LIMITS,
      createMemoryStore(() => time),
    );
    for (let tries = 0; tries < 3; tries++) {
      expect(await attempts.wait('one', 'here')).toBe(0);
      await attempts.failed('one', 'here');
      time += 1_000;
    }
    expect(await attempts.wait('one', 'here')).toBe(299_000);
    expect(await attempts.wait('two', 'here')).toBe(0);
    await attempts.failed('two', 'here');
    await attempts.failed('two', 'here');
    expect(await attempts.wait('three', 'here')).toBe(300_000);
    expect(await attempts.wait('three', 'elsewhere')).toBe(0);
    time += 300_000;
    expect(await attempts.wait('one', 'here')).toBe(0);
  });

  it('are forgotten by a success', async () => {
    const attempts = createAttempts(
      LIMITS,
      createMemoryStore(() => 0),
    );
    await attempts.failed('one', 'here');
    await attempts.failed('one', 'here');
    await attempts.succeeded('one', 'here');
    await attempts.failed('one', 'here');
    expect(await attempts.wait('one', 'here')).toBe(0);
  });
});
