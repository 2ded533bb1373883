import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createAttempts } from './attempts.ts';
import { createBreaker } from './breaker.ts';
import { createCache } from './cache.ts';
import { createLimiter, windowsOf } from './limiter.ts';
import { createPace } from './pace.ts';
import { openRedisStore, type RedisStore } from './redis-store.ts';
import { createSeal } from './seal.ts';
import { createCell } from './shared-store.ts';
import { startRedis } from './testing-stores.ts';

let redis: Awaited<ReturnType<typeof startRedis>>;
const opened: RedisStore[] = [];
const logged: string[] = [];
const KEY = Buffer.alloc(32, 7);
const never = new AbortController().signal;

/** One instance; with the same key it meets the others. */
async function instance(key = KEY, patienceMs = 1_500): Promise<RedisStore> {
  const store = await openRedisStore({
    url: redis.url,
    seal: createSeal(key, 'test'),
    log: (_level, message) => void logged.push(message),
    patienceMs,
  });
  opened.push(store);
  return store;
}

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(async () => {
  for (const store of opened) await store[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

describe('a store in Redis', () => {
  const number = z.number();

  it('changes a value in one step, however many do so at once', async () => {
    const stores = await Promise.all([instance(), instance(), instance()]);
    const cells = stores.map(store => createCell(store, 'count', number));
    const add = (known = 0) => ({ result: known + 1, keep: { value: known + 1, lifeMs: 60_000 } });
    const results = await Promise.all(cells.flatMap(cell => Array.from({ length: 40 }, () => cell.update(add))));
    expect(results.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
  });

  it('goes by the clock of Redis, and forgets in time', async () => {
    const cell = createCell(await instance(), 'short', number);
    await cell.update(() => ({ result: 0, keep: { value: 5, lifeMs: 60 } }));
    const { value, time } = await cell.read();
    expect([value, Math.abs(time - Date.now()) < 5_000]).toEqual([5, true]);
    await sleep(80);
    expect((await cell.read()).value).toBeUndefined();
  });

  it('shows neither values nor names, and opens nothing for another key or at another place', async () => {
    const [store, stranger] = [await instance(), await instance(Buffer.alloc(32, 8))];
    const text = createCell(store.within('acme'), 'token of canary-name', z.string());
    await text.update(() => ({ result: 0, keep: { value: 'canary-value', lifeMs: 60_000 } }));
    expect(redis.dump()).not.toMatch(/canary|acme|token/);
    expect(redis.keys().every(key => /^gatehouse:[\w-]{43}$/.test(key))).toBe(true);
    expect((await stranger.within('acme').read('token of canary-name')).value).toBeUndefined();
    expect((await store.within('other').read('token of canary-name')).value).toBeUndefined();
    expect((await text.read()).value).toBe('canary-value');
  });

  it('waits a little while Redis is away, says so in the end, and has everything when it is back', async () => {
    const store = await instance();
    const cell = createCell(store, 'kept', number);
    await cell.update(() => ({ result: 0, keep: { value: 1, lifeMs: 600_000 } }));
    await redis.kill();
    await expect(cell.read()).rejects.toMatchObject({
      code: 'GH_STORE_DOWN',
      message: expect.not.stringContaining('password'),
    });
    expect(store.isUp).toBe(false);
    const patient = cell.update((known = 0) => ({ result: known, keep: { value: known + 1, lifeMs: 600_000 } }));
    await redis.start();
    expect(await patient).toBe(1);
    expect((await cell.read()).value).toBe(2);
    expect(store.isUp).toBe(true);
    expect(logged).toEqual(
      expect.arrayContaining([expect.stringContaining('is away: '), expect.stringMatching(/is back$/)]),
    );
  });

  it('does not hang with a Redis that hangs', async () => {
    const cell = createCell(await instance(), 'slow', number);
    redis.hang();
    const began = performance.now();
    await expect(cell.read()).rejects.toMatchObject({ code: 'GH_STORE_DOWN' });
    expect(performance.now() - began).toBeLessThan(5_000);
    redis.goOn();
    expect((await cell.read()).value).toBeUndefined();
  });

  it('refuses at once an address where there is no Redis, and a wrong password, without telling it', async () => {
    const seal = createSeal(KEY, 'test');
    const refusal = (url: string) =>
      openRedisStore({ url, seal, log: () => undefined }).then(
        () => 'opened',
        (error: unknown) => error,
      );
    expect(await refusal('redis://:canary@127.0.0.1:1')).toMatchObject({
      code: 'GH_STORE_DOWN',
      message: 'Redis at 127.0.0.1:1 cannot be reached (ECONNREFUSED).',
    });
    const wrong = await refusal(redis.url.replace('password-of-the-test', 'canary'));
    expect(wrong).toMatchObject({ code: 'GH_STORE_DOWN', message: expect.stringContaining('WRONGPASS') });
    expect(await refusal('http://canary')).toMatchObject({ code: 'GH_INVALID_INPUT' });
    expect(String(wrong)).not.toContain('canary');
  });
});

describe('with a shared store, two instances', () => {
  const budget = { concurrency: 4, windows: [{ calls: 12, ms: 3_000 }], buckets: { small: [{ calls: 2, ms: 3_000 }] } };
  const limiterOn = (store: RedisStore) =>
    createLimiter({
      ...budget,
      now: Date.now,
      pace: createPace({ store, windows: windowsOf(budget), concurrency: budget.concurrency }),
    });

  it('share one limit: never more in a window, and never more at once, than one alone', async () => {
    const limiters = [await instance(), await instance()].map(store => limiterOn(store.within('pace')));
    const starts: number[] = [];
    let [running, most] = [0, 0];
    const work = async (): Promise<void> => {
      starts.push(Date.now());
      running += 1;
      most = Math.max(most, running);
      await sleep(15);
      running -= 1;
    };
    await Promise.all(limiters.flatMap(limiter => Array.from({ length: 15 }, () => limiter.run(work, never))));
    expect(starts).toHaveLength(30);
    expect(most).toBeLessThanOrEqual(4);
    const sorted = starts.toSorted((one, other) => one - other);
    // 13 starts never lie within one window; a few ms for the way from Redis to here.
    for (const [index, start] of sorted.slice(12).entries())
      expect(start - (sorted[index] ?? 0)).toBeGreaterThan(2_950);
  });

  it('share buckets and what the vendor said, and each tells the truth about what is left', async () => {
    const [one, other] = [await instance(), await instance()].map(store => limiterOn(store.within('buckets')));
    for (const limiter of [one, other])
      await limiter?.run(async () => undefined, never, Number.POSITIVE_INFINITY, 'small');
    expect(await one?.state()).toMatchObject([
      { name: 'account', left: 10 },
      { name: 'small', left: 0 },
    ]);
    await expect(other?.run(async () => 1, never, Date.now() + 500, 'small')).rejects.toMatchObject({
      code: 'GH_VENDOR_RATE',
    });
    one?.holdUntil(Date.now() + 30_000);
    await sleep(100);
    await expect(other?.run(async () => 1, never, Date.now() + 5_000)).rejects.toMatchObject({
      code: 'GH_VENDOR_RATE',
    });
  });

  it('lose no start that was made when Redis comes back, even empty, and send nothing while it is away', async () => {
    const [first, second] = [await instance(), await instance()].map(store => store.within('loss'));
    if (first === undefined || second === undefined) throw new Error('no stores');
    const wide = { concurrency: 4, windows: [{ calls: 10, ms: 60_000 }] };
    const [one, other] = [first, second].map(store =>
      createLimiter({ ...wide, now: Date.now, pace: createPace({ store, windows: windowsOf(wide), concurrency: 4 }) }),
    );
    for (let n = 0; n < 4; n++) await one?.run(async () => undefined, never);
    for (let n = 0; n < 3; n++) await other?.run(async () => undefined, never);
    await redis.kill();
    let sent = 0;
    await expect(one?.run(async () => void sent++, never)).rejects.toMatchObject({ code: 'GH_STORE_DOWN' });
    expect(sent).toBe(0);
    await redis.start();
    expect(await one?.state()).toMatchObject([{ left: 3 }]);
    // Now it forgets everything: with their next request each tells again what it started.
    redis.forget();
    await one?.run(async () => undefined, never);
    await other?.run(async () => undefined, never);
    expect(await one?.state()).toMatchObject([{ left: 1 }]);
  });

  it('share a breaker: one opens it, the other sends nothing, one trial at a time closes it', async () => {
    const rule = { failures: 3, share: { ms: 2_000, requests: 4, part: 0.5 }, openMs: 300, trials: 2 };
    const seen: string[] = [];
    const [one, other] = [await instance(), await instance()].map(store =>
      createBreaker({ store: store.within('breaker'), name: 'api', rule, onChange: state => void seen.push(state) }),
    );
    if (one === undefined || other === undefined) throw new Error('no breakers');
    const verdict = (outcome: object) => ('value' in outcome ? 'well' : 'unwell');
    const fail = (breaker = one) =>
      breaker.run(() => Promise.reject(new Error('down')), verdict).catch((error: Error) => error.message);
    const pass = (breaker = one, ms = 0) =>
      breaker.run(async () => await sleep(ms, 'fine'), verdict).catch((error: Error) => error.message);
    expect([await pass(), await pass(other), await fail(), await fail(other), await fail()]).toEqual([
      'fine',
      'fine',
      'down',
      'down',
      'down',
    ]);
    expect([await pass(other), other.state]).toEqual(['the circuit breaker is open', 'open']);
    await sleep(320);
    expect(await Promise.all([pass(one, 100), sleep(30).then(() => pass(other))])).toEqual([
      'fine',
      'the circuit breaker is open',
    ]);
    expect([one.state, await pass(other), other.state]).toEqual(['half-open', 'fine', 'closed']);
    await one.look();
    expect(one.state).toBe('closed');
  });

  it('share a cache, lock-outs, and what is dropped', async () => {
    const [one, other] = [await instance(), await instance()].map(store => store.within('rest'));
    if (one === undefined || other === undefined) throw new Error('no stores');
    const [mine, theirs] = [createCache(one), createCache(other)];
    let fetched = 0;
    const fetch = async () => ({ name: `canary ${++fetched}` });
    expect([await mine.get('list', 60_000, fetch), await theirs.get('list', 60_000, fetch)]).toEqual([
      { name: 'canary 1' },
      { name: 'canary 1' },
    ]);
    const { promise, resolve } = Promise.withResolvers<{ name: string }>();
    const old = theirs.get('list', 60_000, () => promise, true);
    await sleep(50);
    await mine.drop('list');
    resolve({ name: 'from before' });
    expect(await old).toEqual({ name: 'from before' });
    expect(await mine.get('list', 60_000, fetch)).toEqual({ name: 'canary 2' });
    expect(redis.dump()).not.toContain('canary');

    const limits = { perSession: 3, perAddress: 2, lockoutMs: 60_000 };
    const [here, there] = [createAttempts(limits, one), createAttempts(limits, other)];
    await here.failed('a', '127.0.0.1');
    await there.failed('b', '127.0.0.1');
    expect(await here.wait('c', '127.0.0.1')).toBeGreaterThan(59_000);
  });
});
