import { describe, expect, it } from 'vitest';
import { createCache } from './cache.ts';
import { createMemoryStore } from './shared-store.ts';

describe('a cache', () => {
  it('fetches once for all who ask at the same time, and again when the time is over or it is dropped', async () => {
    let [time, fetched] = [0, 0];
    const cache = createCache(createMemoryStore(() => time));
    const get = (key = 'a', fresh = false) => cache.get(key, 100, async () => ++fetched, fresh);
    expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
    time = 99;
    expect(await get()).toBe(1);
    time = 100;
    expect(await get()).toBe(2);
    expect(await get('a', true)).toBe(3);
    expect(await get('b')).toBe(4);
    await cache.drop('a');
    expect([await get('a'), await get('b')]).toEqual([5, 4]);
    await cache.drop('a', 'b');
    expect(await get('b')).toBe(6);
  });

  it('keeps no failure, and forgets what was on its way when it was dropped', async () => {
    const cache = createCache(createMemoryStore(() => 0));
    await expect(cache.get('a', 100, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await cache.get('a', 100, async () => 'up')).toBe('up');
    const { promise, resolve } = Promise.withResolvers<string>();
    const old = cache.get('b', 100, () => promise);
    await cache.drop('b');
    expect(await cache.get('b', 100, async () => 'new')).toBe('new');
    resolve('old');
    expect(await old).toBe('old');
    expect(await cache.get('b', 100, async () => 'newer')).toBe('new');
  });
});
