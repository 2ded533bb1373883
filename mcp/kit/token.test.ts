import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createTokenSource } from './token.ts';

const MARGIN_MS = 300_000;

function source(lifeMs = 3_600_000) {
  const clock = { time: 1_000_000 };
  let fetched = 0;
  const failures: Error[] = [];
  const tokens = createTokenSource({
    async fetch() {
      await sleep(1);
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      fetched += 1;
      return { value: `token-${fetched}`, expiresAt: clock.time + lifeMs };
    },
    now: () => clock.time,
    marginMs: MARGIN_MS,
  });
  return { tokens, clock, failures, fetched: () => fetched };
}

describe('a token source', () => {
  it('fetches one token for all who ask at the same time, and keeps it', async () => {
    const { tokens, fetched } = source();
    expect(tokens.current).toBeUndefined();
    const got = await Promise.all(Array.from({ length: 50 }, () => tokens.get()));
    expect(new Set(got.map(({ value }) => value))).toEqual(new Set(['token-1']));
    await tokens.get();
    expect(fetched()).toBe(1);
    expect(tokens.current?.value).toBe('token-1');
  });

  it('renews it before it ends', async () => {
    const { tokens, clock } = source();
    await tokens.get();
    clock.time += 3_600_000 - MARGIN_MS - 1;
    expect((await tokens.get()).value).toBe('token-1');
    clock.time += 1;
    expect((await tokens.get()).value).toBe('token-2');
  });

  it('uses a token that lives shorter than the margin for half of its life', async () => {
    const { tokens, clock } = source(60_000);
    await tokens.get();
    clock.time += 29_000;
    expect((await tokens.get()).value).toBe('token-1');
    clock.time += 2_000;
    expect((await tokens.get()).value).toBe('token-2');
  });

  it('renews once when 50 requests are refused with the same token, also when some are told late', async () => {
    const { tokens, fetched } = source();
    const old = await tokens.get();
    const refusedOne = async (delayMs: number) => {
      await sleep(delayMs);
      tokens.refused(old);
      return (await tokens.get()).value;
    };
    const got = await Promise.all(Array.from({ length: 50 }, (_, index) => refusedOne(index % 5)));
    expect(new Set(got)).toEqual(new Set(['token-2']));
    expect(fetched()).toBe(2);
  });

  it('tells everyone who waits of a failure, and tries again for the next', async () => {
    const { tokens, failures } = source();
    failures.push(new Error('no'));
    const results = await Promise.allSettled([tokens.get(), tokens.get()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await tokens.get()).value).toBe('token-1');
  });

  it('begins with one that was kept, as long as that is good', async () => {
    let fetched = 0;
    const clock = { time: 1_000_000 };
    const tokens = createTokenSource({
      fetch: async () => ({ value: `new-${++fetched}`, expiresAt: clock.time + 3_600_000 }),
      now: () => clock.time,
      marginMs: MARGIN_MS,
      initial: { value: 'kept', expiresAt: clock.time + 1_000_000 },
    });
    expect((await tokens.get()).value).toBe('kept');
    clock.time += 1_000_000 - MARGIN_MS;
    expect((await tokens.get()).value).toBe('new-1');
  });
});
