import { describe, expect, it } from 'vitest';
import { BreakerOpen, type BreakerRule, createBreaker } from './breaker.ts';
import { createMemoryStore, type SharedStore } from './shared-store.ts';

/** As the sheet of ServiceDesk Plus has it. */
const SHARE: BreakerRule = {
  failures: 5,
  share: { ms: 60_000, requests: 10, part: 0.5 },
  openMs: 60_000,
  trials: 2,
};

function breakerOf(rule: BreakerRule, given?: SharedStore) {
  const clock = { time: 1_000_000 };
  const store = given ?? createMemoryStore(() => clock.time);
  const breaker = createBreaker({ store, name: 'vendor', rule, onChange: () => undefined });
  const ask = (outcome: 'well' | 'unwell' | 'neither') =>
    breaker.run(
      async () => outcome,
      () => outcome,
    );
  return { breaker, ask, clock };
}

describe('a breaker by share', () => {
  it('needs both: so many requests, and that half of them failed', async () => {
    const { breaker, ask } = breakerOf(SHARE);
    for (let n = 0; n < 9; n++) await ask('unwell');
    expect(breaker.state).toBe('closed');
    await ask('unwell');
    expect(breaker.state).toBe('open');

    const busy = breakerOf(SHARE);
    for (let n = 0; n < 20; n++) await busy.ask('well');
    for (let n = 0; n < 19; n++) await busy.ask('unwell');
    expect(busy.breaker.state).toBe('closed');
    await busy.ask('unwell');
    expect(busy.breaker.state).toBe('open');
  });

  it('forgets what is older than its time', async () => {
    const { breaker, ask, clock } = breakerOf(SHARE);
    for (let n = 0; n < 9; n++) await ask('unwell');
    clock.time += 61_000;
    for (let n = 0; n < 6; n++) await ask('unwell');
    expect(breaker.state).toBe('closed');
  });

  it('rests for a minute, tries one at a time, and closes after two trials; a failed one opens it again', async () => {
    const { breaker, ask, clock } = breakerOf(SHARE);
    for (let n = 0; n < 10; n++) await ask('unwell');
    clock.time += 59_000;
    await expect(ask('well')).rejects.toThrow(BreakerOpen);
    clock.time += 1_000;
    const { promise, resolve } = Promise.withResolvers<string>();
    const trial = breaker.run(
      () => promise,
      () => 'unwell',
    );
    await expect(ask('well')).rejects.toThrow(BreakerOpen);
    resolve('bad');
    await trial;
    expect(breaker.state).toBe('open');
    clock.time += 60_000;
    await ask('neither');
    await ask('well');
    expect(breaker.state).toBe('half-open');
    await ask('well');
    expect(breaker.state).toBe('closed');
  });

  it('is not shut for good by a trial whose process died, nor by a clock that was set back', async () => {
    const { breaker, ask, clock } = breakerOf(SHARE);
    for (let n = 0; n < 10; n++) await ask('unwell');
    clock.time += 60_000;
    void breaker.run(
      () => new Promise(() => undefined),
      () => 'well',
    );
    await expect(ask('well')).rejects.toThrow(BreakerOpen);
    clock.time += 60_000;
    await ask('well');
    const back = breakerOf(SHARE);
    for (let n = 0; n < 10; n++) await back.ask('unwell');
    back.clock.time -= 3_600_000;
    await back.ask('well');
    expect(back.breaker.state).toBe('half-open');
  });

  it('does not turn what was done into a failure when its store goes away meanwhile', async () => {
    const store = createMemoryStore(() => 0);
    let isAway = false;
    const shaky: SharedStore = {
      ...store,
      update: (name, change) => (isAway ? Promise.reject(new Error('away')) : store.update(name, change)),
    };
    const { breaker } = breakerOf(SHARE, shaky);
    const done = breaker.run(
      async () => {
        isAway = true;
        return 'done';
      },
      () => 'well',
    );
    expect(await done).toBe('done');
  });
});
