import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLimiter } from './limiter.ts';

const never = new AbortController().signal;

/** Work that ends when it is told. */
function job() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let begun = false;
  return {
    work: async () => {
      begun = true;
      await promise;
    },
    end: resolve,
    begun: () => begun,
  };
}

describe('a limiter', () => {
  it('lets so many run at once, first come first served', async () => {
    const limiter = createLimiter({ concurrency: 2, now: Date.now });
    let [running, most] = [0, 0];
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        limiter.run(async () => {
          order.push(index);
          running += 1;
          most = Math.max(most, running);
          await sleep(2);
          running -= 1;
        }, never),
      ),
    );
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('starts no more than a window allows, and tells what is left of the tightest', async () => {
    let time = 1_000;
    const windows = [
      { calls: 3, ms: 50 },
      { calls: 100, ms: 1_000 },
    ];
    const limiter = createLimiter({ concurrency: 10, windows, now: () => time });
    const left: (number | undefined)[] = [limiter.left()];
    for (let call = 0; call < 3; call++) {
      await limiter.run(async () => undefined, never);
      left.push(limiter.left());
    }
    expect(left).toEqual([3, 2, 1, 0]);
    const fourth = job();
    const waiting = limiter.run(fourth.work, never);
    await sleep(120);
    expect(fourth.begun()).toBe(false);
    time += 50;
    while (!fourth.begun()) await sleep(5);
    expect(limiter.left()).toBe(2);
    fourth.end();
    await waiting;
    expect(createLimiter({ concurrency: 1, now: Date.now }).left()).toBeUndefined();
  });

  it('starts nothing before the time the vendor named', async () => {
    const limiter = createLimiter({ concurrency: 1, now: Date.now });
    const until = Date.now() + 80;
    limiter.holdUntil(until);
    limiter.holdUntil(until - 50);
    await limiter.run(async () => expect(Date.now()).toBeGreaterThanOrEqual(until - 1), never);
  });

  it('turns away at once who would come too late, also when the hold comes while they wait', async () => {
    const limiter = createLimiter({ concurrency: 1, now: Date.now });
    const first = job();
    const running = limiter.run(first.work, never);
    const waiting = expect(limiter.run(async () => undefined, never, Date.now() + 1_000)).rejects.toMatchObject({
      code: 'GH_VENDOR_RATE',
    });
    limiter.holdUntil(Date.now() + 60_000);
    await waiting;
    await expect(limiter.run(async () => undefined, never, Date.now() + 1_000)).rejects.toMatchObject({
      message: 'The vendor takes no more requests for 60 s; nothing was sent.',
    });
    first.end();
    await running;
  });

  it('forgets who went away while waiting: the next one still gets its turn', async () => {
    const limiter = createLimiter({ concurrency: 1, now: Date.now });
    const first = job();
    const running = limiter.run(first.work, never);
    const [second, third] = [new AbortController(), job()];
    const gone = limiter.run(async () => expect.unreachable('it went away'), second.signal);
    const next = limiter.run(third.work, never);
    const refused = expect(gone).rejects.toThrow('enough');
    second.abort(new Error('enough'));
    await refused;
    expect(third.begun()).toBe(false);
    first.end();
    await running;
    await sleep(1);
    expect(third.begun()).toBe(true);
    third.end();
    await next;
  });

  it('refuses at once who went away before, and frees the place of work that fails', async () => {
    const limiter = createLimiter({ concurrency: 1, now: Date.now });
    await expect(limiter.run(async () => 1, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    await expect(limiter.run(() => Promise.reject(new Error('no')), never)).rejects.toThrow('no');
    expect(await limiter.run(async () => 2, never)).toBe(2);
  });

  it('has buckets of their own for some: who waits for one holds up nobody else, and counts in the account too', async () => {
    const limiter = createLimiter({
      concurrency: 10,
      windows: [{ calls: 5, ms: 60_000 }],
      buckets: { small: [{ calls: 1, ms: 80 }] },
      now: Date.now,
    });
    const order: string[] = [];
    const run = (name: string, bucket?: string) =>
      limiter.run(async () => void order.push(name), never, Number.POSITIVE_INFINITY, bucket);
    await Promise.all([run('small 1', 'small'), run('small 2', 'small'), run('plain')]);
    expect(order).toEqual(['small 1', 'plain', 'small 2']);
    expect(limiter.left()).toBe(2);
    expect(await limiter.state()).toEqual([
      { name: 'account', capacity: 5, windowMs: 60_000, left: 2, vendor: undefined },
      { name: 'small', capacity: 1, windowMs: 80, left: 0, vendor: undefined },
    ]);
  });

  it('spreads requests out when the vendor says that few are left', async () => {
    let time = 0;
    const limiter = createLimiter({ concurrency: 1, windows: [{ calls: 90, ms: 60_000 }], now: () => time });
    limiter.told({ remaining: 50, limit: 100 });
    await limiter.run(async () => undefined, never, 1);
    limiter.told({ remaining: 8, limit: 100 });
    await expect(limiter.run(async () => undefined, never, 1_000)).rejects.toMatchObject({ code: 'GH_VENDOR_RATE' });
    time = 1_200;
    await limiter.run(async () => undefined, never, 1_300);
    expect(await limiter.state()).toMatchObject([{ vendor: { remaining: 8, limit: 100 } }]);
  });
});
